"""Ask a model on a server of the clinic, for clinics that outgrow one machine."""

from __future__ import annotations

import http.client
import json
import queue
import socket
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from medbot_desktop.errors import MedBotError, ModelError
from medbot_desktop.inference.runtime import Capabilities, ChatMessage
from medbot_desktop.inference.server_address import ServerAddress
from medbot_desktop.inference.server_stream import garbage, model_names, pieces, require_model
from medbot_desktop.inference.stop_texts import StopTexts
from medbot_desktop.inference.supervision import TimeLimits

_HEARTBEAT_S = 0.05
_REST_S = 10.0
"""After this time a server that failed is asked again whether it is there."""
_LIMITS = TimeLimits(loading=10.0, first=60.0, between=20.0)
_TOKENS_OF_LAYOUT = 16
"""More than any common template writes around one message."""
_CHARACTERS_PER_TOKEN = 64
"""No token of a common vocabulary is longer, so an answer beyond this is not the one that was asked for."""


class ServerTextModel:
    """A model behind an OpenAI-compatible server on the clinic's own network.

    Every request has a connection of its own, in a thread of its own, so that closing a stream can cut it at once.

    Args:
        address: the server.
        model: the model's name as the server calls it.
        context_length: tokens that a prompt and its answer may have together on the server.
        limits: how long the server may be silent: ``loading`` for the question whether it has the model.
    """

    def __init__(
        self, address: ServerAddress, model: str, *, context_length: int = 4096, limits: TimeLimits = _LIMITS
    ) -> None:
        self.identity = model
        self._address = address
        self._model = model
        self._context_length = context_length
        self._limits = limits
        self._changed = threading.Condition()
        self._is_ready = False
        self._fault: ModelError | None = None
        self._failed_at = 0.0
        self._asking: _Call | None = None
        self._writing: set[_Call] = set()

    @property
    def capabilities(self) -> Capabilities:
        """What can be asked of it: what every such server does, and nothing that some of them pass over."""
        return Capabilities("server", self._context_length, exact_tokens=False)

    @property
    def ready(self) -> bool:
        """Whether an answer would begin at once; where the server failed a while ago, it is asked again by now."""
        if not self._is_ready and self._fault is not None and time.monotonic() - self._failed_at > _REST_S:
            self.start()
        return self._is_ready

    @property
    def device(self) -> str:
        """It computes on the ``server``."""
        return "server"

    def start(self) -> None:
        """Begin to ask whether the server is there and has the model; does nothing where that is known or asked."""
        with self._changed:
            if self._is_ready or self._asking is not None:
                return
            self._asking = call = _Call(self._address, self._limits, self._ask_for_model)
        threading.Thread(target=self._await, args=(call,), name="model server", daemon=True).start()

    def wait_ready(self, timeout: float | None = None) -> bool:
        """Wait until it is known whether the server has the model, ``timeout`` seconds at most."""
        with self._changed:
            self._changed.wait_for(lambda: self._asking is None, timeout)
            return self._is_ready

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """An upper bound of these messages' tokens: one for two ASCII letters, and one for each other byte.

        English text takes about one token for four letters with every tokenizer in use, dense rows of numbers one for
        two; other scripts may take one for each byte.
        """
        texts = [message.content.encode("utf-8", "replace") for message in messages]
        ascii_letters = sum(byte < 128 for text in texts for byte in text)
        others = sum(map(len, texts)) - ascii_letters
        return (ascii_letters + 1) // 2 + others + _TOKENS_OF_LAYOUT * len(messages)

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        grammar: str | None = None,
        schema: Mapping[str, Any] | None = None,
        stop: Sequence[str] = (),
        adapter: str | None = None,
    ) -> Generator[str, None, None]:
        """Write the next message of a chat, as ``TextModel.stream`` says; it follows no grammar and has no adapters."""
        if grammar is not None or schema is not None or adapter is not None:
            raise ModelError(
                "A model server is asked for plain text only, without a grammar or an adapter.",
                "Use a GGUF model on this computer for this.",
            )
        self.start()
        while not self.wait_ready(_HEARTBEAT_S) and self._asking is not None:
            yield ""
        if not self._is_ready:
            raise self._fault or ModelError("The model server is not asked any more.", "Open MedBot again.")
        wanted = {
            "model": self._model,
            "messages": [{"role": message.role, "content": _sendable(message.content)} for message in messages],
            "max_tokens": max_tokens,
            "temperature": temperature,
            "seed": seed,
            "stream": True,
            **({"stop": list(stop)} if stop else {}),
        }
        call = _Call(self._address, self._limits, lambda call: self._ask_for_text(call, wanted))
        self._writing.add(call)
        threading.Thread(target=call.run, name="model server", daemon=True).start()
        try:
            yield from _shown(self._receive(call), stop, max_tokens * _CHARACTERS_PER_TOKEN)
        except ModelError as error:
            self._note(error)
            raise
        finally:
            self._writing.discard(call)
            call.abort()

    def unload(self) -> None:
        """Forget that the server is there; its memory is its own matter."""
        self.close()

    def close(self) -> None:
        """Ask nothing more; ``start`` may begin again."""
        with self._changed:
            calls = [*self._writing, *([self._asking] if self._asking else [])]
            self._asking, self._is_ready = None, False
            self._changed.notify_all()
        for call in calls:
            call.abort()

    def _receive(self, call: _Call) -> Generator[str, None, None]:
        deadline = time.monotonic() + self._limits.first
        while True:
            try:
                reply = call.inbox.get(timeout=_HEARTBEAT_S)
            except queue.Empty:
                if time.monotonic() >= deadline:
                    raise ModelError("The model server does not answer.", "Ask again in a moment.") from None
                yield ""
                continue
            if reply is None:
                return
            if isinstance(reply, ModelError):
                raise reply
            deadline = time.monotonic() + self._limits.between
            yield reply

    def _await(self, call: _Call) -> None:
        threading.Thread(target=call.run, name="model server", daemon=True).start()
        try:
            reply = call.inbox.get(timeout=self._limits.loading)
        except queue.Empty:
            reply = ModelError("The model server does not answer.", "See whether it runs, and try again.")
        call.abort()
        with self._changed:
            if self._asking is not call:
                return
            self._asking = None
            self._is_ready = reply is None
            if isinstance(reply, ModelError):
                self._note(reply)
            self._changed.notify_all()

    def _note(self, error: ModelError) -> None:
        with self._changed:
            self._is_ready, self._fault, self._failed_at = False, error, time.monotonic()

    def _ask_for_model(self, call: _Call) -> None:
        names = model_names(call.ask("GET", "/models"))
        if self._model not in names:
            require_model(names[0] if names else "", self._model)

    def _ask_for_text(self, call: _Call, wanted: Mapping[str, Any]) -> None:
        for piece in pieces(call.ask("POST", "/chat/completions", json.dumps(wanted).encode()), self._model):
            if call.is_over:  # what was under way when the line was cut comes in all the same
                return
            call.inbox.put(piece)


class _Call:
    """One request, in a thread of its own, that another thread can cut off.

    Args:
        address: the server.
        limits: how long it may be silent.
        deed: asks and puts what comes into the inbox.

    Attributes:
        inbox: pieces of text as they come; at the end None, or what went wrong.
        is_over: whether it was cut off.
    """

    def __init__(self, address: ServerAddress, limits: TimeLimits, deed: Callable[[_Call], None]) -> None:
        self.inbox: queue.SimpleQueue[str | ModelError | None] = queue.SimpleQueue()
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


def _shown(texts: Generator[str, None, None], stop: Sequence[str], longest: int) -> Generator[str, None, None]:
    """What of a server's text is the answer: up to a stop text, and of the length that was asked for."""
    stops, length = StopTexts(stop), 0
    for text in texts:
        length += len(text)
        if length > longest:
            raise ModelError("The model server writes without end.", "Ask whoever looks after the server.")
        yield stops.pass_on(text)
        if stops.met:
            return
    if rest := stops.rest():
        yield rest


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
