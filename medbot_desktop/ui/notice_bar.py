"""Tell in one line what was done or could not be done, and offer to take it back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from medbot_desktop.domain import Failed
from medbot_desktop.ui.icons import icon
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.theme import Appearance, Theme

_SHOWN_MS = 15_000


class NoticeBar(QFrame):
    """One line above the field, there only while it has something to say.

    What was done goes away by itself, though never from under the pointer or the keyboard; a failure stays until
    it is closed.
    """

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sizes = appearance.theme.sizes
        self._act: Callable[[], None] | None = None
        self.setObjectName("notice")
        self.words = words("", "noticeText")
        self.action_button = named(QPushButton(), "noticeAction")
        self.action_button.clicked.connect(self._do)
        self.close_button = named(QToolButton(), "quiet")
        self.close_button.setAccessibleName("Close this message")
        self.close_button.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * sizes.unit, sizes.unit // 2, sizes.unit // 2, sizes.unit // 2)
        row.setSpacing(sizes.unit)
        row.addWidget(self.words, 1)
        row.addWidget(self.action_button)
        row.addWidget(self.close_button)
        self.ending = QTimer(self)
        self.ending.setInterval(_SHOWN_MS)
        self.ending.timeout.connect(self._end)
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)
        self.hide()

    def tell(self, text: str, action: str = "", act: Callable[[], None] | None = None) -> None:
        """Say what was done.

        Args:
            text: one short sentence.
            action: what the button offers; empty for none.
            act: what it does.
        """
        self._act = act
        self.action_button.setText(action)
        self.action_button.setVisible(bool(action))
        self._say(text)
        self.ending.start()

    def keep_telling(self, text: str) -> None:
        """Say something that must not be missed, until somebody closes it."""
        self._act = None
        self.action_button.hide()
        self._say(text)
        self.ending.stop()

    def tell_failure(self, failure: Failed) -> None:
        """Say in plain words what did not work, until somebody closes it."""
        self.keep_telling(" ".join(part for part in (failure.message, failure.hint) if part))

    def _say(self, text: str) -> None:
        self.words.setText(text)
        self.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def _do(self) -> None:
        act, self._act = self._act, None
        self.hide()
        if act is not None:
            act()

    def _end(self) -> None:
        is_in_use = self.underMouse() or self.action_button.hasFocus() or self.close_button.hasFocus()
        if not is_in_use:
            self.ending.stop()
            self.hide()

    def _use_theme(self, theme: Theme) -> None:
        self.close_button.setIcon(icon(theme, "close", "notice_text"))
