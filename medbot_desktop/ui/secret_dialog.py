"""Show a secret once, large enough to be written down, and let go of it when the dialog closes."""

from __future__ import annotations

import hashlib
import secrets

from PySide6.QtCore import QMimeData, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from medbot_desktop.errors import PassphraseError
from medbot_desktop.ui.confirm_dialog import DIALOG_STEPS, fit
from medbot_desktop.ui.form import FailureLine, Labelled, text_field
from medbot_desktop.ui.icons import icon
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.vault.recovery_key import parse_recovery_key

_COPY_LASTS_MS = 60_000
_A_ROW = 4
_CHECKED_GROUPS = 2


class SecretDialog(QDialog):
    """A one-time passphrase, for somebody who is told it now.

    Args:
        appearance: the look that is on.
        title: whose it is.
        about: what they do with it.
        secret: groups with dashes between them.
        parent: the page.
    """

    def __init__(
        self, appearance: Appearance, title: str, about: str, secret: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._unit = unit = appearance.theme.sizes.unit
        self._secret = secret
        self.setObjectName("dialog")
        self.setWindowTitle(title)
        self.secret = named(QLabel(secret), "recoveryGroup")
        self.secret.setTextFormat(Qt.TextFormat.PlainText)
        self.secret.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.secret.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.copy_button = QPushButton("Copy")
        self.copy_button.setIcon(icon(appearance.theme, "copy"))
        self.copied = words("", "small")
        self.done_button = named(QPushButton("I have passed it on"), "primary")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(3 * unit, 3 * unit, 3 * unit, 3 * unit)
        self.column.setSpacing(unit)
        self.column.addWidget(words(title, "heading"))
        self.column.addWidget(words(about))
        self.column.addSpacing(unit)
        self.column.addWidget(self.secret)
        self._end(self.copied, [self.copy_button], self.done_button)
        self.copy_button.clicked.connect(self._copy)
        self.done_button.clicked.connect(self.accept)
        self.finished.connect(self._forget)
        self.done_button.setFocus()

    def _end(self, told: QLabel, others: list[QPushButton], last: QPushButton) -> None:
        row = QHBoxLayout()
        row.setSpacing(self._unit)
        for button in others:
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(last)
        for button in (*others, last):
            button.setAutoDefault(False)
        self.column.addWidget(told)
        self.column.addSpacing(self._unit)
        self.column.addLayout(row)
        fit(self, DIALOG_STEPS * self._unit)

    def _copy(self) -> None:
        copy_secret(self._secret)
        self.copied.setText("Copied. It leaves the clipboard after a minute.")

    def _forget(self) -> None:
        self._secret = ""
        self.secret.clear()


class RecoveryKeyDialog(QDialog):
    """A new recovery key; the dialog is accepted once two of its groups were typed as they are.

    Args:
        appearance: the look that is on.
        key: the recovery key.
        parent: the page.
    """

    def __init__(self, appearance: Appearance, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = appearance.theme.sizes.unit
        self._key = key
        self.setObjectName("dialog")
        self.setWindowTitle("The new recovery key")
        self.groups = [_group(text) for text in key.split("-")]
        chosen = secrets.SystemRandom().sample(range(len(self.groups)), _CHECKED_GROUPS)
        self.asked = tuple(sorted(chosen))
        self.fields = tuple(text_field(f"Group {number + 1}") for number in self.asked)
        self.failure = FailureLine()
        self.later_button = QPushButton("I cannot write it down now")
        self.done_button = named(QPushButton("It is written down"), "primary")
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * unit, 3 * unit, 3 * unit, 3 * unit)
        column.setSpacing(unit)
        column.addWidget(words("The new recovery key", "heading"))
        column.addWidget(
            words(
                "Write it on paper and keep it in a safe place. If every passphrase is forgotten, it is the only way "
                "into the vault. It is shown this once, and the one before it opens nothing any more."
            )
        )
        column.addSpacing(unit)
        column.addLayout(_grid(self.groups, unit))
        column.addSpacing(unit)
        column.addWidget(words("To be sure that it was written down, type two of its groups from the paper.", "strong"))
        asked = QHBoxLayout()
        asked.setSpacing(2 * unit)
        for field in self.fields:
            asked.addWidget(Labelled(field.accessibleName(), field, unit))
            field.returnPressed.connect(self._check)
        column.addLayout(asked)
        column.addWidget(self.failure)
        row = QHBoxLayout()
        row.setSpacing(unit)
        row.addStretch(1)
        for button in (self.later_button, self.done_button):
            button.setAutoDefault(False)
            row.addWidget(button)
        column.addSpacing(unit)
        column.addLayout(row)
        self.later_button.clicked.connect(self.reject)
        self.done_button.clicked.connect(self._check)
        self.finished.connect(self._forget)
        self.fields[0].setFocus()
        fit(self, DIALOG_STEPS * unit)

    def _check(self) -> None:
        for number, field in zip(self.asked, self.fields, strict=True):
            if not _is_group(self._key, number, field.text()):
                self.failure.tell(f"Group {number + 1} is not as the key shows it.", "Compare it with the paper.")
                field.selectAll()
                field.setFocus()
                return
        self.accept()

    def _forget(self) -> None:
        self._key = ""
        for group in self.groups:
            group.clear()
        for field in self.fields:
            field.setText("")


def copy_secret(secret: str) -> None:
    """Put a secret on the clipboard for a minute, and ask programs that keep a history not to keep this."""
    content = QMimeData()
    content.setText(secret)
    content.setData("x-kde-passwordManagerHint", b"secret")
    content.setData("application/x-nspasteboard-concealed-type", secret.encode())
    content.setData('application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"', b"1")
    clipboard = QGuiApplication.clipboard()
    clipboard.setMimeData(content)

    copied = _digest(secret)  # so that the secret itself is not held for that minute

    def clear() -> None:
        if _digest(clipboard.text()) == copied:
            clipboard.clear()

    QTimer.singleShot(_COPY_LASTS_MS, clear)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _is_group(key: str, number: int, typed: str) -> bool:
    groups = key.split("-")
    groups[number] = typed
    try:
        return parse_recovery_key("-".join(groups)) == key
    except PassphraseError:
        return False


def _group(text: str) -> QLabel:
    label = named(QLabel(text), "recoveryGroup")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label


def _grid(groups: list[QLabel], unit: int) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(unit)
    grid.setVerticalSpacing(unit // 2)
    for number, group in enumerate(groups):
        label = words(str(number + 1), "small")
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        grid.addWidget(label, number // _A_ROW * 2, number % _A_ROW)
        grid.addWidget(group, number // _A_ROW * 2 + 1, number % _A_ROW)
    return grid
