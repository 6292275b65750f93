"""Paint one message of the transcript, and remember laid-out messages so that scrolling only paints."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from math import sin, tau
from time import monotonic

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QFontMetrics,
    QPainter,
    QPalette,
    QPen,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from medbot_desktop.ui.icons import draw_icon
from medbot_desktop.ui.theme import Theme
from medbot_desktop.ui.transcript_layout import Action, Button, MessageLayout, lay_out
from medbot_desktop.ui.transcript_model import ENTRY_ROLE, Entry

_REMEMBERED = 256
_CHIPS = {Action.SOURCE: "source", Action.MONOGRAPH: "library", Action.WHY: "panel"}
"""The buttons that open what stands behind an answer, and their icons."""

_BLINK_SECONDS = 1.2


@dataclass(frozen=True, slots=True)
class Selection:
    """Selected text of one message: offsets in its document, in the order in which they were set."""

    row: int
    anchor: int
    position: int


@dataclass(frozen=True, slots=True)
class FoundWords:
    """The message that a search has found, and the words of it that matched."""

    row: int
    words: frozenset[str]


class TranscriptDelegate(QStyledItemDelegate):
    """Paints messages.

    Attributes:
        theme: the look; set it through ``use``.
        emergency_number: what the care card of an emergency says to call.
        hovered: the row and button under the pointer.
        selection: selected text, if any.
        found: what a search has found here, if anything.
        copied_row: the message that was copied just now; -1 where none was.
    """

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.emergency_number = ""
        self.hovered: tuple[int, Button | None] = (-1, None)
        self.selection: Selection | None = None
        self.found: FoundWords | None = None
        self.copied_row = -1
        self._layouts: OrderedDict[tuple[int, int], tuple[Entry, MessageLayout]] = OrderedDict()

    def use(self, theme: Theme, emergency_number: str) -> None:
        """Paint with another look or number from now on."""
        self.theme = theme
        self.emergency_number = emergency_number
        self._layouts.clear()

    def layout(self, entry: Entry, width: int) -> MessageLayout:
        """Where everything in a message lies in a row of ``width`` pixels."""
        key = (id(entry), width)
        known = self._layouts.get(key)
        if known is not None and known[0] is entry:
            self._layouts.move_to_end(key)
            return known[1]
        made = lay_out(entry, self.theme, width, self.emergency_number)
        self._layouts[key] = (entry, made)
        if len(self._layouts) > _REMEMBERED:
            self._layouts.popitem(last=False)
        return made

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802
        """The size of a message at the width of the option's rectangle."""
        width = option.rect.width()
        return QSize(width, self.layout(index.data(ENTRY_ROLE), width).height)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint a message into the option's rectangle."""
        entry: Entry = index.data(ENTRY_ROLE)
        row = index.row()
        layout = self.layout(entry, option.rect.width())
        painter.save()
        painter.translate(option.rect.topLeft())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.found and self.found.row == row:
            self._paint_found(painter, layout, entry.mine)
        if not layout.bubble.isEmpty():
            self._fill(painter, layout.bubble, "raised", 2 * self.theme.sizes.radius)
        if layout.card:
            layout.card.paint(painter, QPointF(layout.card_at))
        self._paint_text(painter, layout, row)
        self._paint_remarks(painter, layout)
        for button in layout.buttons:
            self._paint_button(painter, button, entry, row)
        if option.state & QStyle.StateFlag.State_HasFocus:
            self._paint_focus(painter, layout)
        painter.restore()

    def _paint_text(self, painter: QPainter, layout: MessageLayout, row: int) -> None:
        if layout.text is None:
            return
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(QPalette.ColorRole.Text, self.theme.colour("text"))
        parts = []
        if self.found and self.found.row == row:
            parts += [self._part(cursor, "mark", "mark_text") for cursor in _places(layout.text, self.found.words)]
        chosen = self.selection
        if chosen and chosen.row == row and chosen.anchor != chosen.position:
            cursor = QTextCursor(layout.text)
            cursor.setPosition(chosen.anchor)
            cursor.setPosition(chosen.position, QTextCursor.MoveMode.KeepAnchor)
            parts.append(self._part(cursor, "accent", "on_accent"))
        context.selections = parts
        painter.save()
        painter.translate(layout.text_at)
        layout.text.documentLayout().draw(painter, context)
        painter.restore()

    def _part(self, cursor: QTextCursor, ground: str, text: str) -> QAbstractTextDocumentLayout.Selection:
        part = QAbstractTextDocumentLayout.Selection()
        part.cursor = cursor
        part.format.setBackground(self.theme.colour(ground))
        part.format.setForeground(self.theme.colour(text))
        return part

    def _paint_found(self, painter: QPainter, layout: MessageLayout, is_mine: bool) -> None:
        """Paint a bar beside the message that a search has found."""
        unit = self.theme.sizes.unit
        left = layout.column[1] + unit if is_mine else layout.column[0] - 2 * unit
        self._fill(painter, QRect(left, 2 * unit, unit // 2, layout.height - 3 * unit), "notice_line", unit // 4)

    def _paint_remarks(self, painter: QPainter, layout: MessageLayout) -> None:
        unit = self.theme.sizes.unit
        if not layout.typing_box.isEmpty():
            self._paint_typing(painter, layout.typing_box)
        if layout.failure:
            box = layout.failure_box
            self._fill(painter, box, "notice", self.theme.sizes.radius)
            bar = QRect(box.left(), box.top(), unit // 2, box.height())
            painter.fillRect(bar, self.theme.colour("notice_line"))
            size = self.theme.sizes.icon
            icon_box = QRectF(box.left() + 2 * unit, box.top() + 2 * unit, size, size)
            draw_icon(painter, "warning", self.theme.colours.notice_line, icon_box)
            painter.save()
            painter.translate(box.left() + 2 * unit + size + unit + unit // 2, box.top() + 2 * unit)
            layout.failure.drawContents(painter)
            painter.restore()
        if layout.note:
            painter.setFont(self.theme.font(self.theme.sizes.small))
            painter.setPen(self.theme.colour("muted"))
            painter.drawText(layout.note_at, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, layout.note)

    def _paint_typing(self, painter: QPainter, box: QRect) -> None:
        unit = self.theme.sizes.unit
        painter.setPen(Qt.PenStyle.NoPen)
        for dot in range(3):
            phase = (monotonic() / _BLINK_SECONDS - dot / 6) % 1.0
            colour = self.theme.colour("muted")
            colour.setAlphaF(0.35 + 0.65 * max(0.0, sin(phase * tau)))
            painter.setBrush(colour)
            centre = QPointF(box.left() + unit / 2 + dot * (unit + unit / 2), box.center().y() + 1)
            painter.drawEllipse(centre, unit * 0.4, unit * 0.4)

    def _paint_button(self, painter: QPainter, button: Button, entry: Entry, row: int) -> None:
        hovered_row, hovered = self.hovered
        is_hovered = hovered_row == row and hovered is not None and hovered.box == button.box
        if entry.mine and hovered_row != row and self.copied_row != row:
            return
        if button.action in _CHIPS:
            self._paint_chip(painter, button, is_hovered)
            return
        pressed = (button.action, entry.rating) in ((Action.RATE_UP, 1), (Action.RATE_DOWN, -1))
        if is_hovered or pressed:
            inset = self.theme.sizes.unit // 2
            self._fill(painter, button.box.adjusted(inset, inset, -inset, -inset), "tint", self.theme.sizes.radius)
        names = {Action.COPY: "copy", Action.RATE_UP: "thumb_up", Action.RATE_DOWN: "thumb_down"}
        names[Action.DETAILS] = "panel"
        name = names[button.action] + ("_on" if pressed else "")
        if button.action is Action.COPY and self.copied_row == row:
            name = "check"
        colours = self.theme.colours
        colour = colours.link if is_hovered or pressed or name == "check" else colours.muted
        size = self.theme.sizes.icon
        box = QRectF(0, 0, size, size)
        box.moveCenter(QRectF(button.box).center())
        draw_icon(painter, name, colour, box)

    def _paint_chip(self, painter: QPainter, button: Button, is_hovered: bool) -> None:
        unit = self.theme.sizes.unit
        inset = unit // 2
        box = button.box.adjusted(0, inset, 0, -inset)
        self._fill(painter, box, "tint" if is_hovered else "surface", self.theme.sizes.radius)
        radius = self.theme.sizes.radius
        painter.setPen(QPen(self.theme.colour("accent" if is_hovered else "line"), self.theme.sizes.hairline))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        size = self.theme.sizes.icon - inset
        icon_box = QRectF(box.left() + unit + inset, box.center().y() - size / 2 + 1, size, size)
        draw_icon(painter, _CHIPS[button.action], self.theme.colours.link, icon_box)
        font = self.theme.font(self.theme.sizes.small, bold=True)
        painter.setFont(font)
        painter.setPen(self.theme.colour("link"))
        words = QRect(box)
        words.setLeft(round(icon_box.right()) + unit)
        text = QFontMetrics(font).elidedText(button.name, Qt.TextElideMode.ElideRight, words.width() - unit)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_focus(self, painter: QPainter, layout: MessageLayout) -> None:
        sizes = self.theme.sizes
        left, right = layout.column
        box = QRectF(left, 0, right - left, layout.height).adjusted(-1.5 * sizes.unit, 2, 1.5 * sizes.unit, -2)
        painter.setPen(QPen(self.theme.colour("focus"), sizes.stroke))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, sizes.radius, sizes.radius)

    def _fill(self, painter: QPainter, box: QRect, colour: str, radius: int) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.colour(colour))
        painter.drawRoundedRect(box, radius, radius)

    def hit(self, entry: Entry, width: int, point: QPoint) -> Button | None:
        """What can be clicked at a point of the message's row."""
        return self.layout(entry, width).button_at(point)


def _places(document: QTextDocument, words: Collection[str]) -> list[QTextCursor]:
    """Wherever one of the words stands in a document, whatever its case."""
    places = []
    for word in words:
        cursor = document.find(word, 0, QTextDocument.FindFlag.FindWholeWords)
        while not cursor.isNull():
            places.append(cursor)
            cursor = document.find(word, cursor, QTextDocument.FindFlag.FindWholeWords)
    return places
