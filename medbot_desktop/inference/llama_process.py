"""Hold one operating-system process that runs a text model, from its start to its end."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from medbot_desktop.inference import llama_child
from medbot_desktop.inference.llama_messages import Cancel, Generate, Load, Reply

_FAREWELL_S = 2.0


class LlamaProcess:
    """A child process with a text model. It ends when this program does, however that comes about.

    Args:
        load: what it opens.
    """

    def __init__(self, load: Load) -> None:
        context = multiprocessing.get_context("spawn")
        theirs: Connection
        self._connection, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(
            target=llama_child.run, args=(theirs, load), name="MedBot text model", daemon=True
        )
        self._process.start()
        theirs.close()

    @property
    def id(self) -> int | None:
        """The system's number of the process."""
        return self._process.pid

    def send(self, request: Generate | Cancel) -> None:
        """Ask for something; where the process is dead, ``replies`` ends and tells so."""
        try:
            self._connection.send(request)
        except OSError:
            return

    def replies(self, first_within: float) -> Iterator[Reply]:
        """What the process says, until it is dead.

        Args:
            first_within: seconds in which it must say something at all.
        """
        if not self._connection.poll(first_within):
            return
        try:
            while True:
                yield self._connection.recv()
        except (EOFError, OSError):
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

    def kill(self) -> None:
        """Stop the process at once, even one that hangs; ``end`` sees it out."""
        self._process.kill()

    def end(self) -> None:
        """Stop the process and wait until it is gone."""
        self._process.join(0)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(_FAREWELL_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(_FAREWELL_S)
        self._connection.close()
