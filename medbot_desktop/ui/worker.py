"""Do all slow work on other threads, so that the window never waits: open the workspace, run turns, rate, back up."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Event, Lock
from typing import TypeVar

from PySide6.QtCore import QObject, QThread, Signal

from medbot_desktop.domain import Conversation, Failed
from medbot_desktop.errors import MedBotError
from medbot_desktop.ui.aside import Aside
from medbot_desktop.ui.clerk import Clerk, Job
from medbot_desktop.ui.services import Services

__all__ = ["Services", "Worker"]

_NOT_OPEN = Failed("MedBot is not open yet.", "Wait a moment and try again.")
_Result = TypeVar("_Result")


class Worker(QObject):
    """The window's side of the worker thread: calls go in as signals and come back as signals.

    Calls are done in the order in which they are made, so a message that is sent while the workspace still opens
    is answered as soon as it is open.

    Args:
        opening: opens the workspace; it is called on the worker thread. None: `open_with` will say how.

    Signals:
        ready: the workspace is open: sample questions, the emergency number, stored conversations.
        unavailable: a ``Failed`` that says why there is no workspace.
        refused: a ``PassphraseError`` that says why the vault did not open.
        closed: the workspace is closed; what else refers to what it held has to be let go of now.
        locked: all that was let go of is overwritten in memory, as far as that can be done.
        begun: a turn has its conversation. happened: a turn's event. ended: the turn is over, whatever came of it.
        loaded: a conversation and its stored messages. listed: the conversations, newest first.
        aside_asked: something is to be done on the second thread, which may be at work for long.
    """

    ready = Signal(object, str, object)
    unavailable = Signal(object)
    refused = Signal(object)
    closed = Signal()
    locked = Signal()
    begun = Signal(int, object)
    happened = Signal(int, object)
    ended = Signal(int)
    loaded = Signal(object, object)
    listed = Signal(object)
    aside_asked = Signal()
    _open = Signal(object)
    _lock_up = Signal()
    _scrub = Signal()
    _ask = Signal(int, object, str, object)
    _rate = Signal(str, object)
    _mind = Signal()
    _load = Signal(object)
    _run = Signal(object)
    _run_aside = Signal(object)

    def __init__(self, opening: Callable[[], Services] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._opening = opening
        self._cancelled: set[int] = set()
        self._lock = Lock()
        self._turns = self._session = 0
        self._thread = QThread(self)
        self._typing = Event()
        self._clerk = Clerk(self._cancelled, self._lock, self._typing)
        self._clerk.moveToThread(self._thread)
        clerk = self._clerk
        for call, slot in (
            (self._open, clerk.open),
            (self._ask, clerk.ask),
            (self._rate, clerk.rate),
            (self._mind, clerk.mind_typing),
            (self._load, clerk.load),
            (self._run, clerk.run),
            (self._lock_up, clerk.lock),
            (self._scrub, clerk.scrub),
        ):
            call.connect(slot)
        for name in ("ready", "unavailable", "refused", "locked", "begun", "happened", "ended", "loaded", "listed"):
            getattr(clerk, name).connect(getattr(self, name))
        self._aside_thread = QThread(self)
        self._aside = Aside(clerk)
        self._aside.moveToThread(self._aside_thread)
        self._run_aside.connect(self._aside.run)
        for done in (clerk.done, self._aside.done):
            done.connect(self._deliver)
        clerk.closed.connect(self._end_lock)
        self._thread.finished.connect(clerk.close)

    def start(self) -> None:
        """Start the threads, and open the workspace if it is known how."""
        self._thread.start()
        self._aside_thread.start(QThread.Priority.LowPriority)
        if self._opening is not None:
            self.open_with(self._opening)

    def open_with(self, opening: Callable[[], Services]) -> None:
        """Open another workspace in the place of the one that is open, if any."""
        self._open.emit(opening)

    def lock(self) -> None:
        """Stop what is being answered and close the workspace; nothing is heard of any job from before."""
        self._session += 1
        with self._lock:
            self._cancelled.update(range(1, self._turns + 1))
        self._lock_up.emit()

    def ask(self, conversation: Conversation | None, text: str, libraries_off: tuple[str, ...] = ()) -> int:
        """Answer a message.

        Args:
            conversation: where; None: in a new one.
            text: the message.
            libraries_off: the libraries that are not asked in a new conversation.

        Returns:
            The turn's number.
        """
        self._turns += 1
        self._ask.emit(self._turns, conversation, text, libraries_off)
        return self._turns

    def cancel(self, turn: int) -> None:
        """Stop a turn at its next event; nothing of it is heard of afterwards but ``ended``."""
        with self._lock:
            self._cancelled.add(turn)

    def mind_typing(self, typing: bool) -> None:
        """Leave more of the processor to the window while the person types: the text model goes on with less."""
        if typing == self._typing.is_set():
            return
        if typing:
            self._typing.set()
        else:
            self._typing.clear()
        self._mind.emit()  # for a model that loads or reads; while it answers, each piece of the answer minds it

    def rate(self, message_id: str, rating: int | None) -> None:
        """Keep a rating of an answer."""
        self._rate.emit(message_id, rating)

    def load(self, conversation: Conversation) -> None:
        """Fetch what was said in a conversation."""
        self._load.emit(conversation)

    def run(
        self,
        job: Callable[[Services], _Result],
        then: Callable[[_Result], None] | None = None,
        failed: Callable[[Failed], None] | None = None,
    ) -> None:
        """Do something on the worker thread, after what was asked for before.

        Args:
            job: is given the workspace.
            then: is called on this thread with what the job returned.
            failed: is called on this thread where the job raised an error, or the workspace is not open.
        """
        self._run.emit(Job(self._session, partial(_on_workspace, job), then, failed))

    def run_aside(
        self,
        job: Callable[[Services], _Result],
        then: Callable[[_Result], None] | None = None,
        failed: Callable[[Failed], None] | None = None,
    ) -> None:
        """Do something long while messages are answered; takes what `run` takes.

        The job may use the vault only by `OpenedVault.beside`. Locking waits for its end, so it has to be told to stop.
        """
        self.aside_asked.emit()
        self._run_aside.emit(Job(self._session, partial(_on_workspace, job), then, failed))

    def run_alone(
        self,
        job: Callable[[], _Result],
        then: Callable[[_Result], None] | None = None,
        failed: Callable[[Failed], None] | None = None,
    ) -> None:
        """Do something on the worker thread that needs no open workspace; takes what `run` takes."""
        self._run.emit(Job(self._session, lambda _: job(), then, failed))

    def _deliver(self, job: Job, result: object) -> None:
        if job.session != self._session:  # the window that wanted to know was thrown away when it locked
            return
        if not isinstance(result, Failed):
            if job.then is not None:
                job.then(result)
        elif job.failed is not None:
            job.failed(result)

    def _end_lock(self) -> None:
        self.closed.emit()
        self._scrub.emit()

    def stop(self, patience_ms: int = 60_000) -> None:
        """Cancel everything, close the workspace on its own thread and end the threads."""
        with self._lock:
            self._cancelled.add(-1)
        for thread in (self._aside_thread, self._thread):
            thread.quit()
            thread.wait(patience_ms)


def _on_workspace(job: Callable[[Services], _Result], services: Services | None) -> _Result:
    if services is None:
        raise MedBotError(_NOT_OPEN.message, _NOT_OPEN.hint)
    return job(services)
