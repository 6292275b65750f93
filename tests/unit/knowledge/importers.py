"""Queues of files and what works through them, on a vault of their own."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select, text

from medbot_desktop.knowledge.document import Document, Reading
from medbot_desktop.knowledge.importing.file_states import FileState
from medbot_desktop.knowledge.importing.importing import DocumentSource, Importing
from medbot_desktop.knowledge.importing.queue import ImportQueue
from medbot_desktop.knowledge.readers.kinds import reader_for
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import Account, Role
from medbot_desktop.vault.schema import DocumentRow
from medbot_desktop.vault.vault import Vault

DIMENSIONS = 8


class HashingEmbedder:
    """Gives each text a unit vector of its own, and remembers what it was asked."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += texts
        vectors = np.array(
            [np.random.default_rng(sum(words.encode())).normal(size=DIMENSIONS) for words in texts], dtype=np.float32
        )
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class ReaderInside:
    """Reads files in this process, for tests that are not about the process that reads them."""

    def read(self, path: Path) -> Generator[Document | Reading, None, None]:
        yield from reader_for(path).read(path)


class Library:
    """A vault whose library is filled."""

    def __init__(self, vault: Vault, source: DocumentSource | None = None, role: Role = Role.CLINICIAN) -> None:
        self.vault = vault
        self.access = Access(vault, Account("someone", "someone", role))
        self.embedder = HashingEmbedder()
        self.queue = ImportQueue(vault, self.access)
        self.importing = Importing(
            vault, self.access, self.embedder.embed, "hash", lambda text: len(text.split()), source or ReaderInside()
        )

    def fill(self, *paths: Path, library: str = "clinic") -> list[FileState]:
        """Add paths and bring them all in; returns how they stand."""
        self.queue.add(library, paths)
        return self.work()

    def work(self) -> list[FileState]:
        """Work through the queue; returns how all files stand."""
        for _ in self.importing.run():
            pass
        return self.queue.files()

    def documents(self) -> dict[str, str]:
        """What is in the libraries: identifier to text."""
        with self.vault.reading() as session:
            whole = select(DocumentRow.key, DocumentRow.body).where(DocumentRow.is_staged.is_(False))
            return dict(session.execute(whole.order_by(DocumentRow.id)).all())

    def rows(self, table: str) -> int:
        """How many rows a table has."""
        with self.vault.reading() as session:
            return session.scalar(text(f"SELECT count(*) FROM {table}")) or 0

    def found(self, word: str) -> int:
        """How many passages full-text search finds, staged ones too."""
        with self.vault.reading() as session:
            query = text("SELECT count(*) FROM passages_fts WHERE passages_fts MATCH :word")
            return session.scalar(query, {"word": word}) or 0
