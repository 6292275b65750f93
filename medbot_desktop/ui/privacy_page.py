"""Let an administrator decide what is kept for how long, erase a person, and say when the screen locks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from medbot_desktop.ui.amounts import counted
from medbot_desktop.ui.erasure_block import ErasureBlock
from medbot_desktop.ui.flow_row import FlowRow
from medbot_desktop.ui.number_field import NumberField
from medbot_desktop.ui.retention_block import RetentionBlock
from medbot_desktop.ui.section_page import SectionPage, block
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Services, Worker

if TYPE_CHECKING:
    from medbot_desktop.vault.preferences import ClinicSettings

_ABOUT = "What this clinic keeps, for how long, and who can look at the screen."
_MOST_MINUTES = 24 * 60


class PrivacyPage(SectionPage):
    """The section "Privacy".

    Signals:
        erased: conversations are gone from the vault. conversation_wanted: a ``Conversation`` is to be shown.
        lock_time_changed: the minutes without use after which the window locks from now on.
    """

    erased = Signal()
    conversation_wanted = Signal(object)
    lock_time_changed = Signal(int)

    def __init__(self, appearance: Appearance, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(appearance, worker, "Privacy", _ABOUT, parent=parent)
        self.retention = RetentionBlock(self)
        self.erasure = ErasureBlock(self)
        self.minutes = NumberField(
            appearance, "Minutes without use before MedBot locks", 1, _MOST_MINUTES, "minute", "minutes"
        )
        self._shown_minutes: int | None = None
        self.lock_button = QPushButton("Save")
        self.lock_button.setAccessibleName("Save when MedBot locks")
        row = FlowRow(appearance.theme.sizes.unit, self.minutes, self.lock_button)
        block(self, "Lock", "MedBot locks itself when nobody has touched it for so long.").addLayout(row)
        self.column.addStretch(1)
        self.retention.erased.connect(self.erased)
        self.erasure.erased.connect(self.erased)
        self.erasure.conversation_wanted.connect(self.conversation_wanted)
        self.lock_button.clicked.connect(self._save_minutes)

    def refresh(self) -> None:
        """Show the settings that hold now."""
        self.read(lambda services: services.preferences.read(), self._show)

    def forget(self) -> None:
        """Let go of people and of what was found."""
        super().forget()
        self.retention.forget()
        self.erasure.forget()
        self._shown_minutes = None

    def settle(self) -> None:
        """Begin nothing else while something is done."""
        for button in (*self.retention.buttons, *self.erasure.buttons, self.lock_button):
            button.setEnabled(not self.is_busy)

    def _show(self, settings: ClinicSettings) -> None:
        self.retention.show_rules(settings.retention)
        if self._shown_minutes in (None, self.minutes.value()):  # else somebody has changed it and not saved
            self._shown_minutes = settings.lock_after_minutes
            self.minutes.setValue(settings.lock_after_minutes)

    def _save_minutes(self) -> None:
        minutes = self.minutes.value()

        def save(services: Services) -> None:
            settings = services.preferences.read()
            services.preferences.change(settings.model_copy(update={"lock_after_minutes": minutes}))

        def end(_: None) -> None:
            self._shown_minutes = minutes
            self.notice.tell(f"From now on MedBot locks after {counted(minutes, 'minute')} without use.")
            self.lock_time_changed.emit(minutes)

        self.do(save, end, waiting=[self.lock_button])
