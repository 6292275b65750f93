"""Do all slow work on one other thread, so that the window never waits: open the workspace, run turns, rate."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from PySide6.QtCore import QObject, QThread, Signal, Slot

from medbot_desktop.domain import Conversation, Failed, Finished, TurnEvent
from medbot_desktop.errors import MedBotError, PassphraseError

if TYPE_CHECKING:  # what keeps things is slow to load, and the window must not wait for it
    from medbot_desktop.memory.conversations import ConversationStore
    from medbot_desktop.memory.export import Exporting
    from medbot_desktop.memory.forgetting import Forgetting
    from medbot_desktop.memory.people import People
    from medbot_desktop.vault.access import Access
    from medbot_desktop.vault.accounts import Accounts
    from medbot_desktop.vault.audit import AuditTrail
    from medbot_desktop.vault.backup import Backups
    from medbot_desktop.vault.opening import OpenedVault
    from medbot_desktop.vault.preferences import Preferences
    from medbot_desktop.vault.retention import Retention

_log = logging.getLogger(__name__)

_FAULT = Failed("MedBot made a mistake and could not answer.", "Nothing is lost: send the message again.")


_JOB_FAULT = Failed("MedBot made a mistake, so this was not done.", "Try again; nothing that was stored is lost.")
_NOT_OPEN = Failed("MedBot is not open yet.", "Wait a moment and try again.")


class Responder(Protocol):
    """What answers one message, event by event."""

    def respond(self, conversation: Conversation, text: str) -> Generator[TurnEvent, None, None]:
        """Answer ``text``; closing the generator cancels the turn."""


class Services(Protocol):
    """The part of a workspace that the window uses."""

    @property
    def assistant(self) -> Responder:
        """What answers."""

    @property
    def conversations(self) -> ConversationStore:
        """What was said."""

    @property
    def people(self) -> People:
        """Whom conversations are about."""

    @property
    def exporting(self) -> Exporting:
        """Conversations on their way into files."""

    @property
    def access(self) -> Access:
        """Who uses it, and what they may do."""

    @property
    def audit(self) -> AuditTrail:
        """Who did what."""

    @property
    def preferences(self) -> Preferences:
        """What the clinic has decided."""

    @property
    def retention(self) -> Retention:
        """Erases what is old enough."""

    @property
    def forgetting(self) -> Forgetting:
        """Erases everything about one person."""

    @property
    def accounts(self) -> Accounts | None:
        """Who can open the vault; None where nothing is kept."""

    @property
    def backups(self) -> Backups | None:
        """Copies of the vault; None where nothing is kept."""

    @property
    def opened(self) -> OpenedVault | None:
        """The vault on the disk; None where nothing is kept."""

    @property
    def notices(self) -> Sequence[str]:
        """What whoever opened the vault should read."""

    @property
    def sample_questions(self) -> Sequence[str]:
        """Questions to offer on the empty page."""

    @property
    def emergency_number(self) -> str:
        """The number to call, e.g. ``999``."""

    def upkeep(self, now: datetime) -> list[str]:
        """Do what is due today; returns sentences that somebody should read."""

    def close(self) -> None:
        """Let everything go."""


_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class _Job:
    """A job on its way to the worker thread and back."""

    do: Callable[[Services | None], object]
    then: Callable[[Any], None] | None
    failed: Callable[[Failed], None] | None


class _Clerk(QObject):
    """Lives on the worker thread and is the only one to touch the workspace."""

    ready = Signal(object, str, object)
    unavailable = Signal(object)
    refused = Signal(object)
    locked = Signal()
    begun = Signal(int, object)
    happened = Signal(int, object)
    ended = Signal(int)
    loaded = Signal(object, object)
    listed = Signal(object)
    done = Signal(object, object)

    def __init__(self, cancelled: set[int], lock: Lock) -> None:
        super().__init__()
        self._services: Services | None = None
        self._failure: Failed | None = None
        self._cancelled = cancelled
        self._lock = lock

    @Slot(object)
    def open(self, opening: Callable[[], Services]) -> None:
        self._close()
        self._failure = None
        try:
            self._services = services = opening()
            gc.collect()
            gc.freeze()  # else each full collection goes through the libraries, and the window waits for it
            self.ready.emit(services.sample_questions, services.emergency_number, services.conversations.list())
        except PassphraseError as error:
            self.refused.emit(error)
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
    def run(self, job: _Job) -> None:
        result: object
        try:
            result = job.do(self._services)
        except MedBotError as error:
            result = Failed(error.message, error.hint)
        except Exception as error:
            _log.error("A job failed: %s", type(error).__name__)
            result = _JOB_FAULT
        self.done.emit(job, result)

    @Slot(object)
    def load(self, conversation: Conversation) -> None:
        if self._services is None:
            return
        try:
            self.loaded.emit(conversation, self._services.conversations.messages(conversation.id))
        except MedBotError as error:
            self.unavailable.emit(Failed(error.message, error.hint))

    @Slot()
    def lock(self) -> None:
        from medbot_desktop.vault.scrub import scrub

        try:
            self._close()
        except MedBotError as error:
            _log.error("The vault could not be closed in order: %s", type(error).__name__)
        gc.unfreeze()
        scrub()
        self.locked.emit()

    @Slot()
    def close(self) -> None:
        self._close()

    def _close(self) -> None:
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
        opening: opens the workspace; it is called on the worker thread. None: `open_with` will say how.

    Signals:
        ready: the workspace is open: sample questions, the emergency number, stored conversations.
        unavailable: a ``Failed`` that says why there is no workspace.
        refused: a ``PassphraseError`` that says why the vault did not open.
        locked: the workspace is closed, and what it held in memory is overwritten as far as that can be done.
        begun: a turn has its conversation. happened: a turn's event. ended: the turn is over, whatever came of it.
        loaded: a conversation and its stored messages. listed: the conversations, newest first.
    """

    ready = Signal(object, str, object)
    unavailable = Signal(object)
    refused = Signal(object)
    locked = Signal()
    begun = Signal(int, object)
    happened = Signal(int, object)
    ended = Signal(int)
    loaded = Signal(object, object)
    listed = Signal(object)
    _open = Signal(object)
    _lock_up = Signal()
    _ask = Signal(int, object, str)
    _rate = Signal(str, object)
    _load = Signal(object)
    _run = Signal(object)

    def __init__(self, opening: Callable[[], Services] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._opening = opening
        self._cancelled: set[int] = set()
        self._lock = Lock()
        self._turns = 0
        self._thread = QThread(self)
        self._clerk = _Clerk(self._cancelled, self._lock)
        self._clerk.moveToThread(self._thread)
        clerk = self._clerk
        for call, slot in (
            (self._open, clerk.open),
            (self._ask, clerk.ask),
            (self._rate, clerk.rate),
            (self._load, clerk.load),
            (self._run, clerk.run),
            (self._lock_up, clerk.lock),
        ):
            call.connect(slot)
        for name in ("ready", "unavailable", "refused", "locked", "begun", "happened", "ended", "loaded", "listed"):
            getattr(clerk, name).connect(getattr(self, name))
        clerk.done.connect(self._deliver)
        self._thread.finished.connect(clerk.close)

    def start(self) -> None:
        """Start the thread, and open the workspace on it if it is known how."""
        self._thread.start()
        if self._opening is not None:
            self.open_with(self._opening)

    def open_with(self, opening: Callable[[], Services]) -> None:
        """Open another workspace in the place of the one that is open, if any."""
        self._open.emit(opening)

    def lock(self) -> None:
        """Stop what is being answered and close the workspace."""
        with self._lock:
            self._cancelled.update(range(1, self._turns + 1))
        self._lock_up.emit()

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

        def on_workspace(services: Services | None) -> object:
            if services is None:
                raise MedBotError(_NOT_OPEN.message, _NOT_OPEN.hint)
            return job(services)

        self._run.emit(_Job(on_workspace, then, failed))

    def run_alone(
        self,
        job: Callable[[], _Result],
        then: Callable[[_Result], None] | None = None,
        failed: Callable[[Failed], None] | None = None,
    ) -> None:
        """Do something on the worker thread that needs no open workspace; takes what `run` takes."""
        self._run.emit(_Job(lambda _: job(), then, failed))

    def _deliver(self, job: _Job, result: object) -> None:
        if not isinstance(result, Failed):
            if job.then is not None:
                job.then(result)
        elif job.failed is not None:
            job.failed(result)

    def stop(self, patience_ms: int = 60_000) -> None:
        """Cancel everything, close the workspace on its own thread and end the thread."""
        with self._lock:
            self._cancelled.add(-1)
        self._thread.quit()
        self._thread.wait(patience_ms)
