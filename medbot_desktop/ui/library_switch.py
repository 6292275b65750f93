"""Let a person choose which libraries are asked in a conversation."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from medbot_desktop.ui.icons import icon
from medbot_desktop.ui.parts import named
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.theme import Appearance, Theme

_ALL = "All libraries"


class LibrarySwitch(QToolButton):
    """A button with a menu of the libraries, each of which can be switched off; there where there are several.

    Attributes:
        switches: what is chosen for each library, by its name.

    Signals:
        switched: the names of the libraries that are not asked from now on.
    """

    switched = Signal(object)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "quiet")
        sizes = appearance.theme.sizes
        self._off: tuple[str, ...] = ()
        self.switches: dict[str, QAction] = {}
        self._menu = QMenu(self)
        self.setMenu(self._menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(sizes.icon, sizes.icon))
        self.setMinimumHeight(sizes.target)
        self.hide()
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)

    def offer(self, names: Sequence[str]) -> None:
        """Offer these libraries."""
        self._menu.clear()
        self.switches = {}
        self._all = self._menu.addAction(_ALL)
        self._all.triggered.connect(lambda: self._switch(()))
        self._menu.addSeparator()
        for name in names:
            action = self._menu.addAction(shown(name).replace("&", "&&"))
            action.setCheckable(True)
            action.triggered.connect(lambda is_on, name=name: self._turn(name, is_on))
            self.switches[name] = action
        self.setVisible(len(names) > 1)
        self.show_off(self._off)

    def show_off(self, off: Sequence[str]) -> None:
        """Show which libraries are not asked."""
        self._off = tuple(off)
        for name, action in self.switches.items():
            action.setChecked(name not in off)
        on = sum(action.isChecked() for action in self.switches.values())
        is_all = on == len(self.switches)
        told = _ALL if is_all else f"{on:,} of {len(self.switches):,} libraries"
        self.setText("" if is_all else f"{on:,} of {len(self.switches):,}")
        self.setToolTip(f"Answers come from: {told}")
        self.setAccessibleName(f"Libraries that are asked: {told}")

    def _turn(self, name: str, is_on: bool) -> None:
        self._switch(tuple(sorted({*self._off, name} - ({name} if is_on else set()))))

    def _switch(self, off: tuple[str, ...]) -> None:
        self.show_off(off)
        self.switched.emit(off)

    def _use_theme(self, theme: Theme) -> None:
        self.setIcon(icon(theme, "library", "muted"))
