"""Work out where everything in one message lies: its bubble or text, its cards, its sources and its buttons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QFontMetrics, QTextDocument

from medbot_desktop.ui.answer_document import answer_document, plain_document, text_height
from medbot_desktop.ui.care_card import CareCardLayout
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.theme import Theme
from medbot_desktop.ui.transcript_model import Entry, State


class Action(StrEnum):
    """What can be done with a message."""

    COPY = "copy"
    RATE_UP = "rate_up"
    RATE_DOWN = "rate_down"
    SOURCE = "source"
    MONOGRAPH = "monograph"
    WHY = "why"
    DETAILS = "details"


@dataclass(frozen=True, slots=True)
class Button:
    """A place to click; ``number`` is the source's, or the medicine's from 0, where the action is to open one."""

    action: Action
    box: QRect
    name: str
    number: int = 0


@dataclass(slots=True)
class MessageLayout:
    """One message at one width; all boxes are relative to the upper left corner of its row.

    Attributes:
        height: of the whole row, in pixels.
        column: left and right edge of the reading column.
        text: the message's own words, at ``text_at``.
        bubble: around the text, where the message is the person's.
        card: the care card, at ``card_at``.
        failure: what went wrong, inside ``failure_box``.
        typing_box: where the typing indicator moves.
        note: a small remark at ``note_at``.
        buttons: all places to click, but the marks inside the text.
    """

    height: int = 0
    column: tuple[int, int] = (0, 0)
    text: QTextDocument | None = None
    text_at: QPoint = field(default_factory=QPoint)
    bubble: QRect = field(default_factory=QRect)
    card: CareCardLayout | None = None
    card_at: QPoint = field(default_factory=QPoint)
    failure: QTextDocument | None = None
    failure_box: QRect = field(default_factory=QRect)
    typing_box: QRect = field(default_factory=QRect)
    note: str = ""
    note_at: QRect = field(default_factory=QRect)
    buttons: list[Button] = field(default_factory=list)

    def button_at(self, point: QPoint) -> Button | None:
        """The button under a point of the row, a numbered mark in the text included."""
        for button in self.buttons:
            if button.box.contains(point):
                return button
        if self.text is None:
            return None
        anchor = self.text.documentLayout().anchorAt(QPointF(point - self.text_at))
        if not anchor:
            return None
        number = int(anchor.partition(":")[2])
        return Button(Action.SOURCE, QRect(point, point), f"Show source {number}", number)

    def position_at(self, point: QPoint, exact: bool = True) -> int:
        """The offset in the text under a point of the row; -1 where ``exact`` is wanted and there is none."""
        if self.text is None:
            return -1
        inner = QPointF(point - self.text_at)
        if exact and not QRect(QPoint(), self.text.size().toSize()).contains(inner.toPoint()):
            return -1
        return self.text.documentLayout().hitTest(inner, Qt.HitTestAccuracy.FuzzyHit)


def reading_column(theme: Theme, width: int) -> tuple[int, int]:
    """Left and right edge of the column in which messages stand, in a row of ``width``."""
    margin = 3 * theme.sizes.unit
    inner = min(theme.sizes.reading, max(width - 2 * margin, 10 * theme.sizes.unit))
    left = (width - inner) // 2
    return left, left + inner


def lay_out(entry: Entry, theme: Theme, width: int, emergency_number: str) -> MessageLayout:
    """Lay a message out in a row of ``width`` pixels."""
    column = reading_column(theme, width)
    return _mine(entry, theme, column) if entry.mine else _answer(entry, theme, column, emergency_number)


def estimated_heights(entries: Iterable[Entry], theme: Theme, width: int) -> list[int]:
    """A cheap guess of each message's height, good enough until it comes near the screen."""
    left, right = reading_column(theme, width)
    sizes = theme.sizes
    letters = max(1, (right - left) * 2 // sizes.body)
    line = sizes.body * sizes.line_percent // 90
    around = line + sizes.target + 3 * sizes.unit
    return [around + line * (len(entry.text) // letters) for entry in entries]


def _mine(entry: Entry, theme: Theme, column: tuple[int, int]) -> MessageLayout:
    left, right = column
    unit = theme.sizes.unit
    pad_x, pad_y = 2 * unit, unit + unit // 2
    widest = (right - left) * 5 // 6 - 2 * pad_x
    document = plain_document(theme, entry.text, widest)
    text_width = min(widest, int(document.idealWidth()) + 1)
    document.setTextWidth(text_width)
    words_height = text_height(document, theme)
    box = QRect(right - text_width - 2 * pad_x, 2 * unit, text_width + 2 * pad_x, words_height + 2 * pad_y)
    copy_box = QRect(box.left() - theme.sizes.target - unit // 2, box.top(), theme.sizes.target, theme.sizes.target)
    return MessageLayout(
        height=box.bottom() + 1 + unit,
        column=column,
        text=document,
        text_at=QPoint(box.left() + pad_x, box.top() + pad_y),
        bubble=box,
        buttons=[Button(Action.COPY, copy_box, "Copy your message")],
    )


def _answer(entry: Entry, theme: Theme, column: tuple[int, int], emergency_number: str) -> MessageLayout:
    left, right = column
    unit = theme.sizes.unit
    result = MessageLayout(column=column)
    y = 2 * unit
    card = entry.card(emergency_number)
    if card:
        result.card = CareCardLayout(card, theme, right - left)
        result.card_at = QPoint(left, y)
        y += result.card.height + 2 * unit
    if entry.text:
        cited = {citation.n for citation in entry.citations}
        result.text = answer_document(theme, entry.text, right - left, cited)
        result.text_at = QPoint(left, y)
        y += text_height(result.text, theme) + unit
    if entry.state in (State.WAITING, State.STREAMING):
        result.typing_box = QRect(left, y, right - left, 3 * unit)
        y = result.typing_box.bottom() + 1
    if entry.failure:
        y = _failure(result, entry, theme, y)
    if entry.state is State.STOPPED:
        result.note = "Stopped. What was written so far stays here." if entry.text else "Stopped before the answer."
        result.note_at = QRect(left, y, right - left, 3 * unit)
        y = result.note_at.bottom() + 1
    if entry.state in (State.DONE, State.STOPPED, State.FAILED):
        y = _buttons(result, entry, theme, y)
    result.height = y + unit
    return result


def _failure(result: MessageLayout, entry: Entry, theme: Theme, y: int) -> int:
    assert entry.failure is not None
    left, right = result.column
    unit = theme.sizes.unit
    words = "\n\n".join(part for part in (entry.failure.message, entry.failure.hint) if part)
    result.failure = plain_document(theme, words, right - left - 7 * unit, "notice_text")
    result.failure_box = QRect(left, y, right - left, text_height(result.failure, theme) + 4 * unit)
    return result.failure_box.bottom() + 1 + unit


def _sources(entry: Entry) -> list[tuple[str, int]]:
    """The sources of an answer by section, each with its first number."""
    sections: dict[tuple[str, str], list[int]] = {}
    for citation in entry.citations:
        sections.setdefault((citation.passage.title, citation.passage.section), []).append(citation.n)
    sources = []
    known = ""
    for (title, section), numbers in sections.items():
        place = section if title == known else f"{title}: {section}"
        sources.append((f"{', '.join(map(str, numbers))}  {shown(place)}", numbers[0]))
        known = title
    return sources


def _chips(entry: Entry) -> list[tuple[Action, str, int]]:
    """What stands behind an answer, each with its label and number."""
    chips = [(Action.SOURCE, label, number) for label, number in _sources(entry)]
    chips += [(Action.MONOGRAPH, f"Monograph: {name}", place) for place, name in enumerate(entry.medicines)]
    if entry.is_triaged:
        chips.append((Action.WHY, "Why this advice?", 0))
    return chips


def _buttons(result: MessageLayout, entry: Entry, theme: Theme, y: int) -> int:
    left, right = result.column
    target, unit = theme.sizes.target, theme.sizes.unit
    metrics = QFontMetrics(theme.font(theme.sizes.small, bold=True))
    x = left
    chips = _chips(entry)
    for action, label, number in chips:
        width = min(metrics.horizontalAdvance(label) + 4 * unit + theme.sizes.icon, right - left)
        if x > left and x + width > right:
            x, y = left, y + target + unit // 2
        result.buttons.append(Button(action, QRect(x, y, width, target), label, number))
        x += width + unit
    if chips:
        y += target + unit // 2
    x = left - (target - theme.sizes.icon) // 2
    actions = [(Action.COPY, "Copy the answer")] if entry.text or entry.failure else []
    if entry.message_id:
        actions += [(Action.RATE_UP, "This was helpful"), (Action.RATE_DOWN, "This was not helpful")]
    actions.append((Action.DETAILS, "How this answer came about"))
    for action, name in actions:
        result.buttons.append(Button(action, QRect(x, y, target, target), name))
        x += target
    return y + target
