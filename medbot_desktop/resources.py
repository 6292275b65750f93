"""Read a file of ``resources/`` against its schema, and say in one sentence where it does not fit."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from medbot_desktop.errors import InputError

_File = TypeVar("_File", bound=BaseModel)


def load_resource(file: Path, schema: type[_File]) -> _File:
    """Return what a TOML file holds.

    Args:
        file: a file of ``resources/``.
        schema: what it must hold.

    Raises:
        InputError: the file is missing, is no TOML, or does not fit ``schema``; names the file and the place.
    """
    try:
        return schema.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"The resource file {file.name} is wrong at {place}: {first['msg']}.", hint="Correct that entry."
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(f"The resource file {file.name} cannot be read.", hint="Install MedBot again.") from error


def state_of(files: Iterable[Path]) -> tuple[tuple[Path, int, int], ...]:
    """What tells files as they are now from those of any other moment; those that are missing are left out."""
    found = sorted(file for file in files if file.is_file())
    return tuple((file, file.stat().st_mtime_ns, file.stat().st_size) for file in found)
