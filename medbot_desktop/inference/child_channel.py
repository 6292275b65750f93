"""What a model's process hears from MedBot and says to it: requests come in, replies and a pulse go out."""

from __future__ import annotations

import os
import queue
import threading
import time
from multiprocessing.connection import Connection

from medbot_desktop.inference.llama_messages import Cancel, Count, Generate, Pulse, Reply, Threads

_PULSE_S = 0.5


class Replies:
    """What goes out, from several threads; twice a second a sign of life among it.

    Args:
        connection: where replies go out.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        threading.Thread(target=self._live, name="pulse", daemon=True).start()

    def send(self, reply: Reply) -> None:
        """Send a reply; where nobody is left to hear it, the process ends."""
        try:
            with self._lock:
                self._connection.send(reply)
        except OSError:
            os._exit(0)

    def _live(self) -> None:
        while True:
            self.send(Pulse())
            time.sleep(_PULSE_S)


class Requests:
    """What was asked for, heard in a thread of its own so that a cancellation is known while the model computes.

    A runtime says in `_stop` how what it computes is stopped, and in `_asked` what gives way to an answer.

    Args:
        connection: where requests come in; when it closes, so does the process.

    Attributes:
        counts: whose tokens are to be counted.
        threads: processor threads to compute with from now on; 0: as many as at the beginning.
    """

    def __init__(self, connection: Connection) -> None:
        self.counts: queue.SimpleQueue[Count] = queue.SimpleQueue()
        self.threads = 0
        self._connection = connection
        self._waiting: queue.SimpleQueue[Generate] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._current = 0
        self._cancelled_up_to = 0
        threading.Thread(target=self._listen, name="requests", daemon=True).start()

    @property
    def cancelled(self) -> bool:
        """Whether the request that began last is to stop."""
        return self._cancelled_up_to >= self._current

    def waiting(self) -> bool:
        """Whether somebody asked for an answer."""
        return not self._waiting.empty()

    def next(self) -> Generate:
        """Wait for the next request."""
        return self._waiting.get()

    def _stop(self) -> None:
        """Stop what is computed; the lock is held."""

    def _asked(self) -> None:
        """Somebody waits for an answer."""

    def _listen(self) -> None:
        try:
            while True:
                self._hear(self._connection.recv())
        except (EOFError, OSError):
            # Nobody is left to answer; the main thread may be deep in native code, so there is no other way out.
            os._exit(0)

    def _hear(self, request: object) -> None:
        match request:
            case Cancel(id=request_id):
                with self._lock:
                    self._cancelled_up_to = max(self._cancelled_up_to, request_id)
                    if self.cancelled:
                        self._stop()
            case Threads(count=count):
                self.threads = count
            case Count():
                self.counts.put(request)
            case Generate():
                self._waiting.put(request)
                self._asked()
