"""Keep libraries in the vault: documents, their passages with vectors, and their words for full-text search."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, func, select, text
from sqlalchemy.orm import Session

from medbot_desktop.domain import Passage
from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.chunking import Chunk, chunk
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.library_rows import PreparedDocument, insert_documents, library_row, remove_documents
from medbot_desktop.knowledge.markdown_reader import read_markdown
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.schema import DocumentRow, LibraryRow, NameRow, PassageRow, SettingRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import Vault

CORE = "core"
"""The name of the library that ships with the program."""

_REVISION = "library_revision"
"""The setting that is another random text after every change of a library."""

_CORE_FINGERPRINT = "core_fingerprint"
"""The setting that says what the core library of this vault was made of."""

# Cutting all documents takes longer than opening the vault; how the longest ones are cut tells when the rules changed.
_CUT_AS_SAMPLE = 3

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
        access: who uses it.
        embed: the embedder's function.
        embedder: the embedder's identity, stored with each vector.
        count_tokens: number of tokens of a text, as the embedder counts them.
    """

    def __init__(
        self,
        vault: Vault,
        access: Access,
        embed: EmbedTexts,
        embedder: str,
        count_tokens: Callable[[str], int],
    ) -> None:
        self._vault = vault
        self._access = access
        self._embed = embed
        self._embedder = embedder
        self._count_tokens = count_tokens

    def add(self, library: str, documents: Iterable[Document]) -> None:
        """Add documents to a library, which is made if it is new; all of them or none.

        Raises:
            PermissionRefusedError: the account may not change the libraries.
            LibraryError: a document with the same identifier is there already, or it is the library that ships.
        """
        self._require_change(library)
        prepared = self._prepare(documents)
        with self._vault.transaction() as session:
            row = library_row(session, library)
            insert_documents(session, row, prepared, self._embedder)
            self._record_change(session, row.id, len(prepared), "added")

    def remove(self, library: str) -> None:
        """Remove a library with all its documents.

        Raises:
            PermissionRefusedError: the account may not change the libraries.
            LibraryError: there is no such library, or it is the library that ships.
        """
        self._require_change(library)
        with self._vault.transaction() as session:
            row = session.scalar(select(LibraryRow).where(LibraryRow.name == library))
            if row is None:
                raise LibraryError(f"There is no library {library}.", hint="`medbot library list` names them.")
            documents = remove_documents(session, row)
            session.delete(row)
            self._record_change(session, row.id, documents, "removed")

    def sync_core(self, documents: Sequence[Document]) -> bool:
        """Put the library that ships into the vault, unless it is there already; whoever opens the vault may do so.

        Args:
            documents: what ships.

        Returns:
            Whether anything was changed: the documents, how they are cut or the embedder are others than last time.
        """
        fingerprint = self._core_fingerprint(documents)
        with self._vault.transaction() as session:
            if _setting(session, _CORE_FINGERPRINT) == fingerprint:
                return False
        prepared = self._prepare(documents)
        with self._vault.transaction() as session:
            row = library_row(session, CORE)
            remove_documents(session, row)
            insert_documents(session, row, prepared, self._embedder)
            session.merge(SettingRow(key=_CORE_FINGERPRINT, value=fingerprint))
            self._record_change(session, row.id, len(documents), "synced")
        return True

    def fingerprint(self) -> str:
        """What tells the passages and vectors as they are now from those of any other moment."""
        with self._vault.transaction() as session:
            passages = session.scalar(select(func.count()).select_from(PassageRow))
            return f"{self._embedder} {passages} {_setting(session, _REVISION)}"

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
        of_document = select(DocumentRow.id, LibraryRow.name, DocumentRow.key, DocumentRow.title)
        columns = select(
            PassageRow.id,
            PassageRow.document_id,
            PassageRow.vector,
            PassageRow.ordinal,
            PassageRow.section,
            PassageRow.text,
            PassageRow.start,
            PassageRow.end,
            PassageRow.page,
        ).order_by(PassageRow.id)
        with self._vault.transaction() as session:
            documents = {row.id: row for row in session.execute(of_document.join(DocumentRow.library))}
            return [_stored_passage(row, documents[row.document_id]) for row in session.execute(columns)]

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

    def _require_change(self, library: str) -> None:
        self._access.require(Permission.EDIT_LIBRARY)
        if library == CORE:
            raise LibraryError(
                f"The library {CORE} ships with MedBot and cannot be changed.", hint="Choose another library."
            )

    def _record_change(self, session: Session, library_id: int, documents: int, change: str) -> None:
        session.merge(SettingRow(key=_REVISION, value=secrets.token_hex(16)))
        self._access.record(
            session, Action.LIBRARY_CHANGED, "library", str(library_id), documents=documents, change=change
        )

    def _core_fingerprint(self, documents: Sequence[Document]) -> str:
        longest = sorted(documents, key=lambda document: (-len(document.body), document.id))[:_CUT_AS_SAMPLE]
        cut = [embedded_texts(document, chunk(document, self._count_tokens)) for document in longest]
        return hashlib.sha256(repr((self._embedder, cut, list(documents))).encode()).hexdigest()

    def _prepare(self, documents: Iterable[Document]) -> list[PreparedDocument]:
        """Cut and embed, which takes long, before any transaction begins."""
        cut = [(document, chunk(document, self._count_tokens)) for document in documents]
        texts = [embedded_texts(document, pieces) for document, pieces in cut]
        vectors = self._embed([words for of_document in texts for words in of_document]).astype("<f4")
        ends = np.cumsum([len(of_document) for of_document in texts])
        return [
            PreparedDocument(document, pieces, of_document)
            for (document, pieces), of_document in zip(cut, np.split(vectors, ends)[:-1], strict=True)
        ]


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


def _setting(session: Session, key: str) -> object:
    row = session.get(SettingRow, key)
    return None if row is None else row.value


def _stored_passage(row: Row[*tuple[Any, ...]], document: Row[*tuple[Any, ...]]) -> StoredPassage:
    passage = Passage(
        id=f"{document.name}/{document.key}/{row.ordinal}",
        library=document.name,
        document_id=document.key,
        title=document.title,
        section=row.section,
        text=row.text,
        start=row.start,
        end=row.end,
        page=row.page,
    )
    return StoredPassage(row.id, row.document_id, passage, np.frombuffer(row.vector, dtype="<f4"))
