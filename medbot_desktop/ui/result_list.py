"""List what a search has found: a title, where it stands, and the words around each match, with the matches marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from medbot_desktop.ui.conversation_delegate import paint_ground
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.theme import Appearance, Theme
from medbot_desktop.ui.transcript_model import AnyIndex

FOUND_ROLE = Qt.ItemDataRole.UserRole + 1
"""The role under which what a row has found stands."""

_SNIPPET_LINES = 2
_LEAD_LETTERS = 24
"""So much of a snippet is shown before its first match, which must be in sight."""


class Snippet(Protocol):
    """Something that was found, with the words around it."""

    @property
    def snippet(self) -> str:
        """Some words around the match; empty where the title alone matches."""

    @property
    def highlights(self) -> Sequence[tuple[int, int]]:
        """The matches, as (start, end) offsets in the snippet."""


Result = TypeVar("Result", bound=Snippet)


class ResultModel(QAbstractListModel, Generic[Result]):
    """What was found, best first; a kind of result says in `title` and `where` how it is named."""

    _results: Sequence[Result] = ()

    def show(self, results: Sequence[Result]) -> None:
        """List other results."""
        self.beginResetModel()
        self._results = results
        self.endResetModel()

    def found(self, row: int) -> Result:
        """What stands in a row."""
        return self._results[row]

    def title(self, found: Result) -> str:
        """What it is called, on one line."""
        raise NotImplementedError

    def where(self, found: Result) -> str:
        """Where it stands, on one line."""
        raise NotImplementedError

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008, N802
        """The number of results."""
        return 0 if parent.isValid() else len(self._results)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What Qt asks about one result."""
        if not index.isValid():
            return None
        found = self._results[index.row()]
        if role == FOUND_ROLE:
            return found
        if role == Qt.ItemDataRole.DisplayRole:
            return self.title(found)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.title(found)}, {self.where(found)}: {shown_snippet(found)[0]}"
        return None


class ResultList(QListView, Generic[Result]):
    """The list of results.

    Args:
        appearance: the look that is on.
        results: what it lists.
        name: what a screen reader calls it.

    Signals:
        opened: a result is to be shown where it stands. left: the keyboard goes back up to the field.
    """

    opened = Signal(object)
    left = Signal()

    def __init__(
        self, appearance: Appearance, results: ResultModel[Result], name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.results = results
        self._painter = _ResultDelegate(appearance.theme, self)
        self.setObjectName("conversationList")
        self.setAccessibleName(name)
        self.setModel(results)
        self.setItemDelegate(self._painter)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setResizeMode(QListView.ResizeMode.Adjust)  # a narrower snippet has more lines
        self.clicked.connect(self._open)
        appearance.changed.connect(self._use_theme)

    def show_results(self, results: Sequence[Result]) -> None:
        """List these results from the top."""
        self.results.show(results)
        self.scrollToTop()

    def enter(self) -> None:
        """Take the keyboard, at the first result."""
        self.setFocus()
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self.results.index(0))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Open by key, and go back to the field from the first result."""
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self._open(index)
        elif event.key() == Qt.Key.Key_Up and index.row() <= 0:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _open(self, index: AnyIndex) -> None:
        self.opened.emit(self.results.found(index.row()))

    def _use_theme(self, theme: Theme) -> None:
        self._painter.theme = theme
        self.viewport().update()


class _ResultDelegate(QStyledItemDelegate, Generic[Result]):
    """Paints results; text is never read as markup."""

    def __init__(self, theme: Theme, parent: ResultList[Result]) -> None:
        super().__init__(parent)
        self.theme = theme
        self._view = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: N802
        """Two lines, and as many for the snippet where there is one."""
        unit = self.theme.sizes.unit
        found: Result = index.data(FOUND_ROLE)
        height = self.theme.sizes.target + unit + unit // 2
        if found.snippet:
            box = self._inside(QRect(0, 0, self._view.viewport().width(), 0))
            height += self._lay_out(found, box.width()).lineCount() * self._small_line() + unit // 2
        return QSize(0, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint one result."""
        theme, sizes = self.theme, self.theme.sizes
        found: Result = index.data(FOUND_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        paint_ground(painter, option, theme, is_current)
        box = self._inside(option.rect)
        title = QRect(box.left(), box.top(), box.width(), 3 * sizes.unit)
        self._line(painter, title, self._view.results.title(found), "text", sizes.body, is_current)
        where = QRect(box.left(), title.bottom(), box.width(), self._small_line())
        self._line(painter, where, self._view.results.where(found), "muted", sizes.small)
        if found.snippet:
            top = where.bottom() + sizes.unit // 2
            painter.setPen(theme.colour("text"))
            self._lay_out(found, box.width()).draw(painter, QPointF(box.left(), top))
        painter.restore()

    def _inside(self, rect: QRect) -> QRect:
        sizes = self.theme.sizes
        return rect.adjusted(sizes.unit + sizes.stroke, sizes.unit, -sizes.unit, -sizes.unit // 2)

    def _small_line(self) -> int:
        return QFontMetrics(self.theme.font(self.theme.sizes.small)).lineSpacing()

    def _line(self, painter: QPainter, box: QRect, text: str, colour: str, pixels: int, is_bold: bool = False) -> None:
        font = self.theme.font(pixels, is_bold)
        painter.setFont(font)
        painter.setPen(self.theme.colour(colour))
        words = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)

    def _lay_out(self, found: Result, width: int) -> QTextLayout:
        """The snippet in a few lines, with its matches marked."""
        text, spans = shown_snippet(found)
        layout = QTextLayout(text, self.theme.font(self.theme.sizes.small))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats([self._marked(text, start, end) for start, end in spans])
        layout.beginLayout()
        y = 0.0
        for _ in range(_SNIPPET_LINES):
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(width)
            line.setPosition(QPointF(0, y))
            y += line.height()
        layout.endLayout()
        return layout

    def _marked(self, text: str, start: int, end: int) -> QTextLayout.FormatRange:
        """The look of a match; Qt counts in UTF-16 units."""
        mark = QTextLayout.FormatRange()
        mark.start = _units(text[:start])
        mark.length = _units(text[start:end])
        style = QTextCharFormat()
        style.setBackground(self.theme.colour("mark"))
        style.setForeground(self.theme.colour("mark_text"))
        mark.format = style
        return mark


def shown_snippet(found: Snippet) -> tuple[str, list[tuple[int, int]]]:
    """The snippet on one line, as it may be put on screen, with the offsets of its matches."""
    at = _beginning(found)
    text, spans = ("…" if at else ""), []
    for start, end in found.highlights:
        text += _flat(found.snippet[at:start])
        match = _flat(found.snippet[start:end])
        spans.append((len(text), len(text) + len(match)))
        text += match
        at = end
    return text + _flat(found.snippet[at:]), spans


def _beginning(found: Snippet) -> int:
    """Where the snippet begins in a narrow list: at a word not far before its first match."""
    first = found.highlights[0][0] if found.highlights else 0
    if first <= _LEAD_LETTERS:
        return 0
    space = found.snippet.find(" ", first - _LEAD_LETTERS, first)
    return space + 1 if space >= 0 else first


def _flat(text: str) -> str:
    return shown(text).replace("\n", " ").replace("\t", " ")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
