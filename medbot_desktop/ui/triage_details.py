"""Explain how urgent a message is: each rule that held, why, the words that decided, and the guideline behind it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from medbot_desktop.domain import Because, Disposition, Triage
from medbot_desktop.ui.care_card import CareCard, CareCardLayout, care_card
from medbot_desktop.ui.parts import section_column, sentence_case, words
from medbot_desktop.ui.theme import Theme
from medbot_desktop.ui.transcript_model import Entry

_WHY_ASKED = "Why this is asked:"
_NO_SIGN = "No warning sign was found in this message. If you are worried, ask a clinician."


class CareCardView(QWidget):
    """A care card as a widget of its own."""

    def __init__(self, card: CareCard, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card, self._theme = card, theme
        self._layout: CareCardLayout | None = None
        self.setAccessibleName(card.spoken())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Break lines anew at another width."""
        self._layout = CareCardLayout(self._card, self._theme, event.size().width())
        self.setFixedHeight(self._layout.height)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Some height until the width is known."""
        return QSize(self._theme.sizes.target, self._theme.sizes.target)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the card."""
        if self._layout:
            painter = QPainter(self)
            self._layout.paint(painter, QPointF())
            painter.end()


class ReasonCard(QFrame):
    """One rule that held.

    Args:
        because: the rule, with what it makes of the message.
        theme: whose sizes to use.
        parent: the page.
    """

    def __init__(self, because: Because, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("passage")
        level = sentence_case(because.level.value)
        told = f"Because of {_quoted(because.words)}" if because.words else ""
        source = f"after {because.source}" if because.source else "with no guideline behind it"
        self.setAccessibleName(f"{level}: {because.why} {told}".strip())
        column = QVBoxLayout(self)
        pad = 2 * theme.sizes.unit
        column.setContentsMargins(pad, pad, pad, pad)
        column.setSpacing(theme.sizes.unit)
        column.addWidget(words(f"{level}: {_rule_in_words(because.rule)}", "strong", selectable=True))
        column.addWidget(words(because.why, selectable=True))
        if told:
            column.addWidget(words(told, selectable=True))
        if because.detail:
            column.addWidget(words(because.detail[0].upper() + because.detail[1:], selectable=True))
        column.addWidget(words(f"Rule “{because.rule}”, {source}", "small", selectable=True))


def triage_page(entry: Entry, theme: Theme, emergency_number: str) -> QWidget:
    """How soon which help is needed, and everything that decided."""
    page, column = section_column(theme)
    card = care_card(entry.triage, emergency_number)
    column.addWidget(words(_NO_SIGN, "small") if card is None else CareCardView(card.headline(), theme))
    reasons = all_reasons(entry.triage)
    if reasons:
        column.addSpacing(theme.sizes.unit)
        column.addWidget(words("Why? What decided, the most urgent first", "strong"))
    for because in reasons:
        column.addWidget(ReasonCard(because, theme))
    if entry.triage.follow_up:
        column.addSpacing(theme.sizes.unit)
        column.addWidget(words("What would tell more", "strong"))
        column.addWidget(words(entry.triage.follow_up, selectable=True))
        if entry.triage.follow_up_why:
            column.addWidget(words(f"{_WHY_ASKED} {entry.triage.follow_up_why}", "small", selectable=True))
    column.addStretch(1)
    return page


def all_reasons(triage: Triage) -> tuple[Because, ...]:
    """Everything that decided; while an alert is all there is, and in older records, that is its red flags."""
    return triage.because or tuple(
        Because(Disposition.EMERGENCY, f"red flag: {flag.name}", flag.why, flag.source, flag.words)
        for flag in triage.red_flags
    )


def _rule_in_words(rule: str) -> str:
    return rule.replace("_", " ").replace(": ", ", ")


def _quoted(found: tuple[str, ...]) -> str:
    return ", ".join(f"“{word}”" for word in found)
