"""Let a person act on messages: open a source, copy, rate, select text, by pointer and by keyboard."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QTextCursor
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from medbot_desktop.ui.answer_document import KEPT_SPACE
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.transcript_delegate import Selection
from medbot_desktop.ui.transcript_layout import Action, Button, MessageLayout
from medbot_desktop.ui.transcript_model import Entry, State
from medbot_desktop.ui.transcript_view import TranscriptView

_COPIED_MS = 1500


class Transcript(TranscriptView):
    """The conversation, ready to be clicked and typed in.

    Signals:
        source_wanted: an answer's row and the number of its source.
        monograph_wanted: the name of a medicine.
        why_wanted: the row of an answer whose urgency is to be explained.
        chosen: the row of the message that the person has moved to.
        rated: a row and +1, -1 or None.
        details_wanted: the row of an answer whose making is wanted.
    """

    source_wanted = Signal(int, int)
    monograph_wanted = Signal(str)
    why_wanted = Signal(int)
    chosen = Signal(int)
    rated = Signal(int, object)
    details_wanted = Signal(int)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(appearance, parent)
        self._pressed: tuple[int, Button | None] = (-1, None)
        self._copied = QTimer(self)
        self._copied.setSingleShot(True)
        self._copied.setInterval(_COPIED_MS)
        self._copied.timeout.connect(self._end_copied)

    def copy(self, row: int) -> None:
        """Put a message's text on the clipboard, or what is selected in it."""
        chosen = self.painter.selection
        text = self._selected_text() if chosen and chosen.row == row else ""
        entry = self.transcript().entry(row)
        failure = f"{entry.failure.message}\n{entry.failure.hint}" if entry.failure else ""
        QGuiApplication.clipboard().setText(text or entry.text or failure)
        self.painter.copied_row = row
        self._copied.start()
        self.viewport().update()

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]  # noqa: N802
        """Follow the keyboard to another message."""
        super().currentChanged(current, previous)
        if current.isValid():
            self.scrollTo(current)
            self.chosen.emit(current.row())
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Show what can be clicked, and select text while a button is held."""
        point = event.position().toPoint()
        chosen = self.painter.selection
        if event.buttons() & Qt.MouseButton.LeftButton and chosen:
            layout, origin = self._layout_of(chosen.row)
            position = layout.position_at(point - origin, exact=False)
            self.painter.selection = Selection(chosen.row, chosen.anchor, position)
            self.viewport().update()
            return
        row, button = self._at(point)
        if (row, button) != self.painter.hovered:
            self.painter.hovered = (row, button)
            QToolTip.hideText()
            self.viewport().update()
        self.viewport().setCursor(self._cursor_for(row, button, point))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Begin a click or a selection."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        point = event.position().toPoint()
        row, button = self._at(point)
        self._pressed = (row, button)
        self.painter.selection = None
        if row >= 0 and button is None:
            layout, origin = self._layout_of(row)
            position = layout.position_at(point - origin)
            if position >= 0:
                self.painter.selection = Selection(row, position, position)
        self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Do what was clicked."""
        row, button = self._at(event.position().toPoint())
        pressed_row, pressed = self._pressed
        self._pressed = (-1, None)
        if button and pressed and row == pressed_row and _same(button, pressed):
            self._act(row, button.action, button.number)
        elif row >= 0 and row == pressed_row and not self._selected_text():
            self.chosen.emit(row)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Select the word under the pointer."""
        self.mousePressEvent(event)
        chosen = self.painter.selection
        if chosen is None:
            return
        layout, _ = self._layout_of(chosen.row)
        assert layout.text is not None
        cursor = QTextCursor(layout.text)
        cursor.setPosition(chosen.position)
        cursor.select(QTextCursor.SelectionType.WordUnderCursor)
        self.painter.selection = Selection(chosen.row, cursor.selectionStart(), cursor.selectionEnd())
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Copy with the usual keys; Enter opens the first source of the current answer, else why it is urgent."""
        index = self.currentIndex()
        selection = self.painter.selection
        row = selection.row if selection and self._selected_text() else index.row()
        if event.matches(QKeySequence.StandardKey.Copy) and row >= 0:
            self.copy(row)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            entry = self.transcript().entry(index.row())
            if entry.citations:
                self.source_wanted.emit(index.row(), entry.citations[0].n)
            elif entry.is_triaged:
                self.why_wanted.emit(index.row())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802
        """Offer by keyboard and right click everything that can be done with a message."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if not index.isValid():
            return
        at = self.visualRect(index).center() if by_key else event.pos()
        menu = self.menu_for(index.row())
        menu.exec(self.viewport().mapToGlobal(at))
        menu.deleteLater()

    def menu_for(self, row: int) -> QMenu:
        """Everything that can be done with the message at ``row``."""
        entry = self.transcript().entry(row)
        menu = QMenu(self)
        menu.addAction("Copy", lambda: self.copy(row))
        if entry.message_id and not entry.mine:
            for name, action, value in (("Helpful", Action.RATE_UP, 1), ("Not helpful", Action.RATE_DOWN, -1)):
                choice = menu.addAction(name)
                choice.setCheckable(True)
                choice.setChecked(entry.rating == value)
                choice.triggered.connect(lambda _=False, what=action: self._act(row, what, 0))
        for citation in entry.citations:
            name = f"Show source {citation.n}: {citation.passage.title}"
            menu.addAction(name, partial(self.source_wanted.emit, row, citation.n))
        for medicine in entry.medicines:
            menu.addAction(f"Monograph: {medicine}", partial(self.monograph_wanted.emit, medicine))
        if entry.is_triaged:
            menu.addAction("Why this advice?", lambda: self.why_wanted.emit(row))
        if not entry.mine:
            menu.addAction("How this answer came about", lambda: self.details_wanted.emit(row))
        return menu

    def _act(self, row: int, action: Action, number: int) -> None:
        if action is Action.SOURCE:
            self.source_wanted.emit(row, number)
        elif action is Action.MONOGRAPH:
            self.monograph_wanted.emit(self._entry(row).medicines[number])
        elif action is Action.WHY:
            self.why_wanted.emit(row)
        elif action is Action.DETAILS:
            self.details_wanted.emit(row)
        elif action is Action.COPY:
            self.painter.selection = None
            self.copy(row)
        else:
            value = 1 if action is Action.RATE_UP else -1
            self.rated.emit(row, None if self._entry(row).rating == value else value)

    def _entry(self, row: int) -> Entry:
        return self.transcript().entry(row)

    def _at(self, point: QPoint) -> tuple[int, Button | None]:
        index = self.indexAt(point)
        if not index.isValid():
            return -1, None
        layout, origin = self._layout_of(index.row())
        return index.row(), layout.button_at(point - origin)

    def _layout_of(self, row: int) -> tuple[MessageLayout, QPoint]:
        layout = self.painter.layout(self._entry(row), self.viewport().width())
        return layout, self.visualRect(self.model().index(row, 0)).topLeft()

    def _cursor_for(self, row: int, button: Button | None, point: QPoint) -> Qt.CursorShape:
        if button:
            return Qt.CursorShape.PointingHandCursor
        if row >= 0:
            layout, origin = self._layout_of(row)
            if layout.position_at(point - origin) >= 0:
                return Qt.CursorShape.IBeamCursor
        return Qt.CursorShape.ArrowCursor

    def _selected_text(self) -> str:
        chosen = self.painter.selection
        if chosen is None or self._entry(chosen.row).state in (State.WAITING, State.STREAMING):
            return ""
        layout, _ = self._layout_of(chosen.row)
        if layout.text is None:
            return ""
        cursor = QTextCursor(layout.text)
        cursor.setPosition(chosen.anchor)
        cursor.setPosition(chosen.position, QTextCursor.MoveMode.KeepAnchor)
        return cursor.selectedText().replace("\u2029", "\n").replace(KEPT_SPACE, " ")

    def _end_copied(self) -> None:
        self.painter.copied_row = -1
        self.viewport().update()


def _same(one: Button, other: Button) -> bool:
    return (one.action, one.number) == (other.action, other.number)
