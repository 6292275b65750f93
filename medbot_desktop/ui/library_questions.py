"""Show the questions that found nothing, as a list of what a clinic could add next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from medbot_desktop.ui.amounts import local_moment
from medbot_desktop.ui.flow_row import FlowRow
from medbot_desktop.ui.parts import words
from medbot_desktop.ui.table import Column, Table, TableModel
from medbot_desktop.ui.theme import Appearance

if TYPE_CHECKING:
    from medbot_desktop.memory.unanswered import UnansweredQuestion

_ABOUT = "Nothing in the libraries answered these. Documents that do are what to add next."
_NONE = "Every question so far has found something."


class QuestionsTab(QWidget):
    """Questions that found nothing.

    Signals:
        dismissal_wanted: a question, in its own words, is to be taken off the list.
        search_wanted: the libraries are to be searched with it.
    """

    dismissal_wanted = Signal(str)
    search_wanted = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = appearance.theme.sizes.unit
        columns: list[Column[UnansweredQuestion]] = [
            Column("Question", lambda question: question.text, 42),
            Column("Asked", lambda question: _times(question.count), 10),
            Column("Last asked", lambda question: local_moment(question.last_asked)),
        ]
        self.about = words(_NONE)
        self.table = Table(appearance, TableModel(columns, self), "Questions that found nothing", is_whole=False)
        self.search_button = QPushButton("Search again")
        self.dismiss_button = QPushButton("Dismiss")
        self._may_change = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addWidget(self.about)
        column.addWidget(self.table, 1)
        column.addLayout(FlowRow(unit, self.search_button, self.dismiss_button))
        self.table.chosen_changed.connect(self.settle)
        self.dismiss_button.clicked.connect(lambda: self._pass_on(self.dismissal_wanted))
        self.search_button.clicked.connect(lambda: self._pass_on(self.search_wanted))
        self.settle()

    def show_questions(self, questions: Sequence[UnansweredQuestion]) -> None:
        """List these."""
        self.table.rows.show(questions)
        self.about.setText(_ABOUT if questions else _NONE)
        self.settle()

    def allow_changes(self, may_change: bool) -> None:
        """Offer to dismiss a question only where that is allowed."""
        self._may_change = may_change
        self.settle()

    def settle(self) -> None:
        """Offer what may be done with the chosen question."""
        is_chosen = self.table.chosen is not None
        self.search_button.setEnabled(is_chosen)
        self.dismiss_button.setEnabled(is_chosen)
        self.dismiss_button.setVisible(self._may_change)

    def _pass_on(self, signal: SignalInstance) -> None:
        question = self.table.chosen
        if question is not None:
            signal.emit(question.text)


def _times(count: int) -> str:
    return {1: "Once", 2: "Twice"}.get(count, f"{count:,} times")
