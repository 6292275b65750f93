"""Put the care card together: how soon which help is needed, in the manner of the NHS service manual, words first."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTextCharFormat, QTextCursor, QTextDocument

from medbot_desktop.domain import Disposition, Triage
from medbot_desktop.ui.answer_document import plain_document, text_height, write_lines
from medbot_desktop.ui.theme import Theme

_COLOURS = {
    Disposition.EMERGENCY: "emergency_head",
    Disposition.URGENT: "urgent",
    Disposition.ROUTINE: "routine",
    Disposition.SELF_CARE: "self_care",
}
_STEPS, _WHY, _SAFETY_NET = "What to do now", "Why", "Come back or call"
_OPEN = "This goes by what was said so far. It may change as you say more."
_MOST_REASONS = 2


@dataclass(frozen=True, slots=True)
class CareCard:
    """The words of a care card.

    Attributes:
        disposition: how soon which help is needed.
        heading: what to do, in a few words.
        reasons: why, one sentence each.
        steps: what to do now, one sentence each.
        safety_net: when to come back or call, one sentence each.
        is_open: whether an answer that is still to come may change it.
    """

    disposition: Disposition
    heading: str
    reasons: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    safety_net: tuple[str, ...] = ()
    is_open: bool = False

    @property
    def sections(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What stands below the heading: a heading, which may be empty, and its sentences.

        Where every minute counts, what to do comes before why.
        """
        if self.disposition is Disposition.EMERGENCY:
            found = [(_STEPS, self.steps), (_WHY if self.steps else "", self.reasons)]
        else:
            found = [("", self.reasons), (_STEPS, self.steps), (_SAFETY_NET, self.safety_net)]
            found += [("", (_OPEN,))] if self.is_open else []
        return tuple((heading, lines) for heading, lines in found if lines)

    def brief(self) -> CareCard:
        """The card where all of it was shown just before: how soon which help is needed, and why."""
        return replace(self, steps=(), safety_net=())

    def headline(self) -> CareCard:
        """The card without what stands below its heading."""
        return CareCard(self.disposition, self.heading)

    def spoken(self) -> str:
        """The card as a screen reader should say it."""
        words = [f"{self.heading}."]
        for heading, lines in self.sections:
            words += [f"{heading}:"] if heading == _SAFETY_NET else []
            words += lines
        return " ".join(words)


def care_card(triage: Triage, emergency_number: str) -> CareCard | None:
    """The card for a triage, or None where nothing calls for one.

    Args:
        triage: the urgency and its reasons.
        emergency_number: e.g. ``999``; empty where it is not known yet.
    """
    if triage.disposition is Disposition.NONE:
        return None
    if triage.disposition is Disposition.EMERGENCY:  # short: a frightened person reads no list
        heading = f"Call {emergency_number or 'the emergency number'} now"
        return CareCard(triage.disposition, heading, triage.main_reasons[:_MOST_REASONS], triage.steps)
    heading = triage.disposition.advice
    is_open = triage.follow_up is not None
    return CareCard(triage.disposition, heading, triage.main_reasons, triage.steps, triage.safety_net, is_open)


class CareCardLayout:
    """Where the words of a card lie at one width, and how they are painted.

    Args:
        card: the words.
        theme: whose fonts and colours to use.
        width: of the whole card, in pixels.
    """

    def __init__(self, card: CareCard, theme: Theme, width: int) -> None:
        self.width = width
        self._card = card
        self._theme = theme
        self._pad = 2 * theme.sizes.unit
        inner = width - 2 * self._pad
        is_emergency = card.disposition is Disposition.EMERGENCY
        self._body_colours = ("emergency_text", "emergency_body") if is_emergency else ("text", "surface")
        head_colour = "emergency_text" if is_emergency else "care_text"
        size = theme.sizes.title if is_emergency else theme.sizes.large
        self._head = plain_document(theme, card.heading, inner, head_colour, pixels=size, bold=True)
        self.body = self._body(inner) if card.sections else None
        self._head_height = text_height(self._head, theme) + self._pad + self._pad // 2
        body_height = text_height(self.body, theme) + 2 * self._pad if self.body else 0
        self.height = self._head_height + body_height

    def words(self) -> str:
        """What the card says, as one line."""
        return self._card.spoken()

    def _body(self, width: int) -> QTextDocument:
        theme = self._theme
        document = plain_document(theme, "", width)
        cursor = QTextCursor(document)
        style, strong = QTextCharFormat(), QTextCharFormat()
        for each in (style, strong):
            each.setForeground(theme.colour(self._body_colours[0]))
        strong.setFont(theme.font(theme.sizes.body, bold=True))
        for number, (heading, lines) in enumerate(self._card.sections):
            bullet = "• " if heading or len(lines) > 1 else ""
            paragraphs = [(heading, strong)] if heading else []
            paragraphs += [(f"{bullet}{line}", style) for line in lines]
            for place, (text, look) in enumerate(paragraphs):
                if number or place:
                    cursor.insertBlock()
                write_lines(cursor, theme, text, look)
                if number and not place:
                    block = cursor.blockFormat()
                    block.setTopMargin(theme.sizes.unit)
                    cursor.setBlockFormat(block)
        return document

    def paint(self, painter: QPainter, at: QPointF) -> None:
        """Paint the card with its upper left corner at ``at``."""
        theme = self._theme
        box = QRectF(at.x(), at.y(), self.width, self.height)
        outline = QPainterPath()
        outline.addRoundedRect(box, theme.sizes.radius, theme.sizes.radius)
        head = theme.colour(_COLOURS[self._card.disposition])
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(outline, theme.colour(self._body_colours[1]))
        painter.setClipPath(outline)
        painter.fillRect(QRectF(box.x(), box.y(), box.width(), self._head_height), head)
        painter.setClipping(False)
        is_emergency = self._card.disposition is Disposition.EMERGENCY
        line = theme.colour("emergency_line") if is_emergency else head
        self._frame(painter, box, line)
        self._draw(painter, self._head, at + QPointF(self._pad, self._pad * 3 // 4))
        if self.body:
            self._draw(painter, self.body, at + QPointF(self._pad, self._head_height + self._pad))
        painter.restore()

    def _frame(self, painter: QPainter, box: QRectF, colour: QColor) -> None:
        stroke = self._theme.sizes.stroke
        painter.setPen(QPen(colour, stroke))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inset = stroke / 2
        radius = self._theme.sizes.radius
        painter.drawRoundedRect(box.adjusted(inset, inset, -inset, -inset), radius, radius)

    @staticmethod
    def _draw(painter: QPainter, document: QTextDocument, at: QPointF) -> None:
        painter.save()
        painter.translate(at)
        document.drawContents(painter)
        painter.restore()
