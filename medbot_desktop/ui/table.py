"""Show records in rows and columns, each cell as plain text, with the whole row chosen at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QItemSelectionModel, QModelIndex, QObject, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from medbot_desktop.ui.parts import named
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.talk import one_line
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.transcript_model import AnyIndex

_MOST_LETTERS = 200
_MOST_ROWS_IN_SIGHT = 7

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Column(Generic[Record]):
    """One column.

    Attributes:
        title: what stands above it.
        text: what it shows of a record.
        width: in steps of the grid; the last column takes what is left.
        whole: all that there is to say, for the tip; None: what it shows.
    """

    title: str
    text: Callable[[Record], str]
    width: int = 0
    whole: Callable[[Record], str] | None = None


class TableModel(QAbstractTableModel, Generic[Record]):
    """Records in the order in which they were given.

    Args:
        columns: what is shown of each.
    """

    def __init__(self, columns: Sequence[Column[Record]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = columns
        self.records: list[Record] = []

    def show(self, records: Sequence[Record]) -> None:
        """Show these records and no others."""
        self.beginResetModel()
        self.records = list(records)
        self.endResetModel()

    def append(self, records: Sequence[Record]) -> None:
        """Show these records below the others."""
        if records:
            self.beginInsertRows(QModelIndex(), len(self.records), len(self.records) + len(records) - 1)
            self.records.extend(records)
            self.endInsertRows()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008, N802
        """The number of records."""
        return 0 if parent.isValid() else len(self.records)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008, N802
        """The number of columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What Qt asks about one cell."""
        if not index.isValid():
            return None
        column, record = self.columns[index.column()], self.records[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            text = one_line(column.text(record), _MOST_LETTERS + 1)
            return text if len(text) <= _MOST_LETTERS else text[:_MOST_LETTERS] + "…"
        if role == Qt.ItemDataRole.ToolTipRole:
            told = escape(shown((column.whole or column.text)(record)))
            return f"<p>{told}</p>" if told else None  # said to be rich text, so that it is not guessed
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:  # noqa: N802
        """The titles of the columns."""
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self.columns[section].title
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


class Table(QTableView, Generic[Record]):
    """A table whose rows can be chosen by pointer and keyboard; nothing in it can be changed.

    Args:
        appearance: the look that is on.
        rows: what it shows.
        name: what a screen reader calls it.
        is_whole: whether it is as high as its first rows, rather than as high as its page.

    Signals:
        chosen_changed: another row is chosen, or none.
    """

    chosen_changed = Signal()

    def __init__(
        self,
        appearance: Appearance,
        rows: TableModel[Record],
        name: str,
        is_whole: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.rows = rows
        self._sizes = sizes = appearance.theme.sizes
        self._is_whole = is_whole
        named(self, "table")
        self.setAccessibleName(name)
        self.setModel(rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(sizes.target)
        header = self.horizontalHeader()
        header.setFixedHeight(sizes.target - sizes.unit // 2)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        for place, column in enumerate(rows.columns):
            if column.width:
                self.setColumnWidth(place, column.width * sizes.unit)
        self.selectionModel().selectionChanged.connect(self.chosen_changed)
        rows.modelReset.connect(self._fit)
        self._fit()

    @property
    def chosen(self) -> Record | None:
        """The record of the chosen row."""
        found = self.selectionModel().selectedRows()
        return self.rows.records[found[0].row()] if found else None

    def choose(self, row: int) -> None:
        """Choose a row; one that is not there chooses none."""
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(self.rows.index(row, 0), flags)

    def _fit(self) -> None:
        if self._is_whole:
            in_sight = max(2, min(self.rows.rowCount(), _MOST_ROWS_IN_SIGHT))
            height = self.horizontalHeader().height() + in_sight * self._sizes.target
            self.setFixedHeight(height + 2 * self._sizes.stroke)
