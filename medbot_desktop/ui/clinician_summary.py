"""Show the summary for the clinician, situation to recommendation, so that it can be read and taken along."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from medbot_desktop.assistant.skills import SUMMARY
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.theme import Theme

STEP = SUMMARY
"""The step of a turn whose detail is such a summary."""

_COPY, _COPIED = "Copy the summary", "Copied"
_COPIED_MS = 1500


class ClinicianSummary(QFrame):
    """The summary, a heading and its words for each line, and a button that copies it.

    Args:
        summary: lines such as ``Situation: Sore throat.`` (SBAR).
        theme: whose sizes to use.
        parent: the page.
    """

    def __init__(self, summary: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._summary = summary
        self.setObjectName("passage")
        self.setAccessibleName("Summary for the clinician")
        column = QVBoxLayout(self)
        pad = 2 * theme.sizes.unit
        column.setContentsMargins(pad, pad, pad, pad)
        column.setSpacing(theme.sizes.unit // 2)
        column.addWidget(words("Summary for the clinician", "strong"))
        for line in summary.splitlines():
            heading, _, said = line.partition(":")
            column.addSpacing(theme.sizes.unit // 2)
            column.addWidget(words(heading, "small"))
            column.addWidget(words(said.strip() or "Nothing was said.", selectable=True))
        self.copy_button = named(QPushButton(_COPY), "link")
        self.copy_button.clicked.connect(self.copy)
        column.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(_COPIED_MS)
        self._resting.timeout.connect(lambda: self.copy_button.setText(_COPY))

    def copy(self) -> None:
        """Put the summary on the clipboard."""
        QGuiApplication.clipboard().setText(self._summary)
        self.copy_button.setText(_COPIED)
        self._resting.start()
