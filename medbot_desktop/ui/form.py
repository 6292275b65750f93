"""Build forms in the middle of the window: a title, labelled fields, one failure, buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from medbot_desktop.ui.parts import named
from medbot_desktop.ui.theme import Appearance

_LONGEST_SECRET = 1_000_000
"""More than a passphrase may have, so that one that is too long is refused as a whole and never cut in silence."""


def text_field(name: str, is_secret: bool = False) -> QLineEdit:
    """A line to type in, named for a screen reader.

    Args:
        name: what it is for.
        is_secret: whether dots stand for the letters.
    """
    field = named(QLineEdit(), "field")
    field.setAccessibleName(name)
    if is_secret:
        field.setMaxLength(_LONGEST_SECRET)
        field.setEchoMode(QLineEdit.EchoMode.Password)
        field.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhNoPredictiveText)
    return field


class Labelled(QWidget):
    """A field below its label; hidden and shown as one.

    Args:
        label: what it says.
        field: what it stands above.
        unit: a step of the grid in pixels.
        look: the name under which the style sheet knows the label.
    """

    def __init__(
        self, label: str, field: QWidget, unit: int, parent: QWidget | None = None, look: str = "strong"
    ) -> None:
        super().__init__(parent)
        self.label = QLabel(label)
        self.label.setObjectName(look)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setBuddy(field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit // 2)
        column.addWidget(self.label)
        column.addWidget(field)


class FailureLine(QLabel):
    """One sentence about what did not work; takes no room while there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("danger")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.hide()

    def tell(self, message: str, hint: str = "") -> None:
        """Show a sentence and a hint, and let a screen reader say them."""
        text = f"{message} {hint}".strip()
        self.setText(text)
        self.setVisible(bool(text))
        if text:
            announcement = QAccessibleAnnouncementEvent(self, text)
            announcement.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
            QAccessible.updateAccessibility(announcement)

    def clear(self) -> None:
        """Say nothing."""
        self.tell("")


class CentredForm(QScrollArea):
    """A page with one column of things in its middle.

    Args:
        appearance: the look that is on.
    """

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.unit = unit = appearance.theme.sizes.unit
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QWidget()
        column.setMaximumWidth(appearance.theme.sizes.reading * 2 // 3)
        self.column = QVBoxLayout(column)
        self.column.setContentsMargins(0, 4 * unit, 0, 4 * unit)
        self.column.setSpacing(2 * unit)
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(4 * unit, 0, 4 * unit, 0)
        row.addStretch(1)
        row.addWidget(column, 1000)
        row.addStretch(1)
        self.setWidget(page)

    def add(self, *widgets: QWidget) -> None:
        """Put widgets below what is there."""
        for widget in widgets:
            self.column.addWidget(widget)

    def add_row(self, buttons: Sequence[QPushButton]) -> None:
        """Put buttons beside each other, at the right."""
        row = QHBoxLayout()
        row.setSpacing(self.unit)
        row.addStretch(1)
        for button in buttons:
            row.addWidget(button)
        self.column.addLayout(row)
