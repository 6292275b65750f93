"""Read documents in another process, which may crash, hang or grow without end: that costs the document, no more."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.document import Document, Reading
from medbot_desktop.knowledge.readers.reader import SAVE_AGAIN, file_name
from medbot_desktop.knowledge.reading import child as document_child
from medbot_desktop.knowledge.reading.frames import Assembly
from medbot_desktop.knowledge.reading.messages import (
    OUT_OF_MEMORY,
    TEXT,
    Began,
    BrokenPromiseError,
    Ended,
    Head,
    Limits,
    PageRead,
    Refused,
    Sections,
    Stopped,
    reply_in,
)
from medbot_desktop.knowledge.reading.running import Child, GoneError, RunningChild

_TICK_SECONDS = 0.15
_START_SECONDS = 120.0
_LIBRARIES_BYTES = 400_000_000  # of memory: the code of native libraries, which no limit of the system counts
_NEARLY = 0.8
_STARTS = 2
_SPLIT = "Split it into smaller files, or save it as another kind of file, and add that."

_log = logging.getLogger(__name__)


class DocumentProcess:
    """Reads files one after another in a child process, which is started when the first is asked for.

    A child that dies, or is stopped, is replaced when the next file is asked for. It ends with the thread in which
    it was started, so that the files are best read in one thread.

    Args:
        limits: what the reading of a document may cost.
        child: what runs in the process.
    """

    def __init__(self, limits: Limits = Limits(), child: Child = document_child.run) -> None:  # noqa: B008
        self._limits = limits
        self._target = child
        self._child: RunningChild | None = None
        self._is_reading = False

    def __enter__(self) -> DocumentProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def id(self) -> int | None:
        """The system's number of the child; None where there is none."""
        return self._child.id if self._child is not None else None

    def read(self, path: Path) -> Generator[Document | Reading, None, None]:
        """The documents of a file one by one, and between them how far it has been read.

        Something comes at least five times a second, so that the caller can stop: closing the generator stops the
        child. What is not asked for is not read.

        Args:
            path: the file.

        Raises:
            LibraryError: it cannot be read; documents that came before are then not the whole file.
        """
        if self._is_reading:
            raise RuntimeError("The file before has not been read to its end.")
        self._is_reading = True
        in_order = False
        try:
            child = yield from self._asked(path)
            refusal = yield from _FileReading(child, path, self._limits).carry_out()
            in_order = True
        finally:
            self._is_reading = False
            if not in_order:
                self.close()
        if refusal is not None:
            raise refusal

    def close(self) -> None:
        """Stop the child, if there is one."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def _asked(self, path: Path) -> Generator[Reading, None, RunningChild]:
        """A child that has begun with a file."""
        if self._child is not None and self._child.files >= self._limits.files_each:
            self.close()
        for _ in range(_STARTS):
            if self._child is None:
                self._child = RunningChild(self._limits, self._target)
            child = self._child
            child.ask(path)
            # One that was dead before it turned to the file has not died of it.
            with suppress(GoneError, BrokenPromiseError):
                waited = 0.0
                while waited < _START_SECONDS:
                    payload = child.frame(_TICK_SECONDS)
                    if payload is not None:
                        if isinstance(reply_in(payload), Began):
                            return child
                        break
                    waited += _TICK_SECONDS
                    yield Reading(0.0, None)
            self.close()
        raise LibraryError(
            "Documents cannot be read, because the process that reads them does not start.",
            hint="Close other programs and try again; if that does not help, install MedBot again.",
        )


class _FileReading:
    """One file, as the child reads it.

    Args:
        child: it has begun with the file.
        path: the file.
        limits: what the reading may cost.
    """

    def __init__(self, child: RunningChild, path: Path, limits: Limits) -> None:
        self._child = child
        self._name = file_name(path)
        self._limits = limits
        try:
            self._size = path.stat().st_size
        except (OSError, ValueError):
            self._size = 0  # the child will say so
        self._document: Assembly | None = None
        self._document_bytes = 0
        self._file_bytes = 0
        self._share = 0.0
        self._pages = 0
        self._document_pages = 0
        self._silent = 0.0
        self._memory = 0
        self._work_before: float | None = None

    def carry_out(self) -> Generator[Document | Reading, None, LibraryError | None]:
        """Yield what comes, until the file has ended.

        Returns:
            The reader's refusal of the file; None where it has been read whole.

        Raises:
            LibraryError: the child did what it must not, and is to be stopped.
        """
        try:
            next_mark = 0.0
            while True:
                asked = time.monotonic()
                payload = self._child.frame(_TICK_SECONDS)
                now = time.monotonic()
                self._silent = self._silent + now - asked if payload is None else 0.0
                if now >= next_mark:
                    self._check_cost()
                    yield self._reading()
                    next_mark = time.monotonic() + _TICK_SECONDS
                if payload is None:
                    continue
                came = self._take(payload)
                if isinstance(came, Document):
                    yield came
                elif isinstance(came, LibraryError):
                    return came
                elif came is not None:
                    yield Reading(1.0, self._pages or None)
                    return None
        except GoneError:
            raise self._died() from None
        except BrokenPromiseError:
            raise self._refusal("made the part of MedBot that reads documents go wrong") from None

    def _reading(self) -> Reading:
        return Reading(self._share, self._pages or None)

    def _take(self, payload: bytes) -> Document | LibraryError | Ended | None:
        self._count(len(payload))
        if payload.startswith(TEXT):
            self._open_document().add_text(payload[len(TEXT) :])
            return None
        match reply_in(payload):
            case Head() as head if self._document is None:
                self._document = Assembly(head)
            case Sections() as sections:
                return self._sections(sections)
            case PageRead(number=number, count=count) if self._document is None:
                self._pages = self._document_pages = number
                self._share = min(number / count, 1.0)
            case Ended() as ended if self._document is None:
                return ended
            case Refused(message=message, hint=hint):
                return LibraryError(_printable(message), hint=_printable(hint))
            case Stopped(reason="too_long"):
                return self._too_much_text()
            case Stopped(error=error):
                _log.warning("A reader of documents failed with %s.", error)
                return self._refusal("cannot be read: something in it is not as it should be")
            case _:
                raise BrokenPromiseError
        return None

    def _open_document(self) -> Assembly:
        if self._document is None:
            raise BrokenPromiseError
        return self._document

    def _sections(self, sections: Sections) -> Document | None:
        assembly = self._open_document()
        assembly.add_sections(sections)
        if not sections.last:
            return None
        self._share = sections.share
        self._pages = max(self._pages, assembly.pages)
        self._document = None
        self._document_bytes = self._document_pages = 0
        self._work_before = None
        return assembly.document()

    def _count(self, size: int) -> None:
        self._document_bytes += size
        self._file_bytes += size
        most = self._limits.document_bytes
        if self._document_bytes > most or self._file_bytes > max(most, self._limits.growth * self._size):
            raise self._too_much_text()

    def _check_cost(self) -> None:
        """Refuse the file once it costs more than it may."""
        self._memory = max(self._child.memory_bytes(), self._memory)
        if self._memory > self._limits.memory_bytes + _LIBRARIES_BYTES:
            raise self._too_much_memory()
        work = self._child.work_seconds()
        if self._work_before is None:
            self._work_before = work
        if work - self._work_before > self._limits.work_seconds(self._size, self._document_pages):
            raise self._too_slow()
        if self._silent > self._limits.quiet_seconds(self._size, self._document_pages):
            raise self._too_slow()

    def _died(self) -> LibraryError:
        """Why the child is dead, as far as can be told."""
        self._child.end()
        status = self._child.exit_status
        if status == OUT_OF_MEMORY or self._memory > _NEARLY * self._limits.memory_bytes:
            return self._too_much_memory()
        if status == -getattr(signal, "SIGXCPU", 0):
            return self._too_slow()
        return self._refusal("made the part of MedBot that reads documents crash")

    def _too_slow(self) -> LibraryError:
        return self._refusal("takes too long to be read", _SPLIT)

    def _too_much_memory(self) -> LibraryError:
        return self._refusal("takes more memory to be read than a document may", _SPLIT)

    def _too_much_text(self) -> LibraryError:
        return self._refusal("gives more text than a file of its size may", _SPLIT)

    def _refusal(self, what: str, hint: str = SAVE_AGAIN) -> LibraryError:
        return LibraryError(f"{self._name} {what}.", hint=hint)


def _printable(text: str) -> str:
    return "".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in text)
