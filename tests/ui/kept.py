"""A window whose conversations are kept: the real store on a vault in memory, behind an assistant that is played."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from pytestqt.qtbot import QtBot
from sqlalchemy import update

from medbot_desktop.domain import Conversation, Finished, Person, TurnEvent
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.memory.export import Exporting
from medbot_desktop.memory.people import People
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.talk import Talk
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Worker
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import DEMO_ACCOUNT, Account, Role
from medbot_desktop.vault.schema import ConversationRow
from medbot_desktop.vault.vault import Vault

from .conftest import PlayedServices, finished
from .showing import bring_up

T = TypeVar("T")


class KeptServices(PlayedServices):
    """Answers as it is told, and keeps what was said for real.

    Args:
        role: of whoever sits before the window.
    """

    def __init__(self, role: Role = Role.ADMINISTRATOR) -> None:
        super().__init__()
        self.vault = Vault.open_in_memory()
        self.rights = Access(self.vault, Account(DEMO_ACCOUNT.id, DEMO_ACCOUNT.name, role))
        self.store = ConversationStore(self.vault, self.rights)
        self.people = People(self.vault, self.rights)
        self.exporting = Exporting(self.store, self.rights)
        self.events = lambda text: [finished(f"An answer about {text}.")]

    @property
    def access(self) -> Access:  # type: ignore[override]
        return self.rights

    @property
    def conversations(self) -> ConversationStore:  # type: ignore[override]
        return self.store

    def respond(self, conversation: Conversation, text: str) -> Generator[TurnEvent, None, None]:
        for event in super().respond(conversation, text):
            if isinstance(event, Finished):
                answer = replace(event.answer, question=text)
                event = Finished(answer, self.store.record(conversation.id, answer))
            yield event

    def keep(
        self, *turns: Finished | tuple[str, str], title: str = "", days_ago: int = 0, person: Person | None = None
    ) -> Conversation:
        """Store a conversation of these turns, as old as that."""
        begun = self.store.start()
        for turn in turns:
            question, event = (turn[0], finished(turn[1])) if isinstance(turn, tuple) else (turn.answer.question, turn)
            self.store.record(begun.id, replace(event.answer, question=question))
        if title:
            self.store.rename(begun.id, title)
        if person:
            self.store.link(begun.id, person.id)
        moment = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=days_ago)
        with self.vault.transaction() as session:
            changed = {"started": moment, "updated": moment} if days_ago else {"started": moment}
            session.execute(update(ConversationRow).where(ConversationRow.id == begun.id).values(**changed))
        return self.store.get(begun.id)

    def demote(self) -> None:
        """Let whoever sits before the window look at nothing that is kept from now on."""
        account = self.rights.account
        self.rights.account = Account(account.id, account.name, Role.KIOSK)

    def close(self) -> None:
        super().close()
        self.vault.close()


def open_window(qtbot: QtBot, services: KeptServices) -> MainWindow:
    """The real window on these services, ready for use, with what the vault holds in its column."""
    window = MainWindow(Appearance("light"), Worker(services.open))
    qtbot.addWidget(window)
    bring_up(qtbot, window)
    window.worker.start()
    chat = window.chat
    qtbot.waitUntil(lambda: bool(chat.empty.buttons) and chat.archive.is_known)
    return window


def in_vault(qtbot: QtBot, window: MainWindow, read: Callable[[KeptServices], T]) -> T:
    """What the vault holds once everything that was asked for before is done."""
    answers: list[T] = []
    window.worker.run(read, answers.append)
    qtbot.waitUntil(lambda: bool(answers))
    return answers[0]


def stored(qtbot: QtBot, window: MainWindow, conversation: Conversation) -> Conversation:
    """A conversation as the vault holds it."""
    return in_vault(qtbot, window, lambda services: services.store.get(conversation.id))


def titles(window: MainWindow) -> list[str]:
    """What the column shows from top to bottom, headings included."""
    rows = window.chat.column.list.conversations.rows()
    return [row.title() if isinstance(row, Talk) else f"# {row.text}" for row in rows]


def talk_of(window: MainWindow, conversation: Conversation) -> Talk:
    """The window's side of a stored conversation."""
    talk = window.chat.archive.find(conversation)
    assert talk is not None
    return talk


def show(qtbot: QtBot, window: MainWindow, conversation: Conversation) -> Talk:
    """Open a stored conversation and wait for its messages."""
    talk = talk_of(window, conversation)
    window.chat.switch_to(talk)
    qtbot.waitUntil(lambda: talk.is_loaded)
    return talk
