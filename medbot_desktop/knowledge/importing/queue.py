"""Keep the queue of files that are to be in a library: what was added, what waits, what failed and why."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.importing.file_states import UNFINISHED, FileState, Standing, file_states
from medbot_desktop.knowledge.importing.folder_walk import Unreadable, files_below
from medbot_desktop.knowledge.library import library_name, require_change
from medbot_desktop.knowledge.library_rows import library_row
from medbot_desktop.knowledge.readers.reader import file_name, unreadable
from medbot_desktop.knowledge.rights import may_read
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.moments import stored_now
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.schema import FileRow, FolderRow, LibraryRow
from medbot_desktop.vault.vault import Vault

_ROWS_AT_ONCE = 500
_ENDED = (Standing.DONE, Standing.KNOWN)


@dataclass(frozen=True, slots=True)
class Added:
    """What came of adding paths.

    Attributes:
        files: the rows of the files that were queued, or that could not be.
        known: the rows of those that were passed over, since they are in the library or in the queue as they are.
    """

    files: tuple[int, ...]
    known: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WatchedFolder:
    """A folder that a library follows."""

    id: int
    library: str
    path: Path
    watched: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """A file as it lies on the disk; ``error`` says why it cannot be read."""

    path: Path
    size: int = 0
    modified: int = 0
    error: LibraryError | None = None


class ImportQueue:
    """The files on their way into the libraries of a vault; it outlives the program.

    Args:
        vault: an open vault.
        access: who uses it.
    """

    def __init__(self, vault: Vault, access: Access) -> None:
        self._vault = vault
        self._access = access

    def add(self, library: str, paths: Sequence[Path], watch: bool = False) -> Added:
        """Queue files, and the files of folders.

        A file that is missing or may not be read gets a line that says so. One whose earlier version is in the library
        will replace it.

        Args:
            library: where they are to be; it is made if it is new.
            paths: files and folders.
            watch: whether the folders are looked through again and again.

        Raises:
            PermissionRefusedError: the account may not change the libraries.
            LibraryError: it is the library that ships, its name is none, or a folder has too many files.
        """
        library = library_name(library)
        require_change(self._access, library)
        return self._add(library, paths, watch, again=True)

    def _add(self, library: str, paths: Sequence[Path], watch: bool, again: bool) -> Added:
        added: list[int] = []
        known: list[int] = []
        for path in map(_absolute, paths):
            folder_id = self._keep_folder(library, path, watch) if path.is_dir() else None
            for found in _slices(_found(path)):
                with self._vault.transaction() as session:
                    row = library_row(session, library)
                    lines = [_queued(session, row.id, file, folder_id, again) for file in found]
                    session.flush()
                    added += [line.id for line, is_new in lines if is_new]
                    known += [line.id for line, is_new in lines if not is_new]
        return Added(tuple(added), tuple(known))

    def files(self, library: str | None = None, ids: Sequence[int] | None = None) -> list[FileState]:
        """The files of the libraries that the account may read, in the order in which they were added."""
        with self._vault.reading() as session:
            readable = {row.name for row in session.scalars(select(LibraryRow)) if self._may_read(row)}
            return [state for state in file_states(session, library, ids) if state.library in readable]

    def waiting(self) -> int:
        """How many files are still on their way."""
        with self._vault.reading() as session:
            return session.scalar(select(func.count()).where(FileRow.state.in_(UNFINISHED))) or 0

    def retry(self, file_id: int) -> None:
        """Queue a file again that failed or was cancelled."""
        self._change(file_id, (Standing.FAILED, Standing.CANCELLED), Standing.WAITING)

    def cancel(self, file_id: int) -> None:
        """Take a file out of the queue; nothing of it will be in the library."""
        self._change(file_id, UNFINISHED, Standing.CANCELLED)

    def dismiss(self, file_id: int) -> None:
        """Take away the line of a file that is not in the library."""
        self._access.require(Permission.EDIT_LIBRARY)
        with self._vault.transaction() as session:
            row = session.get(FileRow, file_id)
            if row is not None and row.state in (Standing.FAILED, Standing.CANCELLED, Standing.KNOWN):
                row.state = Standing.REPLACED  # what was staged of it, if anything, is cleared away with it

    def folders(self) -> list[WatchedFolder]:
        """The folders that were added, by library and path."""
        query = select(FolderRow, LibraryRow.name).join(LibraryRow, LibraryRow.id == FolderRow.library_id)
        with self._vault.reading() as session:
            rows = session.execute(query.order_by(LibraryRow.name, FolderRow.path)).all()
        return [WatchedFolder(row.id, name, Path(os.fsdecode(row.path)), row.watched) for row, name in rows]

    def watch(self, folder_id: int, watched: bool) -> None:
        """Begin or end to follow a folder."""
        self._access.require(Permission.EDIT_LIBRARY)
        with self._vault.transaction() as session:
            row = session.get(FolderRow, folder_id)
            if row is not None:
                row.watched = watched

    def look_at_folders(self) -> int:
        """Queue what is new or changed in the folders that are watched; returns how many files that are.

        A file that is gone stays in the library: a stick that was pulled out must not empty it.
        """
        if not self._access.may(Permission.EDIT_LIBRARY):
            return 0
        watched = [folder for folder in self.folders() if folder.watched and folder.path.is_dir()]
        return sum(len(self._add(folder.library, [folder.path], True, again=False).files) for folder in watched)

    def _may_read(self, library: LibraryRow) -> bool:
        return may_read(self._access.account.role, library.readable_by)

    def _keep_folder(self, library: str, path: Path, watch: bool) -> int:
        with self._vault.transaction() as session:
            library_id = library_row(session, library).id
            stored = os.fsencode(path)
            row = session.scalar(select(FolderRow).where(FolderRow.library_id == library_id, FolderRow.path == stored))
            if row is None:
                row = FolderRow(library_id=library_id, path=stored, watched=False)
                session.add(row)
            row.watched = row.watched or watch
            session.flush()
            return row.id

    def _change(self, file_id: int, before: tuple[Standing, ...], after: Standing) -> None:
        self._access.require(Permission.EDIT_LIBRARY)
        with self._vault.transaction() as session:
            row = session.get(FileRow, file_id)
            if row is not None and row.state in before:
                row.state = after
                row.message = row.hint = ""
                row.share = 0.0
                row.finished = stored_now() if after is Standing.CANCELLED else None


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100  # resolving would follow a link that points to itself


def _found(path: Path) -> Iterator[_Found]:
    for file in files_below(path) if path.is_dir() else [path]:
        if isinstance(file, Unreadable):
            error = LibraryError(
                f"The folder {file_name(file.path)} cannot be looked into.", hint="Check that you may open it."
            )
            yield _Found(file.path, error=error)
        else:
            yield _looked_at(file)


def _looked_at(path: Path) -> _Found:
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return _Found(path, error=unreadable(path))
    if not stat.S_ISREG(facts.st_mode):
        return _Found(path, error=LibraryError(f"{file_name(path)} is not a file.", hint="Choose a document."))
    return _Found(path, facts.st_size, facts.st_mtime_ns)


def _queued(
    session: Session, library_id: int, found: _Found, folder_id: int | None, again: bool
) -> tuple[FileRow, bool]:
    """The line of a file, and whether it is a new one: the file is to be read, or cannot be.

    ``again`` tells whether a file that could not be read is tried again where it did not change.
    """
    path = os.fsencode(found.path)
    lines = session.scalars(
        select(FileRow)
        .where(FileRow.library_id == library_id, FileRow.path == path, FileRow.state != Standing.REPLACED)
        .order_by(FileRow.id.desc())
    ).all()
    for line in lines:
        is_as_it_was = (line.size, line.modified) == (found.size, found.modified)
        if line.state in UNFINISHED or (line.state in _ENDED and is_as_it_was):
            return line, False
        if line.state in (Standing.FAILED, Standing.CANCELLED):
            if is_as_it_was and not again:
                return line, False
            line.state = Standing.REPLACED
    earlier = next((line.id for line in lines if line.state == Standing.DONE), None)
    row = FileRow(
        library_id=library_id,
        path=path,
        name=file_name(found.path),
        sha256="",
        size=found.size,
        modified=found.modified,
        state=Standing.FAILED if found.error else Standing.WAITING,
        message=found.error.message if found.error else "",
        hint=found.error.hint if found.error else "",
        added=stored_now(),
        replaces_id=earlier,
        folder_id=folder_id,
    )
    session.add(row)
    return row, True


def _slices(found: Iterable[_Found]) -> Iterator[list[_Found]]:
    files = iter(found)
    while some := list(islice(files, _ROWS_AT_ONCE)):
        yield some
