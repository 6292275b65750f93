"""Take what a person types, whole and safe: it grows with the text, counts near the limit and never loses a word."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QTextOption
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from medbot_desktop.settings import MESSAGE_LIMIT
from medbot_desktop.ui.given_pictures import holds_picture
from medbot_desktop.ui.icons import icon
from medbot_desktop.ui.library_switch import LibrarySwitch
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.plain_text import is_blank
from medbot_desktop.ui.theme import Appearance, Theme

COUNTER_FROM = MESSAGE_LIMIT * 9 // 10
"""The counter shows from this many characters on."""

_PICTURE_KEYS = "Ctrl+O"

_LOOK_AFTER_MS = 600
"""A text that is too long is looked through once nothing has been typed for so long."""

DISCLAIMER = "Education and triage support. Not a medical device. Does not replace a clinician."
"""What always stands below the field."""


class MessageEdit(QPlainTextEdit):
    """A field of several lines in which Enter sends and Shift+Enter begins a new line.

    Signals:
        submitted: Enter was pressed. focused: the field got (true) or lost (false) the keyboard.
        given: a picture or a file was pasted or dropped (a ``QMimeData``); its text may become part of the message.
    """

    submitted = Signal()
    focused = Signal(bool)
    given = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self.setPlaceholderText("Describe a symptom or ask a health question")
        self.setAccessibleName("Your message")
        self.setAccessibleDescription("Enter sends the message, Shift and Enter begin a new line.")
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._theme = theme
        self.document().setDocumentMargin(0)
        self.textChanged.connect(self.fit)

    def use(self, theme: Theme) -> None:
        """Take another look; the text stays."""
        self._theme = theme
        self.setFont(theme.font(theme.sizes.body))
        self.fit()

    def fit(self) -> None:
        """Be as high as the text, up to some lines."""
        sizes = self._theme.sizes
        lines = 0
        block = self.document().firstBlock()
        while block.isValid() and lines < sizes.composer_lines:
            lines += max(1, block.layout().lineCount())
            block = block.next()
        lines = min(max(lines, 1), sizes.composer_lines)
        spacing = self.fontMetrics().lineSpacing()
        margin = (sizes.target - spacing) // 2
        self.setViewportMargins(0, margin, 0, margin)
        self.setFixedHeight(lines * spacing + 2 * margin)
        fits = lines < sizes.composer_lines
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Send on Enter."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.submitted.emit()
        elif is_enter:
            self.insertPlainText("\n")
            self.ensureCursorVisible()
        else:
            super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:  # noqa: N802
        """Welcome pictures beside text."""
        return holds_picture(source) or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802
        """Take text as it is, and hand a picture on."""
        if holds_picture(source):
            self.given.emit(source)
        else:
            super().insertFromMimeData(source)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Tell the frame around to show the focus."""
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Tell the frame around to hide the focus."""
        super().focusOutEvent(event)
        self.focused.emit(False)


class Composer(QWidget):
    """The field, its buttons, the choice of libraries, the counter and the standing disclaimer.

    Signals:
        sent: a message that may be sent. stop_wanted: the person wants the answer to stop.
        picture_wanted: the person wants the text of a picture in the message.
        too_long: what is typed cannot be sent, and should be looked through for an emergency.
    """

    sent = Signal(str)
    too_long = Signal(str)
    stop_wanted = Signal()
    picture_wanted = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sizes = appearance.theme.sizes
        self._appearance = appearance
        self._busy = False
        self._alarm = ""
        self._look = QTimer(self, singleShot=True, interval=_LOOK_AFTER_MS)
        self._look.timeout.connect(lambda: self.too_long.emit(self.text()))
        self.edit = MessageEdit(appearance.theme)
        self.send_button = named(QPushButton("Send"), "primary")
        self.stop_button = QPushButton("Stop")
        self.picture_button = named(QToolButton(), "quiet")
        self.libraries = LibrarySwitch(appearance)
        self.note = words("", "small")
        self.note.hide()
        self._frame = named(QFrame(), "composer")
        inside = QHBoxLayout(self._frame)
        half = sizes.unit // 2
        inside.setContentsMargins(sizes.unit + half, half, half, half)
        inside.addWidget(self.edit, 1)
        for button in (self.picture_button, self.libraries, self.send_button, self.stop_button):
            inside.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        disclaimer = words(DISCLAIMER, "disclaimer")
        disclaimer.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(sizes.unit)
        for part in (self.note, self._frame, disclaimer):
            column.addWidget(part)
        self.edit.textChanged.connect(self._check)
        self.edit.submitted.connect(self.submit)
        self.edit.focused.connect(self._show_focus)
        self.send_button.clicked.connect(self.submit)
        self.stop_button.clicked.connect(self.stop_wanted)
        self.picture_button.clicked.connect(self.picture_wanted)
        self.picture_button.setShortcut(QKeySequence(_PICTURE_KEYS))
        self.picture_button.setAccessibleName("Read the text of a picture")
        self.picture_button.setToolTip(f"Read the text of a photo of a label, letter or card ({_PICTURE_KEYS})")
        self.stop_button.setAccessibleName("Stop the answer")
        self.send_button.setAccessibleName("Send the message")
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)
        self._check()

    def text(self) -> str:
        """What is typed."""
        return self.edit.toPlainText()

    def set_text(self, text: str) -> None:
        """Put a draft back, with the cursor behind it."""
        if text != self.text():
            self.edit.setPlainText(text)
            self.edit.moveCursor(self.edit.textCursor().MoveOperation.End)

    def add(self, text: str) -> None:
        """Add a part to what is typed, which stays, with the cursor on a line of its own behind it."""
        cursor = self.edit.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        typed = self.text()
        between = "" if is_blank(typed) else "\n" * max(2 - (len(typed) - len(typed.rstrip("\n"))), 0)
        cursor.insertText(f"{between}{text}\n\n")
        self.edit.setTextCursor(cursor)
        self.edit.ensureCursorVisible()

    def set_attaching(self, is_attaching: bool) -> None:
        """Offer to read a picture only while none is read."""
        self.picture_button.setEnabled(not is_attaching)

    def set_busy(self, busy: bool) -> None:
        """Offer Stop while an answer is written, else Send."""
        had_focus = self.stop_button.hasFocus() or self.send_button.hasFocus()
        self._busy = busy
        self._check()
        if had_focus:
            self.edit.setFocus()

    def submit(self) -> None:
        """Send what is typed, if it may be sent; else it stays, and the note says why."""
        text = self.text()
        if self._busy:
            self._say("Wait for the answer, or press Stop. Your text stays here.")
        elif not is_blank(text) and len(text) <= MESSAGE_LIMIT:
            self.edit.clear()
            self.sent.emit(text)

    def warn(self, alarm: str) -> bool:
        """Show an alarm above the field while what is typed is too long; empty takes it away.

        Returns:
            Whether it is shown, and was not before.
        """
        is_new = bool(alarm) and alarm != self._alarm and len(self.text()) > MESSAGE_LIMIT
        if len(self.text()) > MESSAGE_LIMIT:
            self._alarm = alarm
            self._refuse()
        return is_new

    def _refuse(self) -> None:
        """Say why what is typed cannot be sent, below the alarm that it raised."""
        length = len(self.text())
        over = length - MESSAGE_LIMIT
        letters = "character" if over == 1 else "characters"
        count = f"{length:,} of {MESSAGE_LIMIT:,} characters."
        refusal = f"{count} Shorten the message by {over:,} {letters} to send it."
        self._say(f"{self._alarm}\n{refusal}" if self._alarm else refusal, alarming=True)

    def _check(self) -> None:
        length = len(self.text())
        too_long = length > MESSAGE_LIMIT
        if too_long:
            self._refuse()
            self._look.start()
        else:
            self._alarm = ""
            self._look.stop()
            self._say(f"{length:,} of {MESSAGE_LIMIT:,} characters" if length >= COUNTER_FROM else "")
        self.send_button.setEnabled(not too_long and not is_blank(self.text()))
        self.send_button.setVisible(not self._busy)
        self.stop_button.setVisible(self._busy)

    def _say(self, text: str, alarming: bool = False) -> None:
        name = "danger" if alarming else "small"
        if self.note.objectName() != name:
            self.note.setObjectName(name)
            self.note.style().polish(self.note)
        self.note.setText(text)
        self.note.setAccessibleName(text)
        self.note.setVisible(bool(text))

    def _show_focus(self, focused: bool) -> None:
        self._frame.setProperty("focused", focused)
        self._frame.style().polish(self._frame)

    def _use_theme(self, theme: Theme) -> None:
        self.edit.use(theme)
        size = QSize(theme.sizes.icon, theme.sizes.icon)
        self.picture_button.setIcon(icon(theme, "picture", "muted", disabled="disabled"))
        self.send_button.setIcon(icon(theme, "send", "on_accent"))
        self.stop_button.setIcon(icon(theme, "stop", "text"))
        for button in (self.picture_button, self.send_button, self.stop_button):
            button.setIconSize(size)
