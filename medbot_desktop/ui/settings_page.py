"""Let a person choose the look, and say what this program is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QScrollArea, QVBoxLayout, QWidget

from medbot_desktop import __version__
from medbot_desktop.settings import home_folder
from medbot_desktop.ui.parts import words
from medbot_desktop.ui.theme import CHOICES, Appearance

_ABOUT = (
    "MedBot gives general information for education and triage support. "
    "It is not a medical device and does not replace a clinician."
)


class SettingsPage(QScrollArea):
    """The page of settings that can be changed while the window is open."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sizes = appearance.theme.sizes
        self._appearance = appearance
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.choices: dict[str, QRadioButton] = {}
        column = QWidget()
        column.setMaximumWidth(sizes.reading)
        inside = QVBoxLayout(column)
        inside.setContentsMargins(0, 4 * sizes.unit, 0, 4 * sizes.unit)
        inside.setSpacing(sizes.unit)
        inside.addWidget(words("Settings", "title"))
        inside.addSpacing(2 * sizes.unit)
        inside.addWidget(words("Appearance", "heading"))
        self._group = QButtonGroup(self)
        for choice, name in CHOICES.items():
            button = QRadioButton(name)
            button.setAccessibleName(f"Appearance: {name}")
            button.setChecked(choice == appearance.choice)
            button.clicked.connect(lambda _=False, value=choice: appearance.choose(value))
            self._group.addButton(button)
            self.choices[choice] = button
            inside.addWidget(button)
        appearance.changed.connect(self._show_choice)
        file = home_folder() / "settings.toml"
        inside.addWidget(
            words(f"This holds until MedBot is closed. To keep it, set “theme” in {file}.", "small", selectable=True)
        )
        inside.addSpacing(3 * sizes.unit)
        inside.addWidget(words("About MedBot", "heading"))
        inside.addWidget(words(f"Version {__version__}. Free software under the GNU GPL, version 3 or later."))
        inside.addWidget(words("It works without a network: nothing that you type leaves this computer."))
        inside.addWidget(words(_ABOUT))
        inside.addStretch(1)
        page = QWidget()
        around = QVBoxLayout(page)
        around.setContentsMargins(4 * sizes.unit, 0, 4 * sizes.unit, 0)
        around.addWidget(column)
        self.setWidget(page)

    def _show_choice(self) -> None:
        self.choices[self._appearance.choice].setChecked(True)

    def focus_choice(self) -> None:
        """Put the keyboard on the chosen look."""
        self.choices[self._appearance.choice].setFocus()
