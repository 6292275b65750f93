"""Hold the pages of an open workspace together: the rail at the left, and the shortcuts."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from medbot_desktop.domain import Citation, Conversation
from medbot_desktop.ui.chat_page import ChatPage
from medbot_desktop.ui.icons import icon, picture
from medbot_desktop.ui.library_page import LibraryPage
from medbot_desktop.ui.parts import named
from medbot_desktop.ui.settings_page import SettingsPage
from medbot_desktop.ui.theme import Appearance, Theme
from medbot_desktop.ui.worker import Worker

CHAT, LIBRARY, SETTINGS = range(3)
"""The pages, from top to bottom."""

_PAGES = (("chat", "Chat"), ("library", "Library"), ("settings", "Settings"))


class Desk(QWidget):
    """Everything that shows what the vault holds; it is thrown away when the window locks.

    Args:
        appearance: the look that is on.
        worker: the thread that answers.

    Signals:
        lock_wanted: the person asks to lock.
    """

    lock_wanted = Signal()

    def __init__(self, appearance: Appearance, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._worker = worker
        self.setObjectName("shell")
        self.chat = ChatPage(appearance, worker)
        self.library = LibraryPage(appearance, worker)
        self.settings = SettingsPage(appearance, worker)
        self._pages = QStackedWidget()
        for page in (self.chat, self.library, self.settings):
            self._pages.addWidget(page)
        self._mark = QLabel()
        self._mark.setAccessibleName("MedBot")
        self.rail_buttons: list[QToolButton] = []
        self.lock_button = self._rail_button("Lock", "Lock MedBot")
        self.lock_button.setToolTip("Lock (Ctrl+L)")
        self.lock_button.clicked.connect(self.lock_wanted)
        self.lock_button.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail())
        row.addWidget(self._pages, 1)
        self._add_shortcuts()
        self.settings.erased.connect(self._read_anew)
        self.settings.conversation_wanted.connect(self._open_conversation)
        self.settings.lock_wanted.connect(self.lock_wanted)
        self.settings.vault_closing.connect(self.library.adding.importer.stop)
        self.library.conversation_wanted.connect(self._open_conversation)
        self.chat.passage_wanted.connect(self._open_passage)
        self.library.shelved.connect(self.chat.use_libraries)
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)
        self.chat.composer.edit.setFocus()

    def _rail(self) -> QFrame:
        sizes = self._appearance.theme.sizes
        rail = named(QFrame(), "rail")
        rail.setFixedWidth(sizes.rail)
        column = QVBoxLayout(rail)
        column.setContentsMargins(sizes.unit, 2 * sizes.unit, sizes.unit, 2 * sizes.unit)
        column.setSpacing(sizes.unit)
        column.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(2 * sizes.unit)
        for number, (_, name) in enumerate(_PAGES):
            button = self._rail_button(name, f"Page: {name}")
            button.setCheckable(True)
            button.setChecked(number == 0)
            button.clicked.connect(lambda _=False, page=number: self.open_page(page))
            self.rail_buttons.append(button)
            if name == "Settings":
                column.addStretch(1)
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.lock_button, 0, Qt.AlignmentFlag.AlignHCenter)
        return rail

    def _rail_button(self, name: str, accessible: str) -> QToolButton:
        sizes = self._appearance.theme.sizes
        button = named(QToolButton(), "railButton")
        button.setText(name)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setAccessibleName(accessible)
        button.setFixedSize(sizes.rail - 2 * sizes.unit, sizes.target + 2 * sizes.unit)
        return button

    def _add_shortcuts(self) -> None:
        for keys, action in (
            (QKeySequence("Ctrl+N"), self._begin_conversation),
            (QKeySequence("Esc"), self._leave),
            (QKeySequence("Ctrl+,"), lambda: self.open_page(SETTINGS)),
            (QKeySequence("Ctrl+1"), lambda: self.open_page(CHAT)),
            (QKeySequence("Ctrl+2"), lambda: self.open_page(LIBRARY)),
        ):
            QShortcut(keys, self).activated.connect(action)

    def open_page(self, number: int) -> None:
        """Show a page of the rail; the others keep what is in them."""
        self._pages.setCurrentIndex(number)
        for place, button in enumerate(self.rail_buttons):
            button.setChecked(place == number)
        if number == CHAT:
            self.chat.composer.edit.setFocus()
        elif number == LIBRARY:
            self.library.enter()
        else:
            self.settings.focus_choice()

    def forget(self) -> None:
        """Drop everything that was read or typed, and stop what takes long, before the vault is locked."""
        self.library.forget()
        self.chat.forget()
        self.settings.forget()

    def _leave(self) -> None:
        """Stop the answer, or go back from the document that is read."""
        if self._pages.currentWidget() is self.library:
            self.library.close_reader()
        else:
            self.chat.stop()

    def _read_anew(self) -> None:
        """Let the chat know only what the vault still holds."""
        self.chat.forget()
        self._worker.run(lambda services: services.conversations.list(), self.chat.archive.open)

    def _open_conversation(self, conversation: Conversation) -> None:
        self.open_page(CHAT)
        self.chat.switch_to(self.chat.archive.take_in(conversation))

    def _open_passage(self, citation: Citation) -> None:
        self.open_page(LIBRARY)
        self.library.open_passage(citation.passage, citation.quotes)

    def _begin_conversation(self) -> None:
        self.open_page(CHAT)
        self.chat.begin_conversation()

    def _use_theme(self, theme: Theme) -> None:
        self._mark.setPixmap(picture(theme, "mark", "accent", "on_accent", theme.sizes.mark_pixels))
        names = [name for name, _ in _PAGES]
        for button, name in zip((*self.rail_buttons, self.lock_button), (*names, "lock"), strict=True):
            button.setIcon(icon(theme, name, "text"))
            button.setIconSize(QSize(theme.sizes.icon, theme.sizes.icon))
