"""Do the worker thread's side of the work: it alone touches the workspace, and every failure ends here."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Event, Lock
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from medbot_desktop.domain import Conversation, Failed, Finished
from medbot_desktop.errors import MedBotError, PassphraseError
from medbot_desktop.ui.services import Services

_log = logging.getLogger(__name__)

_FAULT = Failed("MedBot made a mistake and could not answer.", "Nothing is lost: send the message again.")
_JOB_FAULT = Failed("MedBot made a mistake, so this was not done.", "Try again; nothing that was stored is lost.")
_OPENING_FAULT = Failed("MedBot could not start its assistant.", "Run `medbot doctor` to see what is wrong.")


@dataclass(frozen=True, slots=True)
class Job:
    """A job on its way to the worker thread and back; ``session`` counts the locks before it was asked for."""

    session: int
    do: Callable[[Services | None], object]
    then: Callable[[Any], None] | None
    failed: Callable[[Failed], None] | None

    def outcome(self, services: Services | None) -> object:
        """Do it; returns what it returned, or a ``Failed`` that says why it was not done."""
        try:
            return self.do(services)
        except MedBotError as error:
            return Failed(error.message, error.hint)
        except Exception as error:
            _log.error("A job failed: %s", type(error).__name__)
            return _JOB_FAULT


class Clerk(QObject):
    """Lives on the worker thread and is the only one to touch the workspace; its signals are those of `Worker`.

    Args:
        cancelled: the turns that are not wanted any more; -1 stands for all.
        lock: guards them.
        typing: set while the person types.
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
    done = Signal(object, object)

    def __init__(self, cancelled: set[int], lock: Lock, typing: Event) -> None:
        super().__init__()
        self._services: Services | None = None
        self._failure: Failed | None = None
        self._cancelled = cancelled
        self._lock = lock
        self._typing = typing
        self._lent = Lock()

    @Slot(object)
    def open(self, opening: Callable[[], Services]) -> None:
        """Open a workspace in the place of the one that is open; says ``ready``, ``refused`` or ``unavailable``."""
        self._close()
        from medbot_desktop.vault.scrub import give_back

        self._failure = None
        try:
            self._services = services = opening()
            gc.collect()
            give_back()
            gc.freeze()  # else each full collection goes through the libraries, and the window waits for it
            self.ready.emit(services.sample_questions, services.emergency_number, services.conversations.list())
        except PassphraseError as error:
            error.__cause__ = error.__context__ = None  # its frames hold the passphrase that was typed
            self.refused.emit(error.with_traceback(None))
        except MedBotError as error:
            self._failure = Failed(error.message, error.hint)
        except Exception as error:
            _log.error("The workspace could not be opened: %s", type(error).__name__)
            self._failure = _OPENING_FAULT
        if self._failure is not None:
            self._close()
            self.unavailable.emit(self._failure)

    @Slot(int, object, str, object)
    def ask(self, turn: int, conversation: Conversation | None, text: str, libraries_off: tuple[str, ...]) -> None:
        """Answer a message, event by event, and say ``ended`` whatever comes of it."""
        if not self._is_cancelled(turn):
            try:
                self._answer(turn, conversation, text, libraries_off)
            except MedBotError as error:
                self.happened.emit(turn, Failed(error.message, error.hint))
            except Exception as error:
                _log.error("A turn failed: %s", type(error).__name__)
                self.happened.emit(turn, _FAULT)
        self.ended.emit(turn)

    def _answer(self, turn: int, conversation: Conversation | None, text: str, libraries_off: tuple[str, ...]) -> None:
        if self._services is None:
            self.happened.emit(turn, self._failure or _FAULT)
            return
        talk = conversation or _begun(self._services, libraries_off)
        self.begun.emit(turn, talk)
        events = self._services.assistant.respond(talk, text)
        try:
            for event in events:
                if self._is_cancelled(turn):
                    return
                self.mind_typing()
                self.happened.emit(turn, event)
                if isinstance(event, Finished):
                    self.listed.emit(self._services.conversations.list())
        finally:
            events.close()

    @Slot()
    def mind_typing(self) -> None:
        """Let the text model take as much of the processor as it may now."""
        if self._services is not None and (model := self._services.text_model) is not None:
            model.yield_to_person(self._typing.is_set())

    @Slot(str, object)
    def rate(self, message_id: str, rating: int | None) -> None:
        """Keep a rating."""
        if self._services is None:
            return
        try:
            self._services.conversations.rate(message_id, rating)
        except MedBotError as error:
            _log.error("A rating could not be stored: %s", type(error).__name__)

    @Slot(object)
    def run(self, job: Job) -> None:
        """Do a job, and send back what it returned, or a ``Failed``."""
        self.done.emit(job, job.outcome(self._services))

    @contextmanager
    def lend(self) -> Iterator[Services | None]:
        """The workspace for another thread, which uses only what has a connection of its own; it stays open so long."""
        with self._lent:
            yield self._services

    @Slot(object)
    def load(self, conversation: Conversation) -> None:
        """Fetch what was said in a conversation."""
        if self._services is None:
            return
        try:
            self.loaded.emit(conversation, self._services.conversations.messages(conversation.id))
        except MedBotError as error:
            self.unavailable.emit(Failed(error.message, error.hint))

    @Slot()
    def lock(self) -> None:
        """Close the workspace, whatever happens; the window lets go of what it shows then.

        What the vault let go of is overwritten at once: what the window takes from it next, it may not fill.
        """
        from medbot_desktop.vault.scrub import scrub

        try:
            self._close()
        except Exception as error:  # the window is locked whatever happens, and what is left is overwritten
            _log.error("The vault could not be closed in order: %s", type(error).__name__)
        scrub()
        self.closed.emit()

    @Slot()
    def scrub(self) -> None:
        """Overwrite what all threads have let go of."""
        from medbot_desktop.vault.scrub import scrub

        scrub()
        self.locked.emit()

    @Slot()
    def close(self) -> None:
        """Close the workspace, at the end of the thread."""
        self._close()

    def _close(self) -> None:
        services, self._services = self._services, None
        if services is not None:
            gc.unfreeze()  # else nothing that refers to itself could ever be collected
            with self._lent:
                services.close()

    def _is_cancelled(self, turn: int) -> bool:
        with self._lock:
            return turn in self._cancelled or -1 in self._cancelled


def _begun(services: Services, libraries_off: tuple[str, ...]) -> Conversation:
    """A new conversation in which these libraries are not asked."""
    talk = services.conversations.start()
    if libraries_off:
        services.conversations.set_libraries_off(talk.id, libraries_off)
    return replace(talk, libraries_off=libraries_off)
