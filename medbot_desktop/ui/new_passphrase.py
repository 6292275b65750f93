"""Let a person choose a passphrase: twice, with a line that says how strong it is, and in sight if they wish."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from medbot_desktop.domain import Failed
from medbot_desktop.errors import PassphraseError
from medbot_desktop.ui.form import Labelled, text_field
from medbot_desktop.ui.parts import words
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.vault.passphrase import check_new, strength


class NewPassphrase(QWidget):
    """Two fields that must say the same.

    Args:
        appearance: the look that is on.
        others: further fields whose letters are shown and hidden together with these.

    Signals:
        submitted: the Enter key was pressed in the second field.
    """

    submitted = Signal()

    def __init__(
        self, appearance: Appearance, others: tuple[QLineEdit, ...] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        unit = appearance.theme.sizes.unit
        self.first = text_field("New passphrase", is_secret=True)
        self.second = text_field("New passphrase again", is_secret=True)
        self.strength = words("At least 8 characters. Four or more words are strong.", "small")
        self._about_none = self.strength.text()
        self.in_sight = QCheckBox("Show what I type")
        self._fields = (*others, self.first, self.second)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addWidget(Labelled("New passphrase", self.first, unit))
        column.addWidget(self.strength)
        column.addWidget(Labelled("The same again", self.second, unit))
        column.addWidget(self.in_sight)
        self.first.textChanged.connect(self._judge)
        self.first.returnPressed.connect(self.second.setFocus)
        self.second.returnPressed.connect(self.submitted)
        self.in_sight.toggled.connect(self._show)

    @property
    def chosen(self) -> str:
        """What was typed."""
        return self.first.text()

    def problem(self) -> Failed | None:
        """Why what was typed cannot be a passphrase; the keyboard is put where it is to be mended."""
        try:
            check_new(self.first.text())
        except PassphraseError as error:
            self.first.setFocus()
            return Failed(error.message, error.hint)
        if self.first.text() != self.second.text():
            self.second.setFocus()
            return Failed("The two passphrases are not the same.", "Type the same one twice.")
        return None

    def forget(self) -> None:
        """Let go of what was typed."""
        for field in self._fields:
            field.setText("")
        self.in_sight.setChecked(False)

    def _judge(self, typed: str) -> None:
        self.strength.setText(strength(typed).advice if typed else self._about_none)

    def _show(self, is_in_sight: bool) -> None:
        for field in self._fields:
            field.setEchoMode(QLineEdit.EchoMode.Normal if is_in_sight else QLineEdit.EchoMode.Password)
