"""Look into the tables of the libraries, whoever may read them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select, text

from medbot_desktop.domain import Passage
from medbot_desktop.knowledge.library import REVISION
from medbot_desktop.vault.preferences import mark
from medbot_desktop.vault.schema import DocumentRow, LibraryRow, NameRow, PassageRow
from medbot_desktop.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its row, the row of its document, and its vector."""

    row_id: int
    document: int
    passage: Passage
    vector: NDArray[np.float32]


def passages_of(vault: Vault) -> list[StoredPassage]:
    """Every passage of every library, in the order in which they were added."""
    query = (
        select(PassageRow, DocumentRow.key, DocumentRow.title, LibraryRow.name)
        .join(PassageRow.document)
        .join(DocumentRow.library)
        .where(DocumentRow.is_staged.is_(False))
        .order_by(PassageRow.id)
    )
    with vault.reading() as session:
        return [
            StoredPassage(
                row.id,
                row.document_id,
                Passage(
                    f"{library}/{key}/{row.ordinal}", library, key, title, row.section, row.text, row.start, row.end
                ),
                np.frombuffer(row.vector, dtype="<f4"),
            )
            for row, key, title, library in session.execute(query)
        ]


def names_of(vault: Vault) -> list[str]:
    """Every name of every document."""
    with vault.reading() as session:
        return list(session.scalars(select(NameRow.text).order_by(NameRow.id)))


def full_text_of(vault: Vault, words: str) -> list[int]:
    """The rows of the passages that full-text search finds, the best first."""
    query = text("SELECT rowid FROM passages_fts WHERE passages_fts MATCH :words ORDER BY bm25(passages_fts)")
    with vault.reading() as session:
        return list(session.scalars(query, {"words": words}))


def revision_of(vault: Vault) -> tuple[int, object]:
    """What tells the libraries as they are now from those of any other moment."""
    with vault.reading() as session:
        return session.scalar(select(func.count()).select_from(PassageRow)) or 0, mark(session, REVISION)
