"""Do all slow work on one other thread, so that the window never waits: open the workspace, run turns, rate."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Sequence
from threading import Lock
from typing import Protocol

from PySide6.QtCore import QObject, QThread, Signal, Slot

from medbot_desktop.domain import Conversation, Failed, Finished, Message, TurnEvent
from medbot_desktop.errors import MedBotError

_log = logging.getLogger(__name__)

_FAULT = Failed("MedBot made a mistake and could not answer.", "Nothing is lost: send the message again.")


class Responder(Protocol):
    """What answers one message, event by event."""

    def respond(self, conversation: Conversation, text: str) -> Generator[TurnEvent, None, None]:
        """Answer ``text``; closing the generator cancels the turn."""


class Conversations(Protocol):
    """The stored talks."""

    def start(self) -> Conversation:
        """Begin a conversation."""

    def list(self) -> Sequence[Conversation]:
        """All conversations, newest first."""

    def messages(self, conversation_id: str) -> Sequence[Message]:
        """The messages of one conversation, oldest first."""

    def rate(self, message_id: str, rating: int | None) -> None:
        """Keep what a person thinks of an answer: +1, -1 or None."""


class Services(Protocol):
    """The part of a workspace that the window uses."""

    @property
    def assistant(self) -> Responder:
        """What answers."""

    @property
    def conversations(self) -> Conversations:
        """What was said."""

    @property
    def sample_questions(self) -> Sequence[str]:
        """Questions to offer on the empty page."""

    @property
    def emergency_number(self) -> str:
        """The number to call, e.g. ``999``."""

    def close(self) -> None:
        """Let everything go."""


class _Clerk(QObject):
    """Lives on the worker thread and is the only one to touch the workspace."""

    ready = Signal(object, str, object)
    unavailable = Signal(object)
    begun = Signal(int, object)
    happened = Signal(int, object)
    ended = Signal(int)
    loaded = Signal(object, object)
    listed = Signal(object)

    def __init__(self, opening: Callable[[], Services], cancelled: set[int], lock: Lock) -> None:
        super().__init__()
        self._opening = opening
        self._services: Services | None = None
        self._failure: Failed | None = None
        self._cancelled = cancelled
        self._lock = lock

    @Slot()
    def open(self) -> None:
        try:
            self._services = services = self._opening()
            self.ready.emit(services.sample_questions, services.emergency_number, services.conversations.list())
        except MedBotError as error:
            self._failure = Failed(error.message, error.hint)
        except Exception as error:
            _log.error("The workspace could not be opened: %s", type(error).__name__)
            self._failure = Failed("MedBot could not start its assistant.", "Run `medbot doctor` to see what is wrong.")
        if self._failure is not None:
            self.unavailable.emit(self._failure)

    @Slot(int, object, str)
    def ask(self, turn: int, conversation: Conversation | None, text: str) -> None:
        if not self._is_cancelled(turn):
            try:
                self._answer(turn, conversation, text)
            except MedBotError as error:
                self.happened.emit(turn, Failed(error.message, error.hint))
            except Exception as error:
                _log.error("A turn failed: %s", type(error).__name__)
                self.happened.emit(turn, _FAULT)
        self.ended.emit(turn)

    def _answer(self, turn: int, conversation: Conversation | None, text: str) -> None:
        if self._services is None:
            self.happened.emit(turn, self._failure or _FAULT)
            return
        talk = conversation or self._services.conversations.start()
        self.begun.emit(turn, talk)
        events = self._services.assistant.respond(talk, text)
        try:
            for event in events:
                if self._is_cancelled(turn):
                    return
                self.happened.emit(turn, event)
                if isinstance(event, Finished):
                    self.listed.emit(self._services.conversations.list())
        finally:
            events.close()

    @Slot(str, object)
    def rate(self, message_id: str, rating: int | None) -> None:
        if self._services is None:
            return
        try:
            self._services.conversations.rate(message_id, rating)
        except MedBotError as error:
            _log.error("A rating could not be stored: %s", type(error).__name__)

    @Slot(object)
    def load(self, conversation: Conversation) -> None:
        if self._services is None:
            return
        try:
            self.loaded.emit(conversation, self._services.conversations.messages(conversation.id))
        except MedBotError as error:
            self.unavailable.emit(Failed(error.message, error.hint))

    @Slot()
    def close(self) -> None:
        services, self._services = self._services, None
        if services is not None:
            services.close()

    def _is_cancelled(self, turn: int) -> bool:
        with self._lock:
            return turn in self._cancelled or -1 in self._cancelled


class Worker(QObject):
    """The window's side of the worker thread: calls go in as signals and come back as signals.

    Calls are done in the order in which they are made, so a message that is sent while the workspace still opens
    is answered as soon as it is open.

    Args:
        opening: opens the workspace; it is called on the worker thread.

    Signals:
        ready: the workspace is open: sample questions, the emergency number, stored conversations.
        unavailable: a ``Failed`` that says why there is no workspace.
        begun: a turn has its conversation. happened: a turn's event. ended: the turn is over, whatever came of it.
        loaded: a conversation and its stored messages. listed: the conversations, newest first.
    """

    ready = Signal(object, str, object)
    unavailable = Signal(object)
    begun = Signal(int, object)
    happened = Signal(int, object)
    ended = Signal(int)
    loaded = Signal(object, object)
    listed = Signal(object)
    _open = Signal()
    _ask = Signal(int, object, str)
    _rate = Signal(str, object)
    _load = Signal(object)

    def __init__(self, opening: Callable[[], Services], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cancelled: set[int] = set()
        self._lock = Lock()
        self._turns = 0
        self._thread = QThread(self)
        self._clerk = _Clerk(opening, self._cancelled, self._lock)
        self._clerk.moveToThread(self._thread)
        clerk = self._clerk
        for call, slot in (
            (self._open, clerk.open),
            (self._ask, clerk.ask),
            (self._rate, clerk.rate),
            (self._load, clerk.load),
        ):
            call.connect(slot)
        for name in ("ready", "unavailable", "begun", "happened", "ended", "loaded", "listed"):
            getattr(clerk, name).connect(getattr(self, name))
        self._thread.finished.connect(clerk.close)

    def start(self) -> None:
        """Start the thread and open the workspace on it."""
        self._thread.start()
        self._open.emit()

    def ask(self, conversation: Conversation | None, text: str) -> int:
        """Answer ``text``, in a new conversation where there is none; returns the turn's number."""
        self._turns += 1
        self._ask.emit(self._turns, conversation, text)
        return self._turns

    def cancel(self, turn: int) -> None:
        """Stop a turn at its next event; nothing of it is heard of afterwards but ``ended``."""
        with self._lock:
            self._cancelled.add(turn)

    def rate(self, message_id: str, rating: int | None) -> None:
        """Keep a rating of an answer."""
        self._rate.emit(message_id, rating)

    def load(self, conversation: Conversation) -> None:
        """Fetch what was said in a conversation."""
        self._load.emit(conversation)

    def stop(self, patience_ms: int = 60_000) -> None:
        """Cancel everything, close the workspace on its own thread and end the thread."""
        with self._lock:
            self._cancelled.add(-1)
        self._thread.quit()
        self._thread.wait(patience_ms)
