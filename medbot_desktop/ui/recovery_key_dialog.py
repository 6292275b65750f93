"""Show a new recovery key once, and make sure that it was written down before the dialog ends."""

from __future__ import annotations

import secrets

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from medbot_desktop.errors import PassphraseError
from medbot_desktop.ui.confirm_dialog import DIALOG_STEPS, fit
from medbot_desktop.ui.flow_row import FlowRow
from medbot_desktop.ui.form import FailureLine, Labelled, text_field
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.recovery_groups import RecoveryGroups
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.vault.recovery_key import GROUPS, parse_recovery_key

_CHECKED_GROUPS = 2
_ABOUT = (
    "Write it on paper and keep it in a safe place. If every passphrase is forgotten, it is the only way into the "
    "vault. It is shown this once, and the one before it opens nothing any more."
)
_ABOUT_CHECK = "To be sure that nothing was misread, type two of its groups from the paper."


class RecoveryKeyDialog(QDialog):
    """The dialog: first it shows the key, then it asks for two groups; it is accepted once they are right.

    Args:
        appearance: the look that is on.
        key: the recovery key.
        parent: the page.

    Attributes:
        asked: the places of the two groups, from 0, in the order of `fields`.
    """

    def __init__(self, appearance: Appearance, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.setObjectName("dialog")
        self.setWindowTitle("The new recovery key")
        self.about = words("")
        self.groups = RecoveryGroups(appearance)
        self.groups.show_key(key)
        self.asked = tuple(sorted(secrets.SystemRandom().sample(range(GROUPS), _CHECKED_GROUPS)))
        self.fields = tuple(text_field(f"Group {place + 1}") for place in self.asked)
        self.failure = FailureLine()
        self.later_button = QPushButton("I cannot write it down now")
        self.again_button = QPushButton("Show the key again")
        self.written_button = named(QPushButton("It is written down"), "primary")
        self.done_button = named(QPushButton("Done"), "primary")
        self._check = QWidget()
        self._arrange(appearance.theme.sizes.unit)
        self.later_button.clicked.connect(self.reject)
        self.again_button.clicked.connect(self._show_key)
        self.written_button.clicked.connect(self._ask)
        self.done_button.clicked.connect(self._compare)
        self.finished.connect(self._forget)
        self._show_key()
        fit(self, DIALOG_STEPS * appearance.theme.sizes.unit)

    def _arrange(self, unit: int) -> None:
        asked = QHBoxLayout(self._check)
        asked.setContentsMargins(0, 0, 0, 0)
        asked.setSpacing(2 * unit)
        for field in self.fields:
            asked.addWidget(Labelled(field.accessibleName(), field, unit))
            field.returnPressed.connect(self._compare)
        buttons = (self.later_button, self.again_button, self.written_button, self.done_button)
        for button in buttons:
            button.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * unit, 3 * unit, 3 * unit, 3 * unit)
        column.setSpacing(unit)
        column.addWidget(words("The new recovery key", "heading"))
        for part in (self.about, self.groups, self._check, self.failure):
            column.addWidget(part)
        column.addStretch(1)
        column.addSpacing(unit)
        column.addLayout(FlowRow(unit, *buttons))

    def _show_key(self) -> None:
        self._use_step(is_check=False)
        self.written_button.setFocus()

    def _ask(self) -> None:
        self._use_step(is_check=True)
        self.fields[0].setFocus()

    def _use_step(self, is_check: bool) -> None:
        self.about.setText(_ABOUT_CHECK if is_check else _ABOUT)
        self.failure.clear()
        for part in (self._check, self.again_button, self.done_button):
            part.setVisible(is_check)
        for part in (self.groups, self.later_button, self.written_button):
            part.setVisible(not is_check)

    def _compare(self) -> None:
        for place, field in zip(self.asked, self.fields, strict=True):
            if not _is_group(self._key, place, field.text()):
                self.failure.tell(f"Group {place + 1} is not as the key has it.", "Compare it with the paper.")
                field.selectAll()
                field.setFocus()
                return
        self.accept()

    def _forget(self) -> None:
        self._key = ""
        self.groups.forget()
        for field in self.fields:
            field.setText("")


def _is_group(key: str, place: int, typed: str) -> bool:
    groups = key.split("-")
    groups[place] = typed
    try:
        return parse_recovery_key("-".join(groups)) == key
    except PassphraseError:
        return False
