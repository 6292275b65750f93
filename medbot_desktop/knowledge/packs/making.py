"""Turn the rows of a library into the members of a pack, some documents at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from pydantic import ValidationError
from sqlalchemy import LargeBinary, Row, cast, func, select
from sqlalchemy.orm import Session

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.embedding import names_of
from medbot_desktop.knowledge.packs.content import (
    LONGEST_BODY,
    LONGEST_PASSAGE,
    PackedDocument,
    PackedPassage,
    PackedSource,
)
from medbot_desktop.knowledge.packs.manifest import BODIES, DOCUMENTS, PASSAGES, TERMS, VECTORS
from medbot_desktop.knowledge.upkeep.rebuilding import RebuiltDocument, rebuilt
from medbot_desktop.vault.schema import DocumentRow, NameRow, PassageRow
from medbot_desktop.vault.vault import Vault

DOCUMENTS_AT_ONCE = 50
_VERIFY = "Verify the libraries and have them mended, then make the pack again."

T = TypeVar("T")
Chunks = Callable[[Session, Sequence[int]], Iterator[bytes]]


def member_chunks(vault: Vault, document_ids: Sequence[int], member: str, vector_bytes: int) -> Iterator[bytes]:
    """The content of one member.

    Args:
        vault: where the documents are.
        document_ids: their rows, in order.
        member: its name.
        vector_bytes: the size of each vector.

    Raises:
        LibraryError: a document cannot be packed as it is.
    """
    chunks: dict[str, Chunks] = {
        DOCUMENTS: _document_lines,
        PASSAGES: _passage_lines,
        BODIES: _bodies,
        TERMS: _terms,
        VECTORS: lambda session, ids: _vectors(session, ids, vector_bytes),
    }
    for start in range(0, len(document_ids), DOCUMENTS_AT_ONCE):
        with vault.reading() as session:
            content = b"".join(chunks[member](session, document_ids[start : start + DOCUMENTS_AT_ONCE]))
        yield content


def _document_lines(session: Session, ids: Sequence[int]) -> Iterator[bytes]:
    length = func.length(cast(DocumentRow.body, LargeBinary))
    sizes: dict[int, int] = _by_row(session.execute(select(DocumentRow.id, length).where(DocumentRow.id.in_(ids))))
    counted = select(PassageRow.document_id, func.count()).where(PassageRow.document_id.in_(ids))
    passages = _by_row(session.execute(counted.group_by(PassageRow.document_id)))
    for each in rebuilt(session, ids):
        if sizes[each.row_id] > LONGEST_BODY:
            raise LibraryError("A document of this library is too large for a pack.", hint="Remove the largest one.")
        if len(each.names) != len(names_of(each.document)):
            raise LibraryError("A document of this library has lost its names.", hint=_VERIFY)
        line = _packed(each, sizes[each.row_id], passages.get(each.row_id, 0))
        yield line.model_dump_json().encode() + b"\n"


def _packed(each: RebuiltDocument, size: int, passages: int) -> PackedDocument:
    document = each.document
    try:
        return PackedDocument(
            key=document.id,
            title=document.title,
            synonyms=document.synonyms,
            asked_as=document.asked_as,
            audience=document.audience,
            last_reviewed=document.last_reviewed,
            sources=tuple(PackedSource(body=source.body, title=source.title) for source in document.sources),
            url=document.url,
            language=document.language,
            tags=each.tags,
            body_bytes=size,
            passages=passages,
        )
    except ValidationError as error:
        raise LibraryError("A document of this library has names that are too long for a pack.") from error


def _passage_lines(session: Session, ids: Sequence[int]) -> Iterator[bytes]:
    bodies = _by_row(session.execute(select(DocumentRow.id, DocumentRow.body).where(DocumentRow.id.in_(ids))))
    columns = (PassageRow.document_id, PassageRow.section, PassageRow.text, PassageRow.start, PassageRow.end)
    query = select(*columns, PassageRow.page, func.length(PassageRow.terms).label("terms")).where(
        PassageRow.document_id.in_(ids)
    )
    for row in session.execute(query.order_by(PassageRow.document_id, PassageRow.ordinal)):
        span = bodies[row.document_id][row.start : row.end]
        if not span or not row.text.endswith(span) or len(row.text) > LONGEST_PASSAGE:
            raise LibraryError("A document of this library does not fit its passages.", hint=_VERIFY)
        before = row.text[: len(row.text) - len(span)]
        line = PackedPassage(
            section=row.section, start=row.start, end=row.end, page=row.page, before=before, terms=row.terms // 4
        )
        yield line.model_dump_json().encode() + b"\n"


def _bodies(session: Session, ids: Sequence[int]) -> Iterator[bytes]:
    query = select(DocumentRow.body).where(DocumentRow.id.in_(ids)).order_by(DocumentRow.id)
    for body in session.scalars(query):
        yield body.encode()


def _terms(session: Session, ids: Sequence[int]) -> Iterator[bytes]:
    query = select(PassageRow.terms).where(PassageRow.document_id.in_(ids))
    yield from session.scalars(query.order_by(PassageRow.document_id, PassageRow.ordinal))


def _vectors(session: Session, ids: Sequence[int], size: int) -> Iterator[bytes]:
    """Float32, since packed vectors then rank exactly as they did; half of it can swap near neighbours."""
    names = select(NameRow.document_id, NameRow.vector).where(NameRow.document_id.in_(ids)).order_by(NameRow.id)
    passages = select(PassageRow.document_id, PassageRow.vector).where(PassageRow.document_id.in_(ids))
    of: dict[int, list[bytes]] = {document_id: [] for document_id in ids}
    for query in (names, passages.order_by(PassageRow.document_id, PassageRow.ordinal)):
        for document_id, vector in session.execute(query):
            if len(vector) != size:
                raise LibraryError("A document of this library has damaged vectors.", hint=_VERIFY)
            of[document_id].append(vector)
    for vectors in of.values():
        yield b"".join(vectors)


def _by_row(rows: Iterable[Row[int, T]]) -> dict[int, T]:
    return {row[0]: row[1] for row in rows}
