"""Ask a model on a server of the clinic, for clinics that outgrow one machine."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from typing import Any

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.runtime import Capabilities, ChatMessage
from medbot_desktop.inference.server_address import ServerAddress
from medbot_desktop.inference.server_call import Call, ServerLimits
from medbot_desktop.inference.server_stream import entry_of, facts_of, pieces
from medbot_desktop.inference.stop_texts import StopTexts

_HEARTBEAT_S = 0.05
_REST_S = 10.0
"""After this time a server that failed is asked again whether it is there."""
_LOOK_S = 60.0
"""After this time a server that works is asked again whether it still has the same model."""
_LATE_S = 1.0
"""Whoever waits longer for a server's list of models is told that it has not answered yet."""
_SLACK = 2.0
"""A server is given so many times as long as it ever took to begin, even after it let somebody wait in vain."""
_LIMITS = ServerLimits()
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
        limits: how long the server may be silent.
        examined: what the server said of the model that sat the exam; another one is not asked. Empty: any is.

    Attributes:
        facts: what the server says of the model; empty before it was asked.
        own_count: tokens of what was written last, as the server counts them; None where it does not say so.
    """

    def __init__(
        self,
        address: ServerAddress,
        model: str,
        *,
        context_length: int = 4096,
        limits: ServerLimits = _LIMITS,
        examined: str = "",
    ) -> None:
        self.identity = model
        self.facts = ""
        self.own_count: int | None = None
        self._examined = examined
        self._address = address
        self._model = model
        self._context_length = context_length
        self._limits = limits
        self._changed = threading.Condition()
        self._is_ready = False
        self._fault: ModelError | None = None
        self._failed_at = self._looked_at = 0.0
        self._let_wait, self._slowest = False, 0.0
        self._notice, self._is_told = "", False
        self._asking: Call | None = None
        self._writing: set[Call] = set()

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
    def fault(self) -> ModelError | None:
        """What was wrong when it last failed; None where it never did."""
        return self._fault

    @property
    def device(self) -> str:
        """It computes on the ``server``."""
        return "server"

    def take_notice(self) -> str:
        """Why the server did not serve; said once until it has served again, and empty where there is nothing new."""
        with self._changed:
            if self._asking is not None and not self._is_ready and time.monotonic() - self._looked_at > _LATE_S:
                self._warn("The model server has not answered yet.", "See whether it runs.")
            text, self._notice = self._notice, ""
            return text

    def start(self) -> None:
        """Begin to ask whether the server is there and has the model; does nothing where that is known or asked."""
        with self._changed:
            now = time.monotonic()
            if self._asking is not None or (self._is_ready and now - self._looked_at < _LOOK_S):
                return
            self._looked_at = now
            self._asking = call = Call(self._address, self._limits, self._ask_for_model)
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
            "stream_options": {"include_usage": True},
            **({"stop": list(stop)} if stop else {}),
        }
        call = Call(self._address, self._limits, lambda call: self._ask_for_text(call, wanted))
        self.own_count = None
        self._writing.add(call)
        threading.Thread(target=call.run, name="model server", daemon=True).start()
        try:
            yield from _shown(self._receive(call), stop, max_tokens * _CHARACTERS_PER_TOKEN)
            self._is_told = False
            if call.tokens is not None and call.tokens <= max_tokens:
                self.own_count = call.tokens
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

    def _receive(self, call: Call) -> Generator[str, None, None]:
        limits, asked, has_begun = self._limits, time.monotonic(), False
        again = min(limits.first, max(limits.again, _SLACK * self._slowest))
        deadline = asked + (again if self._let_wait else limits.first)
        while True:
            try:
                reply = call.inbox.get(timeout=_HEARTBEAT_S)
            except queue.Empty:
                now = time.monotonic()
                # Even where the person gives up first, the next one need not wait as long.
                self._let_wait |= not has_begun and now - asked >= again
                if now >= deadline:
                    raise ModelError("The model server does not answer.", "Ask again in a moment.") from None
                yield ""
                continue
            if reply is None:
                return
            if isinstance(reply, ModelError):
                raise reply
            now = time.monotonic()
            if not has_begun:
                has_begun, self._let_wait, self._slowest = True, False, max(self._slowest, now - asked)
            deadline = now + limits.between
            yield reply

    def _await(self, call: Call) -> None:
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
            if isinstance(reply, ModelError):
                self._note(reply)
            else:
                self._is_ready = True
            self._changed.notify_all()

    def _note(self, error: ModelError) -> None:
        with self._changed:
            self._is_ready, self._fault, self._failed_at = False, error, time.monotonic()
            self._warn(error.message, error.hint)

    def _warn(self, message: str, hint: str) -> None:
        if not self._is_told:
            self._notice = f"{message} MedBot answers by itself until the clinic's server does. {hint}"
            self._is_told = True

    def _ask_for_model(self, call: Call) -> None:
        self.facts = facts_of(entry_of(call.ask("GET", "/models"), self._model))
        if self._examined and self.facts != self._examined:
            raise ModelError(
                f"Another model than the one that sat the exam is behind the name {self._model} on the model server.",
                f"Let it sit the exam: `medbot models exam server:{self._model}`.",
            )

    def _ask_for_text(self, call: Call, wanted: Mapping[str, Any]) -> None:
        def count(tokens: int) -> None:
            call.tokens = tokens

        response = call.ask("POST", "/chat/completions", json.dumps(wanted).encode())
        for piece in pieces(response, self._model, count):
            if call.is_over:  # what was under way when the line was cut comes in all the same
                return
            call.inbox.put(piece)


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
