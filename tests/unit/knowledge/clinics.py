"""Vaults of clinics with a few documents in a library, for the tests of packs, upkeep and another embedder."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from medbot_desktop.knowledge.document import Block, Document, Section, Source
from medbot_desktop.knowledge.library import Libraries, LibrarySummary
from medbot_desktop.knowledge.packs.packs import Packs
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.roles import Account, Role
from medbot_desktop.vault.schema import AuditRow
from medbot_desktop.vault.vault import Vault

DIMENSIONS = 8
IDENTITY = "letters@1"

T = TypeVar("T")


def letters(texts: Sequence[str]) -> NDArray[np.float32]:
    """A small embedder: how often the letters of a text are which, as a vector of length one."""
    counts = np.array(
        [[1 + sum(ord(c) % DIMENSIONS == n for c in words) for n in range(DIMENSIONS)] for words in texts]
    )
    vectors = counts.reshape(-1, DIMENSIONS).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def count_words(words: str) -> int:
    return len(words.split())


def document(key: str, *paragraphs: str, header: str = "") -> Document:
    """A document with a paragraph, or a row of a table, in each section."""
    body = "\n".join(paragraphs)
    starts = [body.index(paragraph) for paragraph in paragraphs]
    sections = tuple(
        Section(f"Part {n}", (Block(words, start, start + len(words), n, header),), (key.title(),))
        for n, (words, start) in enumerate(zip(paragraphs, starts, strict=True), 1)
    )
    return Document(
        key,
        f"{key.title()} at our clinic",
        (f"{key} trouble", f"{key}s"),
        (f"what about {key}?",),
        "adults",
        "2026-01-01",
        (Source("NHS", "A page"),),
        sections,
        body,
        "https://example.org/page",
        "en",
    )


DOCUMENTS = (
    document("fever", "Drink plenty of water.", "Rest a lot, says Zoë."),
    document("opening", "We open at nine.", "The door is on the left."),
    document("dose", "Ibuprofen | 200 mg", "Paracetamol | 500 mg", header="Medicine | Dose"),
)


class Clinic:
    """A vault in a file, and who uses it."""

    def __init__(
        self,
        file: Path,
        role: Role = Role.ADMINISTRATOR,
        embed: Callable[[Sequence[str]], NDArray[np.float32]] = letters,
        identity: str = IDENTITY,
    ) -> None:
        self.key = DataKey.random()
        self.file = file
        self.embed, self.identity = embed, identity
        self.vault = Vault.open(file, self.key)
        self.vault.migrate()
        self.access = Access(self.vault, Account("someone", "someone", role))

    @property
    def libraries(self) -> Libraries:
        return Libraries(self.vault, self.access, self.embed, self.identity, count_words)

    def packs(self, role: Role | None = None) -> Packs:
        access = Access(self.vault, Account("other", "other", role)) if role else self.access
        return Packs(self.vault, access, self.embed, self.identity)

    def filled(self, library: str = "clinic", documents: Iterable[Document] = DOCUMENTS) -> Clinic:
        """The clinic with the library that ships and one of its own."""
        self.libraries.sync_core([document("core", "This ships with the program.")])
        self.libraries.add(library, documents)
        return self

    def summary(self, library: str) -> LibrarySummary | None:
        return next((each for each in self.libraries.summaries() if each.name == library), None)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with self.vault.reading() as session:
            return [tuple(row) for row in session.execute(text(query))]

    def run(self, *statements: str) -> None:
        with self.vault.transaction() as session:
            for statement in statements:
                session.execute(text(statement))

    def trail(self) -> list[tuple[str, str, str]]:
        with self.vault.reading() as session:
            return [(row.action, row.kind, row.record) for row in session.query(AuditRow).order_by(AuditRow.seq)]

    def state(self) -> list[tuple[object, ...]]:
        """Everything that a library consists of, but for the numbers of the rows and the moments."""
        documents = (
            "SELECT l.name, l.readable_by, l.pack_fingerprint, d.key, d.title, d.audience, d.last_reviewed, d.sources,"
            " d.body, d.content_sha256, d.url, d.language, d.tags, d.is_staged FROM documents d"
            " JOIN libraries l ON l.id = d.library_id ORDER BY l.name, d.key"
        )
        passages = (
            "SELECT d.key, p.ordinal, p.section, p.text, p.start, p.end, p.page, p.embedder, hex(p.vector),"
            " hex(p.terms), hex(p.digest) FROM passages p JOIN documents d ON d.id = p.document_id"
            " ORDER BY d.key, p.ordinal"
        )
        names = (
            "SELECT d.key, n.text, n.embedder, hex(n.vector) FROM names n JOIN documents d ON d.id = n.document_id"
            " ORDER BY d.key, n.id"
        )
        words = "SELECT count(*) FROM passages_fts_docsize"
        return [*self.rows(documents), *self.rows(passages), *self.rows(names), *self.rows(words)]

    def close(self) -> None:
        self.vault.close()


def exhaust(progress: Iterable[T]) -> list[T]:
    """Do all of a piece of work."""
    return list(progress)


def finished(work: Generator[object, None, T]) -> T:
    """Do all of a piece of work; returns what it found."""
    found: list[T] = []

    def whole() -> Iterator[object]:
        found.append((yield from work))

    exhaust(whole())
    return found[0]
