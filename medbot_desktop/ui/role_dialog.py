"""Ask which role an account shall have from now on."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from medbot_desktop.ui.confirm_dialog import DIALOG_STEPS, fit
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.role_choice import RoleChoice
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.vault.roles import Account


class RoleDialog(QDialog):
    """The dialog; its answer is what ``role`` has chosen once it is accepted.

    Args:
        appearance: the look that is on.
        account: whose role it is.
        parent: the page.
    """

    def __init__(self, appearance: Appearance, account: Account, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = appearance.theme.sizes.unit
        self.setObjectName("dialog")
        self.setWindowTitle("Change role")
        self.role = RoleChoice(appearance, account.role)
        self.change_button = named(QPushButton("Change the role"), "primary")
        self.cancel_button = QPushButton("Cancel")
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * unit, 3 * unit, 3 * unit, 3 * unit)
        column.setSpacing(unit)
        column.addWidget(words(f"The role of {account.name}", "heading"))
        column.addWidget(self.role)
        row = QHBoxLayout()
        row.setSpacing(unit)
        row.addStretch(1)
        for button in (self.cancel_button, self.change_button):
            button.setAutoDefault(False)
            row.addWidget(button)
        column.addLayout(row)
        self.cancel_button.clicked.connect(self.reject)
        self.change_button.clicked.connect(self.accept)
        self.role.buttons[account.role].setFocus()
        fit(self, DIALOG_STEPS * unit)
