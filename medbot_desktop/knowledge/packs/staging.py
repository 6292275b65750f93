"""Bring a pack's documents into the vault in small steps, unseen until all of them are there.

They are staged, and come from no file. A staged document is in no library yet, but its row has to name one: it hangs on
the library that ships, which is always there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import FromClause, Table, func, insert, select, text, update
from sqlalchemy.orm import Session, aliased

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.chunking import Chunk
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.embedding import digest, embedded_texts, names_of
from medbot_desktop.knowledge.library import CORE
from medbot_desktop.knowledge.library_rows import as_bytes, document_columns, library_row, remove_little_by_little
from medbot_desktop.knowledge.packs.content import UnpackedDocument
from medbot_desktop.vault.moments import stored_now
from medbot_desktop.vault.schema import DocumentRow, LibraryRow, NameRow, PassageRow
from medbot_desktop.vault.vault import Vault

_DOCUMENTS_AT_ONCE = 100
_LETTERS_AT_ONCE = 4_000_000
_ROWS_IN_QUERY = 500

_INSERT_WORDS = "INSERT INTO passages_fts (rowid, names, section, text) VALUES (:id, :names, :section, :text)"
UNFINISHED = (DocumentRow.is_staged.is_(True), DocumentRow.file_id.is_(None))
"""Documents that nobody sees and no file brings: of packs that came in by half, or of what was replaced or removed."""

_Row = dict[str, Any]
Vectors = Callable[[Sequence[str], NDArray[np.float32]], NDArray[np.float32]]
"""Given texts and their vectors in the pack, the vectors to store, of the same number."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Some passages of a document; ``number`` counts the documents, ``first`` the passages before."""

    number: int
    document: Document
    tags: tuple[str, ...]
    name_vectors: NDArray[np.float32]
    first: int
    pieces: tuple[Chunk, ...]
    terms: tuple[bytes, ...]
    vectors: NDArray[np.float32]


class Staging:
    """The documents of one pack on their way into a vault.

    Args:
        vault: where they go.
        embedder: the identity of what made the vectors that are stored.
        vectors: gives the vectors to store.
        passages_at_once: how many passages one transaction holds.
    """

    def __init__(self, vault: Vault, embedder: str, vectors: Vectors, passages_at_once: int) -> None:
        self._vault = vault
        self._embedder = embedder
        self._vectors = vectors
        self._passages_at_once = passages_at_once
        self._rows: list[int] = []

    def stage(self, documents: Iterable[UnpackedDocument]) -> Iterator[int]:
        """Store documents where nobody sees them yet; yields how many passages are stored."""
        stored = 0
        for parts in _batches(self._parts(documents), self._passages_at_once):
            with self._vault.transaction() as session:
                self._store(session, parts)
            stored += sum(len(part.pieces) for part in parts)
            yield stored

    def publish(self, session: Session, library: LibraryRow) -> int:
        """Put what is staged into a library, in place of what came into it by an earlier pack.

        Args:
            session: the transaction that makes it seen.
            library: the row of the library.

        Returns:
            How many documents there are.

        Raises:
            LibraryError: the library has documents of its own under the same identifiers.
        """
        earlier = (DocumentRow.library_id == library.id, DocumentRow.is_staged.is_(False))
        session.execute(update(DocumentRow).where(*earlier, DocumentRow.file_id.is_(None)).values(is_staged=True))
        for start in range(0, len(self._rows), _ROWS_IN_QUERY):
            staged = DocumentRow.id.in_(self._rows[start : start + _ROWS_IN_QUERY])
            own = aliased(DocumentRow)
            of_library = (own.library_id == library.id, own.is_staged.is_(False), own.file_id.is_not(None))
            if session.scalar(select(own.id).where(*of_library, own.key.in_(select(DocumentRow.key).where(staged)))):
                raise LibraryError(
                    f"The library {library.name} has documents of its own with the same names as those of the pack.",
                    hint="Install the pack under another name.",
                )
            session.execute(update(DocumentRow).where(staged).values(is_staged=False, library_id=library.id))
        return len(self._rows)

    def _parts(self, documents: Iterable[UnpackedDocument]) -> Iterator[_Part]:
        for number, unpacked in enumerate(documents):
            document = unpacked.document
            first, names = 0, self._vectors(names_of(document), unpacked.name_vectors)
            for run in unpacked.runs:
                for start in range(0, len(run.pieces), self._passages_at_once):
                    some = slice(start, start + self._passages_at_once)
                    pieces = run.pieces[some]
                    vectors = self._vectors(embedded_texts(document, pieces), run.vectors[some])
                    yield _Part(number, document, unpacked.tags, names, first, pieces, run.terms[some], vectors)
                    first += len(pieces)
            if not first:
                yield _Part(number, document, unpacked.tags, names, 0, (), (), names[:0])

    def _store(self, session: Session, parts: Sequence[_Part]) -> None:
        """Insert all rows of a table at once: one by one would take several times as long."""
        library = library_row(session, CORE).id
        begun = [part for part in parts if part.first == 0]
        numbers = _next_rows(session, DocumentRow, len(begun))
        self._rows += numbers
        documents = [_document(row, library, part) for row, part in zip(numbers, begun, strict=True)]
        names = [row for number, part in zip(numbers, begun, strict=True) for row in self._names(number, part)]
        passages = [row for part in parts for row in self._passages(self._rows[part.number], part)]
        for row, number in zip(passages, _next_rows(session, PassageRow, len(passages)), strict=True):
            row["id"] = number
        words = [{key: row[key] for key in ("id", "names", "section", "text")} for row in passages]
        for row in passages:
            del row["names"]
        _insert(session, DocumentRow.__table__, documents)
        _insert(session, NameRow.__table__, names)
        _insert(session, PassageRow.__table__, passages)
        if words:
            session.execute(text(_INSERT_WORDS), words)

    def _names(self, document_id: int, part: _Part) -> list[_Row]:
        return [
            {"document_id": document_id, "text": name, "embedder": self._embedder, "vector": as_bytes(vector)}
            for name, vector in zip(names_of(part.document), part.name_vectors, strict=True)
        ]

    def _passages(self, document_id: int, part: _Part) -> list[_Row]:
        names = "\n".join(names_of(part.document))
        rows = zip(part.pieces, part.terms, part.vectors, embedded_texts(part.document, part.pieces), strict=True)
        return [
            {
                "document_id": document_id,
                "ordinal": ordinal,
                "section": piece.section,
                "text": piece.text,
                "start": piece.start,
                "end": piece.end,
                "page": piece.page,
                "embedder": self._embedder,
                "vector": as_bytes(vector),
                "terms": terms,
                "digest": digest(embedded),
                "names": names,
            }
            for ordinal, (piece, terms, vector, embedded) in enumerate(rows, part.first)
        ]


def _insert(session: Session, table: FromClause, rows: list[_Row]) -> None:
    if rows:
        assert isinstance(table, Table)
        session.execute(insert(table), rows)


def _document(row_id: int, library_id: int, part: _Part) -> _Row:
    document = part.document
    return {
        **document_columns(document),
        "id": row_id,
        "library_id": library_id,
        "file_id": None,
        "tags": list(part.tags),
        "added": stored_now(),
        "is_staged": True,
    }


def _next_rows(session: Session, table: type[DocumentRow] | type[PassageRow], count: int) -> range:
    """The numbers of rows that are inserted next."""
    first = (session.scalar(select(func.max(table.id))) or 0) + 1
    return range(first, first + count)


def clear_unfinished(vault: Vault) -> Iterator[int]:
    """Remove what packs left that came in by half or were replaced; yields how many documents are still there."""
    with vault.reading() as session:
        left = session.scalar(select(func.count()).select_from(DocumentRow).where(*UNFINISHED)) or 0
    yield left
    for removed in remove_little_by_little(vault, select(DocumentRow.id).where(*UNFINISHED)):
        left -= removed
        yield left


def _batches(parts: Iterator[_Part], passages_at_once: int) -> Iterator[list[_Part]]:
    """Parts that are stored in one transaction; what is read meanwhile keeps nobody from writing."""
    batch: list[_Part] = []
    passages = letters = 0
    for part in parts:
        batch.append(part)
        passages += len(part.pieces)
        letters += len(part.document.body)
        if passages >= passages_at_once or len(batch) >= _DOCUMENTS_AT_ONCE or letters > _LETTERS_AT_ONCE:
            yield batch
            batch, passages, letters = [], 0, 0
    if batch:
        yield batch
