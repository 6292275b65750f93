"""List files with a bar each that shows how much of it is in the library, or the sentence that says why it is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from medbot_desktop.ui.amounts import counted
from medbot_desktop.ui.conversation_delegate import paint_ground
from medbot_desktop.ui.talk import one_line
from medbot_desktop.ui.theme import Appearance, Theme
from medbot_desktop.ui.transcript_model import AnyIndex

if TYPE_CHECKING:
    from medbot_desktop.knowledge.importing.file_states import FileState

FILE_ROLE = Qt.ItemDataRole.UserRole + 1
"""The role under which a row's ``FileState`` is found."""

_LETTERS = 300
_UNITS_HIGH = 9
"""How high a file is, in steps of the grid."""

_PLACES = {name: n for n, name in enumerate(("reading", "failed", "waiting", "cancelled", "known", "done"))}
"""What somebody wants to see first."""


class FileModel(QAbstractListModel):
    """Files: those that are being read, those that failed, those that wait, the others.

    Attributes:
        files: how far each is.
        waiting: how many are still on their way.
        failed: how many could not be added.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.files: list[FileState] = []
        self._rows: dict[int, int] = {}
        self._shares = 0.0
        self.waiting = self.failed = 0

    @property
    def share(self) -> float:
        """How much of all files is in, from 0 to 1."""
        return self._shares / len(self.files) if self.files else 0.0

    def show(self, files: Sequence[FileState]) -> None:
        """Show these files and no others."""
        self.beginResetModel()
        self.files = sorted(files, key=_place)  # those of one standing stay in their order
        self._rows = {file.id: row for row, file in enumerate(self.files)}
        self._shares = sum(map(_share, self.files))
        self.waiting = sum(file.is_unfinished for file in self.files)
        self.failed = sum(file.standing == "failed" for file in self.files)
        self.endResetModel()

    def change(self, file: FileState) -> None:
        """Show how far a file is now; one that is not listed is not added."""
        row = self._rows.get(file.id)
        if row is not None:
            before, self.files[row] = self.files[row], file
            self._shares += _share(file) - _share(before)
            self.waiting += file.is_unfinished - before.is_unfinished
            self.failed += (file.standing == "failed") - (before.standing == "failed")
            self.dataChanged.emit(self.index(row), self.index(row))

    def row_of(self, file_id: int) -> int:
        """The row of a file; -1 where it is not listed."""
        return self._rows.get(file_id, -1)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008, N802
        """The number of files."""
        return 0 if parent.isValid() else len(self.files)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What Qt asks about one file."""
        if not index.isValid():
            return None
        file = self.files[index.row()]
        if role == FILE_ROLE:
            return file
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(file.name, _LETTERS)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{one_line(file.name, _LETTERS)}: {state_in_words(file)}"
        return None


class FileList(QTableView):
    """The list; a file is chosen by pointer or keyboard. A table lays out very many rows of one height at once."""

    def __init__(self, appearance: Appearance, files: FileModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._files = files
        self._painter = _FileDelegate(appearance.theme, self)
        self.setObjectName("files")
        self.setAccessibleName("Files")
        self.setModel(files)
        self.setItemDelegate(self._painter)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(_UNITS_HIGH * appearance.theme.sizes.unit)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        appearance.changed.connect(self._use_theme)

    @property
    def chosen(self) -> FileState | None:
        """The chosen file."""
        found = self.selectionModel().selectedIndexes()
        return self._files.files[found[0].row()] if found else None

    def choose(self, file_id: int) -> None:
        """Choose a file, if it is listed."""
        row = self._files.row_of(file_id)
        if row >= 0:
            self.setCurrentIndex(self._files.index(row))

    def show_files(self, files: Sequence[FileState]) -> None:
        """List these files; what was chosen and in sight stays so."""
        chosen, scrolled = self.chosen, self.verticalScrollBar().value()
        self._files.show(files)
        if chosen is not None:
            self.choose(chosen.id)
        self.verticalScrollBar().setValue(scrolled)

    def _use_theme(self, theme: Theme) -> None:
        self._painter.theme = theme
        self.viewport().update()


class _FileDelegate(QStyledItemDelegate):
    """Paints a file in three lines: its name, its bar and how far it is, or in place of both why it is not in."""

    def __init__(self, theme: Theme, parent: FileList) -> None:
        super().__init__(parent)
        self.theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint one file."""
        theme, sizes = self.theme, self.theme.sizes
        file: FileState = index.data(FILE_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option, theme, bool(option.state & QStyle.StateFlag.State_Selected))
        box = option.rect.adjusted(sizes.unit + sizes.stroke, sizes.unit, -2 * sizes.unit, -sizes.unit)
        name = QRect(box.left(), box.top(), box.width(), 3 * sizes.unit)
        self._line(painter, name, index.data(), "text", sizes.body)
        if file.is_unfinished:
            top = name.bottom() + sizes.stroke
            self._bar(painter, QRectF(box.left(), top, box.width(), sizes.unit - sizes.stroke), file.share)
            told = QRect(box.left(), box.bottom() - 3 * sizes.unit, box.width(), 3 * sizes.unit)
            self._line(painter, told, state_in_words(file), "muted", sizes.small)
        else:
            painter.setFont(theme.font(sizes.small))
            painter.setPen(theme.colour("danger" if file.standing == "failed" else "muted"))
            told = QRect(box.left(), name.bottom(), box.width(), box.bottom() - name.bottom())
            painter.drawText(told, Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop, state_in_words(file))
        painter.restore()

    def _line(self, painter: QPainter, box: QRect, text: str, colour: str, pixels: int) -> None:
        font = self.theme.font(pixels)
        painter.setFont(font)
        painter.setPen(self.theme.colour(colour))
        words = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)

    def _bar(self, painter: QPainter, box: QRectF, share: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        round_by = box.height() / 2
        painter.setBrush(self.theme.colour("raised"))
        painter.drawRoundedRect(box, round_by, round_by)
        if share > 0:
            box.setWidth(max(box.height(), box.width() * min(share, 1.0)))
            painter.setBrush(self.theme.colour("accent"))
            painter.drawRoundedRect(box, round_by, round_by)


def state_in_words(file: FileState) -> str:
    """How far a file is, or why it is not in the library."""
    told = one_line(f"{file.message} {file.hint}", _LETTERS)
    if file.standing == "failed":
        return told or file.standing.words
    parts = [
        file.standing.words,
        counted(file.pages, "page") if file.pages else "",
        counted(file.documents, "document") if file.documents > 1 else "",
        counted(file.passages, "passage") if file.passages else "",
        f"into {one_line(file.library, _LETTERS)}" if file.is_unfinished else "",
        told,
    ]
    return " · ".join(part for part in parts if part)


def _share(file: FileState) -> float:
    return file.share if file.is_unfinished else 1.0


def _place(file: FileState) -> int:
    return _PLACES.get(file.standing, len(_PLACES))
