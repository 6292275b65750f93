"""List the conversations of this run, newest first, and begin a new one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from medbot_desktop.ui.icons import icon
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.talk import Talk
from medbot_desktop.ui.theme import Appearance, Theme


class ConversationColumn(QFrame):
    """The left side of the chat.

    Signals:
        new_wanted: a new conversation is wanted. chosen: the ``Talk`` to switch to.
    """

    new_wanted = Signal()
    chosen = Signal(object)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sizes = appearance.theme.sizes
        self._talks: list[Talk] = []
        self.setObjectName("conversations")
        self.setFixedWidth(sizes.conversations)
        self.new_button = QPushButton("New conversation")
        self.new_button.setToolTip("New conversation (Ctrl+N)")
        self.new_button.clicked.connect(self.new_wanted)
        self.list = named(QListWidget(), "conversationList")
        self.list.setAccessibleName("Conversations")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.currentRowChanged.connect(self._choose)
        column = QVBoxLayout(self)
        pad = sizes.unit + sizes.unit // 2
        column.setContentsMargins(pad, 2 * sizes.unit, pad, pad)
        column.setSpacing(sizes.unit)
        column.addWidget(words("Conversations", "columnTitle"))
        column.addSpacing(sizes.unit // 2)
        column.addWidget(self.new_button)
        column.addWidget(self.list, 1)
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)

    def show_talks(self, talks: Sequence[Talk], current: Talk) -> None:
        """List these conversations with ``current`` chosen."""
        self._talks = list(talks)
        blocker = QSignalBlocker(self.list)
        self.list.clear()
        for talk in self._talks:
            item = QListWidgetItem(talk.title())
            item.setToolTip(talk.title())
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"Conversation: {talk.title()}")
            self.list.addItem(item)
        self.list.setCurrentRow(self._talks.index(current))
        blocker.unblock()

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._talks):
            self.chosen.emit(self._talks[row])

    def _use_theme(self, theme: Theme) -> None:
        self.new_button.setIcon(icon(theme, "plus"))
