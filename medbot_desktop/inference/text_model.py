"""Keep the text model at work in its own process: start it, watch it, stop it, and start it again when it dies."""

from __future__ import annotations

import atexit
import queue
import threading
import time
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from medbot_desktop.errors import ModelError
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
from medbot_desktop.inference.llama_process import LlamaProcess

__all__ = ["ChatMessage", "SupervisedTextModel", "TimeLimits"]

_DEATHS = 3
_DEATHS_WITHIN_S = 60.0
_HEARTBEAT_S = 0.05
_FAREWELL_S = 5.0
_BYTES_PER_TOKEN = 24
_VERIFY_HINT = "Check it with `medbot models verify`, or choose another model in the settings."


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """How long the process may be silent before it counts as hung, in seconds.

    Attributes:
        loading: from its start until the model is ready.
        first: until the first words of an answer; a long prompt on a slow computer takes most of a minute.
        between: from some words to the next.
    """

    loading: float = 180.0
    first: float = 120.0
    between: float = 20.0


class _State(Enum):
    IDLE = auto()
    LOADING = auto()
    READY = auto()
    REFUSED = auto()
    RESTING = auto()


@dataclass(frozen=True, slots=True)
class _Gone:
    """The process that held the request is dead."""


class SupervisedTextModel:
    """A text model in a child process.

    A process that dies is started again in the background; after three deaths within a minute it rests for a minute.
    One answer is written at a time: a second one waits for the first.

    Args:
        path: the GGUF file, checked by ``ModelStore``.
        identity: the model's name, for those who say which model served.
        threads: processor threads; 0: one for each physical core.
        context_length: tokens that a prompt and its answer may have together.
        prime: the beginning that most prompts have in common; the model reads it while it loads.
        limits: how long the process may be silent.
    """

    def __init__(
        self,
        path: Path,
        identity: str,
        *,
        threads: int = 0,
        context_length: int = 2048,
        prime: Sequence[ChatMessage] = (),
        limits: TimeLimits = TimeLimits(),
    ) -> None:
        self.identity = identity
        self._load = Load(str(path), threads, context_length, tuple(prime))
        self._limits = limits
        # A longer text fits into no context. It is refused here, for it could also fill the pipe of a child that hangs.
        self._most_bytes = context_length * _BYTES_PER_TOKEN
        self._changed = threading.Condition()
        self._state = _State.IDLE
        self._device = "cpu"
        self._child: LlamaProcess | None = None
        self._deaths: deque[float] = deque(maxlen=_DEATHS)
        self._inboxes: dict[int, queue.SimpleQueue[Reply | _Gone]] = {}
        self._last_id = 0
        self._writing = threading.Lock()
        self._supervisor: threading.Thread | None = None

    @property
    def ready(self) -> bool:
        """Whether an answer would begin at once."""
        return self._state is _State.READY

    @property
    def device(self) -> str:
        """Where the model computes, ``cpu`` or ``gpu``; known once it was ready."""
        return self._device

    @property
    def process_id(self) -> int | None:
        """The child process, where one lives."""
        child = self._child
        return child.id if child else None

    def start(self) -> None:
        """Begin to load the model and return at once; does nothing where it is loaded, loading, refused or at rest."""
        with self._changed:
            rested = self._state is _State.RESTING and time.monotonic() - self._deaths[-1] > _DEATHS_WITHIN_S
            if self._state is not _State.IDLE and not rested:
                return
            self._state = _State.LOADING
            self._supervisor = threading.Thread(target=self._supervise, name="text model", daemon=True)
            self._supervisor.start()
        atexit.register(self.close)

    def wait_ready(self, timeout: float | None = None) -> bool:
        """Wait until the model is ready.

        Args:
            timeout: seconds to wait at most; None: as long as it takes.

        Returns:
            Whether it is ready; False as well where it cannot become so.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._state is not _State.LOADING, timeout)
            return self.ready

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        seed: int = 0,
        grammar: str | None = None,
        stop: Sequence[str] = (),
    ) -> Generator[str, None, None]:
        """Write the next message of a chat. Closing the generator stops the model within 100 ms.

        Args:
            messages: the chat so far; the model's own template lays it out.
            max_tokens: the longest answer.
            temperature: 0 writes the likeliest words, more varies them.
            seed: decides the variation.
            grammar: GBNF that the answer must follow; its start is ``root``.
            stop: texts at which the answer ends, themselves left out.

        Yields:
            The answer's characters as they come; while there are none, an empty text every 50 ms, so that whoever
            reads can close the stream then too.

        Raises:
            ModelError: the model could not be loaded, died, hung, or cannot take this request.
        """
        if sum(len(message.content.encode("utf-8", "replace")) for message in messages) > self._most_bytes:
            raise _refusal("too_long", "")
        if not self._writing.acquire(timeout=self._limits.first):
            raise ModelError("The text model is busy with another answer.", "Wait for it, or stop it.")
        inbox: queue.SimpleQueue[Reply | _Gone] = queue.SimpleQueue()
        request_id = 0
        try:
            self.start()
            deadline = time.monotonic() + self._limits.loading
            while not self.wait_ready(_HEARTBEAT_S) and self._is_loading() and time.monotonic() < deadline:
                yield ""
            with self._changed:
                child = self._usable_child()
                self._last_id = request_id = self._last_id + 1
                self._inboxes[request_id] = inbox
            child.send(Generate(request_id, tuple(messages), max_tokens, temperature, seed, grammar, tuple(stop)))
            yield from self._receive(child, inbox)
        finally:
            with self._changed:
                if self._inboxes.pop(request_id, None) is not None and self._child is not None:
                    self._child.send(Cancel(request_id))
            self._writing.release()

    def close(self) -> None:
        """End the process; ``start`` may begin again."""
        atexit.unregister(self.close)
        with self._changed:
            self._state = _State.IDLE
            supervisor, self._supervisor = self._supervisor, None
            child, self._child = self._child, None
            self._dismiss_all()
        if child is not None:
            child.kill()
        if supervisor is not None:
            supervisor.join(_FAREWELL_S)

    def _is_loading(self) -> bool:
        return self._state is _State.LOADING

    def _usable_child(self) -> LlamaProcess:
        if self._state is _State.READY and self._child is not None:
            return self._child
        if self._state is _State.REFUSED:
            raise ModelError(f"llama.cpp cannot open the model file {Path(self._load.path).name}.", _VERIFY_HINT)
        if self._state is _State.RESTING:
            raise ModelError(
                "The text model stopped three times within a minute, so MedBot goes on without it for now.",
                _VERIFY_HINT,
            )
        raise ModelError("The text model is not ready yet.", "Ask again in a moment.")

    def _receive(self, child: LlamaProcess, inbox: queue.SimpleQueue[Reply | _Gone]) -> Generator[str, None, None]:
        deadline = time.monotonic() + self._limits.first
        while True:
            try:
                reply = inbox.get(timeout=_HEARTBEAT_S)
            except queue.Empty:
                if time.monotonic() < deadline:
                    yield ""
                    continue
                self._give_up(child)
                raise ModelError(
                    "The text model stopped answering and is being started again.", "Ask again in a moment."
                ) from None
            match reply:
                case Piece(text=text):
                    yield text
                case Ended():
                    return
                case Refused(reason=reason, detail=detail):
                    raise _refusal(reason, detail)
                case _:
                    raise ModelError(
                        "The text model stopped in the middle of its answer and is being started again.",
                        "Ask again in a moment.",
                    )
            deadline = time.monotonic() + self._limits.between

    def _give_up(self, child: LlamaProcess) -> None:
        """Kill a child that hangs; nobody turns to it while its watcher has not seen its end yet."""
        with self._changed:
            if self._child is child:
                self._state, self._child = _State.LOADING, None
        child.kill()

    def _supervise(self) -> None:
        """The life of the child processes, one after another; runs in a thread of its own."""
        again = True
        while again:
            child = LlamaProcess(self._load)
            with self._changed:
                wanted = self._is_supervised_here()
                self._child = child if wanted else self._child
            if wanted:
                for reply in child.replies(self._limits.loading):
                    self._take(child, reply)
            child.end()
            with self._changed:
                again = self._is_supervised_here() and self._state is not _State.REFUSED and self._mourn()

    def _is_supervised_here(self) -> bool:
        """Whether this thread is still the one that was started last and not closed since."""
        return threading.current_thread() is self._supervisor

    def _mourn(self) -> bool:
        """Note a death that nobody wished for; says whether to start again."""
        self._child = None
        now = time.monotonic()
        self._deaths.append(now)
        worn = len(self._deaths) == _DEATHS and now - self._deaths[0] <= _DEATHS_WITHIN_S
        self._state = _State.RESTING if worn else _State.LOADING
        self._dismiss_all()
        return not worn

    def _dismiss_all(self) -> None:
        """Tell everybody who waits that there is nothing more to come from this process."""
        for inbox in self._inboxes.values():
            inbox.put(_Gone())
        self._inboxes.clear()
        self._changed.notify_all()

    def _take(self, child: LlamaProcess, reply: Reply) -> None:
        with self._changed:
            if self._child is not child:
                return
            if isinstance(reply, Loaded):
                self._state, self._device = _State.READY, reply.device
            elif isinstance(reply, LoadFailed):
                self._state, self._child = _State.REFUSED, None
            elif reply.id in self._inboxes:
                self._inboxes[reply.id].put(reply)
                if not isinstance(reply, Piece):
                    del self._inboxes[reply.id]
            self._changed.notify_all()


def _refusal(reason: str, detail: str) -> ModelError:
    if reason == "too_long":
        return ModelError("The text model cannot read so much text at once.", "Ask something shorter.")
    if reason == "grammar":
        return ModelError("The text model cannot follow this grammar.", "Correct the grammar.")
    return ModelError(f"The text model failed ({detail}).", _VERIFY_HINT)
