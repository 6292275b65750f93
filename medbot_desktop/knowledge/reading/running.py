"""Hold one operating-system process that reads documents, from its start to its end."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

import psutil

from medbot_desktop.knowledge.reading.messages import (
    LENGTH_BYTES,
    MOST_FRAME,
    BrokenPromiseError,
    Limits,
)

Child = Callable[[Connection, Connection, Limits], None]
"""What runs in the process: takes the pipe of requests, the pipe of replies, and what the reading may cost."""

_PIECE = 65_536
_FAREWELL_SECONDS = 2.0


class GoneError(Exception):
    """The process is dead."""


class RunningChild:
    """A child process that reads documents. It ends when this program does, however that comes about.

    Args:
        limits: what the reading may cost.
        child: what runs in it.
    """

    def __init__(self, limits: Limits, child: Child) -> None:
        context = multiprocessing.get_context("spawn")
        theirs_in, self._requests = context.Pipe(duplex=False)
        self._replies, theirs_out = context.Pipe(duplex=False)
        self._process: SpawnProcess = context.Process(
            target=child, args=(theirs_in, theirs_out, limits), name="MedBot reading documents", daemon=True
        )
        self._process.start()
        theirs_in.close()
        theirs_out.close()
        self._system = psutil.Process(self._process.pid)
        self._received = bytearray()
        self.files = 0

    @property
    def id(self) -> int | None:
        """The system's number of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.is_alive()

    @property
    def exit_status(self) -> int | None:
        """How it ended: the status, or the number of the signal below zero."""
        return self._process.exitcode

    def ask(self, path: Path) -> None:
        """Ask for a file; where the process is dead, ``frame`` tells so."""
        self.hand(os.fsencode(path))

    def hand(self, request: bytes) -> None:
        """Hand a request over as it stands; waits until the process has taken what the pipe does not hold."""
        self.files += 1
        try:
            self._requests.send_bytes(request)
        except OSError:
            return

    def frame(self, seconds: float) -> bytes | None:
        """The next frame that it has sent.

        Args:
            seconds: how long to wait for one.

        Returns:
            None where it is not there within the time.

        Raises:
            GoneError: the process is dead and has said all.
            BrokenPromiseError: the frame is longer than any may be.
        """
        received = self._received
        until = time.monotonic() + seconds
        while True:
            if len(received) >= LENGTH_BYTES:
                end = LENGTH_BYTES + int.from_bytes(received[:LENGTH_BYTES], "big")
                if end > LENGTH_BYTES + MOST_FRAME:
                    raise BrokenPromiseError
                if len(received) >= end:
                    payload = bytes(received[LENGTH_BYTES:end])
                    del received[:end]
                    return payload
            try:
                if not self._replies.poll(max(until - time.monotonic(), 0.0)):
                    return None
                received += self._some()
            except (EOFError, OSError):
                raise GoneError from None

    def work_seconds(self) -> float:
        """Processor time that it has taken so far; 0 once it is dead."""
        try:
            times = self._system.cpu_times()
        except psutil.Error:
            return 0.0
        return float(times.user + times.system)

    def memory_bytes(self) -> int:
        """Memory that it holds now; 0 once it is dead."""
        try:
            return int(self._system.memory_info().rss)
        except psutil.Error:
            return 0

    def kill(self) -> None:
        """Stop the process at once, even one that hangs; a thread that waits to hand it something goes on."""
        self._process.kill()

    def see_out(self) -> None:
        """Wait a moment for the end of a process that is about to end."""
        self._process.join(_FAREWELL_SECONDS)

    def end(self) -> None:
        """Stop the process at once, and see it out."""
        self.kill()
        self.see_out()
        self._requests.close()
        self._replies.close()

    def _some(self) -> bytes:
        """What lies in the pipe; on Windows a pipe carries messages, elsewhere bytes."""
        if sys.platform == "win32":
            return self._replies.recv_bytes(_PIECE)
        data = os.read(self._replies.fileno(), _PIECE)
        if not data:
            raise EOFError
        return data
