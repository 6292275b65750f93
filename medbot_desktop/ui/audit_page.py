"""Let an administrator see who did what and when, and whether anybody has tampered with the trail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QToolButton, QWidget

from medbot_desktop.ui.amounts import counted
from medbot_desktop.ui.audit_model import PAGE, AuditModel
from medbot_desktop.ui.audit_words import GROUPS
from medbot_desktop.ui.flow_row import FlowRow
from medbot_desktop.ui.icons import icon
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.section_page import SectionPage
from medbot_desktop.ui.table import Table
from medbot_desktop.ui.theme import Appearance, Theme
from medbot_desktop.ui.worker import Services, Worker

if TYPE_CHECKING:
    from medbot_desktop.vault.audit import AuditEntry, AuditReport

_ABOUT = "Who did what and when, newest first: numbers and identifiers, never what was said. Nobody can edit it here."
_EVERYTHING = "Everything"
_MOST_FAULTS = 8

AskFile = Callable[[QWidget], Path | None]
"""Asks where to save; None where the person thinks better of it."""


def ask_file(parent: QWidget) -> Path | None:
    """Ask with the system's own dialog."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    offered = str(Path(folder) / "Audit trail.jsonl")
    chosen, _ = QFileDialog.getSaveFileName(parent, "Export the audit trail", offered, "JSON lines (*.jsonl)")
    return Path(chosen) if chosen else None


class AuditPage(SectionPage):
    """The section "Audit trail".

    Attributes:
        ask_file: asks where an export is to be saved.
        filters: what can be shown alone, by its words.
    """

    def __init__(self, appearance: Appearance, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(appearance, worker, "Audit trail", _ABOUT, scrolls=False, parent=parent)
        unit = appearance.theme.sizes.unit
        self.ask_file: AskFile = ask_file
        self.entries = AuditModel(self)
        self.table = Table(appearance, self.entries, "Audit trail", is_whole=False)
        self.filters: dict[str, QAction] = {}
        self._action = ""
        self.filter_button = named(QToolButton(), "filter")
        self.filter_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.filter_button.setFixedHeight(appearance.theme.sizes.target)
        self.filter_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.filter_button.setMenu(self._menu())
        self.verify_button = QPushButton("Check the trail")
        self.export_button = QPushButton("Export…")
        self.report = words("", "fact", selectable=True)
        self.report.hide()
        self.column.addLayout(FlowRow(unit, self.filter_button, self.verify_button, self.export_button))
        self.column.addWidget(self.report)
        self.column.addWidget(self.table, 1)
        self.entries.more_wanted.connect(self._read)
        self.verify_button.clicked.connect(self._verify)
        self.export_button.clicked.connect(self._export)
        self._name_filter(_EVERYTHING)
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)

    def refresh(self) -> None:
        """Show the newest entries."""
        self.entries.begin()

    def forget(self) -> None:
        """Let go of the entries."""
        super().forget()
        self.entries.forget()
        self.report.hide()

    def settle(self) -> None:
        """Begin nothing else while something is done."""
        for button in (self.verify_button, self.export_button):
            button.setEnabled(not self.is_busy)

    def show_only(self, name: str) -> None:
        """Show the entries of one action, by its words, or everything."""
        action = self.filters[name]
        action.setChecked(True)
        self._action = action.data()
        self._name_filter(name)
        self.refresh()

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(self)
        self._add_filter(menu, group, _EVERYTHING, "")
        for kind, actions in GROUPS.items():
            inside = menu.addMenu(kind)
            for action, name in actions.items():
                self._add_filter(inside, group, name, action)
        self.filters[_EVERYTHING].setChecked(True)
        return menu

    def _add_filter(self, menu: QMenu, group: QActionGroup, name: str, action: str) -> None:
        choice = menu.addAction(name)
        choice.setCheckable(True)
        choice.setData(action)
        choice.triggered.connect(lambda: self.show_only(name))
        group.addAction(choice)
        self.filters[name] = choice

    def _name_filter(self, name: str) -> None:
        self.filter_button.setText(f"Show: {name}")
        self.filter_button.setAccessibleName(f"Show: {name}")

    def _read(self, before: int | None) -> None:
        action = self._action

        def read(services: Services) -> Sequence[AuditEntry]:
            from medbot_desktop.vault.trail import Action

            return services.audit.entries(PAGE, before, Action(action) if action else None)

        def take(entries: Sequence[AuditEntry]) -> None:
            if action == self._action and before == self._last():
                self.entries.take(entries)

        self.read(read, take)

    def _last(self) -> int | None:
        return self.entries.records[-1].seq if self.entries.records else None

    def _verify(self) -> None:
        def end(report: AuditReport) -> None:
            self.refresh()
            if report.ok:
                self.report.setText(f"Whole: {counted(report.entries, 'entry', 'entries')}, each as it was written.")
            else:
                faults = [f"• {shown(fault.sentence)}" for fault in report.faults[:_MOST_FAULTS]]
                more = len(report.faults) - len(faults)
                faults += [f"• and {more:,} more"] if more else []
                self.report.setText("\n".join(("Somebody or something has changed the trail:", *faults)))
            self.report.show()

        self.report.hide()
        self.do_whole("Checking the trail", lambda services: services.audit.verify(), end, [self.verify_button])

    def _export(self) -> None:
        file = self.ask_file(self)
        if file is None:
            return

        def end(count: int) -> None:
            self.refresh()
            self.notice.tell(f"{counted(count, 'entry', 'entries')} saved in {file}. The file is not encrypted.")

        self.do_whole("Exporting the trail", lambda services: services.audit.export(file), end, [self.export_button])

    def _use_theme(self, theme: Theme) -> None:
        self.filter_button.setIcon(icon(theme, "chevron"))
