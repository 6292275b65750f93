"""Show the files on their way into the libraries: how far each is, or in words why it is not, and what to do then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from medbot_desktop.ui.amounts import counted
from medbot_desktop.ui.file_list import FileList, FileModel
from medbot_desktop.ui.flow_row import FlowRow
from medbot_desktop.ui.parts import words
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.theme import Appearance

if TYPE_CHECKING:
    from medbot_desktop.knowledge.importing.file_states import FileState

_STEPS = 1_000


class FilesTab(QWidget):
    """What is being added.

    Signals:
        pause_wanted, go_on_wanted: adding is to rest, or to go on.
        retry_wanted, cancel_wanted, dismissal_wanted: what is to be done with a file, by its number.
    """

    pause_wanted = Signal()
    go_on_wanted = Signal()
    retry_wanted = Signal(int)
    cancel_wanted = Signal(int)
    dismissal_wanted = Signal(int)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = appearance.theme.sizes.unit
        self.files = FileModel(self)
        self.list = FileList(appearance, self.files)
        self.about = words("", "strong")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, _STEPS)
        self.bar.setAccessibleName("All files")
        self.pause_button = QPushButton("Pause")
        self.go_on_button = QPushButton("Go on")
        self.about_chosen = words("", "small", selectable=True)
        self.retry_button = QPushButton("Try again")
        self.cancel_button = QPushButton("Cancel this file")
        self.dismiss_button = QPushButton("Remove the line")
        self._is_running = self._may_change = False
        self._arrange(unit)
        self._connect()
        self.settle()

    def _arrange(self, unit: int) -> None:
        told = QVBoxLayout()
        told.setSpacing(unit)
        told.addWidget(self.about)
        told.addWidget(self.bar)
        whole = QHBoxLayout()
        whole.setSpacing(2 * unit)
        whole.addLayout(told, 1)
        for button in (self.pause_button, self.go_on_button):
            whole.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addLayout(whole)
        column.addWidget(self.list, 1)
        column.addWidget(self.about_chosen)
        column.addLayout(FlowRow(unit, self.retry_button, self.cancel_button, self.dismiss_button))

    def _connect(self) -> None:
        self.pause_button.clicked.connect(self.pause_wanted)
        self.go_on_button.clicked.connect(self.go_on_wanted)
        self.list.selectionModel().selectionChanged.connect(self.settle)
        self.files.modelReset.connect(self.settle)
        for button, signal in (
            (self.retry_button, self.retry_wanted),
            (self.cancel_button, self.cancel_wanted),
            (self.dismiss_button, self.dismissal_wanted),
        ):
            button.clicked.connect(lambda _=False, signal=signal: self._pass_on(signal))

    def show_files(self, files: Sequence[FileState]) -> None:
        """Show these files and no others; the one that was chosen stays so."""
        self.list.show_files(files)
        self.settle()

    def change(self, files: Sequence[FileState]) -> None:
        """Show how far these files are now; the order stays."""
        for file in files:
            self.files.change(file)
        self.settle()

    def arrange(self) -> None:
        """Put first again what somebody wants to see first."""
        self.list.show_files(self.files.files)

    def use(self, is_running: bool, may_change: bool) -> None:
        """Say whether files are being added now, and whether this account may add any."""
        self._is_running, self._may_change = is_running, may_change
        self.settle()

    def settle(self) -> None:
        """Tell how far all files are, and offer what may be done."""
        waiting, done = self.files.waiting, self.files.share
        self.about.setText(self._in_words(waiting))
        self.bar.setVisible(waiting > 0)
        self.bar.setValue(round(_STEPS * done))
        self.pause_button.setVisible(self._is_running and self._may_change)
        self.go_on_button.setVisible(waiting > 0 and not self._is_running and self._may_change)
        file = self.list.chosen
        is_unfinished = file is not None and file.is_unfinished
        is_out = file is not None and file.standing in ("failed", "cancelled")
        is_idle = file is not None and file.standing in ("failed", "cancelled", "known")
        self.about_chosen.setText(shown(_whole(file)) if file else "")
        self.about_chosen.setVisible(file is not None)
        for button, is_offered in (
            (self.retry_button, is_out),
            (self.cancel_button, is_unfinished),
            (self.dismiss_button, is_idle),
        ):
            button.setVisible(self._may_change)
            button.setEnabled(is_offered)

    def _in_words(self, waiting: int) -> str:
        if not self.files.files:
            return "Nothing is being added. Drop files or folders anywhere on this page to add them."
        failed = self.files.failed
        wrong = f", {counted(failed, 'file')} could not be added" if failed else ""
        if not waiting:
            return f"Nothing is waiting{wrong}."
        return f"{counted(waiting, 'file')} to add{wrong}" + ("" if self._is_running else " (paused)")

    def _pass_on(self, signal: SignalInstance) -> None:
        file = self.list.chosen
        if file is not None:
            signal.emit(file.id)


def _whole(file: FileState) -> str:
    told = f"{file.message} {file.hint}".strip()
    return f"{file.path}: {told}" if told else str(file.path)
