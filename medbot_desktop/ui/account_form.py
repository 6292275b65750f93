"""Ask what a new account needs: a name, a role, and how its owner comes by a passphrase."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QRadioButton, QVBoxLayout, QWidget

from medbot_desktop.domain import Failed
from medbot_desktop.ui.flow_row import FlowRow
from medbot_desktop.ui.form import FailureLine, Labelled, text_field
from medbot_desktop.ui.new_passphrase import NewPassphrase
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.role_choice import RoleChoice
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.vault.roles import Role

_LONGEST_NAME = 100


class AccountForm(QWidget):
    """The form; what was typed stays until `begin`.

    Signals:
        filled: name, ``Role``, and a passphrase or None for one that is made. cancelled: no account is wanted.
        refused: what was typed cannot be an account, and ``failure`` says why.
    """

    filled = Signal(str, object, object)
    cancelled = Signal()
    refused = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sizes = appearance.theme.sizes
        self.name = text_field("Name")
        self.name.setMaxLength(_LONGEST_NAME)
        self.role = RoleChoice(appearance, Role.FRONT_DESK)
        self.one_time = QRadioButton("Make one for a single use")
        self.about_one_time = words("They replace it when they sign in.", "small")
        self.about_one_time.setContentsMargins(sizes.icon + 4 * sizes.unit, 0, 0, sizes.unit)
        self.one_time.setAccessibleDescription(self.about_one_time.text())
        self.own = QRadioButton("They are here and choose it now")
        self.passphrase = NewPassphrase(appearance)
        self.failure = FailureLine()
        self.add_button = named(QPushButton("Add the account"), "primary")
        self.cancel_button = QPushButton("Cancel")
        self._ways = QButtonGroup(self)
        for way in (self.one_time, self.own):
            self._ways.addButton(way)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(sizes.unit)
        column.addWidget(words("Add an account", "heading"))
        name = Labelled("Name, which they type to sign in", self.name, sizes.unit)
        for narrow in (name, self.passphrase):
            narrow.setMaximumWidth(sizes.reading * 2 // 3)
        column.addWidget(name)
        column.addSpacing(sizes.unit)
        column.addWidget(words("Role", "strong"))
        column.addWidget(self.role)
        column.addWidget(words("Passphrase", "strong"))
        column.addWidget(self.one_time)
        column.addWidget(self.about_one_time)
        column.addWidget(self.own)
        column.addWidget(self.passphrase)
        column.addWidget(self.failure)
        column.addLayout(FlowRow(sizes.unit, self.add_button, self.cancel_button))
        column.addStretch(1)
        self.own.toggled.connect(self.passphrase.setVisible)
        self.name.returnPressed.connect(self._fill)
        self.passphrase.submitted.connect(self._fill)
        self.add_button.clicked.connect(self._fill)
        self.cancel_button.clicked.connect(self.cancelled)
        self.begin()

    def begin(self) -> None:
        """Start anew, with nothing typed."""
        self.name.setText("")
        self.role.choose(Role.FRONT_DESK)
        self.one_time.setChecked(True)
        self.passphrase.forget()
        self.passphrase.setVisible(False)
        self.failure.clear()

    def tell(self, failure: Failed) -> None:
        """Say why the account was not added."""
        self.failure.tell(failure.message, failure.hint)
        self.refused.emit()

    def _fill(self) -> None:
        self.failure.clear()
        name = " ".join(self.name.text().split())
        if not name:
            self.tell(Failed("The account needs a name.", "It can be a first name, or what the desk is called."))
            self.name.setFocus()
            return
        problem = self.passphrase.problem() if self.own.isChecked() else None
        if problem is not None:
            self.tell(problem)
            return
        self.filled.emit(name, self.role.chosen, self.passphrase.chosen if self.own.isChecked() else None)
