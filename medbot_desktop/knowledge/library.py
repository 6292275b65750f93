"""Keep libraries in the vault: documents, their passages with vectors, and their words for full-text search."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from medbot_desktop.domain import Passage
from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.chunking import Chunk, chunk
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.markdown_reader import read_markdown
from medbot_desktop.vault.schema import DocumentRow, LibraryRow, NameRow, PassageRow
from medbot_desktop.vault.vault import Vault

CORE = "core"
"""The name of the library that ships with the program."""

# The first synonyms are the commonest names; more of them would drown the passage's own words.
_SYNONYMS_BEFORE_PASSAGE = 6

EmbedTexts = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit vectors, shape (number of texts, dimensions)."""


@dataclass(frozen=True, slots=True)
class LibrarySummary:
    """One line of ``medbot library list``."""

    name: str
    documents: int
    passages: int


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as retrieval needs it; ``document`` is the row id of its document."""

    row_id: int
    document: int
    passage: Passage
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class StoredName:
    """A title or synonym of the document whose row id is ``document``."""

    document: int
    text: str
    vector: NDArray[np.float32]


class Libraries:
    """The libraries of one vault.

    Args:
        vault: an open vault.
        embed: the embedder's function.
        embedder: the embedder's identity, stored with each vector.
        count_tokens: number of tokens of a text, as the embedder counts them.
    """

    def __init__(self, vault: Vault, embed: EmbedTexts, embedder: str, count_tokens: Callable[[str], int]) -> None:
        self._vault = vault
        self._embed = embed
        self._embedder = embedder
        self._count_tokens = count_tokens

    def add(self, library: str, documents: Iterable[Document]) -> None:
        """Add documents to a library, which is made if it is new; all of them or none.

        Raises:
            LibraryError: a document with the same identifier is there already.
        """
        chunked = [(document, chunk(document, self._count_tokens)) for document in documents]
        texts = [words for document, pieces in chunked for words in embedded_texts(document, pieces)]
        vectors = iter(self._embed(texts).astype("<f4"))
        with self._vault.transaction() as session:
            row = _library_row(session, library)
            taken = set(session.scalars(select(DocumentRow.key).where(DocumentRow.library_id == row.id)))
            rows: list[DocumentRow] = []
            for document, _ in chunked:
                if document.id in taken:
                    raise LibraryError(
                        f"The library {library} already has a document {document.id}.",
                        hint="Give the new one another id.",
                    )
                taken.add(document.id)
                rows.append(_document_row(row.id, document))
            session.add_all(rows)
            session.flush()
            for document_row, (document, pieces) in zip(rows, chunked, strict=True):
                self._insert_names(session, document_row.id, document, vectors)
                self._insert_passages(session, document_row.id, document, pieces, vectors)

    def summaries(self) -> list[LibrarySummary]:
        """Every library with the numbers of its documents and passages, by name."""
        with self._vault.transaction() as session:
            rows = session.execute(
                select(LibraryRow.name, func.count(DocumentRow.id.distinct()), func.count(PassageRow.id))
                .outerjoin(LibraryRow.documents)
                .outerjoin(DocumentRow.passages)
                .group_by(LibraryRow.id)
                .order_by(LibraryRow.name)
            )
            return [LibrarySummary(*row) for row in rows]

    def passages(self) -> list[StoredPassage]:
        """Every passage of every library, in the order in which they were added."""
        columns = select(PassageRow, DocumentRow.key, DocumentRow.title, LibraryRow.name)
        query = columns.join(PassageRow.document).join(DocumentRow.library).order_by(PassageRow.id)
        with self._vault.transaction() as session:
            return [
                StoredPassage(
                    row.id, row.document_id, _passage(row, key, title, library), np.frombuffer(row.vector, dtype="<f4")
                )
                for row, key, title, library in session.execute(query)
            ]

    def names(self) -> list[StoredName]:
        """Every title and synonym of every document."""
        query = select(NameRow.document_id, NameRow.text, NameRow.vector).order_by(NameRow.id)
        with self._vault.transaction() as session:
            return [
                StoredName(document, name, np.frombuffer(vector, dtype="<f4"))
                for document, name, vector in session.execute(query)
            ]

    def full_text_search(self, query: str, limit: int) -> list[tuple[int, float]]:
        """Return (row id, BM25 score, higher is better) of the passages that match an FTS5 query best.

        A match in a name of the document weighs more than one in the text.
        """
        if not query:
            return []
        statement = text(
            "SELECT rowid, -bm25(passages_fts, 4.0, 0.5, 1.0) AS score FROM passages_fts"
            " WHERE passages_fts MATCH :query ORDER BY score DESC LIMIT :limit"
        )
        with self._vault.transaction() as session:
            return [
                (int(row[0]), float(row[1])) for row in session.execute(statement, {"query": query, "limit": limit})
            ]

    def _insert_names(
        self, session: Session, document_id: int, document: Document, vectors: Iterator[NDArray[np.float32]]
    ) -> None:
        names = [
            {"document_id": document_id, "text": name, "embedder": self._embedder, "vector": next(vectors).tobytes()}
            for name in document.names
        ]
        session.execute(insert(NameRow), names)

    def _insert_passages(
        self,
        session: Session,
        document_id: int,
        document: Document,
        pieces: Sequence[Chunk],
        vectors: Iterator[NDArray[np.float32]],
    ) -> None:
        passages = [
            {
                "document_id": document_id,
                "ordinal": ordinal,
                "section": piece.section,
                "text": piece.text,
                "start": piece.start,
                "end": piece.end,
                "page": None,
                "embedder": self._embedder,
                "vector": next(vectors).tobytes(),
            }
            for ordinal, piece in enumerate(pieces)
        ]
        session.execute(insert(PassageRow), passages)
        session.execute(
            text(
                "INSERT INTO passages_fts (rowid, names, section, text) SELECT id, :names, section, text FROM passages"
                " WHERE document_id = :document_id"
            ),
            {"names": "\n".join(document.names), "document_id": document_id},
        )


def read_folder(folder: Path) -> list[Document]:
    """Read every Markdown file of a folder, by name.

    Raises:
        LibraryError: a file cannot be read, or the folder has none.
    """
    documents = [read_markdown(path) for path in sorted(folder.glob("*.md"))]
    if not documents:
        raise LibraryError(
            f"The library folder {folder.name} has no Markdown file in it.", hint="Install MedBot again."
        )
    return documents


def embedded_texts(document: Document, pieces: Sequence[Chunk]) -> list[str]:
    """The texts that are embedded for a document: each of its names, then each passage with the names before it."""
    about = f"{document.title} ({', '.join(document.synonyms[:_SYNONYMS_BEFORE_PASSAGE])})."
    return [*document.names, *(f"{about} {piece.text}" for piece in pieces)]


def _library_row(session: Session, name: str) -> LibraryRow:
    row = session.scalar(select(LibraryRow).where(LibraryRow.name == name))
    if row is None:
        row = LibraryRow(name=name)
        session.add(row)
        session.flush()
    return row


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


def _passage(row: PassageRow, key: str, title: str, library: str) -> Passage:
    return Passage(
        id=f"{library}/{key}/{row.ordinal}",
        library=library,
        document_id=key,
        title=title,
        section=row.section,
        text=row.text,
        start=row.start,
        end=row.end,
        page=row.page,
    )
