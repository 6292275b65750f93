"""Let files be added behind the conversation: begin, pause and go on, and make way for whatever else has to be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from medbot_desktop.domain import Failed
from medbot_desktop.ui.import_run import ImportRun, bring_in, bring_in_some, give_up
from medbot_desktop.ui.worker import Services, Worker

if TYPE_CHECKING:
    from medbot_desktop.knowledge.importing.file_states import FileState
    from medbot_desktop.knowledge.importing.queue import Added, ImportQueue

_LOOK_MS = 60_000
_SOON_MS = 2_000


class Importer(QObject):
    """Stands between the queue of files and the worker threads.

    Where the vault lies on the disk, files are brought in on the second thread, which is given up whenever something
    else is to be done there. In the demo profile they are brought in step by step, with messages answered in between.

    Args:
        worker: the threads.

    Attributes:
        is_paused: whether somebody has paused it.

    Signals:
        told: how some files are now. turned: files are being added now, or are not any more.
        grown: something new is in the libraries. failed: a ``Failed`` that says why nothing is added any more.
    """

    told = Signal(object)
    turned = Signal()
    grown = Signal()
    failed = Signal(object)

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._run: ImportRun | None = None
        self._keeps = self._may = self._is_asking = self._is_resuming = self._follows = False
        self.is_paused = False
        self._watcher = QFileSystemWatcher(self)
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self.look_at_folders)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._soon.timeout.connect(self.look_at_folders)
        self._watcher.directoryChanged.connect(lambda: self._soon.start())
        worker.aside_asked.connect(self._make_way)

    @property
    def is_running(self) -> bool:
        """Whether files are being added now, or will be in a moment."""
        return self._run is not None or self._is_resuming

    def use(self, keeps: bool, may_edit: bool) -> None:
        """Begin with what waits, for an account that may change the libraries.

        Args:
            keeps: whether the vault lies on the disk.
            may_edit: whether the account may.
        """
        self._keeps, self._may = keeps, may_edit
        if may_edit:
            self._look.start()
            self.follow(looks=True)
            self.begin()

    def begin(self) -> None:
        """Add what waits, unless that is done already or somebody has paused it."""
        if self._may and not self.is_paused and self._run is None:
            self._worker.run(lambda services: services.queue.waiting(), self._begin_with)

    def pause(self) -> None:
        """Add nothing more until `go_on`."""
        self.is_paused = True
        if self._run is not None:
            self._run.stop()
        self.turned.emit()

    def go_on(self) -> None:
        """Add again what waits."""
        self.is_paused = False
        self.begin()

    def stop(self) -> None:
        """End for good, at once: the vault is about to be closed."""
        self._may = False
        self._look.stop()
        self._soon.stop()
        if self._run is not None:
            self._run.stop(is_final=True)
            if not self._keeps:
                self._worker.run(partial(give_up, self._run))

    def add(
        self,
        library: str,
        paths: Sequence[Path],
        watch: bool,
        then: Callable[[Added], None],
        failed: Callable[[Failed], None],
    ) -> None:
        """Queue files and folders, and add them.

        Args:
            library: where they are to be.
            paths: files and folders.
            watch: whether the folders are looked at again and again.
            then: is called with what came of it.
            failed: is called where they could not be queued.
        """

        def added(result: Added) -> None:
            self.follow()
            self.begin()
            then(result)

        self._do(lambda queue: queue.add(library, paths, watch), added, failed)

    def look_at_folders(self) -> None:
        """Add what is new in watched folders; a run looks by itself."""
        if self._may and self._run is None and not self.is_paused and self._follows:
            self._do(lambda queue: queue.look_at_folders(), self._begin_with, self.failed.emit)

    def _do(
        self,
        job: Callable[[ImportQueue], object],
        then: Callable[..., None],
        failed: Callable[[Failed], None],
    ) -> None:
        """Do something with the queue beside the conversation, where that can be."""
        run = self._worker.run_aside if self._keeps else self._worker.run
        run(partial(_with_queue, job), then, failed)

    def follow(self, looks: bool = False) -> None:
        """Be told by the system when something in a watched folder changes; it does not always say so.

        Args:
            looks: whether to look what is new in them now.
        """

        def follow(folders: Sequence[Path]) -> None:
            self._follows = bool(folders)
            known = self._watcher.directories()
            if known:
                self._watcher.removePaths(known)
            there = [str(folder) for folder in folders if folder.is_dir()]
            if there:
                self._watcher.addPaths(there)
            if looks:
                self.look_at_folders()

        self._worker.run(_watched, follow)

    def _begin_with(self, waiting: int) -> None:
        self._is_resuming = False
        if not waiting or not self._may or self.is_paused or self._run is not None:
            self.turned.emit()
            return
        self._run = run = ImportRun()
        run.told.connect(self._tell)
        if self._keeps:
            self._is_asking = True
            self._worker.run_aside(partial(bring_in, run), partial(self._end, run), partial(self._fail, run))
            self._is_asking = False
        else:
            self._step(run)
        self.turned.emit()

    def _step(self, run: ImportRun) -> None:
        def go_on(is_more: bool) -> None:
            if is_more:
                self._step(run)
            else:
                self._end(run, None)

        self._worker.run(partial(bring_in_some, run), go_on, partial(self._fail, run))

    def _make_way(self) -> None:
        """Let go of the second thread for what somebody else does there; it goes on behind that."""
        if self._run is not None and self._keeps and not self._is_asking:
            self._run.stop()

    def _end(self, run: ImportRun, _: object) -> None:
        if run is self._run:
            self._run = None
            self._is_resuming = run.is_stopped and self._may and not self.is_paused
            self.begin()
            self.turned.emit()
            self.grown.emit()

    def _fail(self, run: ImportRun, failure: Failed) -> None:
        if run is not self._run:
            return
        if run.is_stopped:
            self._end(run, None)
            return
        self._run = None
        self.is_paused = True  # what went wrong would go wrong again
        self.turned.emit()
        self.failed.emit(failure)

    def _tell(self, files: Sequence[FileState]) -> None:
        if self.sender() is self._run:
            self.told.emit(files)
            if any(file.standing == "done" for file in files):
                self.grown.emit()


def _with_queue(job: Callable[[ImportQueue], object], services: Services) -> object:
    from medbot_desktop.knowledge.importing.queue import ImportQueue

    if services.opened is None:
        return job(services.queue)
    with services.opened.beside() as beside:
        return job(ImportQueue(beside.vault, beside.access))


def _watched(services: Services) -> list[Path]:
    return [folder.path for folder in services.queue.folders() if folder.watched]
