"""Rebuild a document from the rows of the vault, so that exactly what was embedded for it can be embedded again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from medbot_desktop.knowledge.chunking import Chunk
from medbot_desktop.knowledge.document import Document, Source
from medbot_desktop.knowledge.embedding import digest, embedded_texts, names_of
from medbot_desktop.vault.schema import DocumentRow, NameRow, PassageRow

# So many names at most stand before the text of a passage.
_SYNONYMS_TRIED = 6
_PASSAGES_TRIED = 3


@dataclass(frozen=True, slots=True)
class RebuiltDocument:
    """A document as its rows have it.

    Attributes:
        row_id: its row.
        library_id: its library's row.
        document: what it is, without sections.
        tags: what it is tagged with.
        names: the rows of its names and what they say, in order.
    """

    row_id: int
    library_id: int
    document: Document
    tags: tuple[str, ...]
    names: tuple[tuple[int, str], ...]

    def texts(self, pieces: Sequence[Chunk]) -> list[str]:
        """The texts that are embedded for passages of it."""
        return embedded_texts(self.document, pieces)


def rebuilt(session: Session, document_ids: Sequence[int]) -> list[RebuiltDocument]:
    """The documents of these rows, as far as they are there, in order."""
    names: dict[int, list[tuple[int, str]]] = {}
    of_names = select(NameRow.document_id, NameRow.id, NameRow.text).where(NameRow.document_id.in_(document_ids))
    for document_id, row_id, name in session.execute(of_names.order_by(NameRow.id)):
        names.setdefault(document_id, []).append((row_id, name))
    known = _some_passages(session, document_ids)
    rows = session.scalars(select(DocumentRow).where(DocumentRow.id.in_(document_ids)).order_by(DocumentRow.id))
    return [_rebuilt(row, names.get(row.id, []), known.get(row.id, [])) for row in rows]


def _rebuilt(row: DocumentRow, names: list[tuple[int, str]], known: Sequence[tuple[Chunk, bytes]]) -> RebuiltDocument:
    document = Document(
        id=row.key,
        title=row.title,
        synonyms=(),
        asked_as=(),
        audience=row.audience,
        last_reviewed=row.last_reviewed,
        sources=tuple(Source(source["body"], source["title"]) for source in row.sources),
        sections=(),
        body=row.body,
        url=row.url,
        language=row.language,
    )
    others = tuple(name for _, name in names)
    title = names_of(document)
    if others[: len(title)] == title:
        others = others[len(title) :]
    document = _with_names(document, others, known)
    return RebuiltDocument(row.id, row.library_id, document, tuple(row.tags), tuple(names))


def _with_names(document: Document, others: tuple[str, ...], known: Sequence[tuple[Chunk, bytes]]) -> Document:
    """Tell synonyms from phrases in which people ask: only the former are embedded with the passages."""
    whole = replace(document, synonyms=others)
    pieces = [piece for piece, _ in known]
    fewer = range(min(_SYNONYMS_TRIED, len(others)) - 1, -1, -1)
    for tried in (whole, *(replace(document, synonyms=others[:n], asked_as=others[n:]) for n in fewer)):
        texts = embedded_texts(tried, pieces)
        if any(digest(words) == right for words, (_, right) in zip(texts, known, strict=True)):
            return tried
    return whole


def _some_passages(session: Session, document_ids: Sequence[int]) -> dict[int, list[tuple[Chunk, bytes]]]:
    """The first passages of each document with what knows their embedded text; several, since one may be damaged."""
    columns = (PassageRow.document_id, PassageRow.section, PassageRow.text, PassageRow.digest)
    query = select(*columns).where(PassageRow.document_id.in_(document_ids), PassageRow.ordinal < _PASSAGES_TRIED)
    found: dict[int, list[tuple[Chunk, bytes]]] = {}
    for document_id, section, words, known in session.execute(query):
        found.setdefault(document_id, []).append((Chunk(section, words, 0, len(words)), known))
    return found
