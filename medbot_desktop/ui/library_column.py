"""Stand at the left of the library: which libraries there are, who may read each, and a way to make another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from medbot_desktop.ui.amounts import counted
from medbot_desktop.ui.icons import icon
from medbot_desktop.ui.library_jobs import Shelf
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.result_list import ResultList, ResultModel
from medbot_desktop.ui.role_choice import role_words
from medbot_desktop.ui.theme import Appearance, Theme
from medbot_desktop.vault.roles import Role

if TYPE_CHECKING:
    from medbot_desktop.knowledge.library import LibrarySummary


@dataclass(frozen=True, slots=True)
class LibraryLine:
    """A library as a line of the list; it has no words to mark."""

    library: LibrarySummary
    snippet: str = ""
    highlights: tuple[tuple[int, int], ...] = ()


class LibraryModel(ResultModel[LibraryLine]):
    """The libraries, by name."""

    def title(self, found: LibraryLine) -> str:
        """Its name."""
        return shown(found.library.name)

    def where(self, found: LibraryLine) -> str:
        """How much is in it, and for whom, in as few words as fit."""
        readers = found.library.readable_by
        about = "built in" if found.library.is_core else "for some" if readers else "for all"
        return f"{counted(found.library.documents, 'document')} · {about}"


class LibraryList(ResultList[LibraryLine]):
    """The list; the keyboard chooses as it goes."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(appearance, LibraryModel(), "Libraries", parent)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Open the library that the arrow keys lead to."""
        before = self.currentIndex().row()
        super().keyPressEvent(event)
        index = self.currentIndex()
        if index.isValid() and index.row() != before:
            self.opened.emit(self.results.found(index.row()))


class LibraryColumn(QFrame):
    """The left side of the library.

    Signals:
        chosen: the name of the library to show. new_wanted: another one is to be made.
        install_wanted: a pack is to be installed.
    """

    chosen = Signal(str)
    new_wanted = Signal()
    install_wanted = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sizes = appearance.theme.sizes
        self.setObjectName("sections")
        self.setFixedWidth(sizes.conversations)
        self.new_button = named(QToolButton(), "quiet")
        self.new_button.setAccessibleName("New library")
        self.new_button.setToolTip("New library")
        self.list = LibraryList(appearance)
        self.install_button = QPushButton("Install a pack…")
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(words("Libraries", "columnTitle"), 1)
        head.addWidget(self.new_button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        pad = sizes.unit + sizes.unit // 2
        column.setContentsMargins(pad, 2 * sizes.unit, pad, pad)
        column.setSpacing(sizes.unit)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addWidget(self.install_button)
        self.new_button.clicked.connect(self.new_wanted)
        self.install_button.clicked.connect(self.install_wanted)
        self.list.opened.connect(lambda line: self.chosen.emit(line.library.name))
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)
        self.show_shelf(Shelf(), "")

    def show_shelf(self, shelf: Shelf, chosen: str) -> None:
        """List the libraries with one of them chosen, and offer to change them where that is allowed."""
        self.list.show_results([LibraryLine(library) for library in shelf.libraries])
        for row, library in enumerate(shelf.libraries):
            if library.name == chosen:
                self.list.setCurrentIndex(self.list.results.index(row))
        for button in (self.new_button, self.install_button):
            button.setVisible(shelf.may_edit)

    def _use_theme(self, theme: Theme) -> None:
        self.new_button.setIcon(icon(theme, "plus"))


def readers_in_words(readable_by: Sequence[Role]) -> str:
    """Who may read a library, as a sentence."""
    if not readable_by:
        return "Everybody may read it."
    names = [role_words(role) for role in Role if role in readable_by and role is not Role.ADMINISTRATOR]
    if not names:
        return "Only administrators may read it."
    return f"May read it: {', '.join(names)}, and administrators."
