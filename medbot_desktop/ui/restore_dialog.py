"""Say what restoring a backup does, and ask for what opens it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from medbot_desktop.domain import Failed
from medbot_desktop.ui.confirm_dialog import DIALOG_STEPS, fit
from medbot_desktop.ui.form import FailureLine, Labelled, text_field
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.theme import Appearance

_FACTS = (
    "The vault as it was then takes the place of the vault as it is now. What was kept since then is not in it.",
    "Nothing is overwritten: the vault as it is now is set aside in a folder beside it, whose name you are told.",
    "Type what opened the vault at that time, even if it was changed since.",
)
_FACTS_ALONE = (
    "The vault as it was then comes to this computer. What was kept after that is not in it.",
    "Type what opened the vault at that time, even if it was changed since.",
)


@dataclass(frozen=True, slots=True)
class Restoration:
    """What is to be restored, and with what it opens.

    Attributes:
        file: the backup.
        account: whose passphrase it is.
        secret: the passphrase, or the recovery key.
        by_recovery_key: which of them it is.
        other_vault: whether the backup may be of another vault.
    """

    file: Path
    account: str
    secret: str = field(repr=False)
    by_recovery_key: bool = False
    other_vault: bool = False


class RestoreDialog(QDialog):
    """The dialog; ``restoration`` says what was chosen.

    Args:
        appearance: the look that is on.
        file: the backup.
        when: when it was made, in words.
        account: who asks.
        is_other: whether the backup is of another vault than the one that is here.
        parent: the page.
        is_new: whether there is no vault here yet.

    Signals:
        tried: everything that is needed was typed, as a ``Restoration``; whoever hears it checks it, and then accepts
            the dialog or calls `tell`.
    """

    tried = Signal(object)

    def __init__(
        self,
        appearance: Appearance,
        file: Path,
        when: str,
        account: str,
        is_other: bool,
        parent: QWidget | None = None,
        is_new: bool = False,
    ) -> None:
        super().__init__(parent)
        self._unit = unit = appearance.theme.sizes.unit
        self._file = file
        self.setObjectName("dialog")
        self.setWindowTitle("Restore a backup")
        self.by_passphrase = QRadioButton("With an account and its passphrase")
        self.by_recovery_key = QRadioButton("With the recovery key")
        self.account = text_field("Account")
        self.account.setText(account)
        self.passphrase = text_field("Passphrase", is_secret=True)
        self.recovery_key = text_field("Recovery key")
        self.in_sight = QCheckBox("Show what I type")
        self.other = QCheckBox("It is of another vault, and shall take the place of this one")
        self.other.setVisible(is_other)
        self.failure = FailureLine()
        self.restore_button = named(QPushButton("Restore it"), "grave")
        self.cancel_button = QPushButton("Cancel")
        self._of_passphrase = [
            Labelled("Account", self.account, unit),
            Labelled("Passphrase", self.passphrase, unit),
            self.in_sight,
        ]
        self._of_key = Labelled("Recovery key", self.recovery_key, unit)
        self._arrange(f"Restore the backup of {when}?", _FACTS_ALONE if is_new else _FACTS)
        self._connect()
        self.by_passphrase.setChecked(True)
        self.passphrase.setFocus()
        fit(self, DIALOG_STEPS * unit)

    @property
    def restoration(self) -> Restoration:
        """What was chosen."""
        by_key = self.by_recovery_key.isChecked()
        secret = self.recovery_key.text() if by_key else self.passphrase.text()
        return Restoration(self._file, self.account.text().strip(), secret, by_key, self.other.isChecked())

    def _arrange(self, question: str, facts: Sequence[str]) -> None:
        unit = self._unit
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * unit, 3 * unit, 3 * unit, 3 * unit)
        column.setSpacing(unit)
        column.addWidget(words(question, "heading"))
        for fact in facts:
            column.addWidget(words(fact))
        self._ways = QButtonGroup(self)
        for way in (self.by_passphrase, self.by_recovery_key):
            self._ways.addButton(way)
            column.addWidget(way)
        for part in (*self._of_passphrase, self._of_key, self.other, self.failure):
            column.addWidget(part)
        row = QHBoxLayout()
        row.setSpacing(unit)
        row.addStretch(1)
        for button in (self.cancel_button, self.restore_button):
            button.setAutoDefault(False)
            row.addWidget(button)
        column.addStretch(1)
        column.addLayout(row)

    def _connect(self) -> None:
        self.by_passphrase.toggled.connect(self._use_way)
        self.in_sight.toggled.connect(self._show)
        self.cancel_button.clicked.connect(self.reject)
        self.restore_button.clicked.connect(self._try)
        for line in (self.passphrase, self.recovery_key):
            line.returnPressed.connect(self._try)
        self.finished.connect(self._forget)
        self._of_key.hide()

    def _use_way(self, by_passphrase: bool) -> None:
        for part in self._of_passphrase:
            part.setVisible(by_passphrase)
        self._of_key.setVisible(not by_passphrase)

    def _show(self, is_in_sight: bool) -> None:
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Normal if is_in_sight else QLineEdit.EchoMode.Password)

    def _try(self) -> None:
        self.failure.clear()
        if not self.restoration.secret:
            self.tell(Failed("What opens the backup is missing.", "Type it first."))
        elif not self.other.isHidden() and not self.other.isChecked():
            self.tell(Failed("This backup is of another vault.", "Say that it shall take this vault's place."))
        elif self.restore_button.isEnabled():
            self.restore_button.setEnabled(False)
            self.tried.emit(self.restoration)

    def tell(self, failure: Failed) -> None:
        """Say why that does not open the backup, and let it be tried again."""
        self.restore_button.setEnabled(True)
        self.failure.tell(failure.message, failure.hint)
        fit(self, DIALOG_STEPS * self._unit)
        line = self.recovery_key if self.by_recovery_key.isChecked() else self.passphrase
        line.selectAll()
        line.setFocus()

    def _forget(self) -> None:
        for line in (self.passphrase, self.recovery_key):
            line.setText("")
