"""Let people make backups of the vault, check them, and put one back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from medbot_desktop.domain import Failed
from medbot_desktop.ui import backup_jobs
from medbot_desktop.ui.amounts import byte_size, counted, local_moment
from medbot_desktop.ui.backup_jobs import Situation
from medbot_desktop.ui.backup_plan_block import BackupPlanBlock
from medbot_desktop.ui.bringing_back import BACKUPS
from medbot_desktop.ui.flow_row import FlowRow
from medbot_desktop.ui.last_backup import LastBackup
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.restore_dialog import Restoration, RestoreDialog
from medbot_desktop.ui.restoring import AFTER_FAILURE, look_at, put_back
from medbot_desktop.ui.section_page import SectionPage, block
from medbot_desktop.ui.table import Column, Table, TableModel
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Worker
from medbot_desktop.ui.working_page import STOPPED

if TYPE_CHECKING:
    from medbot_desktop.vault.backup import BackupInfo
    from medbot_desktop.vault.integrity import IntegrityReport

_ABOUT = "Copies of everything that is kept, encrypted like the vault itself: the same passphrases open them."
_STATES = {
    "sound": "Readable",
    "damaged": "Damaged",
    "other_vault": "Of another vault",
    "older_key": "Whole; older passphrases",
}
_MOST_FAULTS = 12


class BackupsPage(SectionPage):
    """The section "Backups".

    Signals:
        reopening: the vault was closed to restore a backup: what opens it again or None, and what to say meanwhile.
        vault_closing: the vault will be closed as soon as the second thread is free.
    """

    reopening = Signal(object, str)
    vault_closing = Signal()

    def __init__(self, appearance: Appearance, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(appearance, worker, "Backups", _ABOUT, parent=parent)
        self._account = ""
        self._checked: dict[Path, BackupInfo] = {}
        self.last = LastBackup(appearance)
        self.make_button = named(QPushButton("Back up now"), "primary")
        columns: list[Column[BackupInfo]] = [
            Column("Made", lambda info: local_moment(info.created), 22),
            Column("State", self._state, 26),
            Column("Size", lambda info: byte_size(info.size), 11),
            Column("Holds", _holds, 17),
            Column("Made because", lambda info: info.reason),
        ]
        self.table = Table(appearance, TableModel(columns, self), "Backups")
        self.about_chosen = words("", "small")
        self.verify_button = QPushButton("Check it")
        self.restore_button = QPushButton("Restore it…")
        self.other_button = QPushButton("Restore from a file…")
        self.vault_button = QPushButton("Check the vault")
        self.report = words("", "fact", selectable=True)
        self._arrange()
        self._connect()
        self.forget()

    def _arrange(self) -> None:
        unit = self.appearance.theme.sizes.unit
        self.column.addWidget(self.last)
        self.column.addLayout(FlowRow(unit, self.make_button))
        self.column.addSpacing(3 * unit)
        listed = block(self, "The backups that there are")
        listed.addWidget(self.table)
        listed.addWidget(self.about_chosen)
        listed.addLayout(FlowRow(unit, self.verify_button, self.restore_button, self.other_button))
        self.plan = BackupPlanBlock(self)
        checked = block(
            self,
            "The vault itself",
            "Reads every page of the database, its references, the full text, the keys and the audit trail.",
        )
        checked.addLayout(FlowRow(unit, self.vault_button))
        checked.addWidget(self.report)
        self.column.addStretch(1)

    def _connect(self) -> None:
        self.table.chosen_changed.connect(self.settle)
        self.plan.saved.connect(self.refresh)
        for button, act in (
            (self.make_button, self._make),
            (self.verify_button, self._verify),
            (self.restore_button, self._ask_restore),
            (self.other_button, self._ask_file),
            (self.vault_button, self._verify_vault),
        ):
            button.clicked.connect(act)

    def refresh(self) -> None:
        """List the backups as they are now."""
        self.read(backup_jobs.look, self._show)

    def forget(self) -> None:
        """Let go of what was listed and found."""
        super().forget()
        self._checked.clear()
        self.table.rows.show([])
        self.plan.forget()
        self.report.hide()
        self.settle()

    def settle(self) -> None:
        """Offer what may be done with the chosen backup."""
        info = self.table.chosen
        is_damaged = info is not None and self._state(info) == _STATES["damaged"]
        self.verify_button.setEnabled(info is not None and not self.is_busy)
        self.restore_button.setEnabled(info is not None and not is_damaged and not self.is_busy)
        if info is None:
            self.about_chosen.setText("Choose a backup in the table." if self.table.rows.records else "")
        else:
            fault = self._checked.get(info.file, info).fault
            self.about_chosen.setText(shown(f"{info.file} {fault}".strip()))

    def _show(self, known: Situation) -> None:
        chosen = self.table.chosen
        self._account = known.account
        self.table.rows.show(known.backups)
        files = [info.file for info in known.backups]
        if chosen is not None and chosen.file in files:
            self.table.choose(files.index(chosen.file))
        self.plan.show_plan(known.plan, known.may_plan)
        for button in (self.restore_button, self.other_button):
            button.setVisible(known.may_restore)
        now = datetime.now(UTC)
        if known.problem:
            self.last.show_problem(known.problem, known.last, now)
        else:
            found = [self._checked.get(info.file, info) for info in known.backups]
            self.last.show_newest(found, known.plan.every_hours, now)
        self.settle()

    def _state(self, info: BackupInfo) -> str:
        checked = self._checked.get(info.file)
        if checked is not None and checked.state == "sound":
            return "Checked and whole"
        return _STATES[(checked or info).state.value]

    def _make(self) -> None:
        def end(info: BackupInfo) -> None:
            self._checked[info.file] = info
            self.refresh()
            self.notice.tell(f"Backed up and checked: {_holds(info)}, {byte_size(info.size)}.")

        self.do_long("Backing up", backup_jobs.make, end, waiting=self._buttons(), aside=True)

    def _verify(self) -> None:
        info = self.table.chosen
        assert info is not None

        def end(found: BackupInfo) -> None:
            self._checked[found.file] = found
            self.refresh()
            what = {
                "sound": "It is whole, and opens with the passphrases of now.",
                "older_key": "It is whole, but was made before the vault's key was changed: it opens with the "
                "passphrases and the recovery key of its time.",
                "other_vault": "The file is whole, but it is of another vault.",
                "damaged": "It is damaged and cannot be restored.",
            }[found.state.value]
            self.notice.tell(f"The backup of {local_moment(found.created)} was checked. {what} {found.fault}".strip())

        self.do_long(
            "Checking the backup",
            lambda services, tell: backup_jobs.verify(services, info.file, tell),
            end,
            waiting=self._buttons(),
            aside=True,
        )

    def _verify_vault(self) -> None:
        def end(report: IntegrityReport) -> None:
            faults = [shown(fault) for fault in report.faults[:_MOST_FAULTS]]
            whole = f"The vault is whole: {counted(report.pages, 'page')}, the full text, the keys and the audit trail."
            bad = "Restore the latest backup that is whole. What was found:"
            self.report.setText(whole if report.ok else "\n".join((bad, *(f"• {fault}" for fault in faults))))
            self.report.show()
            self.bring_into_sight(self.report)
            self.notice.tell("The vault was checked." if report.ok else "The vault has faults: they are listed above.")

        self.report.hide()
        self.do_long("Checking the vault", backup_jobs.verify_all, end, waiting=self._buttons(), aside=True)

    def _ask_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Restore a backup", "", BACKUPS)
        if chosen:
            self.ask_about(Path(chosen))

    def ask_about(self, file: Path) -> None:
        """Ask whether a backup of any place shall be restored."""
        self.do(lambda _: look_at(file), lambda found: self._ask(file, *found), waiting=self._buttons())

    def _ask_restore(self) -> None:
        info = self.table.chosen
        assert info is not None
        self._ask(info.file, info.created, info.state == "other_vault")

    def _ask(self, file: Path, created: datetime, is_other: bool) -> None:
        dialog = RestoreDialog(self.appearance, file, local_moment(created), self._account, is_other, self)
        dialog.tried.connect(lambda restoration: self._check(dialog, restoration))
        self.ask(dialog)

    def _check(self, dialog: RestoreDialog, restoration: Restoration) -> None:
        def go_on(_: None) -> None:
            if self.dialog is dialog:  # nobody has thought better of it meanwhile
                dialog.accept()
                self._restore(restoration)

        def tell(failure: Failed) -> None:
            if self.dialog is dialog:
                dialog.tell(failure)

        self.do(lambda services: backup_jobs.check(services, restoration), go_on, tell)

    def _restore(self, restoration: Restoration) -> None:
        def fail(failure: Failed) -> None:
            self.reopening.emit(None, f"{failure.message} {failure.hint} {AFTER_FAILURE}")

        is_free = Event()
        self.vault_closing.emit()
        self.worker.run_aside(lambda _: is_free.set())
        self.do_long(
            "Restoring the backup",
            lambda services, tell: put_back(services, restoration, tell, is_free),
            lambda found: self.reopening.emit(*found),
            fail,
            self._buttons(),
            stopped=lambda: self.reopening.emit(None, f"{STOPPED} {AFTER_FAILURE}"),
        )

    def _buttons(self) -> list[QPushButton]:
        buttons = [self.make_button, self.verify_button, self.restore_button, self.other_button, self.vault_button]
        return [*buttons, self.plan.save_button]


def _holds(info: BackupInfo) -> str:
    return "" if info.messages is None else counted(info.messages, "message")
