"""Go through the documents of one library: find one by its name, open it, tag it, take it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QModelIndex, QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from medbot_desktop.ui.days import short_date
from medbot_desktop.ui.flow_row import FlowRow
from medbot_desktop.ui.parts import words
from medbot_desktop.ui.search_field import SearchField
from medbot_desktop.ui.table import Column, Table, TableModel
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.transcript_model import AnyIndex

if TYPE_CHECKING:
    from medbot_desktop.knowledge.documents import DocumentSummary

PAGE = 200
"""How many documents are read at once."""

_NOTHING_HERE = "No document is in this library yet."
_NOTHING_FOUND = "No document has these words in its title, its file's name or its tags."


class DocumentModel(TableModel["DocumentSummary"]):
    """The documents in sight, and further ones as somebody scrolls there.

    Attributes:
        cited: how often each document was cited, by its identifier.
        is_waiting: whether documents were asked for and are still to come.

    Signals:
        more_wanted: documents from that number on are to be given to `take`.
    """

    more_wanted = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        columns: Sequence[Column[DocumentSummary]] = (
            Column("Title", lambda document: document.title or document.file_name, 35),
            Column("State", lambda document: "Ready" if document.passages else "No text", 9),
            Column("Pages", lambda document: _number(document.pages), 7),
            Column("Passages", lambda document: _number(document.passages), 10),
            Column("Language", lambda document: _language(document.language), 10),
            Column("Added", _added, 14),
            Column("Cited", lambda document: _times(self.cited.get(document.key, 0)), 10),
            Column("Tags", lambda document: ", ".join(document.tags)),
        )
        super().__init__(columns, parent)
        self.cited: Mapping[str, int] = {}
        self.is_waiting = self._has_more = False

    def begin(self) -> None:
        """Ask for the first documents, in place of what is shown."""
        self.show([])
        self._has_more, self.is_waiting = False, True
        self.more_wanted.emit(0)

    def take(self, documents: Sequence[DocumentSummary]) -> None:
        """Show what was asked for."""
        self.is_waiting = False
        self._has_more = len(documents) == PAGE
        self.append(documents)

    def renew(self, documents: Sequence[DocumentSummary], wanted: int) -> None:
        """Show the first documents as they are now, so many as were wanted or as there are."""
        self.is_waiting = False
        self._has_more = len(documents) == wanted
        self.show(documents)

    def count(self, cited: Mapping[str, int]) -> None:
        """Say how often each was cited."""
        self.cited = cited
        if self.records:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.records) - 1, len(self.columns) - 1))

    def forget(self) -> None:
        """Show nothing any more."""
        self.cited = {}
        self.is_waiting = self._has_more = False
        self.show([])

    def canFetchMore(self, parent: AnyIndex) -> bool:  # noqa: N802
        """Whether there are documents that nobody has asked for yet."""
        return not parent.isValid() and self._has_more and not self.is_waiting

    def fetchMore(self, parent: AnyIndex = QModelIndex()) -> None:  # noqa: B008, N802
        """Ask for further documents; they come later, and the window does not wait."""
        if self.canFetchMore(parent):
            self.is_waiting = True
            self.more_wanted.emit(len(self.records))


class DocumentTable(Table["DocumentSummary"]):
    """The table; Enter and a double click open a document, Delete takes it out.

    Signals:
        opened: the chosen document is to be read. removal_wanted: it is to be taken out.
    """

    opened = Signal()
    removal_wanted = Signal()

    def __init__(self, appearance: Appearance, rows: DocumentModel, parent: QWidget | None = None) -> None:
        super().__init__(appearance, rows, "Documents", is_whole=False, parent=parent)
        self.doubleClicked.connect(lambda: self.opened.emit())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Open or take out by key."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen is not None:
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Delete and self.chosen is not None:
            self.removal_wanted.emit()
        else:
            super().keyPressEvent(event)


class DocumentsTab(QWidget):
    """The documents of a library.

    Signals:
        opened: a ``DocumentSummary`` is to be read. tags_wanted, removal_wanted: it is to be tagged, taken out.
        filtered: only documents with these words are to be listed.
    """

    opened = Signal(object)
    tags_wanted = Signal(object)
    removal_wanted = Signal(object)
    filtered = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = appearance.theme.sizes.unit
        self._may_change = False
        self.rows = DocumentModel(self)
        self.table = DocumentTable(appearance, self.rows)
        self.filter = SearchField(appearance, "Filter by title, file or tag", "Filter the documents", "")
        self.message = words("", "small")
        self.open_button = QPushButton("Open")
        self.tags_button = QPushButton("Tags…")
        self.remove_button = QPushButton("Remove…")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addWidget(self.filter)
        column.addWidget(self.message)
        column.addWidget(self.table, 1)
        column.addLayout(FlowRow(unit, self.open_button, self.tags_button, self.remove_button))
        self.filter.rested.connect(self.filtered)
        self.filter.left.connect(self.filter.clear)
        self.filter.down_wanted.connect(self.table.setFocus)
        self.table.chosen_changed.connect(self.settle)
        for signal, wanted in (
            (self.table.opened, self.opened),
            (self.open_button.clicked, self.opened),
            (self.tags_button.clicked, self.tags_wanted),
            (self.remove_button.clicked, self.removal_wanted),
        ):
            signal.connect(lambda *_, signal=wanted: self._pass_on(signal))
        self.table.removal_wanted.connect(lambda: self._pass_on(self.removal_wanted, self.remove_button.isEnabled()))
        self.rows.modelReset.connect(self.settle)
        for change in (self.rows.modelReset, self.rows.rowsInserted):
            change.connect(self._tell)
        self.settle()
        self._tell()

    def allow_changes(self, may_change: bool) -> None:
        """Offer to tag and to take out only where that is allowed."""
        self._may_change = may_change
        self.settle()

    def renew(self, documents: Sequence[DocumentSummary], wanted: int) -> None:
        """Show the first documents as they are now; what was chosen and in sight stays so.

        Args:
            documents: those that there are.
            wanted: how many were asked for.
        """
        chosen, scrolled = self.table.chosen, self.table.verticalScrollBar().value()
        self.rows.renew(documents, wanted)
        rows = [document.row_id for document in documents]
        if chosen is not None and chosen.row_id in rows:
            self.table.choose(rows.index(chosen.row_id))
        self.table.verticalScrollBar().setValue(scrolled)

    def settle(self) -> None:
        """Offer what may be done with the chosen document."""
        is_chosen = self.table.chosen is not None
        self.open_button.setEnabled(is_chosen)
        for button in (self.tags_button, self.remove_button):
            button.setEnabled(is_chosen and self._may_change)
            button.setVisible(self._may_change)

    def _pass_on(self, signal: SignalInstance, is_allowed: bool = True) -> None:
        document = self.table.chosen
        if document is not None and is_allowed:
            signal.emit(document)

    def _tell(self) -> None:
        is_empty = not self.rows.records and not self.rows.is_waiting
        self.message.setText(_NOTHING_FOUND if self.filter.text().strip() else _NOTHING_HERE)
        self.message.setVisible(is_empty)


def _number(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def _language(code: str) -> str:
    language = QLocale.codeToLanguage(code.partition("-")[0])
    return code if language is QLocale.Language.AnyLanguage else QLocale.languageToString(language)


def _times(count: int) -> str:
    return {0: "Never", 1: "Once", 2: "Twice"}.get(count, f"{count:,} times")


def _added(document: DocumentSummary) -> str:
    return short_date(document.added.replace(tzinfo=UTC).astimezone().date()) if document.added else "With MedBot"
