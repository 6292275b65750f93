"""Let an administrator choose a role, with one sentence of what each may do."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from medbot_desktop.ui.parts import words
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.vault.roles import PERMISSIONS, Permission, Role

CHOSEN_BY_PEOPLE = (Role.FRONT_DESK, Role.CLINICIAN, Role.ADMINISTRATOR)
"""The roles of people, the one that may least first; a kiosk is added in a way of its own."""


def role_words(role: Role) -> str:
    """The name of a role as it stands at the start of a line."""
    return role.words.capitalize()


def allowed(role: Role) -> str:
    """One sentence of what a role may do, in the words of the table of permissions."""
    does = [permission.words for permission in Permission if permission in PERMISSIONS[role]]
    if len(does) == len(Permission):
        return "May do everything: also manage accounts, change the settings, erase records and restore a backup."
    return f"May {', '.join(does[:-1])}{' and ' if len(does) > 1 else ''}{does[-1]}."


class RoleChoice(QWidget):
    """One button for each role that a person can have."""

    def __init__(self, appearance: Appearance, chosen: Role, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sizes = appearance.theme.sizes
        self.buttons: dict[Role, QRadioButton] = {}
        self._group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for role in CHOSEN_BY_PEOPLE:
            button = QRadioButton(role_words(role))
            button.setAccessibleDescription(allowed(role))
            about = words(allowed(role), "small")
            about.setContentsMargins(sizes.icon + 4 * sizes.unit, 0, 0, sizes.unit)
            self._group.addButton(button)
            self.buttons[role] = button
            column.addWidget(button)
            column.addWidget(about)
        self.choose(chosen)

    @property
    def chosen(self) -> Role:
        """The role that is chosen."""
        return next(role for role, button in self.buttons.items() if button.isChecked())

    def choose(self, role: Role) -> None:
        """Choose a role."""
        self.buttons[role].setChecked(True)
