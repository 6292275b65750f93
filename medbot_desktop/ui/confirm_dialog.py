"""Ask before something is done that cannot be taken back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from medbot_desktop.text import name_key
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.theme import Appearance

DIALOG_STEPS = 64
"""How many steps of the grid a dialog is wide."""


class ConfirmDialog(QDialog):
    """The dialog; it is accepted once the person has said so, and where a name is asked for, has typed it.

    Args:
        appearance: the look that is on.
        question: what is asked.
        facts: what will happen, a sentence each.
        action: what the button says that does it.
        typed_name: a name that must be typed first; empty for none.
        parent: the page.
    """

    def __init__(
        self,
        appearance: Appearance,
        question: str,
        facts: Sequence[str],
        action: str,
        typed_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        unit = appearance.theme.sizes.unit
        typed_name = self._typed_name = _typeable(typed_name)
        self.setObjectName("dialog")
        self.setWindowTitle(question)
        self.field = named(QLineEdit(), "field")
        self.field.setAccessibleName("The name, to confirm")
        self.field.setVisible(bool(typed_name))
        self.action_button = named(QPushButton(action), "grave")
        self.cancel_button = QPushButton("Cancel")
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * unit, 3 * unit, 3 * unit, 3 * unit)
        column.setSpacing(unit)
        column.addWidget(words(question, "heading"))
        for fact in facts:
            column.addWidget(words(fact))
        if typed_name:
            column.addSpacing(unit)
            column.addWidget(words(f"Type the name to confirm: {typed_name}", "strong"))
            column.addWidget(self.field)
        row = QHBoxLayout()
        row.setSpacing(unit)
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.action_button)
        column.addSpacing(2 * unit)
        column.addLayout(row)
        for button in (self.cancel_button, self.action_button):
            button.setAutoDefault(False)
        self.cancel_button.clicked.connect(self.reject)
        self.action_button.clicked.connect(self.accept)
        self.field.textChanged.connect(self._use_typed)
        self._use_typed()
        (self.field if typed_name else self.cancel_button).setFocus()
        fit(self, DIALOG_STEPS * unit)

    def _use_typed(self) -> None:
        is_confirmed = not self._typed_name or name_key(_typeable(self.field.text())) == name_key(self._typed_name)
        self.action_button.setEnabled(is_confirmed)


def _typeable(name: str) -> str:
    """A name without marks that nobody sees and so nobody types."""
    return "".join(letter for letter in name if letter.isprintable())


def fit(dialog: QDialog, width: int) -> None:
    """Make a dialog so wide, and as high as its lines are then."""
    dialog.setMinimumWidth(width)
    layout = dialog.layout()
    if layout is not None:
        dialog.resize(width, layout.totalHeightForWidth(width))
