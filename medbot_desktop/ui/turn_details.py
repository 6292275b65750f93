"""Show how an answer came about: what was understood, the steps behind it, and how long each took."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QWidget

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.ui.clinician_summary import STEP as SUMMARY
from medbot_desktop.ui.clinician_summary import ClinicianSummary
from medbot_desktop.ui.parts import section_column, sentence_case, words
from medbot_desktop.ui.theme import Theme
from medbot_desktop.ui.transcript_model import Entry

_ASSERTIONS = {
    Assertion.PRESENT: "now",
    Assertion.NEGATED: "denied",
    Assertion.UNCERTAIN: "not certain",
    Assertion.PAST: "in the past",
    Assertion.HYPOTHETICAL: "in general",
    Assertion.OTHER: "someone else",
}


def steps_page(entry: Entry, theme: Theme) -> QWidget:
    """What was understood, and what was done about it."""
    page, column = section_column(theme)
    for step in entry.steps:
        if step.name == SUMMARY:
            column.addWidget(ClinicianSummary(step.detail, theme))
    utterance = entry.utterance
    if utterance is not None:
        column.addWidget(_line("Understood", "strong"))
        intent = utterance.intent
        sure = f", {intent.confidence:.0%} sure" if intent.confidence is not None else ""
        column.addWidget(_line(f"{sentence_case(intent.name)}{sure} · language: {utterance.language}"))
        for entity in utterance.entities:
            column.addWidget(_line(f"“{entity.text}”: {entity.kind}, {_holds(entity)}", "small"))
    for step in entry.steps:
        if step.name == SUMMARY:
            continue
        column.addSpacing(theme.sizes.unit)
        column.addWidget(_line(sentence_case(step.name), "strong"))
        column.addWidget(_line(step.detail))
    if utterance is None and not entry.steps:
        column.addWidget(_line("There are no steps to show.", "small"))
    column.addStretch(1)
    return page


def _holds(entity: Entity) -> str:
    """Whether an entity holds now, and the words that say so."""
    told = _ASSERTIONS[entity.assertion]
    if entity.because:
        told += f" (because of “{entity.because}”)"
    if entity.ruled is not None:
        told += f"; by the rules alone: {_ASSERTIONS[entity.ruled]}"
    return told


def timings_page(entry: Entry, theme: Theme) -> QWidget:
    """How long each step took, as bars."""
    page, column = section_column(theme)
    grid = QGridLayout()
    grid.setHorizontalSpacing(theme.sizes.unit)
    grid.setVerticalSpacing(2 * theme.sizes.unit)
    longest = max((value for _, value in entry.timings_ms), default=0)
    for row, (name, value) in enumerate(entry.timings_ms):
        step = sentence_case(name)
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


def _line(text: str, name: str = "plain") -> QLabel:
    return words(text, name, selectable=True)
