"""Read a file of ``resources/`` against its schema, and say in one sentence where it does not fit."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import ParamSpec, TypeVar

from pydantic import BaseModel, ValidationError

from medbot_desktop.errors import InputError

_File = TypeVar("_File", bound=BaseModel)
_Arguments = ParamSpec("_Arguments")
_Read = TypeVar("_Read")


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


def read_once(read: Callable[_Arguments, _Read]) -> Callable[_Arguments, _Read]:
    """Keep the last that ``read`` returned, over locks too: for what comes of files that ship alone."""
    kept = lru_cache(maxsize=1)(read)
    kept.is_of_resources = True  # type: ignore[attr-defined]
    return kept  # type: ignore[return-value]


def state_of(files: Iterable[Path]) -> tuple[tuple[Path, int, int], ...]:
    """What tells files as they are now from those of any other moment; those that are missing are left out."""
    found = sorted(file for file in files if file.is_file())
    return tuple((file, file.stat().st_mtime_ns, file.stat().st_size) for file in found)
