"""Welcome a person before anything was said: what MedBot is, and questions to begin with."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from medbot_desktop.ui.icons import picture
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.theme import Appearance, Theme

_OFFERED = 6


class EmptyPage(QScrollArea):
    """The page of a conversation that has not begun.

    Signals:
        asked: a sample question was pressed.
    """

    asked = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sizes = appearance.theme.sizes
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._mark = QLabel()
        self._samples_title = words("You could ask", "strong")
        self.buttons: list[QPushButton] = []
        self._samples = QVBoxLayout()
        self._samples.setSpacing(sizes.unit)
        column = QWidget()
        column.setMaximumWidth(sizes.reading)
        inside = QVBoxLayout(column)
        inside.setContentsMargins(0, 2 * sizes.unit, 0, 2 * sizes.unit)
        inside.setSpacing(sizes.unit)
        about = words(
            "Answers come only from MedBot's health library, and each one shows where it comes from. "
            "Nothing you type leaves this computer.",
        )
        inside.addStretch(2)
        inside.addWidget(self._mark)
        inside.addSpacing(sizes.unit)
        inside.addWidget(words("Hello. How can I help?", "title"))
        inside.addWidget(about)
        inside.addSpacing(3 * sizes.unit)
        inside.addWidget(self._samples_title)
        inside.addLayout(self._samples)
        inside.addStretch(3)
        page = QWidget()
        around = QHBoxLayout(page)
        around.setContentsMargins(3 * sizes.unit, 0, 3 * sizes.unit + sizes.scrollbar, 0)
        around.addStretch(1)
        around.addWidget(column, 1000)
        around.addStretch(1)
        self.setWidget(page)
        self._samples_title.hide()
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)

    def offer(self, questions: Sequence[str]) -> None:
        """Show sample questions as buttons."""
        for old in self.buttons:
            old.deleteLater()
        self.buttons = []
        for question in questions[:_OFFERED]:
            button = named(QPushButton(question), "sample")
            button.setAccessibleName(f"Ask: {question}")
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(lambda _=False, text=question: self.asked.emit(text))
            self._samples.addWidget(button)
            self.buttons.append(button)
        self._samples_title.setVisible(bool(self.buttons))

    def _use_theme(self, theme: Theme) -> None:
        self._mark.setPixmap(picture(theme, "mark", "accent", "on_accent", theme.sizes.mark_pixels))
