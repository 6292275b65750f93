"""Read documents in a process of its own, so that a hostile or broken one costs itself alone, and not the program."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.readers.reader import Reader, file_name, file_size, unreadable
from medbot_desktop.knowledge.reading.confinement import allow_processor_time, confine
from medbot_desktop.knowledge.reading.frames import document_frames
from medbot_desktop.knowledge.reading.messages import (
    OUT_OF_MEMORY,
    Began,
    Ended,
    Limits,
    PageRead,
    Refused,
    Reply,
    Stopped,
    TooLongError,
    message_frame,
)
from medbot_desktop.knowledge.reading.page_marks import told_of_pages

ReaderFor = Callable[[Path], Reader]
"""Tells the reader for a file, or refuses it by a ``LibraryError``."""

_HASHED = 64_000_000  # bytes: a change of a larger file is told from its size and its time alone
_AT_ONCE = 64_000  # bytes
_LOOK_SECONDS = 0.1  # between two looks at how far a file has been read
_SPARE_SECONDS = 5.0  # of processor time: the parent, who counts as well, is to be the first to stop


def run(requests: Connection, replies: Connection, limits: Limits) -> None:
    """Read the files that are asked for, until nobody asks any more.

    Args:
        requests: paths come in here, as bytes.
        replies: frames go out here.
        limits: what the reading may cost.
    """
    serve(requests, replies, limits, _reader_for)


def serve(requests: Connection, replies: Connection, limits: Limits, reader_for: ReaderFor) -> None:
    """Shut this process in, then read files with the readers that ``reader_for`` tells; the rest as in ``run``."""
    confine(limits)
    while True:
        try:
            path = Path(os.fsdecode(requests.recv_bytes()))
        except (EOFError, OSError):
            return
        try:
            _Reading(path, replies, limits).carry_out(reader_for)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)  # there may be no room left for a sentence


def _reader_for(path: Path) -> Reader:
    # Loaded in a process that is shut in already: much of it is native code.
    from medbot_desktop.knowledge.readers.kinds import reader_for

    return reader_for(path)


class _Reading:
    """One file, as it is read.

    Args:
        path: the file.
        replies: where frames go.
        limits: what the reading may cost.
    """

    def __init__(self, path: Path, replies: Connection, limits: Limits) -> None:
        self._path = path
        self._replies = replies
        self._limits = limits
        self._size = 0
        self._place = (0, 0)
        self._share = 0.0
        self._next_look = 0.0
        self._began = 0.0

    def carry_out(self, reader_for: ReaderFor) -> None:
        """Read the file, and say what came of it."""
        self._begin_document()
        self._write((message_frame(Began()),))
        try:
            outcome = self._outcome(reader_for)
        except LibraryError as error:
            outcome = Refused(message=error.message, hint=error.hint)
        except TooLongError:
            outcome = Stopped(reason="too_long")
        except MemoryError:
            raise
        except Exception as error:  # the outermost line of this process
            outcome = Stopped(reason="failed", error=type(error).__name__)
        self._write((message_frame(outcome),))

    def _outcome(self, reader_for: ReaderFor) -> Reply:
        before = _state(self._path)
        self._size, self._place = before.size, before.place
        self._begin_document()
        outcome: Reply = Ended()
        try:
            with told_of_pages(self._page_read):
                for document in reader_for(self._path).read(self._path):
                    self._write(document_frames(document, self._read_so_far()))
                    self._begin_document()
        except LibraryError as error:
            outcome = Refused(message=error.message, hint=error.hint)
        # What is wrong with a file may be that only a part of it was there; this reason comes before any other.
        _refuse_if_changed(self._path, before)
        return outcome

    def _page_read(self, number: int, count: int) -> None:
        self._share = min(number / count, 1.0)
        self._write((message_frame(PageRead(number=number, count=count)),))
        self._allow(number)

    def _begin_document(self) -> None:
        self._began = time.process_time()
        self._allow(0)

    def _allow(self, pages: int) -> None:
        """Have the system stop this process if the document takes too long."""
        spent = time.process_time() - self._began
        allow_processor_time(self._limits.work_seconds(self._size, pages) + _SPARE_SECONDS - spent)

    def _read_so_far(self) -> float:
        """The share of the file that has been read: told by its pages, else from the place at which it is open."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + _LOOK_SECONDS
            for number in range(self._limits.open_files):
                try:
                    facts = os.fstat(number)
                    if (facts.st_dev, facts.st_ino) == self._place:
                        self._share = max(self._share, min(os.lseek(number, 0, os.SEEK_CUR) / self._size, 1.0))
                except OSError:
                    continue
        return self._share

    def _write(self, frames: Iterable[bytes]) -> None:
        """Write frames, small ones together; waits where the parent does not read."""
        waiting = bytearray()
        for frame in frames:
            waiting += frame
            if len(waiting) >= _AT_ONCE:
                self._send(waiting)
                waiting = bytearray()
        self._send(waiting)

    def _send(self, data: bytearray) -> None:
        try:
            with memoryview(data) as left:
                sent = 0
                while sent < len(left):
                    sent += send_some(self._replies, left[sent : sent + _AT_ONCE])
        except OSError:
            os._exit(1)  # nobody listens any more


def send_some(connection: Connection, data: memoryview) -> int:
    """Send as much as the pipe takes; on Windows a pipe carries messages, elsewhere bytes."""
    if sys.platform == "win32":
        connection.send_bytes(data)
        return len(data)
    return os.write(connection.fileno(), data)


@dataclass(frozen=True, slots=True)
class _State:
    """What tells whether a file is still the same: its place on the disk, its size, its time, its bytes' hash."""

    place: tuple[int, int]
    size: int
    changed: int
    sha256: bytes


def _state(path: Path) -> _State:
    """The state of an ordinary file.

    Raises:
        LibraryError: it is none, or cannot be read.
    """
    file_size(path)
    try:
        with path.open("rb") as file:
            facts = os.fstat(file.fileno())
            digest = hashlib.sha256()
            while facts.st_size <= _HASHED and (piece := file.read(_AT_ONCE)):
                digest.update(piece)
    except OSError as error:
        raise unreadable(path) from error
    return _State((facts.st_dev, facts.st_ino), facts.st_size, facts.st_mtime_ns, digest.digest())


def _refuse_if_changed(path: Path, before: _State) -> None:
    try:
        is_same = _state(path) == before
    except LibraryError as error:
        raise LibraryError(
            f"{file_name(path)} was taken away while it was read.", hint="Put it back, and add it once more."
        ) from error
    if not is_same:
        raise LibraryError(
            f"{file_name(path)} changed while it was read.",
            hint="Close it in the program that writes it, and add it once more.",
        )
