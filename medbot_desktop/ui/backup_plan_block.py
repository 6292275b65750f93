"""Let an administrator plan the backups: where they go, how often, and how many are kept."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QHBoxLayout, QPushButton, QRadioButton, QVBoxLayout, QWidget

from medbot_desktop.errors import InputError
from medbot_desktop.ui.amounts import counted
from medbot_desktop.ui.flow_row import FlowRow
from medbot_desktop.ui.form import text_field
from medbot_desktop.ui.number_field import NumberField
from medbot_desktop.ui.parts import words
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.section_page import SectionPage, block
from medbot_desktop.ui.worker import Services

if TYPE_CHECKING:
    from medbot_desktop.vault.preferences import BackupPlan

_ABOUT = (
    "A backup beside the vault helps when somebody makes a mistake. One on another disk also helps when this computer "
    "is lost: plug a USB drive in and choose a folder on it."
)
_OWN_FOLDER = "Beside the vault, on this computer"
_MOST_HOURS = 24 * 365
_MOST_KEPT = 1_000

AskFolder = Callable[[QWidget, str], str]
"""Asks for a folder, from a folder on; empty where the person thinks better of it."""


def ask_folder(parent: QWidget, folder: str) -> str:
    """Ask with the system's own dialog."""
    return QFileDialog.getExistingDirectory(parent, "Folder for backups", folder)


class BackupPlanBlock(QWidget):
    """The controls of the plan, in a page; for those who may not change it, the plan in words.

    Args:
        page: where they stand.

    Attributes:
        ask_folder: asks for a folder.

    Signals:
        saved: another plan holds.
    """

    saved = Signal()

    def __init__(self, page: SectionPage) -> None:
        super().__init__(page)
        self._page = page
        self.ask_folder: AskFolder = ask_folder
        self.in_words = words("", "fact")
        self.folder = text_field("Folder for backups")
        self.folder.setPlaceholderText(_OWN_FOLDER)
        self.folder_button = QPushButton("Choose…")
        self.folder_button.setAccessibleName("Choose a folder for backups")
        self.by_hours, self.on_demand = QRadioButton("By itself, every"), QRadioButton("Only when somebody asks for it")
        self.hours = NumberField(page.appearance, "Hours between two backups", 1, _MOST_HOURS, "hour", "hours")
        self.keep = NumberField(page.appearance, "How many backups are kept", 1, _MOST_KEPT, "newest", "newest")
        self.save_button = QPushButton("Save the plan")
        self._group = QButtonGroup(self)
        for button in (self.by_hours, self.on_demand):
            self._group.addButton(button)
        self._shown: tuple[str, int, int] | None = None
        self._controls = QWidget()
        self._arrange(page.appearance.theme.sizes.unit)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self.in_words)
        around.addWidget(self._controls)
        block(page, "The plan", _ABOUT).addWidget(self)
        self.by_hours.toggled.connect(self.hours.setEnabled)
        self.folder_button.clicked.connect(self._choose_folder)
        self.save_button.clicked.connect(self._save)

    def _arrange(self, unit: int) -> None:
        column = QVBoxLayout(self._controls)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addWidget(words("Where", "strong"))
        where = QHBoxLayout()
        where.setSpacing(unit)
        where.addWidget(self.folder, 1)
        where.addWidget(self.folder_button)
        column.addLayout(where)
        column.addWidget(words("When", "strong"))
        column.addLayout(FlowRow(unit, self.by_hours, self.hours))
        column.addWidget(self.on_demand)
        column.addWidget(
            words("How many are kept, besides one of each of the last four weeks and six months", "strong")
        )
        column.addLayout(FlowRow(unit, self.keep))
        column.addSpacing(unit)
        column.addLayout(FlowRow(unit, self.save_button))

    def show_plan(self, plan: BackupPlan, may_change: bool) -> None:
        """Show the plan that holds now; what somebody has changed and not saved stays as it is."""
        if self._shown is None or self._typed() == self._shown:
            self._fill_in(plan)
        when = f"every {counted(plan.every_hours, 'hour')}" if plan.every_hours else "only when somebody asks for it"
        where = plan.folder or _OWN_FOLDER
        self.in_words.setText(
            shown(f"Where: {where}\nWhen: {when}\nKept: the {plan.keep} newest\nAn administrator can change this.")
        )
        self.in_words.setVisible(not may_change)
        self._controls.setVisible(may_change)

    def _fill_in(self, plan: BackupPlan) -> None:
        self.folder.setText(plan.folder)
        (self.by_hours if plan.every_hours else self.on_demand).setChecked(True)
        self.hours.setEnabled(bool(plan.every_hours))
        if plan.every_hours:
            self.hours.setValue(plan.every_hours)
        self.keep.setValue(plan.keep)
        self._shown = self._typed()

    def _typed(self) -> tuple[str, int, int]:
        """The folder, the hours (0: never) and how many are kept, as the controls say."""
        hours = self.hours.value() if self.by_hours.isChecked() else 0
        return self.folder.text().strip(), hours, self.keep.value()

    def forget(self) -> None:
        """Let go of the folder's name."""
        self._shown = None
        self.folder.setText("")
        self.in_words.setText("")

    def _choose_folder(self) -> None:
        chosen = self.ask_folder(self, self.folder.text())
        if chosen:
            self.folder.setText(chosen)

    def _save(self) -> None:
        folder, hours, keep = self._typed()

        def save(services: Services) -> None:
            from medbot_desktop.vault.preferences import BackupPlan

            plan = BackupPlan(folder=_writable(folder) if folder else "", every_hours=hours, keep=keep)
            settings = services.preferences.read()
            services.preferences.change(settings.model_copy(update={"backup": plan}))

        def end(_: None) -> None:
            self._shown = (folder, hours, keep)
            self._page.notice.tell("The plan is saved.")
            self.saved.emit()

        self._page.do(save, end, waiting=[self.save_button])


def _writable(folder: str) -> str:
    """The folder as a whole path, once something could be written there."""
    try:
        path = Path(folder).expanduser().absolute()
        with tempfile.TemporaryFile(dir=path):
            return str(path)
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(
            "Backups cannot be written to that folder.", hint="Choose a folder that is there and may be written to."
        ) from error
