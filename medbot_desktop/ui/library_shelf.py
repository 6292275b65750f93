"""Show one library: what may be done with it, its documents, what is being added to it, and what was missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QPushButton, QStackedWidget, QTabBar, QToolButton, QVBoxLayout, QWidget

from medbot_desktop.ui.amounts import counted
from medbot_desktop.ui.flow_row import FlowRow
from medbot_desktop.ui.icons import icon
from medbot_desktop.ui.library_column import readers_in_words
from medbot_desktop.ui.library_documents import DocumentsTab
from medbot_desktop.ui.library_files import FilesTab
from medbot_desktop.ui.library_hits import LibraryHits
from medbot_desktop.ui.library_jobs import FoundPassage, Shelf
from medbot_desktop.ui.library_questions import QuestionsTab
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.search_field import SearchField
from medbot_desktop.ui.theme import Appearance, Theme

if TYPE_CHECKING:
    from medbot_desktop.knowledge.library import LibrarySummary

DOCUMENTS, FILES, QUESTIONS = range(3)
"""The tabs, from left to right."""

_NAMES = ("Documents", "Being added", "Found nothing")
_SHIPS = "It ships with MedBot and cannot be changed."


class LibraryShelf(QWidget):
    """The middle of the page of the library.

    Attributes:
        menu: what else may be done with the library; whoever shows it fills it.

    Signals:
        chosen: the name of the library to show. new_wanted: another one is to be made. install_wanted: a pack is to be.
        files_wanted, folder_wanted: files, a folder are to be added.
        searched: the libraries are to be searched with these words; answer with `show_hits`.
        hit_opened: a ``FoundPassage`` is to be read where it stands.
        turned: another tab is in sight.
    """

    chosen = Signal(str)
    new_wanted = Signal()
    install_wanted = Signal()
    files_wanted = Signal()
    folder_wanted = Signal()
    searched = Signal(str)
    hit_opened = Signal(object)
    turned = Signal(int)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sizes = appearance.theme.sizes
        self._known = Shelf()
        self.title = words("Library", "title")
        self.chooser = _menu_button("Library", sizes.target)
        self.chooser.hide()
        self.about = words("", "small")
        self.files_button = named(QPushButton("Add files…"), "primary")
        self.folder_button = QPushButton("Add folder…")
        self.more_button = _menu_button("More", sizes.target)
        self.more_button.setAccessibleName("What else can be done with this library")
        self.menu = self.more_button.menu()
        self.field = SearchField(
            appearance, "Search all libraries", "Search all libraries", "Search all libraries (Ctrl+F)"
        )
        self.field.setAcceptDrops(False)
        self.hits = LibraryHits(appearance)
        self.message = words("", "small")
        self.documents = DocumentsTab(appearance)
        self.files = FilesTab(appearance)
        self.questions = QuestionsTab(appearance)
        self.tabs = named(QTabBar(), "panelTabs")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setAccessibleName("What there is to see of the library")
        self.tabs.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._inside = QStackedWidget()
        self._below = QStackedWidget()
        self._arrange(sizes.unit)
        self._connect()
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)

    def _arrange(self, unit: int) -> None:
        for name, tab in zip(_NAMES, (self.documents, self.files, self.questions), strict=True):
            self.tabs.addTab(name)
            self._inside.addWidget(tab)
        tabbed = QWidget()
        inside = QVBoxLayout(tabbed)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(unit)
        inside.addWidget(self.tabs)
        inside.addWidget(self._inside, 1)
        told = QWidget()
        telling = QVBoxLayout(told)
        telling.setContentsMargins(0, unit, 0, 0)
        telling.addWidget(self.message)
        telling.addStretch(1)
        for page in (tabbed, self.hits, told):
            self._below.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addWidget(self.title)
        column.addWidget(self.about)
        column.addLayout(FlowRow(unit, self.chooser, self.files_button, self.folder_button, self.more_button))
        column.addSpacing(unit)
        column.addWidget(self.field)
        column.addWidget(self._below, 1)

    def _connect(self) -> None:
        self.chooser.menu().aboutToShow.connect(self._fill_chooser)
        self.files_button.clicked.connect(self.files_wanted)
        self.folder_button.clicked.connect(self.folder_wanted)
        self.field.rested.connect(self._search)
        self.field.left.connect(self.leave_search)
        self.field.down_wanted.connect(self._go_down)
        self.hits.opened.connect(self.hit_opened)
        self.hits.left.connect(self.field.setFocus)
        self.tabs.currentChanged.connect(self._turn)

    def show_library(self, shelf: Shelf, library: LibrarySummary | None) -> None:
        """Show a library, with what this account may do; None: there is none to be read."""
        self._known = shelf
        may_change = shelf.may_edit and library is not None and not library.is_core
        name = shown(library.name) if library else "Library"
        self.title.setText(name)
        self.chooser.setText(f"Library: {name}")
        self.chooser.setAccessibleName(f"Library: {name}")
        self.about.setText(_about(shelf, library))
        for widget in (self.files_button, self.folder_button, self.more_button):
            widget.setVisible(shelf.may_edit)
        self.documents.allow_changes(may_change)
        self.questions.allow_changes(shelf.may_edit)
        self.tabs.setTabVisible(FILES, shelf.may_edit)
        self.tabs.setTabVisible(QUESTIONS, shelf.may_read_others)

    def offer_libraries(self, in_menu: bool) -> None:
        """Let the libraries be chosen from a menu in the place of the title, where there is no column of them."""
        self.chooser.setVisible(in_menu)
        self.title.setVisible(not in_menu)

    def forget(self) -> None:
        """Show nothing any more."""
        self.leave_search()
        self.documents.rows.forget()
        self.questions.show_questions(())
        self.show_library(Shelf(), None)

    def open_tab(self, tab: int) -> None:
        """Show one of the tabs, if this account may see it."""
        if self.tabs.isTabVisible(tab):
            self.leave_search()
            self.tabs.setCurrentIndex(tab)

    def count_files(self, waiting: int) -> None:
        """Say on the tab how many files are on their way."""
        name = f"{_NAMES[FILES]} ({waiting:,})" if waiting else _NAMES[FILES]
        if self.tabs.tabText(FILES) != name:
            self.tabs.setTabText(FILES, name)

    def show_hits(self, hits: Sequence[FoundPassage]) -> None:
        """Show what was found."""
        if not self.field.text().strip():
            return
        self.hits.show_results(hits)
        if hits:
            self._below.setCurrentWidget(self.hits)
        else:
            self.say("Nothing found")

    def say(self, text: str) -> None:
        """Stand a sentence where results would be."""
        self.message.setText(text)
        self.message.setAccessibleName(text)
        self._below.setCurrentIndex(2)

    def enter_search(self) -> None:
        """Put the keyboard into the search."""
        self.field.setFocus()
        self.field.selectAll()

    def leave_search(self) -> None:
        """Show the tabs again."""
        self.field.clear()
        self.hits.show_results(())
        self._below.setCurrentIndex(0)

    def is_searching(self) -> bool:
        """Whether results stand where the tabs otherwise do."""
        return bool(self.field.text().strip())

    def _search(self, text: str) -> None:
        if text:
            self.searched.emit(text)
        else:
            self.hits.show_results(())
            self._below.setCurrentIndex(0)

    def _go_down(self) -> None:
        if self._below.currentWidget() is self.hits:
            self.hits.enter()
        elif self._below.currentIndex() == 0:
            self.tabs.setFocus()

    def _turn(self, tab: int) -> None:
        self._inside.setCurrentIndex(tab)
        self.turned.emit(tab)

    def _fill_chooser(self) -> None:
        menu = self.chooser.menu()
        menu.clear()
        for library in self._known.libraries:
            action = menu.addAction(shown(library.name).replace("&", "&&"))
            action.triggered.connect(lambda _=False, name=library.name: self.chosen.emit(name))
        if self._known.may_edit:
            menu.addSeparator()
            menu.addAction("New library…", self.new_wanted.emit)
            menu.addAction("Install a pack…", self.install_wanted.emit)

    def _use_theme(self, theme: Theme) -> None:
        self.chooser.setIcon(icon(theme, "chevron"))
        self.files_button.setIcon(icon(theme, "add_files", "on_accent"))
        self.more_button.setIcon(icon(theme, "chevron"))


def _menu_button(text: str, height: int) -> QToolButton:
    button = named(QToolButton(), "filter")
    button.setText(text)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setFixedHeight(height)
    button.setMenu(QMenu(button))
    return button


def _about(shelf: Shelf, library: LibrarySummary | None) -> str:
    if library is None:
        return ""
    parts = [
        f"{counted(library.documents, 'document')}, {counted(library.passages, 'passage')}.",
        _SHIPS if library.is_core else readers_in_words(library.readable_by),
        f"It came as a pack, signed with {library.pack_fingerprint}." if library.pack_fingerprint else "",
    ]
    if library.is_core and shelf.may_edit:
        parts.append(f"What you add goes into the library “{shelf.common}”.")
    return " ".join(part for part in parts if part)
