"""Offer the likely answers to a question that the assistant asks, as real buttons above the field."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from medbot_desktop.ui.flow_row import FlowRow
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.theme import Appearance

_WHY = "Why this is asked:"


class QuickReplies(QWidget):
    """The question, why it is asked, and a row of answers, on further lines where the window is narrow.

    The question stands here too, since above it may be out of sight below a long answer.

    Args:
        appearance: the look that is on.
        after: what the Tab key leads to before the answers; what is made last would come last.
        parent: the page.

    Signals:
        chosen: the answer that was pressed.
    """

    chosen = Signal(str)

    def __init__(self, appearance: Appearance, after: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._after = after
        self._row = FlowRow(appearance.theme.sizes.unit)
        self.question = words("", "strong")
        self.why = words("", "small")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(appearance.theme.sizes.unit)
        column.addWidget(self.question)
        column.addWidget(self.why)
        column.addLayout(self._row)
        self.setAccessibleName("Answers to the question")
        self.buttons: list[QPushButton] = []
        self.hide()

    def offer(self, options: Sequence[str], question: str = "", why: str = "") -> None:
        """Show these answers to a question, and why it is asked; with none all go away."""
        self.question.setText(shown(question))
        self.question.setVisible(bool(question))
        self.why.setText(shown(f"{_WHY} {why}") if why else "")
        self.why.setVisible(bool(why))
        if [button.text() for button in self.buttons] != list(options):
            for old in self.buttons:
                self._row.removeWidget(old)
                old.deleteLater()
            self.buttons = []
            before = self._after
            for option in options:
                button = named(QPushButton(option), "reply")
                button.setAccessibleName(f"Answer: {option}")
                button.clicked.connect(lambda _=False, text=option: self.chosen.emit(text))
                self._row.addWidget(button)
                self.buttons.append(button)
                QWidget.setTabOrder(before, button)
                before = button
        for button in self.buttons:
            button.setAccessibleDescription(shown(" ".join(part for part in (question, why) if part)))
        self.setVisible(bool(self.buttons))
