"""Say what stands in the members of a pack, and read it document by document without taking much into memory at once.

The members go side by side, in the order of the documents: a line for each document, a line for each of its passages,
the bytes of its body, the content words of its passages as numbers, and the vectors of its names, then its passages. A
passage's words are a span of the body.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from medbot_desktop.knowledge.chunking import Chunk
from medbot_desktop.knowledge.document import Document, Source
from medbot_desktop.knowledge.embedding import names_of
from medbot_desktop.knowledge.packs.archive import MemberStream, PackArchive
from medbot_desktop.knowledge.packs.manifest import BODIES, CONTENT, DOCUMENTS, PASSAGES, TERMS, VECTORS, damaged
from medbot_desktop.knowledge.search.terms import passage_terms

PASSAGES_AT_ONCE = 256
LONGEST_BODY = 64 << 20
"""Bytes of the text of one document."""

LONGEST_PASSAGE = 100_000
"""Letters of one passage."""

_LONGEST_DOCUMENT_LINE = 1 << 20
_LONGEST_PASSAGE_LINE = 1 << 20
_LENGTH_TOLERANCE = 1e-3
_TERM_BYTES = 4
_SAMPLE = (
    "ALL patients’ fevers, colds and stomach-aches were treated. Don't stop taking 2.5 mg of paracetamol-codeine!"
    " AS can affect the spine; haemoglobin and oedema, naïve T-cells, COVID-19: see page 7."
)
_WEB = ("https://", "http://")

Name = Annotated[str, Field(max_length=1_000)]
Line = TypeVar("Line", "PackedDocument", "PackedPassage")


class PackedSource(BaseModel):
    """Where facts were published."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    body: Name
    title: Name


class PackedDocument(BaseModel):
    """The line of a document; ``body_bytes`` and ``passages`` say how much of the other members is its own."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: Annotated[str, Field(min_length=1, max_length=1_000)]
    title: Name
    synonyms: Annotated[tuple[Name, ...], Field(max_length=2_000)] = ()
    asked_as: Annotated[tuple[Name, ...], Field(max_length=2_000)] = ()
    audience: Name = ""
    last_reviewed: Annotated[str, Field(max_length=40)] = ""
    sources: Annotated[tuple[PackedSource, ...], Field(max_length=500)] = ()
    url: Annotated[str, Field(max_length=4_000)] = ""
    language: Annotated[str, Field(max_length=40)] = ""
    tags: Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=100)] = ()
    body_bytes: Annotated[int, Field(ge=0, le=LONGEST_BODY)]
    passages: Annotated[int, Field(ge=0)]

    def document(self, body: str) -> Document:
        """The document with its text."""
        return Document(
            id=self.key,
            title=self.title,
            synonyms=self.synonyms,
            asked_as=self.asked_as,
            audience=self.audience,
            last_reviewed=self.last_reviewed,
            sources=tuple(Source(source.body, source.title) for source in self.sources),
            sections=(),
            body=body,
            url=self.url if self.url.startswith(_WEB) else "",
            language=self.language,
        )


class PackedPassage(BaseModel):
    """The line of a passage: a span of the body, and what stands before it, as the header row of a table does."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    section: Annotated[str, Field(max_length=10_000)]
    start: Annotated[int, Field(ge=0)]
    end: int
    page: Annotated[int, Field(ge=1)] | None = None
    before: Annotated[str, Field(max_length=LONGEST_PASSAGE)] = ""
    terms: Annotated[int, Field(ge=0, le=2 * LONGEST_PASSAGE)]

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if not self.start < self.end <= self.start + LONGEST_PASSAGE:
            raise ValueError("no span")
        return self


@dataclass(frozen=True, slots=True)
class PassageRun:
    """Some passages of a document in order, with their terms as they are stored and their vectors, shape (n, d)."""

    pieces: tuple[Chunk, ...]
    terms: tuple[bytes, ...]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class UnpackedDocument:
    """A document of a pack; ``runs`` reads its passages, and is to be used before the next document is read."""

    document: Document
    tags: tuple[str, ...]
    name_vectors: NDArray[np.float32]
    runs: Iterator[PassageRun]


def read_documents(pack: PackArchive) -> Iterator[UnpackedDocument]:
    """Read the documents of a pack, and at the end, whether all of it was as the manifest says.

    Raises:
        LibraryError: the pack was changed, is damaged, or cannot be read.
    """
    manifest = pack.manifest
    with ExitStack() as stack:
        streams = {name: stack.enter_context(pack.member(name)) for name in CONTENT}
        names_left, passages_left = manifest.names, manifest.passages
        keys: set[str] = set()
        for _ in range(manifest.documents):
            line = _line(pack, streams[DOCUMENTS], _LONGEST_DOCUMENT_LINE, PackedDocument)
            document = line.document(_body(pack, streams[BODIES], line.body_bytes))
            names = len(names_of(document))
            names_left, passages_left = names_left - names, passages_left - line.passages
            if line.key in keys or names_left < 0 or passages_left < 0:
                raise damaged(pack.name)
            keys.add(line.key)
            runs = _runs(pack, streams, document.body, line.passages)
            yield UnpackedDocument(document, line.tags, _vectors(pack, streams[VECTORS], names), runs)
            for _rest in runs:
                pass
        for stream in streams.values():
            stream.finish()


def terms_rules() -> str:
    """What changes when content words are found by other rules: those of a sample."""
    return sha256(passage_terms(_SAMPLE).astype("<u4").tobytes()).hexdigest()


def _runs(pack: PackArchive, streams: Mapping[str, MemberStream], body: str, passages: int) -> Iterator[PassageRun]:
    known = pack.manifest.terms == terms_rules()
    for first in range(0, passages, PASSAGES_AT_ONCE):
        count = min(PASSAGES_AT_ONCE, passages - first)
        packed = [_line(pack, streams[PASSAGES], _LONGEST_PASSAGE_LINE, PackedPassage) for _ in range(count)]
        if any(passage.end > len(body) for passage in packed):
            raise damaged(pack.name)
        pieces = tuple(
            Chunk(
                passage.section, passage.before + body[passage.start : passage.end], passage.start, passage.end,
                passage.page,
            )
            for passage in packed
        )  # fmt: skip
        terms = [streams[TERMS].read(_TERM_BYTES * passage.terms) for passage in packed]
        if not known:
            terms = [passage_terms(piece.text).astype("<u4").tobytes() for piece in pieces]
        yield PassageRun(pieces, tuple(terms), _vectors(pack, streams[VECTORS], count))


def _line(pack: PackArchive, stream: MemberStream, longest: int, kind: type[Line]) -> Line:
    try:
        return kind.model_validate_json(stream.line(longest))
    except ValidationError as error:
        raise damaged(pack.name) from error


def _body(pack: PackArchive, stream: MemberStream, size: int) -> str:
    try:
        return stream.read(size).decode("utf-8")
    except UnicodeDecodeError as error:
        raise damaged(pack.name) from error


def _vectors(pack: PackArchive, stream: MemberStream, count: int) -> NDArray[np.float32]:
    dimensions = pack.manifest.dimensions
    content = stream.read(4 * dimensions * count)
    vectors = np.frombuffer(content, dtype="<f4").reshape(count, dimensions).astype(np.float32)
    # What is no number, and a vector of no length, is not within any tolerance either.
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    if not (np.abs(lengths - 1.0) <= _LENGTH_TOLERANCE).all():
        raise damaged(pack.name)
    return vectors
