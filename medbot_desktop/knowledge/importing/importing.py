"""Bring the files of the queue into their libraries: read, cut, embed, store, each of them whole or not at all."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from medbot_desktop.errors import DiskFullError, LibraryError
from medbot_desktop.knowledge.chunking import CountTokens
from medbot_desktop.knowledge.document import Document, Reading
from medbot_desktop.knowledge.embedding import EmbedTexts
from medbot_desktop.knowledge.importing.file_states import UNFINISHED, FileState, Standing, file_state
from medbot_desktop.knowledge.importing.staging import Staging
from medbot_desktop.knowledge.library import record_change
from medbot_desktop.knowledge.readers.reader import file_name, told_apart, unreadable
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.moments import stored_now
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.schema import DocumentRow, FileRow, LibraryRow
from medbot_desktop.vault.vault import Vault

_HASHED_AT_ONCE = 4 * 1024 * 1024
_SECONDS_BETWEEN_TOLD = 0.1


class DocumentSource(Protocol):
    """Reads files; what it reads them with must not be able to harm this process."""

    def read(self, path: Path) -> Generator[Document | Reading, None, None]:
        """The documents of a file, and between them marks of how far it is.

        Raises:
            LibraryError: the file cannot be read.
        """


class Importing:
    """Works through the queue.

    Args:
        vault: an open vault; on another thread than the conversation's, one on a connection of its own.
        access: who uses it.
        embed: the embedder's function.
        embedder: the embedder's identity, stored with each vector.
        count_tokens: number of tokens of a text, as the embedder counts them.
        source: reads files.

    Attributes:
        vault: the one that it works on.
    """

    def __init__(
        self,
        vault: Vault,
        access: Access,
        embed: EmbedTexts,
        embedder: str,
        count_tokens: CountTokens,
        source: DocumentSource,
    ) -> None:
        self.vault = vault
        self._access = access
        self._source = source
        self._staging = Staging(vault, embed, embedder, count_tokens)

    def run(self) -> Generator[FileState, None, None]:
        """Bring in file after file, until none waits.

        Closing it is a pause: what of a file was stored stays hidden, and the next run goes on from there.

        Yields:
            How the file stands that is being brought in, at least every fifth of a second while it is read.

        Raises:
            PermissionRefusedError: the account may not change the libraries.
            DiskFullError: there is not even room to note that.
        """
        self._access.require(Permission.EDIT_LIBRARY)
        self._clear_away()
        while (state := self._next()) is not None:
            yield state
            yield from self._bring_in(state)
            self._clear_away()

    def _next(self) -> FileState | None:
        query = (
            select(FileRow, LibraryRow.name)
            .join(LibraryRow, LibraryRow.id == FileRow.library_id)
            .where(FileRow.state.in_(UNFINISHED))
            .order_by(FileRow.state != Standing.READING, FileRow.id)
            .limit(1)
        )
        with self.vault.transaction() as session:
            found = session.execute(query).first()
            if found is None:
                return None
            row, library = found
            row.state = Standing.READING
            return file_state(row, library, 0, 0)

    def _bring_in(self, state: FileState) -> Generator[FileState, None, None]:
        last = state
        try:
            for last in self._steps(state):
                yield last
        except _StoppedError:
            return
        except (LibraryError, DiskFullError) as error:
            yield self._fail(last, error)

    def _steps(self, state: FileState) -> Generator[FileState, None, None]:
        before = _facts(state.path)
        sha256 = yield from self._hashed(state)
        self._staging.forget(and_(FileRow.id == state.id, FileRow.sha256 != sha256))
        known_as = self._known(state, sha256, before)
        if known_as is not None:
            yield known_as
            return
        self._staging.begin(state.id)
        clock = _Clock()
        last = state
        with closing(self._source.read(state.path)) as read:
            for last in self._staged(state, read):
                if clock.is_time():
                    yield last
        if _facts(state.path) != before:
            raise _changed(state.path)
        yield self._publish(last)

    def _hashed(self, state: FileState) -> Generator[FileState, None, str]:
        """SHA-256 of the file's content."""
        digest = hashlib.sha256()
        clock = _Clock()
        try:
            with state.path.open("rb") as file:
                while content := file.read(_HASHED_AT_ONCE):
                    digest.update(content)
                    if clock.is_time():
                        yield state
        except (OSError, ValueError) as error:
            raise unreadable(state.path) from error
        return digest.hexdigest()

    def _known(self, state: FileState, sha256: str, facts: _Facts) -> FileState | None:
        """How the file stands if its content is in the library already; else its hash is noted."""
        with self.vault.transaction() as session:
            row = _row(session, state)
            row.sha256, row.size, row.modified = sha256, facts.size, facts.modified
            same = session.scalar(
                select(FileRow).where(
                    FileRow.library_id == row.library_id,
                    FileRow.sha256 == sha256,
                    FileRow.state == Standing.DONE,
                )
            )
            if same is None:
                return None
            row.state, row.finished, row.share = Standing.KNOWN, stored_now(), 1.0
            if same.path == row.path:
                same.modified = facts.modified
            else:
                row.message = f"The same content is in the library already, as {same.name}."
            return file_state(row, state.library, 0, 0)

    def _staged(
        self, state: FileState, read: Generator[Document | Reading, None, None]
    ) -> Generator[FileState, None, None]:
        """Store what is read where nobody sees it yet."""
        taken = self._taken(state)
        seen: dict[str, int] = {}
        for item in read:
            if isinstance(item, Reading):
                state = replace(state, share=item.share, pages=item.pages or state.pages)
            else:
                key = told_apart(item.id, seen)
                while key in taken:
                    key = told_apart(item.id, seen)
                for stored in self._staging.add(replace(item, id=key)):
                    state = self._told(state, stored)
                    yield state
                state = replace(state, documents=state.documents + 1)
            yield state
        for stored in self._staging.flush():
            state = self._told(state, stored)
            yield state

    def _taken(self, state: FileState) -> set[str]:
        """The identifiers in the library that are not those of the file's own earlier version."""
        with self.vault.reading() as session:
            row = _row(session, state)
            query = select(DocumentRow.key).where(
                DocumentRow.library_id == row.library_id, DocumentRow.is_staged.is_(False)
            )
            if row.replaces_id is not None:
                query = query.where(DocumentRow.file_id.is_distinct_from(row.replaces_id))
            return set(session.scalars(query))

    def _told(self, state: FileState, passages: int) -> FileState:
        """Keep how far the file is, unless it was cancelled meanwhile."""
        state = replace(state, passages=state.passages + passages)
        with self.vault.transaction() as session:
            row = _row(session, state)
            row.share, row.pages = state.share, state.pages
        return state

    def _publish(self, state: FileState) -> FileState:
        """Let the file's documents be seen in the place of those of its earlier version, at one stroke."""
        with self.vault.transaction() as session:
            row = _row(session, state)
            earlier = session.get(FileRow, row.replaces_id) if row.replaces_id is not None else None
            if earlier is not None:
                session.execute(
                    update(DocumentRow).where(DocumentRow.file_id == earlier.id).values(is_staged=True), _UNSYNCHRONISED
                )
                earlier.state = Standing.REPLACED
            session.execute(
                update(DocumentRow).where(DocumentRow.file_id == row.id).values(is_staged=False), _UNSYNCHRONISED
            )
            row.state, row.share, row.finished, row.pages = Standing.DONE, 1.0, stored_now(), state.pages
            record_change(session, self._access, row.library_id, state.documents, "added")
            return file_state(row, state.library, state.documents, state.passages)

    def _fail(self, state: FileState, error: LibraryError | DiskFullError) -> FileState:
        with self.vault.transaction() as session:
            row = session.get(FileRow, state.id)
            if row is None:
                return state
            row.state, row.message, row.hint = Standing.FAILED, error.message, error.hint
            row.finished = stored_now()
            return file_state(row, state.library, 0, 0)

    def _clear_away(self) -> None:
        """Remove what was staged of files that failed, were cancelled or replaced; a little at a time."""
        self._staging.forget(FileRow.state.not_in(UNFINISHED))
        with self.vault.transaction() as session:
            session.execute(delete(FileRow).where(FileRow.state == Standing.REPLACED), _UNSYNCHRONISED)


class _StoppedError(Exception):
    """The file was cancelled, or its line is gone."""


@dataclass(frozen=True, slots=True)
class _Facts:
    size: int
    modified: int


class _Clock:
    """Tells when somebody should hear again how far it is."""

    def __init__(self) -> None:
        self._told = time.monotonic()

    def is_time(self) -> bool:
        moment = time.monotonic()
        if moment - self._told < _SECONDS_BETWEEN_TOLD:
            return False
        self._told = moment
        return True


_UNSYNCHRONISED = {"synchronize_session": False}


def _row(session: Session, state: FileState) -> FileRow:
    row = session.get(FileRow, state.id)
    if row is None or row.state != Standing.READING:
        raise _StoppedError
    return row


def _facts(path: Path) -> _Facts:
    try:
        facts = os.stat(path)  # noqa: PTH116
    except (OSError, ValueError) as error:
        raise unreadable(path) from error
    return _Facts(facts.st_size, facts.st_mtime_ns)


def _changed(path: Path) -> LibraryError:
    return LibraryError(f"{file_name(path)} changed while it was read.", hint="Try again when nobody writes to it.")
