"""A window on a real vault in a folder, behind an assistant that is played."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from medbot_desktop.domain import Conversation, Finished, Person, TurnEvent
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.memory.export import Exporting
from medbot_desktop.memory.forgetting import Forgetting
from medbot_desktop.memory.people import People
from medbot_desktop.memory.usage import Usage
from medbot_desktop.ui.desk import SETTINGS
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.section_page import SectionPage
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Worker
from medbot_desktop.vault.accounts import Accounts
from medbot_desktop.vault.audit import AuditTrail
from medbot_desktop.vault.backup import Backups
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.opening import Credentials, OpenedVault, open_vault
from medbot_desktop.vault.preferences import Preferences, set_mark
from medbot_desktop.vault.retention import Retention

from .conftest import PlayedServices, finished
from .showing import bring_up, in_front
from .vault_folders import OTHERS, PASSPHRASE

T = TypeVar("T")
Page = TypeVar("Page", bound=SectionPage)
Dialog = TypeVar("Dialog", bound=QDialog)


class VaultServices(PlayedServices):
    """Everything that is kept is real; only the answers are played."""

    def __init__(self, opened: OpenedVault) -> None:
        super().__init__()
        self.opened = opened
        vault, self.rights = opened.vault, opened.access
        self.store = ConversationStore(vault, self.rights)
        self.usage = Usage(vault, self.rights)
        self.people = People(vault, self.rights)
        self.exporting = Exporting(self.store, self.rights)
        self.audit = AuditTrail(vault, self.rights)
        self.preferences = Preferences(vault, self.rights)
        self.retention = Retention(vault, self.rights, self.preferences)
        self.accounts = Accounts(opened)
        self.backups = Backups(opened, self.preferences)
        self.forgetting = Forgetting(vault, self.rights, self.backups, opened.folder)
        self.notices = opened.notices
        with vault.transaction() as session:
            set_mark(session, "last_backup", datetime.now(UTC).isoformat())  # so none is made behind a test's back
        self.events = lambda text: [finished(f"An answer about {text}.")]

    @property
    def access(self) -> object:  # type: ignore[override]
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

    def keep(self, question: str, person: Person | None = None) -> Conversation:
        """Store a conversation of one turn."""
        begun = self.store.start()
        self.store.record(begun.id, replace(finished("An answer.").answer, question=question))
        if person:
            self.store.link(begun.id, person.id)
        return self.store.get(begun.id)

    def upkeep(self, now: datetime) -> list[str]:
        """What is due is done by the tests themselves."""
        return []

    def close(self) -> None:
        super().close()
        self.opened.close()


def open_as(folder: VaultFolder, account: str = "admin") -> VaultServices:
    """The services of a vault, for one of its accounts."""
    secret = PASSPHRASE if account == "admin" else OTHERS
    return VaultServices(open_vault(folder, Credentials(account, secret)))


def open_window(qtbot: QtBot, services: VaultServices) -> MainWindow:
    """The real window on these services, at the settings, with the sections that the account may use."""
    window = MainWindow(Appearance("light"), Worker(services.open))
    qtbot.addWidget(window)
    bring_up(qtbot, window)
    window.worker.start()
    qtbot.waitUntil(lambda: bool(window.chat.empty.buttons) and window.chat.archive.is_known)
    window.desk.open_page(SETTINGS)
    settle(qtbot, window)
    return window


def section(qtbot: QtBot, window: MainWindow, name: str, kind: type[Page]) -> Page:
    """Open a section by its button, and wait until it shows what there is."""
    window.settings.buttons[name].click()
    settle(qtbot, window)
    page = window.settings.section(name)
    assert isinstance(page, kind)
    return page


def settle(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until everything that was asked of the vault so far is done."""
    in_vault(qtbot, window, lambda services: None)


def in_vault(qtbot: QtBot, window: MainWindow, read: Callable[[VaultServices], T]) -> T:
    """What the vault holds once everything that was asked for before is done."""
    answers: list[T] = []
    window.worker.run(read, answers.append)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: bool(answers))
    return answers[0]


def opened_dialog(qtbot: QtBot, page: SectionPage, kind: type[Dialog]) -> Dialog:
    """The dialog that the page has opened, once it has."""
    return in_front(qtbot, lambda: page.dialog if isinstance(page.dialog, kind) else None)


def told(qtbot: QtBot, page: SectionPage) -> str:
    """What the page says was done or failed, once it says so."""
    qtbot.waitUntil(page.notice.isVisible)
    return page.notice.words.text()
