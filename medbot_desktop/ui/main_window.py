"""Hold the pages together: the rail at the left, the shortcuts, and an orderly end."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from medbot_desktop.ui.chat_page import ChatPage
from medbot_desktop.ui.icons import icon, picture
from medbot_desktop.ui.parts import named
from medbot_desktop.ui.settings_page import SettingsPage
from medbot_desktop.ui.theme import Appearance, Theme, palette, style_sheet
from medbot_desktop.ui.worker import Worker

_PAGES = (("chat", "Chat"), ("settings", "Settings"))


class MainWindow(QMainWindow):
    """The one window of the program.

    Args:
        appearance: the look that is on.
        worker: the thread that answers; the window ends it when it is closed.

    Signals:
        closing: the window goes, and takes no calls any more.
    """

    closing = Signal()

    def __init__(self, appearance: Appearance, worker: Worker) -> None:
        super().__init__()
        sizes = appearance.theme.sizes
        self._appearance = appearance
        self.worker = worker
        self.setWindowTitle("MedBot")
        self.setMinimumSize(sizes.least_width, sizes.least_height)
        self.resize(sizes.width, sizes.height)
        self.chat = ChatPage(appearance, worker)
        self.settings = SettingsPage(appearance)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.chat)
        self._pages.addWidget(self.settings)
        self._mark = QLabel()
        self._mark.setAccessibleName("MedBot")
        self.rail_buttons: list[QToolButton] = []
        shell = named(QWidget(), "shell")
        row = QHBoxLayout(shell)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail())
        row.addWidget(self._pages, 1)
        self.setCentralWidget(shell)
        self._add_shortcuts()
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)
        self.chat.composer.edit.setFocus()

    def _rail(self) -> QFrame:
        sizes = self._appearance.theme.sizes
        rail = named(QFrame(), "rail")
        rail.setFixedWidth(sizes.rail)
        column = QVBoxLayout(rail)
        column.setContentsMargins(sizes.unit, 2 * sizes.unit, sizes.unit, 2 * sizes.unit)
        column.setSpacing(sizes.unit)
        column.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(2 * sizes.unit)
        for number, (_, name) in enumerate(_PAGES):
            button = named(QToolButton(), "railButton")
            button.setText(name)
            button.setCheckable(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setAccessibleName(f"Page: {name}")
            button.setFixedSize(sizes.rail - 2 * sizes.unit, sizes.target + 2 * sizes.unit)
            button.setChecked(number == 0)
            button.clicked.connect(lambda _=False, page=number: self.open_page(page))
            self.rail_buttons.append(button)
            if name == "Settings":
                column.addStretch(1)
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        return rail

    def _add_shortcuts(self) -> None:
        for keys, action in (
            (QKeySequence("Ctrl+N"), self._begin_conversation),
            (QKeySequence("Esc"), self.chat.stop),
            (QKeySequence("Ctrl+,"), lambda: self.open_page(1)),
            (QKeySequence("Ctrl+1"), lambda: self.open_page(0)),
            (QKeySequence(QKeySequence.StandardKey.Quit), self.close),
        ):
            QShortcut(keys, self).activated.connect(action)

    def open_page(self, number: int) -> None:
        """Show a page of the rail; the others keep what is in them."""
        self._pages.setCurrentIndex(number)
        for place, button in enumerate(self.rail_buttons):
            button.setChecked(place == number)
        if number == 0:
            self.chat.composer.edit.setFocus()
        else:
            self.settings.focus_choice()

    def come_to_front(self) -> None:
        """Be the window that the person sees."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def _begin_conversation(self) -> None:
        self.open_page(0)
        self.chat.begin_conversation()

    def _use_theme(self, theme: Theme) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.setPalette(palette(theme))
        app.setFont(theme.font(theme.sizes.body))
        app.setStyleSheet(style_sheet(theme))
        self._mark.setPixmap(picture(theme, "mark", "accent", "on_accent", theme.sizes.mark_pixels))
        self.setWindowIcon(QIcon(icon(theme, "mark", "accent", "on_accent")))
        for button, (name, _) in zip(self.rail_buttons, _PAGES, strict=True):
            button.setIcon(icon(theme, name, "text"))
            button.setIconSize(QSize(theme.sizes.icon, theme.sizes.icon))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Go at once, and let the worker close the workspace behind."""
        self.closing.emit()
        self.hide()
        self.worker.stop()
        super().closeEvent(event)
