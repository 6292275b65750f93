"""Tell how a file that was added to a library stands."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from medbot_desktop.vault.schema import DocumentRow, FileRow, LibraryRow, PassageRow


class Standing(StrEnum):
    """Where a file is on its way into a library."""

    WAITING = "waiting"
    READING = "reading"
    DONE = "done"
    KNOWN = "known"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REPLACED = "replaced"

    @property
    def words(self) -> str:
        """The standing as people say it."""
        return _IN_WORDS[self]


_IN_WORDS: Mapping[Standing, str] = {
    Standing.WAITING: "Waiting",
    Standing.READING: "Being read",
    Standing.DONE: "In the library",
    Standing.KNOWN: "In the library already",
    Standing.FAILED: "Not added",
    Standing.CANCELLED: "Cancelled",
    Standing.REPLACED: "Replaced by a newer version",
}

UNFINISHED = (Standing.WAITING, Standing.READING)


@dataclass(frozen=True, slots=True)
class FileState:
    """A file on its way into a library, or in it.

    Attributes:
        id: its row in the vault.
        name: what it is called, as a person can read it.
        share: how much of it is in, from 0 to 1.
        pages: how many it has; None where it has none, or that is not known yet.
        documents: how many came out of it so far.
        message: why it was not added; empty where nothing went wrong.
        hint: what to do about that.
        added: when it was added to the queue, in UTC without a zone.
        finished: when its way ended.
    """

    id: int
    library: str
    name: str
    path: Path
    standing: Standing
    share: float
    pages: int | None
    documents: int
    passages: int
    message: str
    hint: str
    added: datetime
    finished: datetime | None

    @property
    def is_unfinished(self) -> bool:
        """Whether it is still on its way."""
        return self.standing in UNFINISHED


def file_state(row: FileRow, library: str, documents: int, passages: int) -> FileState:
    """The state that a row tells."""
    return FileState(
        id=row.id,
        library=library,
        name=row.name,
        path=Path(os.fsdecode(row.path)),
        standing=Standing(row.state),
        share=row.share,
        pages=row.pages,
        documents=documents,
        passages=passages,
        message=row.message,
        hint=row.hint,
        added=row.added,
        finished=row.finished,
    )


def file_states(session: Session, library: str | None = None, ids: Sequence[int] | None = None) -> list[FileState]:
    """The files of a library, or of all of them, in the order in which they were added."""
    query = select(FileRow, LibraryRow.name).join(LibraryRow, LibraryRow.id == FileRow.library_id).order_by(FileRow.id)
    query = query.where(FileRow.state != Standing.REPLACED)
    if library is not None:
        query = query.where(LibraryRow.name == library)
    if ids is not None:
        query = query.where(FileRow.id.in_(ids))
    rows = session.execute(query).all()
    of_file = (
        select(DocumentRow.file_id, func.count(DocumentRow.id.distinct()), func.count(PassageRow.id))
        .outerjoin(PassageRow, PassageRow.document_id == DocumentRow.id)
        .where(DocumentRow.file_id.is_not(None))
        .group_by(DocumentRow.file_id)
    )
    if ids is not None:
        of_file = of_file.where(DocumentRow.file_id.in_(ids))
    counts = {file: (documents, passages) for file, documents, passages in session.execute(of_file)}
    return [file_state(row, name, *counts.get(row.id, (0, 0))) for row, name in rows]
