"""Say that the rest of the program is still loading, or why it could not load, without being in the way."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from medbot_desktop.domain import Failed
from medbot_desktop.ui.parts import words
from medbot_desktop.ui.theme import Appearance


class StatusStrip(QWidget):
    """One line above the talk, there only while it has something to say."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sizes = appearance.theme.sizes
        self.words = words("Getting ready. You can type already.", "small")
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(10 * sizes.unit)
        self._bar.setAccessibleName("Getting ready")
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * sizes.unit, 2 * sizes.unit, 3 * sizes.unit, 0)
        row.setSpacing(2 * sizes.unit)
        row.addWidget(self._bar)
        row.addWidget(self.words, 1)

    def show_failure(self, failure: Failed) -> None:
        """Say in plain words what did not work."""
        self._bar.hide()
        self.words.setObjectName("danger")
        self.words.style().polish(self.words)
        self.words.setText(" ".join(part for part in (failure.message, failure.hint) if part))
        self.show()
