"""Show a new recovery key, group by group, as it is to be written down."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from medbot_desktop.ui.icons import icon
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.secret_dialog import copy_secret
from medbot_desktop.ui.theme import Appearance, Theme
from medbot_desktop.vault.recovery_key import GROUPS

_A_ROW = 4


class RecoveryGroups(QWidget):
    """The groups of a recovery key with their numbers, and a way to copy it.

    Args:
        appearance: the look that is on.
    """

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = appearance.theme.sizes.unit
        self._key = ""
        self.groups: list[QLabel] = []
        grid = QGridLayout()
        grid.setHorizontalSpacing(unit)
        grid.setVerticalSpacing(unit // 2)
        for place in range(GROUPS):
            group = named(QLabel(), "recoveryGroup")
            group.setTextFormat(Qt.TextFormat.PlainText)
            number = words(str(place + 1), "small")
            for row, label in enumerate((number, group)):
                label.setAlignment(Qt.AlignmentFlag.AlignCenter)
                grid.addWidget(label, place // _A_ROW * 2 + row, place % _A_ROW)
            self.groups.append(group)
        self.copy_button = QPushButton("Copy")
        self.copied = words("", "small")
        self.copy_button.clicked.connect(self._copy)
        below = QHBoxLayout()
        below.setSpacing(unit)
        below.addWidget(self.copy_button)
        below.addWidget(self.copied, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * unit)
        column.addLayout(grid)
        column.addLayout(below)
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)

    def show_key(self, key: str) -> None:
        """Show a key, its groups with dashes between them."""
        self._key = key
        self.copied.clear()
        for number, (label, group) in enumerate(zip(self.groups, key.split("-"), strict=True), start=1):
            label.setText(group)
            label.setAccessibleName(f"Group {number}: {' '.join(group)}")

    def forget(self) -> None:
        """Let go of the key, also on the clipboard."""
        clipboard = QGuiApplication.clipboard()
        if self._key and clipboard.text() == self._key:
            clipboard.clear()
        self._key = ""
        for label in self.groups:
            label.clear()
            label.setAccessibleName("")

    def _copy(self) -> None:
        copy_secret(self._key)
        self.copied.setText("Copied. It leaves the clipboard after a minute.")

    def _use_theme(self, theme: Theme) -> None:
        self.copy_button.setIcon(icon(theme, "copy"))
