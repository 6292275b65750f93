"""Offer the sections of the settings that whoever has the vault open may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from medbot_desktop.ui.accounts_page import AccountsPage
from medbot_desktop.ui.appearance_page import AppearancePage
from medbot_desktop.ui.audit_page import AuditPage
from medbot_desktop.ui.backups_page import BackupsPage
from medbot_desktop.ui.health_page import HealthPage
from medbot_desktop.ui.models_page import ModelsPage
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.passphrase_page import PassphrasePage
from medbot_desktop.ui.privacy_page import PrivacyPage
from medbot_desktop.ui.section_page import SectionPage
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Services, Worker
from medbot_desktop.vault.roles import RECOVERY_ACCOUNT, Account, Permission, Role

_SECTIONS: Mapping[str, tuple[str, Callable[[Appearance, Worker], SectionPage]]] = {
    "appearance": ("Appearance", AppearancePage),
    "passphrase": ("Your passphrase", PassphrasePage),
    "accounts": ("Accounts", AccountsPage),
    "privacy": ("Privacy", PrivacyPage),
    "backups": ("Backups", BackupsPage),
    "audit": ("Audit trail", AuditPage),
    "health": ("Library health", HealthPage),
    "models": ("Models", ModelsPage),
}
"""Each section by its name: how it is called, and what makes it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who has the vault open.

    Attributes:
        account: who; its role decides what is offered.
        may: asks what they may do.
        keeps: whether there is a vault on the disk.
    """

    account: Account
    may: Callable[[Permission], bool]
    keeps: bool

    def has_passphrase(self) -> bool:
        """Whether there is a passphrase of one's own to change."""
        return self.keeps and self.account.role is not Role.KIOSK and self.account.id != RECOVERY_ACCOUNT.id


class SettingsPage(QWidget):
    """The sections: their names at the left, the chosen one beside them.

    Args:
        appearance: the look that is on.
        worker: the thread that has the vault open.

    Attributes:
        buttons: what opens each section, by its name.

    Signals:
        reopening: the vault was closed to restore a backup: what opens it again or None, and what to say meanwhile.
        vault_closing: it will be closed as soon as the second thread is free.
        erased: conversations are gone from the vault. conversation_wanted: a ``Conversation`` is to be shown.
        lock_time_changed: the minutes without use after which the window locks from now on.
        lock_wanted: the vault has to be closed and opened anew.
    """

    reopening = Signal(object, str)
    vault_closing = Signal()
    erased = Signal()
    conversation_wanted = Signal(object)
    lock_time_changed = Signal(int)
    lock_wanted = Signal()

    def __init__(self, appearance: Appearance, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._worker = worker
        self._sections: dict[str, SectionPage] = {}
        self.buttons: dict[str, QPushButton] = {}
        self._stack = QStackedWidget()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._list(appearance))
        row.addWidget(self._stack, 1)
        worker.ready.connect(self._learn)
        self._offer(frozenset({"appearance"}))

    @property
    def choices(self) -> dict[str, QRadioButton]:
        """The buttons that choose the look."""
        return self._appearance_page().choices

    def focus_choice(self) -> None:
        """Put the keyboard where something can be chosen, as the page is opened."""
        name = self._name()
        if name == "appearance":
            self.choices[self._appearance.choice].setFocus()
        else:
            self.buttons[name].setFocus()
            self.section(name).refresh()

    def open_section(self, name: str) -> None:
        """Show a section, as it is now."""
        section = self.section(name)
        self.buttons[name].setChecked(True)
        self._stack.setCurrentWidget(section)
        section.refresh()

    def section(self, name: str) -> SectionPage:
        """A section; it is made when it is wanted for the first time, so that the window does not wait for all."""
        if name not in self._sections:
            section = self._sections[name] = _SECTIONS[name][1](self._appearance, self._worker)
            self._stack.addWidget(section)
            if isinstance(section, BackupsPage):
                section.reopening.connect(self.reopening)
                section.vault_closing.connect(self.vault_closing)
            if isinstance(section, HealthPage):
                section.lock_wanted.connect(self.lock_wanted)
            if isinstance(section, PrivacyPage):
                section.erased.connect(self.erased)
                section.conversation_wanted.connect(self.conversation_wanted)
                section.lock_time_changed.connect(self.lock_time_changed)
        return self._sections[name]

    def forget(self) -> None:
        """Let go of all that came from the vault or was typed; what takes long is stopped."""
        for section in self._sections.values():
            section.forget()
        self._offer(frozenset({"appearance"}))

    def _list(self, appearance: Appearance) -> QFrame:
        sizes = appearance.theme.sizes
        names = named(QFrame(), "sections")
        names.setFixedWidth(sizes.conversations)
        group = QButtonGroup(self)
        column = QVBoxLayout(names)
        column.setContentsMargins(sizes.unit, 2 * sizes.unit, sizes.unit, 2 * sizes.unit)
        column.setSpacing(sizes.unit // 2)
        heading = words("Settings", "columnTitle")
        heading.setContentsMargins(sizes.unit, 0, 0, sizes.unit)
        column.addWidget(heading)
        for name, (title, _) in _SECTIONS.items():
            button = named(QPushButton(title), "section")
            button.setCheckable(True)
            button.setAccessibleName(f"Section: {title}")
            button.clicked.connect(lambda _=False, wanted=name: self.open_section(wanted))
            group.addButton(button)
            self.buttons[name] = button
            column.addWidget(button)
        column.addStretch(1)
        return names

    def _name(self) -> str:
        return next(name for name, section in self._sections.items() if section is self._stack.currentWidget())

    def _appearance_page(self) -> AppearancePage:
        section = self.section("appearance")
        assert isinstance(section, AppearancePage)
        return section

    def _learn(self) -> None:
        self._worker.run(_standing, self._use)

    def _use(self, standing: Standing) -> None:
        self._offer(offered(standing))

    def _offer(self, names: frozenset[str]) -> None:
        for name, button in self.buttons.items():
            button.setVisible(name in names)
        if not self._sections or self._name() not in names:
            self.open_section("appearance")


def offered(standing: Standing) -> frozenset[str]:
    """The names of the sections that somebody may use."""
    may, keeps = standing.may, standing.keeps
    wanted = {
        "appearance": True,
        "passphrase": standing.has_passphrase(),
        "accounts": keeps and may(Permission.MANAGE_ACCOUNTS),
        "privacy": keeps and may(Permission.CHANGE_SETTINGS) and may(Permission.ERASE),
        "backups": keeps and may(Permission.BACK_UP),
        "audit": keeps and may(Permission.READ_AUDIT),
        "models": keeps and may(Permission.SEE_INSIGHTS),
        "health": keeps and may(Permission.EDIT_LIBRARY) and may(Permission.CHANGE_SETTINGS),
    }
    return frozenset(name for name, is_wanted in wanted.items() if is_wanted)


def _standing(services: Services) -> Standing:
    return Standing(services.access.account, services.access.may, services.opened is not None)
