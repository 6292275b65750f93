"""Keep the library that ships as it is read and cut, so that opening the program need not parse its files again.

The file is made when the models are synced and is part of a bundle. It holds public text only, and is used only while
the library's files, the embedder and the program's own reading and cutting are those that it was made with.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import markdown_it

from medbot_desktop import text
from medbot_desktop.knowledge import chunking, document, embedding, markdown_reader
from medbot_desktop.knowledge.chunking import Chunk
from medbot_desktop.knowledge.document import Document, Source
from medbot_desktop.vault.atomic_file import replacing

CutDocument = tuple[Document, Sequence[Chunk]]
"""A document with its passages."""

_READ_AND_CUT_BY = (text, document, markdown_reader, chunking, embedding)


@dataclass(frozen=True, slots=True)
class PreparedCore:
    """The library that ships, as it was read and cut.

    Attributes:
        fingerprint: what it is known by in a vault.
    """

    fingerprint: str
    _documents: str = field(repr=False)

    def documents(self) -> list[CutDocument]:
        """The documents without their sections, which nobody needs once they are cut, each with its passages."""
        return [_document(fields) for fields in json.loads(self._documents)]


def load_core(file: Path, library: Path, embedder: str) -> PreparedCore | None:
    """What was kept.

    Args:
        file: where.
        library: the folder of the library that ships.
        embedder: the identity of the embedder, by whose tokens it is cut.

    Returns:
        None where nothing was kept, or it is damaged or was made of anything else.
    """
    try:
        header, documents, digest = file.read_text(encoding="utf-8").splitlines()
        kept = json.loads(header)
        made_of = _made_of(library, embedder)
        if made_of["program"] is None:  # a bundle has no source files; it was made with what it holds
            made_of["program"] = kept["made_of"]["program"]
        if kept["made_of"] != made_of or digest != _digest(documents):
            return None
        return PreparedCore(str(kept["fingerprint"]), documents)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def save_core(file: Path, library: Path, embedder: str, fingerprint: str, cut: Sequence[CutDocument]) -> None:
    """Keep what was read and cut, whole or not at all; the arguments are those of `load_core` and what it gives."""
    fields = [[_fields(document), [asdict(piece) for piece in pieces]] for document, pieces in cut]
    header, documents = ({"made_of": _made_of(library, embedder), "fingerprint": fingerprint}, json.dumps(fields))
    with replacing(file) as stream:
        stream.write("\n".join((json.dumps(header), documents, _digest(documents))).encode())
    file.chmod(0o644)


def _made_of(library: Path, embedder: str) -> dict[str, str | None]:
    files = sorted(library.glob("*.md"))
    content = hashlib.sha256(repr([(file.name, _digest_of(file)) for file in files]).encode()).hexdigest()
    return {"library": content, "embedder": embedder, "program": _program()}


def _program() -> str | None:
    """What tells the reading and the cutting from any other; None where there are no source files to tell it by."""
    try:
        sources = [_digest_of(Path(str(module.__file__))) for module in _READ_AND_CUT_BY]
    except OSError:
        return None
    return _digest(" ".join([*sources, markdown_it.__version__]))


def _fields(document: Document) -> dict[str, Any]:
    return {name: value for name, value in asdict(document).items() if name != "sections"}


def _document(fields: tuple[dict[str, Any], list[dict[str, Any]]]) -> CutDocument:
    own, pieces = fields
    own |= {name: tuple(own[name]) for name in ("synonyms", "asked_as")}
    own["sources"] = tuple(Source(**source) for source in own["sources"])
    return Document(**own, sections=()), [Chunk(**piece) for piece in pieces]


def _digest_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
