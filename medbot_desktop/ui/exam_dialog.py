"""Show what a model earned in its exam, kind by kind."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from medbot_desktop.ui.amounts import counted, local_moment
from medbot_desktop.ui.confirm_dialog import DIALOG_STEPS, fit
from medbot_desktop.ui.model_facts import ModelFacts
from medbot_desktop.ui.parts import named, sentence_case, words
from medbot_desktop.ui.table import Column, Table, TableModel
from medbot_desktop.ui.theme import Appearance

if TYPE_CHECKING:
    from medbot_desktop.generation.exam_record import ExamResult, KindResult

_ABOUT = (
    "Each answer was marked by rules, not by another model. An answer that could harm says a dose, a number or an "
    "order that no passage holds."
)


class ExamDialog(QDialog):
    """The table of one exam.

    Args:
        appearance: the look that is on.
        model: whose exam.
        result: what it earned.
        parent: the page.
    """

    def __init__(
        self, appearance: Appearance, model: ModelFacts, result: ExamResult, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        unit = appearance.theme.sizes.unit
        heading = f"The exam of {model.title}"
        self.setObjectName("dialog")
        self.setWindowTitle(heading)
        columns: list[Column[tuple[str, KindResult]]] = [
            Column("Kind", lambda row: sentence_case(row[0]), 22),
            Column("Right", lambda row: f"{row[1].right} of {row[1].among}", 13),
            Column("Share", lambda row: _share(row[1].right, row[1].among), 11),
            Column("Could harm", lambda row: str(row[1].grave)),
        ]
        rows = TableModel(columns, self)
        rows.show([(kind, count) for kind, count in result.kinds.items() if count.among])
        self.table = Table(appearance, rows, f"{heading}, by kind")
        self.close_button = named(QPushButton("Close"), "primary")
        self.close_button.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * unit, 3 * unit, 3 * unit, 3 * unit)
        column.setSpacing(unit)
        column.addWidget(words(heading, "heading"))
        column.addWidget(words(_ABOUT))
        column.addWidget(self.table)
        self.told = words("\n".join(_lines(model, result)), "fact", selectable=True)
        column.addWidget(self.told)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.close_button)
        column.addSpacing(unit)
        column.addLayout(row)
        self.table.setFocus()
        fit(self, DIALOG_STEPS * unit)


def _lines(model: ModelFacts, result: ExamResult) -> list[str]:
    shown = f"Sentences that the support check shows: {result.kept} of {result.sentences}"
    minutes, seconds = divmod(round(result.seconds), 60)
    moment = local_moment(datetime.fromisoformat(result.taken))
    took = f"Taken on {moment}, in {counted(minutes, 'minute')} {counted(seconds, 'second')}"
    lines = [f"{shown} ({_share(result.kept, result.sentences)}).", f"{took}, by {result.runtime}."]
    if model.outdated:
        lines.append(f"It does not count any more: {model.outdated}.")
    earned = "stays silent" if result.tier == "silent" else result.tier
    return [*lines, f"It {earned}. {result.lacking}".strip()]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "none"
