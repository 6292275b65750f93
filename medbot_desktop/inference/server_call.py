"""Send one request to a model server, so that whoever waits for the answer can cut it off at any time."""

from __future__ import annotations

import http.client
import queue
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from medbot_desktop.errors import MedBotError, ModelError
from medbot_desktop.inference.server_address import ServerAddress
from medbot_desktop.inference.server_stream import garbage


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """How long a server may be silent, in seconds.

    Attributes:
        loading: until it has taken a connection, and again until it has said which models it has.
        first: until the first words of an answer.
        again: until the first words after it let somebody wait in vain, unless it has ever taken longer to begin.
        between: from some words to the next.
    """

    loading: float = 3.0
    first: float = 20.0
    again: float = 5.0
    between: float = 10.0


class Call:
    """One request, in a thread of its own, that another thread can cut off.

    Args:
        address: the server.
        limits: how long it may be silent.
        deed: asks and puts what comes into the inbox.

    Attributes:
        inbox: pieces of text as they come; at the end None, or what went wrong.
        tokens: how many the server says that it wrote; None where it does not say so.
        is_over: whether it was cut off.
    """

    def __init__(self, address: ServerAddress, limits: ServerLimits, deed: Callable[[Call], None]) -> None:
        self.inbox: queue.SimpleQueue[str | ModelError | None] = queue.SimpleQueue()
        self.tokens: int | None = None
        self._address, self._limits, self._deed = address, limits, deed
        self._lock = threading.Lock()
        self.is_over = False
        self._connection: http.client.HTTPConnection | None = None
        self._socket: socket.socket | None = None
        self._response: http.client.HTTPResponse | None = None

    def run(self) -> None:
        """Do all of it."""
        try:
            self._deed(self)
            self.inbox.put(None)
        except MedBotError as error:
            self.inbox.put(ModelError(error.message, error.hint))
        except http.client.IncompleteRead:
            self.inbox.put(
                ModelError("The model server stopped in the middle of its answer.", "Ask again in a moment.")
            )
        except (http.client.HTTPException, ValueError):
            self.inbox.put(garbage())
        except OSError:
            self.inbox.put(
                ModelError("The model server cannot be reached, or broke off.", "See whether it runs, and ask again.")
            )
        finally:
            for end in (self._response, self._connection):
                if end is not None:
                    end.close()

    def ask(self, method: str, path: str, body: bytes | None = None) -> http.client.HTTPResponse:
        """Send a request; returns the response, of which only the head was read.

        Raises:
            ModelError: the server may not be asked.
            OSError: it cannot be reached, or this call was cut off.
            http.client.HTTPException: it speaks no HTTP.
        """
        headers = self._address.headers()
        connection = self._address.connect(self._limits.loading)
        with self._lock:
            # The connection lets go of its socket as soon as it has read the head of a response.
            self._connection, self._socket = connection, connection.sock
            if self.is_over:
                raise ConnectionAbortedError
        # Whoever waits for the text gives up sooner, and says so better.
        connection.sock.settimeout(2 * max(self._limits.first, self._limits.between))
        connection.request(method, self._address.path + path, body, headers)
        self._response = connection.getresponse()
        return self._response

    def abort(self) -> None:
        """Cut the connection; whatever waits for it goes on at once."""
        with self._lock:
            self.is_over = True
        if self._socket is not None:
            with suppress(OSError):  # it is closed already
                # The plain socket's own way: the one of TLS would wait for whoever reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
