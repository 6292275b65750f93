"""Keep the process of a text model alive: start it, watch it, give its memory back, and start it again when it dies."""

from __future__ import annotations

import atexit
import queue
import threading
import time
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path

from medbot_desktop.errors import ModelError
from medbot_desktop.inference import care as caring
from medbot_desktop.inference import offload, refusals
from medbot_desktop.inference.care import Care
from medbot_desktop.inference.devices import worker_threads
from medbot_desktop.inference.llama_messages import (
    Cancel,
    Load,
    Loaded,
    LoadFailed,
    Piece,
    Placed,
    Pulse,
    Reply,
    Threads,
)
from medbot_desktop.inference.llama_process import End, LlamaProcess

_USELESS_LIVES = 3
_REST_S = 60.0
_LOOK_S = 5.0
_FAREWELL_S = 5.0


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """How long the process may be silent before it counts as hung, in seconds.

    Attributes:
        loading: from its start until the model is ready.
        first: until the first words of an answer; a long prompt on a slow computer takes most of a minute.
        between: from some words to the next.
        silent: without the sign of life that it gives twice a second, whatever it does. A process that the system
            reports as stopped is given up sooner, within two seconds.
    """

    loading: float = 180.0
    first: float = 120.0
    between: float = 20.0
    silent: float = 10.0


@dataclass(frozen=True, slots=True)
class Gone:
    """The process that held the request is no more."""

    end: End


Inbox = queue.SimpleQueue[Reply | Gone]


class _State(Enum):
    IDLE = auto()
    LOADING = auto()
    READY = auto()
    REFUSED = auto()
    RESTING = auto()


class Supervision:
    """The processes of one text model, one after the other.

    A process that dies is started again in the background, at once and every time, as long as it is of use. Three in a
    row that die before anybody could ask them something are a sign that the fourth will too: then it rests for a
    minute. One that crashes while it uses a graphics card is started again with half the layers there.

    Args:
        load: what each of them opens.
        limits: how long they may be silent.
        care: when their memory is given back; None: never.
    """

    def __init__(self, load: Load, limits: TimeLimits, care: Care | None) -> None:
        self._load = load
        self._limits = limits
        self._care = care
        self._changed = threading.Condition()
        self._state = _State.IDLE
        self._child: LlamaProcess | None = None
        self._supervisor: threading.Thread | None = None
        self._inboxes: dict[int, Inbox] = {}
        self._last_id = 0
        self._was_asked = False
        self._useless_lives = 0
        self._rests_since = 0.0
        self._used = self._looked = time.monotonic()
        self._placed: Placed | None = None
        self._notice = ""
        self._typing = self._on_battery = False
        self._refusal: Reply | None = None
        self.device = "cpu"

    @property
    def ready(self) -> bool:
        """Whether a request would be taken at once."""
        return self._state is _State.READY

    @property
    def loading(self) -> bool:
        """Whether it will be ready before long."""
        return self._state is _State.LOADING

    @property
    def process_id(self) -> int | None:
        """The process, where one lives."""
        child = self._child
        return child.id if child else None

    @property
    def placement(self) -> str:
        """Where its layers are, in a sentence; empty before it was loaded."""
        return self._placed.why if self._placed else ""

    def take_notice(self) -> str:
        """What a person should know about the graphics card, once; empty where there is nothing new."""
        with self._changed:
            text, self._notice = self._notice, ""
            return text

    def start(self) -> None:
        """Begin to load and return at once; does nothing where it is loaded, loading, refused or at rest."""
        with self._changed:
            rested = self._state is _State.RESTING and time.monotonic() - self._rests_since > _REST_S
            if self._state is not _State.IDLE and not rested:
                return
            self._state, self._used, self._useless_lives = _State.LOADING, time.monotonic(), 0
            self._supervisor = threading.Thread(target=self._supervise, name="text model", daemon=True)
            self._supervisor.start()
        atexit.register(self.close)

    def wait_ready(self, timeout: float | None = None) -> bool:
        """Wait until it is ready, ``timeout`` seconds at most; False where it is not, or cannot become so."""
        with self._changed:
            self._changed.wait_for(lambda: not self.loading, timeout)
            return self.ready

    def open(self) -> tuple[int, LlamaProcess, Inbox]:
        """Take the number of a new request.

        Returns:
            The number, the process to send it to, and where its replies will come.

        Raises:
            ModelError: there is no process that could serve it.
        """
        inbox: Inbox = queue.SimpleQueue()
        with self._changed:
            if not self.ready or self._child is None:
                raise self._why_not()
            self._last_id += 1
            self._inboxes[self._last_id] = inbox
            self._was_asked, self._used = True, time.monotonic()
            return self._last_id, self._child, inbox

    def forget(self, request_id: int) -> None:
        """Stop a request, where it is not answered yet."""
        with self._changed:
            self._used = time.monotonic()
            if self._inboxes.pop(request_id, None) is not None and self._child is not None:
                self._child.send(Cancel(request_id))

    def give_up(self, child: LlamaProcess) -> None:
        """Kill a process that hangs; nobody turns to it while its watcher has not seen its end yet."""
        with self._changed:
            if self._child is child:
                self._state, self._child = _State.LOADING, None
        child.kill()

    def yield_to_person(self, typing: bool) -> None:
        """Take less of the processor while a person types, and all that is allowed again afterwards."""
        with self._changed:
            if typing != self._typing:
                self._typing = typing
                self._set_pace()

    def close(self) -> None:
        """End the process and give its memory back; ``start`` may begin again."""
        atexit.unregister(self.close)
        with self._changed:
            supervisor, child = self._supervisor, self._child
            self._let_go()
        if child is not None:
            child.kill()
        if supervisor is not None:
            supervisor.join(_FAREWELL_S)

    def _let_go(self) -> None:
        self._state, self._supervisor, self._child = _State.IDLE, None, None
        self._dismiss_all("killed")

    def _why_not(self) -> ModelError:
        if self._state is _State.REFUSED:
            return refusals.cannot_load(self._refusal, Path(self._load.path).name)
        return refusals.resting() if self._state is _State.RESTING else refusals.not_ready()

    def _supervise(self) -> None:
        """The life of the processes, one after another; runs in a thread of its own."""
        again = True
        while again:
            child = LlamaProcess(self._load)
            with self._changed:
                wanted = self._is_supervised_here()
                if wanted:
                    self._child, self._was_asked, self._placed = child, False, None
            if wanted:
                for reply in child.replies(self._limits.loading, self._limits.silent):
                    self._take(child, reply)
                    if not self._is_supervised_here():
                        break
            if not self._is_supervised_here():
                child.kill()
            end = child.end()
            with self._changed:
                again = self._is_supervised_here() and self._state is not _State.REFUSED and self._mourn(end)

    def _is_supervised_here(self) -> bool:
        """Whether this thread is still the one that was started last and not closed since."""
        return threading.current_thread() is self._supervisor

    def _mourn(self, end: End) -> bool:
        """Note a death that nobody wished for; says whether to start again."""
        self._child = None
        layers = self._placed.layers if self._placed else 0
        if end == "crashed" and layers:
            self._use_fewer_layers(layers // 2)
        else:
            self._useless_lives = 0 if self._was_asked else self._useless_lives + 1
        worn = self._useless_lives >= _USELESS_LIVES
        self._state, self._rests_since = (_State.RESTING if worn else _State.LOADING), time.monotonic()
        self._dismiss_all(end)
        return not worn

    def _use_fewer_layers(self, layers: int) -> None:
        self._load = replace(self._load, gpu_layers=layers)
        self._notice = offload.notice(layers)

    def _dismiss_all(self, end: End) -> None:
        """Tell everybody who waits that there is nothing more to come from this process."""
        for inbox in self._inboxes.values():
            inbox.put(Gone(end))
        self._inboxes.clear()
        self._changed.notify_all()

    def _take(self, child: LlamaProcess, reply: Reply) -> None:
        with self._changed:
            if self._child is not child:
                return
            match reply:
                case Pulse():
                    self._mind_the_computer()
                    return
                case Placed():
                    if self._placed is not None:
                        self._use_fewer_layers(reply.layers)
                    self._placed = reply
                case Loaded(device=device):
                    self._state, self.device, self._used = _State.READY, device, time.monotonic()
                    self._set_pace()
                case LoadFailed():
                    self._state, self._child, self._refusal = _State.REFUSED, None, reply
                case _ if reply.id in self._inboxes:
                    self._inboxes[reply.id].put(reply)
                    if not isinstance(reply, Piece):
                        del self._inboxes[reply.id]
            self._changed.notify_all()

    def _mind_the_computer(self) -> None:
        now = time.monotonic()
        if self._care is None or not self.ready or now - self._looked < _LOOK_S:
            return
        self._looked, surroundings = now, caring.look_around()
        if not self._inboxes and caring.should_unload(self._care, now - self._used, surroundings):
            self._let_go()
        elif surroundings.on_battery != self._on_battery:
            self._on_battery = surroundings.on_battery
            self._set_pace()

    def _set_pace(self) -> None:
        child = self._child
        if child is None or not self.ready:
            return
        threads = self._load.threads or worker_threads()
        child.send(Threads(caring.threads_for(threads, typing=self._typing, on_battery=self._on_battery)))
        if child.id is not None:
            caring.set_priority(child.id, low=self._typing)
