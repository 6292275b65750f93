"""Hold one operating-system process that runs a text model, from its start to its end."""

from __future__ import annotations

import math
import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Literal

import psutil

from medbot_desktop.inference import llama_child
from medbot_desktop.inference.llama_messages import Load, Loaded, LoadFailed, OnnxLoad, Reply, Request

End = Literal["killed", "crashed", "hung"]
_KILLED = (-9, -15)
"""Exit statuses of a process that somebody ended: by SIGKILL, by SIGTERM."""

_FAREWELL_S = 2.0
_LISTEN_S = 0.5
_SILENT_LOOKS = 2
"""After so many looks without a pulse, whoever is silent is looked at: a stopped process is known within 1.5 s."""


class LlamaProcess:
    """A child process with a text model. It ends when this program does, however that comes about.

    Args:
        load: what it opens.

    Attributes:
        id: the system's number of the process.
    """

    def __init__(self, load: Load) -> None:
        context = multiprocessing.get_context("spawn")
        theirs: Connection
        self._connection, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(
            target=_runner(load), args=(theirs, load), name="MedBot text model", daemon=True
        )
        self._process.start()
        theirs.close()
        self.id = self._process.pid
        self._sending = threading.Lock()
        self._end: End = "killed"

    def send(self, request: Request) -> None:
        """Ask for something; where the process is dead, ``replies`` ends and tells so."""
        try:
            with self._sending:
                self._connection.send(request)
        except OSError:
            return

    def receive(self, timeout: float) -> Reply | None:
        """The next thing that the process says.

        Args:
            timeout: seconds to wait at most.

        Returns:
            What it said; None where it said nothing in time.

        Raises:
            EOFError: the process is dead, and all that it said was received.
        """
        try:
            if not self._connection.poll(timeout):
                return None
            reply: Reply = self._connection.recv()
        except OSError as error:
            raise EOFError from error
        return reply

    def replies(self, loading: float, silent: float) -> Iterator[Reply]:
        """What the process says, until it is dead or hangs; it hangs where it is stopped, or silent for too long.

        Args:
            loading: seconds until it must have said that it is loaded, or was not.
            silent: seconds in which it must say something.
        """
        looks, deadline = 0, time.monotonic() + loading
        while looks * _LISTEN_S < silent and time.monotonic() < deadline:
            try:
                reply = self.receive(_LISTEN_S)
            except EOFError:
                return
            # Looks are counted rather than seconds, for a computer that slept is no reason to give a process up.
            looks = 0 if reply is not None else looks + 1
            if isinstance(reply, Loaded | LoadFailed):
                deadline = math.inf
            if reply is not None:
                yield reply
            elif looks >= _SILENT_LOOKS and self._is_stopped():
                break
        self._end = "hung"

    def kill(self) -> None:
        """Stop the process at once, even one that hangs; ``end`` sees it out."""
        with suppress(ValueError):  # it was seen out already
            self._process.kill()

    def end(self) -> End:
        """Stop the process, wait until it is gone, and say how it had come to its end."""
        self._process.join(0 if self._end == "hung" else _LISTEN_S)
        status = self._process.exitcode
        self._process.kill()
        self._process.join(_FAREWELL_S)
        self._connection.close()
        if self._process.exitcode is not None:
            self._process.close()
        if self._end != "hung" and status not in (None, 0, *_KILLED):
            self._end = "crashed"
        return self._end

    def _is_stopped(self) -> bool:
        try:
            return bool(psutil.Process(self.id).status() == psutil.STATUS_STOPPED)
        except psutil.Error:
            return False


def _runner(load: Load) -> Callable[..., None]:
    """What the process does, by the kind of model."""
    if isinstance(load, OnnxLoad):
        from medbot_desktop.inference import onnx_child  # slow to load, and a GGUF model goes without

        return onnx_child.run
    return llama_child.run
