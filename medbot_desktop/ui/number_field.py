"""Let a whole number be typed, with its unit behind it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QSpinBox, QWidget

from medbot_desktop.ui.parts import named
from medbot_desktop.ui.theme import Appearance


class NumberField(QSpinBox):
    """A number between two limits; the arrow keys change it, the wheel only where the keyboard is.

    Args:
        appearance: the look that is on.
        name: what a screen reader calls it.
        least: the smallest number.
        most: the largest number.
        one: what is counted.
        many: what several of them are called.
    """

    def __init__(
        self,
        appearance: Appearance,
        name: str,
        least: int,
        most: int,
        one: str,
        many: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        named(self, "number")
        self.setAccessibleName(name)
        self.setRange(least, most)
        self.valueChanged.connect(lambda number: self.setSuffix(f" {one if number == 1 else many}"))
        self.setSuffix(f" {one if least == 1 else many}")
        space = appearance.theme.sizes.unit
        self.lineEdit().setTextMargins(space, 0, space, 0)
        self.setGroupSeparatorShown(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Let the page scroll, unless the keyboard is here."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
