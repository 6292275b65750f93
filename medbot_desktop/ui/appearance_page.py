"""Let a person choose the look, and say what this program is."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from medbot_desktop import __version__
from medbot_desktop.settings import home_folder
from medbot_desktop.ui.parts import words
from medbot_desktop.ui.section_page import SectionPage, block
from medbot_desktop.ui.theme import CHOICES, Appearance
from medbot_desktop.ui.worker import Worker

_ABOUT = (
    "MedBot gives general information for education and triage support. "
    "It is not a medical device and does not replace a clinician."
)


class AppearancePage(SectionPage):
    """The section "Appearance".

    Attributes:
        choices: the buttons, by what they choose.
    """

    def __init__(self, appearance: Appearance, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(appearance, worker, "Appearance", "How MedBot looks on this screen.", parent=parent)
        self.choices: dict[str, QRadioButton] = {}
        self._group = QButtonGroup(self)
        look = block(self, "Colours")
        for choice, name in CHOICES.items():
            button = QRadioButton(name)
            button.setAccessibleName(f"Appearance: {name}")
            button.setChecked(choice == appearance.choice)
            button.clicked.connect(lambda _=False, value=choice: appearance.choose(value))
            self._group.addButton(button)
            self.choices[choice] = button
            look.addWidget(button)
        file = home_folder() / "settings.toml"
        look.addWidget(
            words(f"This holds until MedBot is closed. To keep it, set “theme” in {file}.", "small", selectable=True)
        )
        about = block(self, "About MedBot")
        about.addWidget(words(f"Version {__version__}. Free software under the GNU GPL, version 3 or later."))
        about.addWidget(words("It works without a network: nothing that you type leaves this computer."))
        about.addWidget(words(_ABOUT))
        self.column.addStretch(1)
        appearance.changed.connect(self._show_choice)

    def _show_choice(self) -> None:
        self.choices[self.appearance.choice].setChecked(True)
