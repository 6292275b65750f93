"""Put documents into the tables of the vault and take them out again, their words for full-text search included."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, delete, insert, select, text, update
from sqlalchemy.orm import Session

from medbot_desktop.knowledge.chunking import Chunk
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.search.terms import passage_terms
from medbot_desktop.vault.moments import stored_now
from medbot_desktop.vault.schema import Base, DocumentRow, LibraryRow, NameRow, PassageRow
from medbot_desktop.vault.vault import Vault

_REMOVED_AT_ONCE = 40
# Rows by the thousand go into the bare tables: an object for each, and what looks after it, takes as long again.
_DOCUMENTS, _NAMES, _PASSAGES = (Base.metadata.tables[row.__tablename__] for row in (DocumentRow, NameRow, PassageRow))


@dataclass(frozen=True, slots=True)
class EmbeddedPassage:
    """A passage that is embedded.

    Attributes:
        piece: the passage.
        vector: of its text with the title and headings before it, shape (d,).
        digest: knows that text again.
    """

    piece: Chunk
    vector: NDArray[np.float32]
    digest: bytes


def library_row(session: Session, name: str) -> LibraryRow:
    """The row of a library, which is made if it is new."""
    row = session.scalar(select(LibraryRow).where(LibraryRow.name == name))
    if row is None:
        row = LibraryRow(name=name, created=stored_now())
        session.add(row)
        session.flush()
    return row


def document_columns(document: Document) -> dict[str, object]:
    """What a row says of a document itself, by column."""
    return {
        "key": document.id,
        "title": document.title,
        "audience": document.audience,
        "last_reviewed": document.last_reviewed,
        "sources": [{"body": source.body, "title": source.title} for source in document.sources],
        "body": document.body,
        "content_sha256": content_hash(document),
        "url": document.url,
        "language": document.language,
    }


def insert_document(
    session: Session, library_id: int, document: Document, file_id: int | None = None, is_staged: bool = False
) -> int:
    """Add a document without its passages; returns its row id."""
    row = {
        **document_columns(document),
        "library_id": library_id,
        "file_id": file_id,
        "is_staged": is_staged,
    }
    return int(session.execute(insert(_DOCUMENTS).returning(_DOCUMENTS.c.id), row).scalar_one())


def insert_names(
    session: Session,
    document_id: int,
    names: Sequence[str],
    vectors: Iterable[NDArray[np.float32]],
    embedder: str,
) -> None:
    """Add the names of a document with their vectors, each of shape (d,)."""
    rows = [
        {"document_id": document_id, "text": name, "embedder": embedder, "vector": as_bytes(vector)}
        for name, vector in zip(names, vectors, strict=True)
    ]
    if rows:
        session.execute(insert(_NAMES), rows)


def insert_passages(
    session: Session,
    document_id: int,
    names: Sequence[str],
    passages: Sequence[EmbeddedPassage],
    embedder: str,
    first: int = 0,
) -> None:
    """Add passages of a document.

    Args:
        session: a transaction.
        document_id: the row of the document.
        names: its names, which its passages are found by too.
        passages: what to add.
        embedder: the identity of what made the vectors.
        first: the place of the first of them in the document.
    """
    rows = [
        {
            "document_id": document_id,
            "ordinal": ordinal,
            "section": passage.piece.section,
            "text": passage.piece.text,
            "start": passage.piece.start,
            "end": passage.piece.end,
            "page": passage.piece.page,
            "embedder": embedder,
            "vector": as_bytes(passage.vector),
            "terms": passage_terms(passage.piece.text).astype("<u4").tobytes(),
            "digest": passage.digest,
        }
        for ordinal, passage in enumerate(passages, first)
    ]
    if not rows:
        return
    session.execute(insert(_PASSAGES), rows)
    session.execute(
        text(
            "INSERT INTO passages_fts (rowid, names, section, text) SELECT id, :names, section, text FROM passages"
            " WHERE document_id = :document_id AND ordinal >= :first"
        ),
        {"names": "\n".join(names), "document_id": document_id, "first": first},
    )


def finish_document(session: Session, document_id: int) -> None:
    """Note that all passages of a document are there."""
    session.execute(update(_DOCUMENTS).where(_DOCUMENTS.c.id == document_id).values(added=stored_now()))


def remove_documents(session: Session, document_ids: Sequence[int]) -> None:
    """Remove documents with their names and passages."""
    for document_id in document_ids:
        session.execute(
            text("DELETE FROM passages_fts WHERE rowid IN (SELECT id FROM passages WHERE document_id = :document_id)"),
            {"document_id": document_id},
        )
    # Names and passages go with their documents, by the foreign keys.
    session.execute(
        delete(DocumentRow).where(DocumentRow.id.in_(document_ids)), execution_options={"synchronize_session": False}
    )


def remove_little_by_little(vault: Vault, documents: Select[int]) -> Iterator[int]:
    """Remove documents in steps so short that nobody waits long for the vault.

    Args:
        vault: where they are.
        documents: selects their rows.

    Yields:
        How many were removed, step by step.
    """
    while True:
        with vault.transaction() as session:
            some = session.scalars(documents.limit(_REMOVED_AT_ONCE)).all()
            remove_documents(session, some)
        if not some:
            return
        yield len(some)


def remove_step_by_step(vault: Vault, documents: Sequence[int]) -> None:
    """Remove these documents, by their rows, in steps as short."""
    for start in range(0, len(documents), _REMOVED_AT_ONCE):
        with vault.transaction() as session:
            remove_documents(session, documents[start : start + _REMOVED_AT_ONCE])


def content_hash(document: Document) -> str:
    """What tells a document's text from every other one: SHA-256 of its title and its body."""
    return hashlib.sha256(f"{document.title}\0{document.body}".encode("utf-8", "surrogatepass")).hexdigest()


def as_bytes(vector: NDArray[np.float32]) -> bytes:
    """A vector as the tables hold it: float32, little-endian."""
    return vector.astype("<f4").tobytes()
