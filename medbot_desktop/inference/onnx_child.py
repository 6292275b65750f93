"""Run an ONNX language model in a process of its own, so that a crash or a hostile export costs one sentence."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

import numpy as np
import onnxruntime
from tokenizers.decoders import DecodeStream

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.bounded import limit_memory
from medbot_desktop.inference.chat_template import TemplateError
from medbot_desktop.inference.child_channel import Replies, Requests
from medbot_desktop.inference.export_template import ENDLESS
from medbot_desktop.inference.llama_child import shield
from medbot_desktop.inference.llama_messages import (
    ChatMessage,
    Count,
    Counted,
    Ended,
    Generate,
    Loaded,
    OnnxLoad,
    OnnxRefused,
    Piece,
    Refused,
    Reply,
)
from medbot_desktop.inference.onnx_decoder import RUNTIME_ERRORS, Logits, OnnxDecoder
from medbot_desktop.inference.onnx_export import OnnxExport
from medbot_desktop.inference.stop_texts import StopTexts

_BEST = 40
"""How many of the likeliest tokens are chosen among where an answer is to vary."""


def run(connection: Connection, load: OnnxLoad) -> None:
    """Load a model and answer requests until the other end of the connection closes.

    Args:
        connection: requests come in here, replies go out.
        load: what to open.
    """
    shield()
    limit_memory(load.memory)
    replies = Replies(connection)
    requests = _Requests(connection)
    try:
        model = _OnnxModel(load, lambda: replies.send(requests.too_slow()))
    except ModelError as error:
        replies.send(OnnxRefused(message=error.message, hint=error.hint))
        return
    except MemoryError:
        replies.send(
            OnnxRefused(message="This computer has too little memory for the model.", hint="Choose a smaller one.")
        )
        return
    replies.send(Loaded("cpu"))
    threading.Thread(target=_count, args=(model, requests, replies), name="counts", daemon=True).start()
    if load.primes:
        model.prime(load.primes[0], requests.priming)
    while True:
        for reply in _answer(model, requests.next(), requests):
            replies.send(reply)


def choose(logits: Logits, temperature: float, dice: np.random.Generator) -> int:
    """The next token: the likeliest, or at a temperature above 0 one of the forty likeliest."""
    if temperature <= 0:
        return int(np.argmax(logits))
    best = np.sort(np.argpartition(logits, -min(_BEST, len(logits)))[-min(_BEST, len(logits)) :])
    weights = np.exp((logits[best] - logits[best].max()).astype(np.float64) / temperature)
    return int(dice.choice(best, p=weights / weights.sum()))


def _answer(model: _OnnxModel, request: Generate, requests: _Requests) -> Iterator[Reply]:
    """The replies to one request, as they come to be."""
    options = requests.begin(request.id)
    try:
        prompt = model.tokens(request.messages)
        if len(prompt) >= model.context_length:
            yield Refused(request.id, "too_long")
            return
        ended = yield from model.write(prompt, request, options)
        yield Ended(request.id, "cancelled" if options.terminate else ended)
    except Exception as error:  # the outermost line of this worker
        yield Ended(request.id, "cancelled") if options.terminate else _refused(request, error)


def _refused(request: Generate | Count, error: Exception) -> Refused:
    if isinstance(error, TemplateError):
        return Refused(request.id, "template")
    return Refused(request.id, "failed", type(error).__name__)


def _count(model: _OnnxModel, requests: _Requests, replies: Replies) -> None:
    """Count tokens in a thread of its own, so that nobody waits for an answer to end."""
    while True:
        request = requests.counts.get()
        try:
            replies.send(Counted(request.id, len(model.tokens(request.messages))))
        except Exception as error:  # the outermost line of this worker
            replies.send(_refused(request, error))


class _OnnxModel:
    """An exported model with all that belongs to it.

    Args:
        load: what to open.
        on_time_out: tells that the chat template takes too long, as in ``chat_template.bounded``.

    Raises:
        ModelError: it is damaged, absurd, or no language model.
    """

    def __init__(self, load: OnnxLoad, on_time_out: Callable[[], None]) -> None:
        self._export = export = OnnxExport.read(Path(load.path), on_time_out)
        longest = export.sizes.get("max_position_embeddings", load.context_length)
        self.context_length = min(load.context_length, longest)
        self._decoder = OnnxDecoder(export.graph, export.sizes, self.context_length, load.threads)
        self._decoder.check(self.tokens([ChatMessage("user", "Hello, how are you?")])[:8])

    def prime(self, messages: Sequence[ChatMessage], options: onnxruntime.RunOptions) -> None:
        """Read messages, so that what later prompts have in common with them is computed already."""
        tokens = self.tokens(messages)[: self.context_length]
        with suppress(*RUNTIME_ERRORS):  # somebody asks already, or will be told
            self._decoder.read(tokens, options)

    def tokens(self, messages: Sequence[ChatMessage]) -> list[int]:
        """The tokens of a chat, up to where the answer begins."""
        return self._export.tokens(messages)

    def write(
        self, prompt: Sequence[int], request: Generate, options: onnxruntime.RunOptions
    ) -> Generator[Piece, None, Literal["stop", "length"]]:
        """Write on behind a prompt.

        Returns:
            Why the answer is over.
        """
        tokens, stops = list(prompt), StopTexts(request.stop)
        dice, decoding = np.random.default_rng(abs(request.seed)), DecodeStream(skip_special_tokens=True)
        most = min(len(prompt) + request.max_tokens, self.context_length)
        while len(tokens) < most:
            token = choose(self._decoder.read(tokens, options), request.temperature, dice)
            if token in self._export.ends:
                break
            tokens.append(token)
            text = stops.pass_on(decoding.step(self._export.tokenizer, token) or "")
            if text:
                yield Piece(request.id, text)
            if stops.met:
                return "stop"
        if rest := stops.rest():
            yield Piece(request.id, rest)
        return "length" if len(tokens) >= most else "stop"


class _Requests(Requests):
    """The requests to ONNX Runtime, which looks at its options while it computes.

    Attributes:
        priming: options that terminate what runs with them as soon as somebody asks for an answer.
    """

    def __init__(self, connection: Connection) -> None:
        self.priming, self._options = onnxruntime.RunOptions(), onnxruntime.RunOptions()
        super().__init__(connection)

    def begin(self, request_id: int) -> onnxruntime.RunOptions:
        """Turn to a request; its options terminate what runs with them once it is cancelled."""
        with self._lock:
            self._current, self._options = request_id, onnxruntime.RunOptions()
            self._options.terminate = self.cancelled
            return self._options

    def too_slow(self) -> Reply:
        """How to say that the chat template takes too long, be it for a request or while the model loads."""
        if self._current:
            return Refused(self._current, "template")
        return OnnxRefused(message=ENDLESS.message, hint=ENDLESS.hint)

    def _stop(self) -> None:
        self._options.terminate = True

    def _asked(self) -> None:
        self.priming.terminate = True
