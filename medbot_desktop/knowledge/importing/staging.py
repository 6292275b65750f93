"""Store the documents of a file where no search sees them, until the whole file is in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from medbot_desktop.knowledge.chunking import Chunk, CountTokens, chunk
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.embedding import EmbedTexts, digest, embedded_texts, names_of
from medbot_desktop.knowledge.library_rows import (
    EmbeddedPassage,
    content_hash,
    finish_document,
    insert_document,
    insert_names,
    insert_passages,
    remove_documents,
    remove_little_by_little,
)
from medbot_desktop.vault.schema import DocumentRow, FileRow, PassageRow
from medbot_desktop.vault.vault import Vault

_TEXTS_AT_ONCE = 64
"""Texts that are embedded and stored in one go: enough to fill the embedder's batches, few enough to stop after."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Some passages of a document on their way into the vault; ``first`` is the place of the first of them."""

    document: Document
    names: tuple[str, ...]
    pieces: Sequence[Chunk]
    texts: Sequence[str]
    first: int
    is_last: bool

    @property
    def size(self) -> int:
        """How many texts have to be embedded for it."""
        return len(self.texts) + (0 if self.first else len(self.names))


class Staging:
    """Takes the documents of one file after another.

    Args:
        vault: an open vault.
        embed: the embedder's function.
        embedder: the embedder's identity, stored with each vector.
        count_tokens: number of tokens of a text, as the embedder counts them.
    """

    def __init__(self, vault: Vault, embed: EmbedTexts, embedder: str, count_tokens: CountTokens) -> None:
        self._vault = vault
        self._embed = embed
        self._embedder = embedder
        self._count_tokens = count_tokens
        self._file_id = self._library_id = 0
        self._stored: dict[str, str] = {}
        self._waiting: list[_Part] = []
        self._begun = 0

    def begin(self, file_id: int) -> None:
        """Take the documents of a file from now on; those that an earlier try has stored whole are used again."""
        self._file_id, self._waiting = file_id, []
        with self._vault.transaction() as session:
            self._library_id = session.get_one(FileRow, file_id).library_id
            staged = select(DocumentRow.id).where(DocumentRow.file_id == file_id, DocumentRow.is_staged)
            remove_documents(session, session.scalars(staged.where(DocumentRow.added.is_(None))).all())
            rows = session.execute(
                select(DocumentRow.key, DocumentRow.content_sha256).where(
                    DocumentRow.file_id == file_id, DocumentRow.is_staged
                )
            )
            self._stored = dict(rows.all())

    def forget(self, files: ColumnElement[bool]) -> None:
        """Remove what is staged of some files, a little at a time, so that nobody waits long for the vault.

        Args:
            files: which ones, as a condition on `FileRow`.
        """
        staged = select(DocumentRow.id).join(FileRow, FileRow.id == DocumentRow.file_id)
        for _ in remove_little_by_little(self._vault, staged.where(DocumentRow.is_staged, files)):
            pass

    def add(self, document: Document) -> Iterator[int]:
        """Take a document.

        Yields:
            How many passages were stored, each time that some were.
        """
        if self._stored.get(document.id) == content_hash(document):
            return
        for part in self._parts(document):
            self._waiting.append(part)
            if sum(waiting.size for waiting in self._waiting) >= _TEXTS_AT_ONCE:
                yield from self.flush()

    def flush(self) -> Iterator[int]:
        """Store what was taken and is not stored yet; yields as `add` does."""
        if not self._waiting:
            return
        parts, self._waiting = self._waiting, []
        vectors = iter(self._vectors([text for part in parts for text in (*_new_names(part), *part.texts)]))
        with self._vault.transaction() as session:
            for part in parts:
                self._store(session, part, vectors)
        yield sum(len(part.pieces) for part in parts)

    def _parts(self, document: Document) -> Iterator[_Part]:
        names = names_of(document)
        pieces = chunk(document, self._count_tokens)
        texts = embedded_texts(document, pieces)
        for first in range(0, max(1, len(pieces)), _TEXTS_AT_ONCE):
            end = first + _TEXTS_AT_ONCE
            yield _Part(document, names, pieces[first:end], texts[first:end], first, end >= len(pieces))

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of texts; one that the vault holds for the same text is used again."""
        if not texts:
            return np.empty((0, 0), dtype=np.float32)
        digests = [digest(text) for text in texts]
        query = select(PassageRow.digest, PassageRow.vector).where(
            PassageRow.digest.in_(set(digests)), PassageRow.embedder == self._embedder
        )
        with self._vault.reading() as session:
            known = {key: np.frombuffer(vector, dtype="<f4") for key, vector in session.execute(query)}
        new = {key: text for key, text in zip(digests, texts, strict=True) if key not in known}
        if new:
            known.update(zip(new, self._embed(list(new.values())), strict=True))
        return np.stack([known[key] for key in digests])

    def _store(self, session: Session, part: _Part, vectors: Iterator[NDArray[np.float32]]) -> None:
        if not part.first:
            self._begun = insert_document(session, self._library_id, part.document, self._file_id, is_staged=True)
            of_names = [next(vectors) for _ in part.names]
            insert_names(session, self._begun, part.names, of_names, self._embedder)
        passages = [
            EmbeddedPassage(piece, next(vectors), digest(text))
            for piece, text in zip(part.pieces, part.texts, strict=True)
        ]
        insert_passages(session, self._begun, part.names, passages, self._embedder, part.first)
        if part.is_last:
            finish_document(session, self._begun)


def _new_names(part: _Part) -> tuple[str, ...]:
    return () if part.first else part.names
