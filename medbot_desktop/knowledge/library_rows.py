"""Put documents into the tables of the vault and take them out again, their words for full-text search included."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.orm import Session

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.chunking import Chunk
from medbot_desktop.knowledge.document import Document
from medbot_desktop.vault.schema import DocumentRow, LibraryRow, NameRow, PassageRow


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """A document that is cut and embedded.

    Attributes:
        document: the document.
        pieces: its passages.
        vectors: of each of its names, then of each passage, shape (names + passages, d).
    """

    document: Document
    pieces: Sequence[Chunk]
    vectors: NDArray[np.float32]


def library_row(session: Session, name: str) -> LibraryRow:
    """The row of a library, which is made if it is new."""
    row = session.scalar(select(LibraryRow).where(LibraryRow.name == name))
    if row is None:
        row = LibraryRow(name=name)
        session.add(row)
        session.flush()
    return row


def insert_documents(
    session: Session, library: LibraryRow, documents: Sequence[PreparedDocument], embedder: str
) -> None:
    """Add documents to a library.

    Args:
        session: a transaction.
        library: its row.
        documents: what to add.
        embedder: the identity of what made the vectors.

    Raises:
        LibraryError: a document with the same identifier is there already.
    """
    taken = set(session.scalars(select(DocumentRow.key).where(DocumentRow.library_id == library.id)))
    rows: list[DocumentRow] = []
    for prepared in documents:
        key = prepared.document.id
        if key in taken:
            raise LibraryError(
                f"The library {library.name} already has a document {key}.", hint="Give the new one another id."
            )
        taken.add(key)
        rows.append(_document_row(library.id, prepared.document))
    session.add_all(rows)
    session.flush()
    for row, prepared in zip(rows, documents, strict=True):
        _insert_names(session, row.id, prepared, embedder)
        _insert_passages(session, row.id, prepared, embedder)


def remove_documents(session: Session, library: LibraryRow) -> int:
    """Remove every document of a library; returns how many there were."""
    session.execute(
        text(
            "DELETE FROM passages_fts WHERE rowid IN (SELECT passages.id FROM passages"
            " JOIN documents ON documents.id = passages.document_id WHERE documents.library_id = :library)"
        ),
        {"library": library.id},
    )
    of_library = DocumentRow.library_id == library.id
    count = session.scalar(select(func.count()).select_from(DocumentRow).where(of_library)) or 0
    # Names and passages go with their documents, by the foreign keys.
    session.execute(delete(DocumentRow).where(of_library), execution_options={"synchronize_session": False})
    return count


def _document_row(library_id: int, document: Document) -> DocumentRow:
    return DocumentRow(
        library_id=library_id,
        key=document.id,
        title=document.title,
        audience=document.audience,
        last_reviewed=document.last_reviewed,
        sources=[{"body": source.body, "title": source.title} for source in document.sources],
        body=document.body,
        content_sha256=hashlib.sha256(document.body.encode()).hexdigest(),
    )


def _insert_names(session: Session, document_id: int, prepared: PreparedDocument, embedder: str) -> None:
    names = prepared.document.names
    rows = [
        {"document_id": document_id, "text": name, "embedder": embedder, "vector": vector.tobytes()}
        for name, vector in zip(names, prepared.vectors[: len(names)], strict=True)
    ]
    session.execute(insert(NameRow), rows)


def _insert_passages(session: Session, document_id: int, prepared: PreparedDocument, embedder: str) -> None:
    names = prepared.document.names
    rows = [
        {
            "document_id": document_id,
            "ordinal": ordinal,
            "section": piece.section,
            "text": piece.text,
            "start": piece.start,
            "end": piece.end,
            "page": None,
            "embedder": embedder,
            "vector": vector.tobytes(),
        }
        for ordinal, (piece, vector) in enumerate(zip(prepared.pieces, prepared.vectors[len(names) :], strict=True))
    ]
    session.execute(insert(PassageRow), rows)
    session.execute(
        text(
            "INSERT INTO passages_fts (rowid, names, section, text) SELECT id, :names, section, text FROM passages"
            " WHERE document_id = :document_id"
        ),
        {"names": "\n".join(names), "document_id": document_id},
    )
