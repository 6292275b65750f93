"""Show a medicine's whole monograph, one click away from an answer about it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QTextEdit, QVBoxLayout, QWidget

from medbot_desktop.ui.answer_document import plain_document, write_lines
from medbot_desktop.ui.confirm_dialog import DIALOG_STEPS
from medbot_desktop.ui.monograph import read_monograph
from medbot_desktop.ui.notice_bar import NoticeBar
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.theme import Appearance, Theme
from medbot_desktop.ui.worker import Worker

if TYPE_CHECKING:
    from medbot_desktop.medicines.monograph import Monograph  # slow to import


class MonographDialog(QDialog):
    """The dialog.

    Args:
        appearance: the look that is on.
        monograph: what it shows.
        parent: the window.

    Attributes:
        text: the monograph, which can be read by keyboard, selected and copied.
    """

    def __init__(self, appearance: Appearance, monograph: Monograph, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._monograph = monograph
        sizes = appearance.theme.sizes
        self.setObjectName("dialog")
        self.setWindowTitle(f"Monograph: {monograph.title}")
        self.text = named(QTextEdit(), "documentText")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setAccessibleName(f"Monograph of {monograph.title}")
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.close_button = named(QPushButton("Close"), "primary")
        self.close_button.clicked.connect(self.accept)
        self._arrange(sizes.unit)
        self._write(appearance.theme)
        appearance.changed.connect(self._write)
        whole = parent.size() if parent else self.size()
        self.setMinimumWidth(DIALOG_STEPS * sizes.unit)
        self.resize(min(sizes.reading, whole.width() - 8 * sizes.unit), whole.height() - 12 * sizes.unit)
        self.text.setFocus()

    def _arrange(self, unit: int) -> None:
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * unit, 3 * unit, 3 * unit, 3 * unit)
        column.setSpacing(unit)
        column.addWidget(words(self._monograph.title, "title"))
        for fact in self._monograph.facts:
            column.addWidget(words(fact, "small", selectable=True))
        column.addWidget(self.text, 1)
        column.addLayout(buttons)

    def _write(self, theme: Theme) -> None:
        document = plain_document(theme, "", 0)
        document.setParent(self.text)
        document.setDocumentMargin(theme.sizes.unit)
        cursor = QTextCursor(document)
        style, strong = QTextCharFormat(), QTextCharFormat()
        for each in (style, strong):
            each.setForeground(theme.colour("text"))
        strong.setFont(theme.font(theme.sizes.large, bold=True))
        for number, (heading, lines) in enumerate(self._monograph.sections):
            if number:
                cursor.insertBlock()
            write_lines(cursor, theme, heading, strong)
            block = cursor.blockFormat()
            block.setTopMargin(2 * theme.sizes.unit if number else 0)
            block.setBottomMargin(theme.sizes.unit // 2)
            cursor.setBlockFormat(block)
            bullet = "• " if len(lines) > 1 else ""
            cursor.insertBlock()
            write_lines(cursor, theme, "\n".join(f"{bullet}{line}" for line in lines), style)
        self.text.setDocument(document)


class Monographs(QObject):
    """Opens monographs.

    Args:
        appearance: the look that is on.
        worker: reads them.
        notice: where it is said that there is none.
        page: the page above whose window they stand.

    Attributes:
        dialog: the one that is open.
    """

    def __init__(self, appearance: Appearance, worker: Worker, notice: NoticeBar, page: QWidget) -> None:
        super().__init__(page)
        self._appearance = appearance
        self._worker = worker
        self._notice = notice
        self._page = page
        self.dialog: MonographDialog | None = None

    def open(self, medicine: str) -> None:
        """Show the monograph of a medicine."""
        self._worker.run_alone(partial(read_monograph, medicine), self._show, self._notice.tell_failure)

    def forget(self) -> None:
        """Close what is open."""
        if self.dialog is not None:
            self.dialog.reject()

    def _show(self, monograph: Monograph) -> None:
        self.forget()
        self.dialog = MonographDialog(self._appearance, monograph, self._page.window())
        self.dialog.finished.connect(self._end)
        self.dialog.open()

    def _end(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
