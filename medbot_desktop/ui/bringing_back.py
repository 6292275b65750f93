"""Restore a backup where no vault is open: on a new computer, or in the place of a vault that is damaged."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from medbot_desktop.domain import Failed
from medbot_desktop.ui.amounts import local_moment
from medbot_desktop.ui.restore_dialog import Restoration, RestoreDialog
from medbot_desktop.ui.restoring import bring_back, check, look_at
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Worker

BACKUPS = "Backups of MedBot (*.medbot-backup)"


class BringingBack(QObject):
    """Asks for the file and for what opens it, and restores it.

    Args:
        appearance: the look that is on.
        worker: does what takes long.
        page: where it is asked.
        is_new: whether there is no vault here yet.

    Attributes:
        dialog: the dialog that is open, if it is.

    Signals:
        begun: something is being done that takes a while.
        failed: a ``Failed`` that says why nothing was restored.
        ended: the backup is in its place: what opens it or None, and what to say about it.
    """

    begun = Signal()
    failed = Signal(object)
    ended = Signal(object, str)

    def __init__(self, appearance: Appearance, worker: Worker, page: QWidget, is_new: bool) -> None:
        super().__init__(page)
        self._appearance = appearance
        self._worker = worker
        self._page = page
        self._is_new = is_new
        self.dialog: RestoreDialog | None = None

    def ask(self) -> None:
        """Ask for a file, and go on with it."""
        chosen, _ = QFileDialog.getOpenFileName(self._page, "Restore a backup", "", BACKUPS)
        if chosen:
            self.ask_about(Path(chosen))

    def ask_about(self, file: Path) -> None:
        """Ask for what opens a backup."""
        self._worker.run_alone(partial(look_at, file), partial(self._ask, file), self.failed.emit)

    def _ask(self, file: Path, found: tuple[datetime, bool]) -> None:
        created, is_other = found
        self.dialog = dialog = RestoreDialog(
            self._appearance, file, local_moment(created), "", is_other, self._page, self._is_new
        )
        dialog.tried.connect(self._check)
        dialog.finished.connect(self._let_go)
        dialog.open()

    def _check(self, restoration: Restoration) -> None:
        self._worker.run_alone(partial(check, restoration), lambda _: self._restore(restoration), self._tell)

    def _tell(self, failure: Failed) -> None:
        if self.dialog is not None:
            self.dialog.tell(failure)

    def _restore(self, restoration: Restoration) -> None:
        if self.dialog is None:  # somebody has thought better of it meanwhile
            return
        self.dialog.accept()
        self.begun.emit()
        self._worker.run_alone(
            partial(bring_back, restoration), lambda found: self.ended.emit(*found), self.failed.emit
        )

    def _let_go(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
