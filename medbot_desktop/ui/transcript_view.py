"""Scroll through a conversation of any length: only the messages near the screen are ever measured or painted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import Enum

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyleOptionViewItem, QWidget

from medbot_desktop.ui.row_heights import RowHeights
from medbot_desktop.ui.theme import Appearance, Theme
from medbot_desktop.ui.transcript_delegate import FoundWords, TranscriptDelegate
from medbot_desktop.ui.transcript_layout import estimated_heights
from medbot_desktop.ui.transcript_model import Entry, State, TranscriptModel

_TYPING_MS = 50


class Follow(Enum):
    """What the view keeps in sight while messages grow.

    A long answer must not push its own beginning, where an emergency card stands, out of sight; so the newest
    question stays at the top until the person scrolls.
    """

    NOTHING = "nothing"
    QUESTION = "question"
    END = "end"


class TranscriptView(QListView):
    """The messages of one conversation, one below the other.

    To a screen reader it is a list. Its geometry is its own: ``QListView`` asks for the size of every row whenever one
    row changes, which a streamed answer does thirty times a second; this view guesses the height of rows that are far
    away and keeps what the person reads in its place.

    Signals:
        resized: the room for messages has another width.
    """

    resized = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.painter = TranscriptDelegate(appearance.theme, self)
        self._rows = RowHeights()
        self._follow = Follow.END
        self._settling = False
        self.setObjectName("transcript")
        self.setAccessibleName("Conversation")
        self.setItemDelegate(self.painter)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self._typing = QTimer(self)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._move_typing)
        appearance.changed.connect(self._use_theme)

    def transcript(self) -> TranscriptModel:
        """The conversation that is shown."""
        model = self.model()
        assert isinstance(model, TranscriptModel)
        return model

    def show_transcript(self, transcript: TranscriptModel) -> None:
        """Show another conversation, at its end."""
        self.painter.selection = None
        self.painter.found = None
        self.painter.hovered = (-1, None)
        self._follow = Follow.END
        self.setModel(transcript)
        self.reset()

    def mark(self, row: int, words: Collection[str]) -> None:
        """Bring a message into sight and mark these words in it, until another conversation is shown."""
        self.painter.found = FoundWords(row, frozenset(words))
        self._follow = Follow.NOTHING
        self.setCurrentIndex(self.model().index(row, 0))
        self.viewport().update()

    def is_typing(self) -> bool:
        """Whether the typing indicator moves."""
        return self._typing.isActive()

    def set_emergency_number(self, number: str) -> None:
        """Say which number the emergency care card names."""
        self.painter.use(self._appearance.theme, number)
        self._forget()

    def _use_theme(self, theme: Theme) -> None:
        self.painter.use(theme, self.painter.emergency_number)
        self._forget()

    # What Qt asks of every item view.

    def reset(self) -> None:
        """Begin anew with the model as it is."""
        QAbstractItemView.reset(self)
        self._forget()

    def rowsInserted(self, parent: QModelIndex | QPersistentModelIndex, start: int, end: int) -> None:  # noqa: N802
        """Make room for new messages, and bring the newest question to the top as its answer grows."""
        QAbstractItemView.rowsInserted(self, parent, start, end)
        self._rows.insert(start, self._guess(self.transcript().entries()[start : end + 1]))
        self._follow = Follow.QUESTION
        self._settle()

    def dataChanged(  # noqa: N802
        self,
        top_left: QModelIndex | QPersistentModelIndex,
        bottom_right: QModelIndex | QPersistentModelIndex,
        roles: Sequence[int] = (),
    ) -> None:
        """Measure messages that have changed."""
        for row in range(top_left.row(), bottom_right.row() + 1):
            self._rows.forget(row)
        self._settle()
        self.viewport().update()

    def visualRect(self, index: QModelIndex | QPersistentModelIndex) -> QRect:  # noqa: N802
        """Where a message lies in the viewport."""
        row = index.row()
        if not index.isValid() or row >= len(self._rows):
            return QRect()
        top = self._rows.top(row) - self.verticalOffset()
        return QRect(0, top, self.viewport().width(), self._rows.height(row))

    def indexAt(self, point: QPoint) -> QModelIndex:  # noqa: N802
        """The message at a point of the viewport."""
        y = point.y() + self.verticalOffset()
        row = self._rows.row_at(y)
        inside = 0 <= y < self._rows.total()
        return self.model().index(row, 0) if inside else QModelIndex()

    def scrollTo(  # noqa: N802
        self,
        index: QModelIndex | QPersistentModelIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Bring a message into view."""
        for _ in range(2):  # measuring what comes into view may move it
            box, view = self.visualRect(index), self.viewport().rect()
            if view.contains(box):
                return
            is_above = box.top() < 0 or box.height() > view.height()
            shift = box.top() if is_above else box.bottom() - view.bottom()
            self.verticalScrollBar().setValue(self.verticalOffset() + shift)

    def moveCursor(  # noqa: N802
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """The message that a key of movement leads to."""
        last = len(self._rows) - 1
        if last < 0:
            return QModelIndex()
        moves = QAbstractItemView.CursorAction
        row = self.currentIndex().row() if self.currentIndex().isValid() else last + 1
        target = {
            moves.MoveUp: row - 1,
            moves.MovePrevious: row - 1,
            moves.MoveLeft: row - 1,
            moves.MoveHome: 0,
            moves.MoveEnd: last,
            moves.MovePageUp: self._rows.row_at(self._rows.top(min(row, last)) - self.viewport().height()),
            moves.MovePageDown: self._rows.row_at(self._rows.top(min(row, last)) + self.viewport().height()),
        }.get(action, row + 1)
        return self.model().index(min(max(target, 0), last), 0)

    def horizontalOffset(self) -> int:  # noqa: N802
        """Messages never scroll sideways."""
        return 0

    def verticalOffset(self) -> int:  # noqa: N802
        """How far the conversation is scrolled, in pixels."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: QModelIndex | QPersistentModelIndex) -> bool:  # noqa: N802
        """No message is ever hidden."""
        return False

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:  # noqa: N802
        """Make the message under the rectangle the chosen one."""
        index = self.indexAt(rect.center())
        if index.isValid():
            self.selectionModel().select(index, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:  # noqa: N802
        """Where the chosen messages lie."""
        region = QRegion()
        for index in selection.indexes():
            region += QRegion(self.visualRect(index))
        return region

    # Measuring and painting.

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Break lines anew at another width."""
        QAbstractItemView.resizeEvent(self, event)
        if event.size().width() != event.oldSize().width():
            self._forget()
            self.resized.emit()
        else:
            self._settle()

    def updateGeometries(self) -> None:  # noqa: N802
        """Keep the scroll bar true to the heights."""
        QAbstractItemView.updateGeometries(self)
        self._settle()

    def doItemsLayout(self) -> None:  # noqa: N802
        """Leave out the list's own layout of all rows."""
        QAbstractItemView.doItemsLayout(self)

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802
        """Measure what comes near, then show it."""
        if not self._settling:
            bar = self.verticalScrollBar()
            at_end = bar.value() >= bar.maximum() - self._appearance.theme.sizes.unit
            self._follow = Follow.END if at_end else Follow.NOTHING
            self._settle()
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the messages in sight."""
        if self.model() is None:
            return
        painter = QPainter(self.viewport())
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        current = self.currentIndex().row() if self.hasFocus() else -1
        row = self._rows.row_at(self.verticalOffset() + event.rect().top())
        while 0 <= row < len(self._rows):
            index = self.model().index(row, 0)
            option.rect = self.visualRect(index)
            if option.rect.top() > event.rect().bottom():
                break
            focus = QStyle.StateFlag.State_HasFocus
            option.state = option.state | focus if row == current else option.state & ~focus
            self.painter.paint(painter, option, index)
            row += 1
        painter.end()

    def _guess(self, entries: Sequence[Entry]) -> list[int]:
        return estimated_heights(entries, self._appearance.theme, self.viewport().width())

    def _forget(self) -> None:
        self._rows.reset(self._guess(self.transcript().entries() if self.model() is not None else ()))
        self._settle()
        self.viewport().update()

    def _settle(self) -> None:
        """Measure the rows within a screen's height of what is seen, and keep what is seen where it is."""
        if self._settling or self.model() is None:
            return
        self._settling = True
        view = self.viewport().height()
        bar = self.verticalScrollBar()
        for _ in range(4):  # real heights may bring further rows near
            value = self._target(bar.value(), view)
            first = self._rows.row_at(value)
            anchor = value - self._rows.top(first)
            changed = self._measure(self._rows.row_at(value - view), self._rows.row_at(value + 2 * view))
            if self._follow is Follow.NOTHING and first < len(self._rows):
                value = self._rows.top(first) + min(anchor, self._rows.height(first))
            bar.setRange(0, max(0, self._rows.total() - view))
            bar.setValue(self._target(value, view))
            if not changed:
                break
        bar.setPageStep(view)
        bar.setEnabled(bar.maximum() > 0)
        bar.setSingleStep(self._appearance.theme.sizes.target)
        self._settling = False
        self._watch_typing()

    def _target(self, value: int, view: int) -> int:
        """Where to scroll to, for what the view follows."""
        extent = max(0, self._rows.total() - view)
        if self._follow is Follow.END:
            return extent
        if self._follow is Follow.QUESTION and len(self._rows):
            rows = range(len(self._rows) - 1, -1, -1)
            question = next((row for row in rows if self.transcript().entry(row).mine), 0)
            in_sight = min(self._rows.height(question), view // 3)
            return min(extent, self._rows.top(question + 1) - in_sight)
        return min(value, extent)

    def _measure(self, first: int, last: int) -> bool:
        width = self.viewport().width()
        changes = [
            self._rows.measure(row, self.painter.layout(self.transcript().entry(row), width).height)
            for row in self._rows.unmeasured(first, last)
        ]
        self._rows.place()
        return any(changes)

    def _watch_typing(self) -> None:
        count = len(self._rows)
        busy = count > 0 and self.transcript().entry(count - 1).state in (State.WAITING, State.STREAMING)
        if busy != self._typing.isActive():
            self._typing.start() if busy else self._typing.stop()

    def _move_typing(self) -> None:
        last = len(self._rows) - 1
        if last < 0:
            return
        box = self.painter.layout(self.transcript().entry(last), self.viewport().width()).typing_box
        rect = self.visualRect(self.model().index(last, 0))
        self.viewport().update(box.translated(rect.topLeft()))

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: N802
        """Let the pointer's leaving end every hover."""
        if event.type() == QEvent.Type.Leave:
            self.painter.hovered = (-1, None)
            self.viewport().update()
        return super().viewportEvent(event)
