"""Show what was read in a picture beside it, to be corrected before any of it is used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from medbot_desktop.knowledge.pictures.picture_text import READS_ONLY, PictureText, Preview
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.plain_text import is_blank, shown
from medbot_desktop.ui.theme import Appearance

if TYPE_CHECKING:
    from medbot_desktop.understanding.labels import LabelMedicine

_STEPS = 96
"""How many steps of the grid the dialog is wide."""

_TEXT_STEPS = 30
"""How many steps of the grid the field is high at least."""

_LOOK_AFTER_MS = 400
"""Medicines are looked for again once nothing has been typed for so long."""


class PictureDialog(QDialog):
    """The dialog; it is accepted where the text is to be used.

    Args:
        appearance: the look that is on.
        picture: what was read.
        parent: the window.

    Attributes:
        edit: the text, which can be corrected.

    Signals:
        edited: the text as it is now, a moment after it was changed.
    """

    edited = Signal(str)

    def __init__(self, appearance: Appearance, picture: PictureText, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = appearance.theme.sizes.unit
        self.setObjectName("dialog")
        self.setWindowTitle("Text of the picture")
        self.preview = _preview(picture.preview, QSize(_STEPS // 3 * unit, _TEXT_STEPS * unit))
        self.edit = named(QPlainTextEdit(shown(picture.text)), "pictureText")
        self.edit.setAccessibleName("Text of the picture")
        self.edit.setAccessibleDescription("Correct what was read wrongly. Nothing is sent yet.")
        self.edit.setTabChangesFocus(True)
        self.edit.setMinimumHeight(_TEXT_STEPS * unit)
        self.medicines = words("Looking for medicines…", "strong")
        self.discard_button = QPushButton("Discard")
        self.use_button = named(QPushButton("Use this text"), "primary")
        self._look = QTimer(self, singleShot=True, interval=_LOOK_AFTER_MS)
        self._look.timeout.connect(lambda: self.edited.emit(self.text()))
        self._arrange(unit, picture)
        for button in (self.discard_button, self.use_button):
            button.setAutoDefault(False)
        self.discard_button.clicked.connect(self.reject)
        self.use_button.clicked.connect(self.accept)
        self.edit.textChanged.connect(self._on_edited)
        self.setMinimumWidth(_STEPS * unit)
        self.edit.setFocus()

    def text(self) -> str:
        """The text as it is now."""
        return self.edit.toPlainText()

    def show_medicines(self, medicines: Sequence[LabelMedicine]) -> None:
        """Say which medicines the text names."""
        found = ", ".join(shown(one.words) for one in medicines)
        self.medicines.setText(f"Recognised: {found}" if found else "No medicine was recognised in this text.")
        self.medicines.setAccessibleName(self.medicines.text())

    def _arrange(self, unit: int, picture: PictureText) -> None:
        told = QVBoxLayout()
        told.setSpacing(unit)
        told.addWidget(self.edit, 1)
        if picture.unsure:
            told.addWidget(words(f"Compare with the picture: {' · '.join(picture.unsure)}", "small"))
        if picture.frames > 1:
            told.addWidget(words(f"The file holds {picture.frames:,} pictures; the first one was read.", "small"))
        told.addWidget(self.medicines)
        both = QHBoxLayout()
        both.setSpacing(2 * unit)
        both.addWidget(self.preview, 0, Qt.AlignmentFlag.AlignTop)
        both.addLayout(told, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(unit)
        buttons.addStretch(1)
        buttons.addWidget(self.discard_button)
        buttons.addWidget(self.use_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * unit, 3 * unit, 3 * unit, 3 * unit)
        column.setSpacing(unit)
        column.addWidget(words("Is this what the picture says?", "heading"))
        column.addWidget(words("Correct it here. It goes into your message, and nothing is sent before you send it."))
        column.addSpacing(unit)
        column.addLayout(both, 1)
        column.addWidget(words(READS_ONLY, "small"))
        column.addSpacing(unit)
        column.addLayout(buttons)

    def _on_edited(self) -> None:
        self.use_button.setEnabled(not is_blank(self.text()))
        self._look.start()


def _preview(preview: Preview, most: QSize) -> QLabel:
    """The small copy, as large as there is room for it."""
    image = QImage(
        preview.pixels, preview.width, preview.height, 3 * preview.width, QImage.Format.Format_RGB888
    ).copy()  # else it would refer to bytes that may be gone
    label = QLabel()
    label.setPixmap(
        QPixmap.fromImage(image).scaled(
            most, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
    )
    label.setAccessibleName("The picture, upright")
    return label
