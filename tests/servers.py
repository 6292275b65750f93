"""A real server on this computer that speaks HTTP as badly as a test wants it to."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

MODELS = json.dumps({"object": "list", "data": [{"id": "clinic-7b"}]}).encode()

Script = Callable[[socket.socket], None]


def reply(status: str, body: bytes, kind: str = "application/json", *more: str) -> bytes:
    """A whole response."""
    head = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *more]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def event(text: str | None = None, model: str = "clinic-7b", finish: str | None = None) -> bytes:
    """One event of a streamed answer."""
    delta = {} if text is None else {"content": text}
    content = {"model": model, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    return b"data: " + json.dumps(content).encode() + b"\n\n"


def streamed(*events: bytes) -> bytes:
    """A streamed answer, up to where the connection closes."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + b"".join(events)


def sending(*parts: bytes | float) -> Script:
    """Sends bytes, and waits where a number of seconds stands."""

    def script(connection: socket.socket) -> None:
        for part in parts:
            if isinstance(part, bytes):
                connection.sendall(part)
            else:
                time.sleep(part)

    return script


def without_end(part: bytes) -> Script:
    """Sends the same again and again, until nobody listens."""

    def script(connection: socket.socket) -> None:
        while True:
            connection.sendall(part)

    return script


def until_closed(connection: socket.socket) -> None:
    """Says nothing more, and waits for the other side to hang up."""
    with suppress(OSError):
        while connection.recv(4096):
            pass


class Server:
    """A server that answers questions for its models by one script and all others by another.

    Args:
        chat: how it answers a chat.
        models: how it answers the question which models it has; None: that it has ``clinic-7b``.
        context: its certificate, where it is to speak TLS.

    Attributes:
        port: where it listens.
        requests: the requests that came, head and body.
        hung_up: is set when the other side of a chat has hung up.
    """

    def __init__(self, chat: Script, models: Script | None = None, context: ssl.SSLContext | None = None) -> None:
        self._chat, self._models, self._context = chat, models or sending(reply("200 OK", MODELS)), context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.requests: list[bytes] = []
        self.hung_up = threading.Event()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Serve nobody any more."""
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def bodies(self) -> Iterator[dict[str, object]]:
        """What was sent to it as JSON."""
        for request in self.requests:
            body = request.partition(b"\r\n\r\n")[2]
            if body:
                yield json.loads(body)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        self._open.append(connection)
        is_chat = False
        with suppress(OSError):
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                request = _request(connection)
                self.requests.append(request)
                is_chat = request.startswith(b"POST")
                (self._chat if is_chat else self._models)(connection)
        if is_chat:
            self.hung_up.set()


def _request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
