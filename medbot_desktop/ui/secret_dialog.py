"""Show a secret once, large enough to be written down, and let go of it when the dialog closes."""

from __future__ import annotations

import hashlib

from PySide6.QtCore import QMimeData, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from medbot_desktop.ui.confirm_dialog import DIALOG_STEPS, fit
from medbot_desktop.ui.icons import icon
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.theme import Appearance

_COPY_LASTS_MS = 60_000


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
