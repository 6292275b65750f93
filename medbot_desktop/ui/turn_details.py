"""Show how an answer came about: how urgent it is and why, the steps behind it, and how long each took."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from medbot_desktop.domain import Assertion
from medbot_desktop.ui.care_card import CareCard, CareCardLayout, care_card
from medbot_desktop.ui.parts import words
from medbot_desktop.ui.theme import Theme
from medbot_desktop.ui.transcript_model import Entry

_NO_SIGN = "No warning sign was found in this message. If you are worried, ask a clinician."
_ASSERTIONS = {
    Assertion.PRESENT: "now",
    Assertion.NEGATED: "denied",
    Assertion.UNCERTAIN: "not certain",
    Assertion.PAST: "in the past",
    Assertion.HYPOTHETICAL: "in general",
    Assertion.OTHER: "someone else",
}


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


def triage_page(entry: Entry, theme: Theme, emergency_number: str) -> QWidget:
    """How soon which help is needed, and the guideline behind each red flag."""
    page, column = _page(theme)
    card = care_card(entry.triage, emergency_number)
    if card is None:
        column.addWidget(_line(_NO_SIGN, "small"))
    else:
        column.addWidget(CareCardView(card, theme))
    for flag in entry.triage.red_flags:
        column.addWidget(_line(_title(flag.name), "strong"))
        column.addWidget(_line(flag.why))
        if flag.words:
            column.addWidget(_line("Because of: " + ", ".join(f"“{word}”" for word in flag.words)))
        column.addWidget(_line(f"Rule after: {flag.source}", "small"))
    if entry.triage.follow_up:
        column.addWidget(_line("Next question", "strong"))
        column.addWidget(_line(entry.triage.follow_up))
    column.addStretch(1)
    return page


def steps_page(entry: Entry, theme: Theme) -> QWidget:
    """What was understood, and what was done about it."""
    page, column = _page(theme)
    utterance = entry.utterance
    if utterance is not None:
        column.addWidget(_line("Understood", "strong"))
        intent = utterance.intent
        sure = f", {intent.confidence:.0%} sure" if intent.confidence is not None else ""
        column.addWidget(_line(f"{_title(intent.name)}{sure} · language: {utterance.language}"))
        for entity in utterance.entities:
            column.addWidget(_line(f"“{entity.text}”: {entity.kind}, {_ASSERTIONS[entity.assertion]}", "small"))
    for step in entry.steps:
        column.addSpacing(theme.sizes.unit)
        column.addWidget(_line(_title(step.name), "strong"))
        column.addWidget(_line(step.detail))
    if utterance is None and not entry.steps:
        column.addWidget(_line("There are no steps to show.", "small"))
    column.addStretch(1)
    return page


def timings_page(entry: Entry, theme: Theme) -> QWidget:
    """How long each step took, as bars."""
    page, column = _page(theme)
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.sizes.unit)
    grid.setVerticalSpacing(2 * theme.sizes.unit)
    longest = max((value for _, value in entry.timings_ms), default=0)
    for row, (name, value) in enumerate(entry.timings_ms):
        step = _title(name)
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setMaximum(max(longest, 1))
        bar.setValue(value)
        bar.setAccessibleName(f"{step}: {value} milliseconds")
        figure = _line(f"{value:,} ms", "strong" if name == "total" else "plain")
        figure.setAlignment(Qt.AlignmentFlag.AlignRight)
        label = _line(step, "strong" if name == "total" else "plain")
        label.setWordWrap(False)
        grid.addWidget(label, row, 0)
        grid.addWidget(bar, row, 1)
        figure.setWordWrap(False)
        grid.addWidget(figure, row, 2)
    grid.setColumnStretch(1, 1)
    column.addLayout(grid)
    if not entry.timings_ms:
        column.addWidget(_line("Nothing was timed.", "small"))
    column.addStretch(1)
    return page


def _title(name: str) -> str:
    """A stable identifier as words."""
    return name.replace("_", " ").replace(".", " ").capitalize()


def _line(text: str, name: str = "plain") -> QLabel:
    return words(text, name, selectable=True)


def _page(theme: Theme) -> tuple[QWidget, QVBoxLayout]:
    page = QWidget()
    column = QVBoxLayout(page)
    pad = 2 * theme.sizes.unit
    column.setContentsMargins(pad, pad, pad, pad)
    column.setSpacing(theme.sizes.unit)
    return page, column
