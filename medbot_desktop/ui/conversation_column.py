"""Stand at the left of the chat: search the conversations, go through them, and begin a new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QApplication, QFrame, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from medbot_desktop.domain import Person
from medbot_desktop.ui.archive import Rights
from medbot_desktop.ui.conversation_list import ConversationList
from medbot_desktop.ui.icons import icon
from medbot_desktop.ui.parts import words
from medbot_desktop.ui.search_field import SearchField
from medbot_desktop.ui.search_filters import SearchFilters
from medbot_desktop.ui.search_results import SearchResults
from medbot_desktop.ui.talk import Talk
from medbot_desktop.ui.theme import Appearance, Theme

if TYPE_CHECKING:
    from medbot_desktop.memory.search import Found


class ConversationColumn(QFrame):
    """The left side of the chat.

    Signals:
        new_wanted: a new conversation is wanted. chosen: the ``Talk`` to switch to.
        renamed, deletion_wanted, menu_wanted: those of `ConversationList`.
        search_wanted: words and a ``SearchFilter``; answer with `show_results`.
        opened: a ``Found`` is to be shown where it was said.
        person_wanted: a person to search by is to be chosen; answer with `choose_person`.
        left: the search was left by key.
    """

    new_wanted = Signal()
    chosen = Signal(object)
    renamed = Signal(object, str)
    deletion_wanted = Signal(object)
    menu_wanted = Signal(object, QPoint)
    search_wanted = Signal(str, object)
    opened = Signal(object)
    person_wanted = Signal()
    left = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sizes = appearance.theme.sizes
        self.setObjectName("conversations")
        self.setFixedWidth(sizes.conversations)
        self.title = words("Conversations", "columnTitle")
        self.field = SearchField(appearance)
        self.filters = SearchFilters(appearance)
        self.new_button = QPushButton("New conversation")
        self.new_button.setToolTip("New conversation (Ctrl+N)")
        self.list = ConversationList(appearance)
        self.results = SearchResults(appearance)
        self.message = words("", "small")
        self._below = QStackedWidget()
        for page in (self.list, self.results, self._message_page()):
            self._below.addWidget(page)
        column = QVBoxLayout(self)
        pad = sizes.unit + sizes.unit // 2
        column.setContentsMargins(pad, 2 * sizes.unit, pad, pad)
        column.setSpacing(sizes.unit)
        column.addWidget(self.title)
        column.addSpacing(sizes.unit // 2)
        column.addWidget(self.field)
        column.addWidget(self.filters)
        column.addWidget(self.new_button)
        column.addWidget(self._below, 1)
        self.filters.hide()
        self._connect()
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)

    def show_talks(self, talks: Sequence[Talk], deleted: Sequence[Talk], current: Talk) -> None:
        """List these conversations with ``current`` chosen."""
        self.list.show_talks(talks, deleted, current)

    def use_rights(self, rights: Rights) -> None:
        """Offer the search and the menu only where kept conversations may be looked at."""
        self.field.setVisible(rights.keep)
        self.list.allow_changes(rights.keep)
        if not rights.keep and self.is_searching():
            self.leave_search()

    def enter_search(self) -> None:
        """Put the keyboard into the search."""
        self.field.setFocus()
        self.field.selectAll()

    def leave_search(self) -> None:
        """Show all conversations again."""
        self.field.clear()
        self.filters.clear()
        self.filters.hide()
        self.results.show_results(())
        self._search()

    def is_searching(self) -> bool:
        """Whether results stand where the conversations otherwise do."""
        return bool(self.field.text().strip()) or not self.filters.chosen().is_empty()

    def show_results(self, results: Sequence[Found]) -> None:
        """Show what was found."""
        if not self.is_searching():
            return
        self.results.show_results(results)
        if results:
            self._below.setCurrentWidget(self.results)
        else:
            self.say("Nothing found")

    def choose_person(self, person: Person | None) -> None:
        """Search the conversations about one person, or about anyone."""
        self.filters.choose_person(person)

    def say(self, text: str) -> None:
        """Stand a sentence where results would be."""
        self.message.setText(text)
        self.message.setAccessibleName(text)
        self._below.setCurrentIndex(2)

    def _message_page(self) -> QWidget:
        page = QWidget()
        inside = QVBoxLayout(page)
        inside.addWidget(self.message)
        inside.addStretch(1)
        return page

    def _connect(self) -> None:
        self.new_button.clicked.connect(self.new_wanted)
        for name in ("chosen", "renamed", "deletion_wanted", "menu_wanted"):
            getattr(self.list, name).connect(getattr(self, name))
        self.field.entered.connect(self.filters.show)
        self.field.rested.connect(self._search)
        self.field.left.connect(self._leave)
        self.field.down_wanted.connect(self._go_down)
        self.filters.changed.connect(self._search)
        self.filters.person_wanted.connect(self.person_wanted)
        self.results.opened.connect(self.opened)
        self.results.left.connect(self.field.setFocus)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow_focus)

    def _search(self) -> None:
        is_searching = self.is_searching()
        self.new_button.setVisible(not is_searching)
        if is_searching:
            self.filters.show()
            self.search_wanted.emit(self.field.text().strip(), self.filters.chosen())
        else:
            self._below.setCurrentWidget(self.list)

    def _leave(self) -> None:
        self.leave_search()
        self.left.emit()

    def _go_down(self) -> None:
        if self._below.currentWidget() is self.results:
            self.results.enter()
        elif self._below.currentWidget() is self.list:
            self.list.setFocus()

    def _follow_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        """Take the filters away once the keyboard has left a search that was not begun."""
        has_left = new is not None and new.window() is self.window() and not self.isAncestorOf(new)
        if has_left and not self.is_searching():
            self.filters.hide()

    def _use_theme(self, theme: Theme) -> None:
        self.new_button.setIcon(icon(theme, "plus"))
