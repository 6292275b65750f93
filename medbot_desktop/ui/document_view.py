"""Write a document as its reader gave it, headings as headings, piece by piece so that the window never waits."""

from __future__ import annotations

import re
import time
from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument, QTextOption
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from medbot_desktop.ui.document_pieces import Piece, in_units, pieces
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.theme import Appearance, Theme

if TYPE_CHECKING:
    from medbot_desktop.knowledge.documents import DocumentText

_SECONDS_AT_ONCE = 0.012
_REST_MS = 200
_MOST_MATCHES = 1_000
_MOST_SHOWN = 200


class DocumentView(QTextEdit):
    """A document's text, which can be read, searched and copied.

    Args:
        appearance: the look that is on.

    Attributes:
        matches: where what is looked for stands, as (start, end) positions in the text as it is shown.
        current: which of them is in sight; -1: none.

    Signals:
        page_changed: another page is in sight, by its number; 0: the document has no pages.
        written: all of the text is there.
    """

    page_changed = Signal(int)
    written = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = appearance.theme
        self._text: DocumentText | None = None
        self._marked = (0, 0)
        self._pieces: Iterator[Piece] = iter(())
        self._places: list[tuple[int, int]] = []
        self._goal: int | None = None
        self._page = 0
        self._plain = ""
        self._document: QTextDocument | None = None
        self._parts: list[str] = []
        self.matches: list[tuple[int, int]] = []
        self.current = -1
        self.setObjectName("documentText")
        self.setReadOnly(True)
        self.setAcceptDrops(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setMaximumWidth(appearance.theme.sizes.reading + 4 * appearance.theme.sizes.unit)
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._writing = QTimer(self)
        self._writing.setInterval(0)
        self._writing.timeout.connect(self._write_some)
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(_REST_MS)
        self._resting.timeout.connect(self._write_anew)
        self.verticalScrollBar().valueChanged.connect(self._tell_page)
        appearance.changed.connect(self._use_theme)

    def show_text(self, text: DocumentText | None, marked: tuple[int, int] = (0, 0)) -> None:
        """Show a document, at the passage that is marked in it.

        Args:
            text: the document; None shows nothing.
            marked: (start, end) offsets in its body.
        """
        was_empty = self._text is None
        self._text, self._marked = text, marked
        if text is not None or not was_empty:
            self._begin(marked[0])

    def is_written(self) -> bool:
        """Whether all of the text is there."""
        return not self._writing.isActive()

    def find_words(self, words: str) -> int:
        """Mark where these words stand, whatever their case, and show the first place below; returns how many."""
        self.matches, self.current = [], -1
        if words:
            plain = self._plain or "".join(self._parts)
            for number, match in enumerate(re.finditer(re.escape(words), plain, re.IGNORECASE)):
                if number == _MOST_MATCHES:
                    break
                self.matches.append(match.span())
            self.matches = in_units(plain, self.matches)
        self._show_matches()
        if self.matches:
            here = self.cursorForPosition(QPoint(0, 0)).position()
            below = (number for number, (start, _) in enumerate(self.matches) if start >= here)
            self.go_to_match(next(below, 0))
        return len(self.matches)

    def go_to_match(self, number: int) -> None:
        """Bring one of the places that were found into sight; counted around the end."""
        if self.matches:
            self.current = number % len(self.matches)
            start, end = self.matches[self.current]
            cursor = self.textCursor()
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(cursor)
            self._bring(start)

    def page_in_sight(self) -> int:
        """The number of the page whose text is in sight; 0 where there are none."""
        pages = self._text.pages if self._text else ()
        if not pages:
            return 0
        offset = self._offset(self._first_position())
        found = bisect_right([start for start, _ in pages], offset) - 1
        return pages[max(found, 0)][1]

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Break the lines anew once the resizing rests, where the text does not fit any more."""
        super().resizeEvent(event)
        if self._width() != self.lineWrapColumnOrWidth():
            if self._text is None or self.document().isEmpty():
                self.setLineWrapColumnOrWidth(self._width())
            else:
                self._resting.start()

    def _width(self) -> int:
        return max(1, min(self._theme.sizes.reading, self.viewport().width()))

    def _begin(self, goal: int) -> None:
        self._writing.stop()
        self._resting.stop()
        document = QTextDocument(self)
        document.setUndoRedoEnabled(False)
        document.setDefaultFont(self._theme.font(self._theme.sizes.body))
        document.setDocumentMargin(2 * self._theme.sizes.unit)
        option = document.defaultTextOption()
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        document.setDefaultTextOption(option)
        self.setExtraSelections([])  # they stand in the document that goes
        old, self._document = self._document, document
        self.setDocument(document)
        if old is not None:  # the first one was the field's own, and went with its place
            old.deleteLater()
        self.setLineWrapColumnOrWidth(self._width())
        self._places, self._parts, self._plain = [], [], ""
        self.matches, self.current = [], -1
        self._page = 0
        self._goal = goal
        if self._text is not None:
            self.setAccessibleName(f"Text of {shown(self._text.summary.title)}")
            caret = self.textCursor()
            caret.setKeepPositionOnInsert(True)
            self.setTextCursor(caret)
            self._pieces = pieces(self._text, self._marked)
            self._writing.start()
            self._write_some()  # so that the place is not empty for a moment

    def _write_anew(self) -> None:
        self._begin(self._offset(self._first_position()))

    def _write_some(self) -> None:
        """Write for a moment; what is still to come is written when the window has done what else it has to do."""
        began = time.monotonic()
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        while time.monotonic() - began < _SECONDS_AT_ONCE:
            piece = next(self._pieces, None)
            if piece is None:
                self._end_writing()
                return
            self._write(cursor, piece)
        self._reach_goal()

    def _end_writing(self) -> None:
        self._writing.stop()
        self._plain, self._parts = "".join(self._parts), []
        self._reach_goal(is_last=True)
        self._tell_page()
        self.written.emit()

    def _write(self, cursor: QTextCursor, piece: Piece) -> None:
        assert self._text is not None
        theme, sizes = self._theme, self._theme.sizes
        self._places.append((piece.start, cursor.position()))
        style, block = QTextCharFormat(), QTextBlockFormat()
        style.setForeground(theme.colour("mark_text" if piece.is_marked else "text"))
        if piece.is_marked:
            style.setBackground(theme.colour("mark"))
        if piece.depth:
            style.setFont(theme.font(sizes.large if piece.depth == 1 else sizes.body, bold=True))
        block.setLineHeight(sizes.line_percent, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        block.setTopMargin(2 * sizes.unit if piece.depth else 0)
        block.setBottomMargin(sizes.unit // 2)
        words = shown(self._text.body[piece.start : piece.end])
        self._parts.append(words)
        if cursor.atBlockStart():
            cursor.setBlockFormat(block)
            cursor.insertText(words, style)
        else:  # the line that was begun keeps its own look
            line, is_more, rest = words.partition("\n")
            cursor.insertText(line, style)
            if is_more:
                cursor.insertBlock(block, style)
                cursor.insertText(rest, style)

    def _reach_goal(self, is_last: bool = False) -> None:
        """Bring the marked passage into sight as soon as it is written."""
        if self._goal is None:
            return
        if self._places and (is_last or self._places[-1][0] > self._goal):
            position = self._position(self._goal)
            cursor = QTextCursor(self.document())
            cursor.setPosition(position)
            cursor.setKeepPositionOnInsert(True)
            self.setTextCursor(cursor)
            self._bring(position)
            self._goal = None

    def _bring(self, position: int) -> None:
        cursor = QTextCursor(self.document())
        cursor.setPosition(min(position, self.document().characterCount() - 1))
        top = self.cursorRect(cursor).top() + self.verticalScrollBar().value()
        self.verticalScrollBar().setValue(max(0, top - self.viewport().height() // 4))

    def _position(self, offset: int) -> int:
        """Where a character of the body stands in the text as it is shown; exact at the beginning of each piece."""
        found = bisect_right(self._places, (offset, 1 << 60)) - 1
        if found < 0:
            return 0
        start, position = self._places[found]
        return position + offset - start

    def _offset(self, position: int) -> int:
        found = bisect_right([place for _, place in self._places], position) - 1
        if found < 0:
            return 0
        start, place = self._places[found]
        return start + position - place

    def _first_position(self) -> int:
        quarter = self.viewport().height() // 4
        return self.cursorForPosition(QPoint(self._theme.sizes.unit, quarter)).position()

    def _tell_page(self) -> None:
        page = self.page_in_sight()
        if page != self._page and self._places:
            self._page = page
            self.page_changed.emit(page)

    def _show_matches(self) -> None:
        selections = []
        for start, end in self.matches[:_MOST_SHOWN]:
            selection = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.document())
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            selection.cursor = cursor
            selection.format.setBackground(self._theme.colour("tint"))
            selection.format.setForeground(self._theme.colour("link"))
            selections.append(selection)
        self.setExtraSelections(selections)

    def _use_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._text is not None:
            self._write_anew()
