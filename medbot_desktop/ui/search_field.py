"""Take what is looked for: wait until the typing rests, and give the keyboard back with Escape."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from medbot_desktop.ui.icons import draw_icon, icon
from medbot_desktop.ui.parts import named
from medbot_desktop.ui.theme import Appearance, Theme

_REST_MS = 150
_LONGEST = 400


class SearchField(QLineEdit):
    """A field with a glass in front of its words, and a button that clears it.

    Args:
        appearance: the look that is on.
        about: what stands in it while it is empty.
        name: what a screen reader calls it.
        tip: what is said about it where the pointer rests.

    Signals:
        rested: the typing rests, and the field holds this now.
        entered: the keyboard has come. left: Escape was pressed. down_wanted: the keyboard goes to the results.
    """

    rested = Signal(str)
    entered = Signal()
    left = Signal()
    down_wanted = Signal()

    def __init__(
        self,
        appearance: Appearance,
        about: str = "Search",
        name: str = "Search conversations",
        tip: str = "Search conversations (Ctrl+F)",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("search")
        self.setPlaceholderText(about)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.setMaxLength(_LONGEST)
        sizes = appearance.theme.sizes
        self.setTextMargins(sizes.icon + sizes.unit, 0, sizes.target - sizes.unit, 0)
        self.clear_button = named(QToolButton(self), "quiet")
        self.clear_button.setAccessibleName("Clear the search")
        self.clear_button.setFixedSize(sizes.target, sizes.target)
        self.clear_button.setCursor(Qt.CursorShape.ArrowCursor)
        self.clear_button.clicked.connect(self.clear)
        self.clear_button.clicked.connect(self.setFocus)
        self.clear_button.hide()
        self._theme = appearance.theme
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._tell)
        self.textChanged.connect(self._typed)
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)

    def event(self, event: QEvent) -> bool:
        """Keep Escape from the window's own shortcut."""
        is_escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if is_escape and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Leave, or go down to what was found."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.down_wanted.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Say that the keyboard has come."""
        super().focusInEvent(event)
        self.entered.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the button at the right end."""
        super().resizeEvent(event)
        self.clear_button.move(self.width() - self.clear_button.width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the field, and the glass in front of the words."""
        super().paintEvent(event)
        size, painter = self._theme.sizes.icon, QPainter(self)
        box = QRectF(self._theme.sizes.unit + self._theme.sizes.stroke, (self.height() - size) / 2, size, size)
        draw_icon(painter, "search", self._theme.colours.muted, box)
        painter.end()

    def _typed(self, text: str) -> None:
        self.clear_button.setVisible(bool(text))
        if text.strip():
            self._rest.start()
        else:
            self._tell()

    def _tell(self) -> None:
        self._rest.stop()
        self.rested.emit(self.text().strip())

    def _use_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.clear_button.setIcon(icon(theme, "close", "muted"))
