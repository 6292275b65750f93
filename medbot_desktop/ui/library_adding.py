"""Bring files into the library: ask for them, take what is dropped, show how far they are, and change their lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from medbot_desktop.domain import Failed
from medbot_desktop.ui import library_jobs as jobs
from medbot_desktop.ui.amounts import counted
from medbot_desktop.ui.drop_hint import DropHint, paths_of
from medbot_desktop.ui.importer import Importer
from medbot_desktop.ui.library_dialogs import FolderDialog
from medbot_desktop.ui.library_shelf import FILES
from medbot_desktop.ui.plain_text import shown

if TYPE_CHECKING:
    from medbot_desktop.knowledge.importing.file_states import FileState
    from medbot_desktop.knowledge.importing.queue import Added
    from medbot_desktop.ui.library_page import LibraryPage

_ARRANGE_MS = 3_000
_GROWN_MS = 2_000

AskPaths = Callable[[QWidget], Sequence[Path]]
"""Asks for files or a folder; none where the person thinks better of it."""


def ask_files(parent: QWidget) -> Sequence[Path]:
    """Ask with the system's own dialog."""
    chosen, _ = QFileDialog.getOpenFileNames(parent, "Add files to the library")
    return [Path(file) for file in chosen]


def ask_folder(parent: QWidget) -> Sequence[Path]:
    """Ask with the system's own dialog."""
    chosen = QFileDialog.getExistingDirectory(parent, "Add a folder to the library")
    return [Path(chosen)] if chosen else []


class LibraryAdding(QObject):
    """Stands between the page, its tab of files, and what brings them in.

    Args:
        page: the page of the library.

    Attributes:
        ask_files: asks for files.
        ask_folder: asks for a folder.
        importer: brings files in behind the conversation.

    Signals:
        grown: something new is in the libraries.
    """

    grown = Signal()

    def __init__(self, page: LibraryPage) -> None:
        super().__init__(page)
        self._page = page
        self._tab = page.shelf.files
        self.ask_files: AskPaths = ask_files
        self.ask_folder: AskPaths = ask_folder
        self.importer = importer = Importer(page.worker, self)
        self.hint = DropHint(page.appearance, page)
        self._arranging = QTimer(self)
        self._arranging.setInterval(_ARRANGE_MS)
        self._arranging.timeout.connect(self._tab.arrange)
        self._added = 0
        self._growing = QTimer(self)
        self._growing.setSingleShot(True)
        self._growing.setInterval(_GROWN_MS)
        self._growing.timeout.connect(self.grown)
        self.hint.dropped.connect(self.add)
        page.shelf.files_wanted.connect(lambda: self.add(self.ask_files(page)))
        page.shelf.folder_wanted.connect(lambda: self.add(self.ask_folder(page)))
        self._tab.pause_wanted.connect(importer.pause)
        self._tab.go_on_wanted.connect(importer.go_on)
        self._tab.retry_wanted.connect(partial(self._change, "retry"))
        self._tab.cancel_wanted.connect(partial(self._change, "cancel"))
        self._tab.dismissal_wanted.connect(partial(self._change, "dismiss"))
        importer.told.connect(self._show_states)
        importer.turned.connect(self.settle)
        importer.grown.connect(self._growing.start)
        importer.failed.connect(page.notice.tell_failure)

    def begin(self) -> None:
        """Bring in what waits."""
        self.importer.use(self._page.known.keeps, self._page.known.may_edit)
        self.read_files()

    def forget(self) -> None:
        """Stop at once, and let go of what is shown."""
        self.importer.stop()
        self._arranging.stop()
        self._growing.stop()
        self._added = 0
        self.hint.hide()
        self._tab.show_files(())

    def settle(self) -> None:
        """Show whether files are being added now."""
        is_running = self.importer.is_running and not self.importer.is_paused
        self._tab.use(is_running, self._page.known.may_edit)
        if is_running:
            if not self._arranging.isActive():
                self._arranging.start()
        elif self._arranging.isActive():
            self._arranging.stop()
            self.read_files()
            self._tell_added()

    def where(self) -> str:
        """The library to which is added now."""
        library = self._page.library
        return self._page.known.common if library is None or library.is_core else library.name

    def welcome(self, event: QDragEnterEvent) -> None:
        """Take files that come over the page, where this account may add any."""
        is_free = self._page.known.may_edit and self._page.dialog is None
        if is_free and paths_of(event.mimeData()):
            event.acceptProposedAction()
            self.hint.welcome(f"Drop files or folders here to add them to “{shown(self.where())}”")

    def add(self, paths: Sequence[Path]) -> None:
        """Add files and folders to the library in sight; what is to become of folders is asked first."""
        page = self._page
        if not paths or not page.known.may_edit:
            return
        if not any(path.is_dir() for path in paths):
            self.queue(paths, watch=False)
            return
        dialog = FolderDialog(page.appearance, paths, self.where(), page)
        page.ask(dialog, lambda: self.queue(paths, dialog.watch_box.isChecked()))

    def queue(self, paths: Sequence[Path], watch: bool) -> None:
        """Queue files and folders, and tell what came of it; ``watch`` says whether folders are looked at again."""
        page, where = self._page, self.where()

        def added(result: Added) -> None:
            page.progress.end()
            page.refresh()
            self.read_files()
            page.shelf.open_tab(FILES)
            known = f"{counted(len(result.known), 'file')} there already." if result.known else ""
            page.notice.tell(f"{counted(len(result.files), 'file')} to add to {shown(where)}. {known}".strip())

        def failed(failure: Failed) -> None:
            page.progress.end()
            page.notice.tell_failure(failure)

        page.progress.begin("Looking at what is to be added", can_stop=False)
        self.importer.add(where, paths, watch, added, failed)

    def read_files(self) -> None:
        """Show the files that are on their way, or could not be added."""
        if self._page.known.may_edit:
            self._page.read(jobs.files, self._show_files)

    def _tell_added(self) -> None:
        added, self._added = self._added, 0
        if added:
            self._page.notice.tell(f"{counted(added, 'file was', 'files were')} added.")

    def _change(self, act: str, file_id: int) -> None:
        def changed(_: object) -> None:
            self.read_files()
            self.importer.begin()

        self._page.read(lambda services: getattr(services.queue, act)(file_id), changed)

    def _show_files(self, files: Sequence[FileState]) -> None:
        self._tab.show_files(files)
        self._page.shelf.count_files(self._tab.files.waiting)

    def _show_states(self, files: Sequence[FileState]) -> None:
        self._added += sum(file.standing == "done" for file in files)
        self._tab.change(files)
        self._page.shelf.count_files(self._tab.files.waiting)
