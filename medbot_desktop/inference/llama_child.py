"""Run llama.cpp in a process of its own, so that a crash in native code costs one sentence and not the program."""

from __future__ import annotations

import ctypes
import os
import queue
import re
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Any, Literal

from medbot_desktop.inference.devices import worker_threads
from medbot_desktop.inference.llama_messages import (
    Cancel,
    ChatMessage,
    Ended,
    Generate,
    Load,
    Loaded,
    LoadFailed,
    Piece,
    Refused,
    Reply,
)
from medbot_desktop.network import install_guard


def run(connection: Connection, load: Load) -> None:
    """Load a model and answer requests until the other end of the connection closes.

    Args:
        connection: requests come in here, replies go out.
        load: what to open.
    """
    shield()
    requests = _Requests(connection)
    try:
        model = _LlamaModel(load, requests.abort_flag)
    except (ValueError, RuntimeError, OSError, AssertionError):
        connection.send(LoadFailed())
        return
    if load.prime:
        model.prime(load.prime)
    connection.send(Loaded(model.device))
    while True:
        request = requests.next()
        for reply in _answer(model, request, requests):
            connection.send(reply)


def shield() -> None:
    """Take from the process what it does not need: the network, the terminal, the traces that it could leave."""
    install_guard()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["GGML_NO_BACKTRACE"] = "1"
    # How long an OpenMP thread spins for the others before it sleeps. The library's own 300,000 rounds make the model
    # ten times slower as soon as another program wants a core; this few cost nothing on an idle computer.
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")
    if sys.platform != "win32":
        import resource

        # A core dump would write the conversation to the disk.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _answer(model: _LlamaModel, request: Generate, requests: _Requests) -> Iterator[Reply]:
    """The replies to one request, as they come to be."""
    if not requests.begin(request.id):
        yield Ended(request.id, "cancelled")
        return
    if model.refuses_grammar(request.grammar):
        yield Refused(request.id, "grammar")
        return
    reason: Literal["stop", "length"] = "stop"
    try:
        for text, finish in model.write(request):
            if requests.cancelled:
                break
            if text:
                yield Piece(request.id, text)
            reason = "length" if finish == "length" else reason
    except _PromptTooLongError:
        yield Refused(request.id, "too_long")
        return
    except Exception as error:  # the outermost line of this worker
        if not requests.cancelled:
            yield Refused(request.id, "failed", type(error).__name__)
            return
    yield Ended(request.id, "cancelled" if requests.cancelled else reason)


class _Requests:
    """What was asked for, heard in a thread of its own so that a cancellation is known while the model computes.

    Args:
        connection: where requests come in; when it closes, so does the process.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: queue.SimpleQueue[Generate] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._current = 0
        self._cancelled_up_to = 0
        self.abort_flag = ctypes.create_string_buffer(2)
        threading.Thread(target=self._listen, name="requests", daemon=True).start()

    @property
    def cancelled(self) -> bool:
        """Whether the request that began last is to stop."""
        return self._cancelled_up_to >= self._current

    def next(self) -> Generate:
        """Wait for the next request."""
        return self._waiting.get()

    def begin(self, request_id: int) -> bool:
        """Turn to a request; False where it was cancelled while it waited."""
        with self._lock:
            self._current = request_id
            self.abort_flag[0] = b"\0"
            return not self.cancelled

    def _listen(self) -> None:
        try:
            while True:
                request = self._connection.recv()
                if isinstance(request, Cancel):
                    with self._lock:
                        self._cancelled_up_to = request.id
                        if self.cancelled:
                            self.abort_flag[0] = b"\1"
                else:
                    self._waiting.put(request)
        except (EOFError, OSError):
            # Nobody is left to answer; the main thread may be deep in native code, so there is no other way out.
            os._exit(0)


class _PromptTooLongError(ValueError):
    """The prompt does not fit into the context."""


class _LlamaModel:
    """One GGUF model in llama.cpp.

    Args:
        load: what to open.
        abort_flag: two bytes; a first one that is not zero stops a computation, the second stays zero.
    """

    def __init__(self, load: Load, abort_flag: ctypes.Array[ctypes.c_char]) -> None:
        import llama_cpp

        self._library: Any = llama_cpp
        offload = bool(llama_cpp.llama_supports_gpu_offload())
        threads = load.threads or worker_threads()
        self._llama: Any = llama_cpp.Llama(
            load.path,
            n_ctx=load.context_length,
            n_threads=threads,
            n_threads_batch=threads,
            n_gpu_layers=-1 if offload else 0,
            verbose=False,
        )
        self.device = "gpu" if offload else "cpu"
        # llama.cpp asks this function between any two steps of a computation. A function of the C library that
        # returns 0 while the flag is empty and 1 once it is set costs nothing, where one in Python would wait for
        # the interpreter's lock hundreds of times for every token.
        c_library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
        self._abort = ctypes.cast(c_library.strlen, llama_cpp.ggml_abort_callback)
        self._abort_flag = abort_flag
        llama_cpp.llama_set_abort_callback(self._llama.ctx, self._abort, ctypes.cast(abort_flag, ctypes.c_void_p))
        self._control = self._control_tokens()

    def prime(self, messages: Sequence[ChatMessage]) -> None:
        """Read messages, so that what later prompts have in common with them is computed already."""
        self._llama.create_chat_completion([self._message(message) for message in messages], max_tokens=1)

    def write(self, request: Generate) -> Iterator[tuple[str, str | None]]:
        """Yield the answer piece by piece, each with the reason to finish once there is one."""
        grammar = self._library.LlamaGrammar.from_string(request.grammar, verbose=False) if request.grammar else None
        try:
            chunks = self._llama.create_chat_completion(
                [self._message(message) for message in request.messages],
                max_tokens=request.max_tokens,
                temperature=request.temperature,
                seed=request.seed,
                grammar=grammar,
                stop=list(request.stop),
                stream=True,
            )
            for chunk in chunks:
                choice = chunk["choices"][0]
                yield choice["delta"].get("content") or "", choice["finish_reason"]
        except ValueError as error:
            if "exceed context window" in str(error):
                raise _PromptTooLongError from error
            raise

    def refuses_grammar(self, grammar: str | None) -> bool:
        """Whether llama.cpp cannot read a grammar; using it would end the process."""
        if grammar is None:
            return False
        vocabulary = self._library.llama_model_get_vocab(self._llama.model)
        sampler = self._library.llama_sampler_init_grammar(vocabulary, grammar.encode(), b"root")
        if not sampler:
            return True
        self._library.llama_sampler_free(sampler)
        return False

    def _message(self, message: ChatMessage) -> dict[str, str]:
        """A message as the chat template takes it; nobody can write the marks that part one role from another."""
        text = message.content.encode("utf-8", "replace").decode("utf-8")
        return {"role": message.role, "content": self._control.sub(" ", text)}

    def _control_tokens(self) -> re.Pattern[str]:
        library, vocabulary = self._library, self._library.llama_model_get_vocab(self._llama.model)
        texts = [
            library.llama_vocab_get_text(vocabulary, token).decode("utf-8", "ignore")
            for token in range(library.llama_vocab_n_tokens(vocabulary))
            if library.llama_vocab_is_control(vocabulary, token)
        ]
        longest_first = sorted(filter(None, texts), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
