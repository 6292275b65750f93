"""Offer the likely answers to a question that the assistant asks, as real buttons above the field."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from medbot_desktop.ui.parts import named
from medbot_desktop.ui.theme import Appearance


class QuickReplies(QWidget):
    """A row of answers.

    Signals:
        chosen: the answer that was pressed.
    """

    chosen = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(appearance.theme.sizes.unit)
        self._row.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.buttons: list[QPushButton] = []
        self.hide()

    def offer(self, options: Sequence[str]) -> None:
        """Show these answers; with none the row goes away."""
        if [button.text() for button in self.buttons] != list(options):
            for old in self.buttons:
                old.deleteLater()
            self.buttons = []
            for option in options:
                button = named(QPushButton(option), "reply")
                button.setAccessibleName(f"Answer: {option}")
                button.clicked.connect(lambda _=False, text=option: self.chosen.emit(text))
                self._row.addWidget(button)
                self.buttons.append(button)
        self.setVisible(bool(self.buttons))
