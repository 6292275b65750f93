"""Paint a row of the conversation list, and let its name be typed in place."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from medbot_desktop.ui.conversation_model import ROW_ROLE, Heading, Row
from medbot_desktop.ui.icons import draw_icon
from medbot_desktop.ui.parts import named
from medbot_desktop.ui.talk import Talk, one_line
from medbot_desktop.ui.theme import Theme

AnyIndex = QModelIndex | QPersistentModelIndex

_NAME_LETTERS = 60
_LONGEST_TITLE = 200


class ConversationDelegate(QStyledItemDelegate):
    """Paints headings and conversations.

    Attributes:
        theme: the look.
        current: the conversation that the chat shows.
    """

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.current: Talk | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: N802
        """Room for a finger, and for a second line where there is one."""
        sizes = self.theme.sizes
        row: Row = index.data(ROW_ROLE)
        if isinstance(row, Heading):
            return QSize(0, 4 * sizes.unit if row.is_open is None else sizes.target)
        return QSize(0, sizes.target + (sizes.unit + sizes.unit // 2 if row.person() else 0))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint one row."""
        row: Row = index.data(ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_current = row is self.current
        paint_ground(painter, option, self.theme, is_current)
        if isinstance(row, Heading):
            self._paint_heading(painter, option.rect, row)
        else:
            self._paint_talk(painter, option.rect, row, is_current)
        painter.restore()

    def _paint_heading(self, painter: QPainter, rect: QRect, heading: Heading) -> None:
        sizes = self.theme.sizes
        box = rect.adjusted(sizes.unit + sizes.stroke, 0, -sizes.unit, 0)
        painter.setFont(self.theme.font(sizes.small, bold=True))
        painter.setPen(self.theme.colour("muted"))
        if heading.is_open is None:
            box.setTop(box.bottom() - 3 * sizes.unit)
        else:
            icon_box = QRectF(box.right() - sizes.icon, box.center().y() - sizes.icon / 2, sizes.icon, sizes.icon)
            self._paint_chevron(painter, icon_box, heading.is_open)
        if heading.icon:
            size = 2 * sizes.unit
            icon_box = QRectF(box.left(), box.center().y() - size / 2 + sizes.hairline, size, size)
            draw_icon(painter, heading.icon, self.theme.colours.muted, icon_box)
            box.setLeft(box.left() + size + sizes.unit // 2)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, heading.text)

    def _paint_chevron(self, painter: QPainter, box: QRectF, is_open: bool) -> None:
        painter.save()
        painter.translate(box.center())
        painter.rotate(180 if is_open else 0)
        box.moveCenter(QRectF().center())
        draw_icon(painter, "chevron", self.theme.colours.muted, box)
        painter.restore()

    def _paint_talk(self, painter: QPainter, rect: QRect, talk: Talk, is_current: bool) -> None:
        sizes = self.theme.sizes
        box = rect.adjusted(sizes.unit + sizes.stroke, 0, -sizes.unit, 0)
        if is_current and talk.conversation is not None:
            box.setRight(rect.right() - sizes.target)
        colour = self.theme.colour("muted" if talk.is_deleted() else "text")
        person = talk.person()
        above = QRect(box)
        if person is not None:
            middle = box.center().y() + sizes.stroke
            above.setBottom(middle)
            below = QRect(box.left(), middle, box.width(), 2 * sizes.unit + sizes.stroke)
            self._line(painter, below, one_line(person.name, _NAME_LETTERS), self.theme.colour("muted"), small=True)
            above.setTop(middle - 3 * sizes.unit)
        self._line(painter, above, talk.title(), colour, bold=is_current)

    def _line(
        self, painter: QPainter, box: QRect, text: str, colour: QColor, small: bool = False, bold: bool = False
    ) -> None:
        font = self.theme.font(self.theme.sizes.small if small else self.theme.sizes.body, bold)
        painter.setFont(font)
        painter.setPen(colour)
        words = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> QWidget:  # noqa: N802
        """A field for the name."""
        field = named(QLineEdit(parent), "rename")
        field.setAccessibleName("New name of the conversation")
        field.setMaxLength(_LONGEST_TITLE)
        return field

    def updateEditorGeometry(  # noqa: N802
        self, editor: QWidget, option: QStyleOptionViewItem, index: AnyIndex
    ) -> None:
        """Let the field fill the row."""
        editor.setGeometry(option.rect)


def paint_ground(painter: QPainter, option: QStyleOptionViewItem, theme: Theme, is_chosen: bool) -> None:
    """Paint what lies behind a row: whether it is chosen, under the pointer, or where the keyboard is."""
    sizes, states = theme.sizes, QStyle.StateFlag
    box = QRectF(option.rect).adjusted(0, sizes.hairline, 0, -sizes.hairline)
    if is_chosen or (option.state & states.State_MouseOver and option.state & states.State_Enabled):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("tint" if is_chosen else "raised"))
        painter.drawRoundedRect(box, sizes.radius, sizes.radius)
    if option.state & states.State_HasFocus:
        inset = sizes.stroke / 2
        painter.setPen(QPen(theme.colour("focus"), sizes.stroke))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), sizes.radius, sizes.radius)
