"""Take files and folders that are dropped anywhere on a page, and show while they hover that they are welcome."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from medbot_desktop.ui.parts import words
from medbot_desktop.ui.theme import Appearance, Theme


class DropHint(QWidget):
    """Lies over a page while files hover above it.

    Args:
        appearance: the look that is on.
        page: what it lies over.

    Signals:
        dropped: the paths that were let go of. let_go: whatever was, as ``QMimeData``.
    """

    dropped = Signal(object)
    let_go = Signal(object)

    def __init__(self, appearance: Appearance, page: QWidget) -> None:
        super().__init__(page)
        self._theme = appearance.theme
        self.label: QLabel = words("", "heading")
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.addWidget(self.label)
        self.setAcceptDrops(True)
        page.installEventFilter(self)
        appearance.changed.connect(self._use_theme)
        self.hide()

    def welcome(self, text: str) -> None:
        """Say above the whole page what will be done with what is dropped."""
        page = self.parentWidget()
        assert page is not None
        self.label.setText(text)
        self.setGeometry(page.rect())
        self.raise_()
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Stay as large as the page."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Go on hovering."""
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        """Go away with what hovered."""
        self.hide()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Take what is dropped."""
        self.hide()
        self.let_go.emit(event.mimeData())
        paths = paths_of(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint a frame of dashes on a ground that covers what lies below."""
        theme, sizes = self._theme, self._theme.sizes
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.colour("surface"))
        pen = QPen(theme.colour("accent"), sizes.stroke, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme.colour("tint"))
        inset = 2 * sizes.unit
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), sizes.radius, sizes.radius)
        painter.end()

    def _use_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()


def paths_of(data: QMimeData) -> Sequence[Path]:
    """The files and folders of this computer that something dragged stands for."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
