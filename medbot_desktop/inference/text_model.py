"""A text model in llama.cpp: what is asked of it goes to a supervised process, what it writes comes back in pieces."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from medbot_desktop.errors import ModelError
from medbot_desktop.inference import offload, refusals
from medbot_desktop.inference.adapter_base import adapter_refused, check_adapter
from medbot_desktop.inference.care import Care
from medbot_desktop.inference.llama_messages import ChatMessage, Count, Counted, Ended, Generate, Load, Piece, Refused
from medbot_desktop.inference.llama_process import LlamaProcess
from medbot_desktop.inference.runtime import Capabilities
from medbot_desktop.inference.supervision import Gone, Inbox, Supervision, TimeLimits

__all__ = ["CONTEXT_LENGTH", "ChatMessage", "SupervisedTextModel", "TimeLimits"]

CONTEXT_LENGTH = 2048
"""Tokens that a prompt and its answer have together where nobody chose."""

_HEARTBEAT_S = 0.05
_COUNTED_WITHIN_S = 15.0
_BYTES_PER_TOKEN = 24
_PATIENCE = TimeLimits()
_PROMPT_CACHE = 96 * 2**20


class SupervisedTextModel:
    """The llama.cpp runtime of ``runtime.TextModel``: a model in a child process.

    What happens when the process dies, ``Supervision`` says. One answer is written at a time: a second one waits for
    the first.

    Args:
        path: the GGUF file, checked by ``ModelStore``.
        identity: the model's name, for those who say which model served.
        threads: processor threads; 0: ``devices.worker_threads``.
        context_length: tokens that a prompt and its answer may have together.
        primes: the beginnings that most prompts have in common; the model reads them as soon as it is loaded.
        limits: how long the process may be silent.
        gpu_layers: layers to put on graphics cards; -1: as many as fit.
        adapters: LoRA adapters (GGUF) by the name that requests call them.
        care: when its memory is given back; None: only by ``unload`` and ``close``.
        prompt_cache: bytes for the states of earlier prompts, beside the last one.
    """

    def __init__(
        self,
        path: Path,
        identity: str,
        *,
        threads: int = 0,
        context_length: int = CONTEXT_LENGTH,
        primes: Sequence[Sequence[ChatMessage]] = (),
        limits: TimeLimits = _PATIENCE,
        gpu_layers: int = offload.AUTOMATIC,
        adapters: Mapping[str, Path] | None = None,
        care: Care | None = None,
        prompt_cache: int = _PROMPT_CACHE,
    ) -> None:
        self.identity = identity
        self._path: Final = path
        self._limits: Final = limits
        self._adapters: Final = dict(adapters or {})
        self._usable_adapters: set[str] = set()
        self._bad_adapters: set[str] = set()
        named = tuple((name, str(file)) for name, file in self._adapters.items())
        self._life = Supervision(
            Load(str(path), threads, context_length, tuple(map(tuple, primes)), gpu_layers, named, prompt_cache),
            limits,
            care,
        )
        self._context_length: Final = context_length
        # A longer text fits into no context. It is refused here, for it could also fill the pipe of a child that hangs.
        self._most_bytes: Final = context_length * _BYTES_PER_TOKEN
        self._writing = threading.Lock()

    @property
    def capabilities(self) -> Capabilities:
        """What can be asked of it."""
        return Capabilities(
            runtime="llama.cpp",
            context_length=self._context_length,
            grammar=True,
            json_schema=True,
            prefix_reuse=True,
            adapters=tuple(name for name in self._adapters if name not in self._bad_adapters),
        )

    @property
    def ready(self) -> bool:
        """Whether an answer would begin at once."""
        return self._life.ready

    @property
    def loading(self) -> bool:
        """Whether it will be ready before long."""
        return self._life.loading

    @property
    def device(self) -> str:
        """Where the model computes, ``cpu`` or ``gpu``; known once it was ready."""
        return self._life.device

    @property
    def placement(self) -> str:
        """Which layers run where, and why, in a sentence; empty before it was loaded."""
        return self._life.placement

    @property
    def process_id(self) -> int | None:
        """The child process, where one lives."""
        return self._life.process_id

    def take_notice(self) -> str:
        """What a person should be told about the graphics card; said once, and empty where there is nothing new."""
        return self._life.take_notice()

    def start(self) -> None:
        """Begin to load the model and return at once; does nothing where it is loaded, loading, refused or at rest."""
        self._life.start()

    def wait_ready(self, timeout: float | None = None) -> bool:
        """Wait until the model is ready.

        Args:
            timeout: seconds to wait at most; None: as long as it takes.

        Returns:
            Whether it is ready; False as well where it cannot become so.
        """
        return self._life.wait_ready(timeout)

    def yield_to_person(self, typing: bool) -> None:
        """Take less of the processor while a person types, and all that is allowed again afterwards."""
        self._life.yield_to_person(typing)

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """Tokens of the prompt that asks for the next message, laid out by the model's own template.

        An answer that is being written is not disturbed.

        Raises:
            ModelError: the model cannot be loaded, or its template does not lay out these messages.
        """
        self._refuse_long(messages)
        self._life.start()
        self._life.wait_ready(self._limits.loading)
        request_id, child, inbox = self._life.open()
        try:
            child.send(Count(request_id, tuple(messages)))
            reply = inbox.get(timeout=_COUNTED_WITHIN_S)
        except queue.Empty:
            raise refusals.gone("hung") from None
        finally:
            self._life.forget(request_id)
        match reply:
            case Counted(tokens=tokens):
                return tokens
            case Gone(end=end):
                raise refusals.gone(end)
            case Refused(reason=reason, detail=detail):
                raise refusals.refused(reason, detail)
            case _:
                raise refusals.gone("crashed")

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
        """Write the next message of a chat. Closing the generator stops the model within 100 ms.

        Args:
            messages: the chat so far; the model's own template lays it out.
            max_tokens: the longest answer.
            temperature: 0 writes the likeliest words, more varies them.
            seed: decides the variation.
            grammar: GBNF that the answer must follow; its start is ``root``.
            schema: JSON schema that the answer must follow; it goes before ``grammar``.
            stop: texts at which the answer ends, themselves left out.
            adapter: the LoRA adapter to write with; None: none.

        Yields:
            The answer's characters as they come; while there are none, an empty text every 50 ms, so that whoever
            reads can close the stream then too.

        Raises:
            ModelError: the model could not be loaded, died, hung, or cannot take this request.
        """
        self._refuse_long(messages)
        self._check_adapter(adapter)
        wanted = None if schema is None else _as_text(schema)
        if not self._writing.acquire(timeout=self._limits.first):
            raise refusals.busy()
        request_id = 0
        try:
            self._life.start()
            deadline = time.monotonic() + self._limits.loading
            while not self._life.wait_ready(_HEARTBEAT_S) and self._life.loading and time.monotonic() < deadline:
                yield ""
            request_id, child, inbox = self._life.open()
            child.send(
                Generate(
                    request_id, tuple(messages), max_tokens, temperature, seed, grammar, tuple(stop), wanted, adapter
                )
            )
            yield from self._receive(child, inbox, adapter)
        finally:
            self._life.forget(request_id)
            self._writing.release()

    def unload(self) -> None:
        """Give its memory back; the next ``start`` or ``stream`` loads it again."""
        self._life.close()

    def close(self) -> None:
        """End the process; ``start`` may begin again."""
        self._life.close()

    def _refuse_long(self, messages: Sequence[ChatMessage]) -> None:
        if sum(len(message.content.encode("utf-8", "replace")) for message in messages) > self._most_bytes:
            raise refusals.refused("too_long")

    def _check_adapter(self, name: str | None) -> None:
        """Refuse an adapter that is not known or was no use before; the file of a new one is looked into."""
        if name is None or name in self._usable_adapters:
            return
        if name not in self._adapters:
            raise ModelError(
                f"The text model has no adapter {name}.", "Choose one of those that it was given, or none."
            )
        if name in self._bad_adapters:
            raise adapter_refused(name)
        try:
            check_adapter(self._adapters[name], name, self._path)
        except ModelError:
            self._bad_adapters.add(name)
            raise

    def _receive(self, child: LlamaProcess, inbox: Inbox, adapter: str | None) -> Generator[str, None, None]:
        deadline = time.monotonic() + self._limits.first
        while True:
            try:
                reply = inbox.get(timeout=_HEARTBEAT_S)
            except queue.Empty:
                if time.monotonic() < deadline:
                    yield ""
                    continue
                self._life.give_up(child)
                raise refusals.gone("hung") from None
            match reply:
                case Piece(text=text):
                    self._usable_adapters.update(filter(None, [adapter]))
                    yield text
                case Ended():
                    return
                case Refused(reason="adapter"):
                    raise self._adapter_failed(adapter)
                case Refused(reason=reason, detail=detail):
                    raise refusals.refused(reason, detail)
                case Gone(end="crashed") if adapter is not None and adapter not in self._usable_adapters:
                    raise self._adapter_failed(adapter)
                case Gone(end=end):
                    raise refusals.gone(end)
            deadline = time.monotonic() + self._limits.between

    def _adapter_failed(self, name: str | None) -> ModelError:
        if name is not None:
            self._bad_adapters.add(name)
        return adapter_refused(name or "")


def _as_text(schema: Mapping[str, Any]) -> str:
    try:
        return json.dumps(schema)
    except (TypeError, ValueError, RecursionError) as error:
        raise refusals.refused("schema") from error
