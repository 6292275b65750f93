"""Work through the queue of files once, on whichever thread does it, and tell the window how far each file is."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from medbot_desktop.errors import MedBotError
from medbot_desktop.ui.worker import Services

if TYPE_CHECKING:
    from medbot_desktop.knowledge.importing.file_states import FileState
    from medbot_desktop.knowledge.importing.importing import Importing
    from medbot_desktop.knowledge.importing.queue import ImportQueue

_LOOK_SECONDS = 60.0
_SECONDS_BETWEEN_TOLD = 0.1
_LEAST_SECONDS_BETWEEN_REFRESHES = 2.0
_SHARE_OF_REFRESHING = 10
"""A refresh is paid for by so many times as long without one."""


class ImportRun(QObject):
    """One run through the queue: made on the window's thread, told how far it is on the one that does it.

    Attributes:
        steps: what is left of a run that is done step by step.

    Signals:
        told: how some files are now, by their numbers.
    """

    told = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._stop = Event()
        self._is_final = False
        self._untold: dict[int, FileState] = {}
        self._told = 0.0
        self._is_stale = False
        self._refresh_at = 0.0
        self._look_at = time.monotonic() + _LOOK_SECONDS
        self.steps: Generator[None, None, None] | None = None

    @property
    def is_stopped(self) -> bool:
        """Whether it was asked to end."""
        return self._stop.is_set()

    def stop(self, is_final: bool = False) -> None:
        """End at the next step; what was done of a file is kept for the next run.

        Args:
            is_final: whether the vault is about to be closed, so that nothing else is begun.
        """
        self._is_final = self._is_final or is_final
        self._stop.set()

    def work(self, services: Services) -> Generator[None, None, None]:
        """Work through the queue until it is empty, a step at a time, on the thread of the run.

        Raises:
            MedBotError: the run was stopped, or nothing can be added.
        """
        with services.importing() as importing, closing(importing.run()) as files:
            try:
                for file in files:
                    self._take(services, importing, file)
                    yield
            finally:
                self._flush()
                self._refresh(services, importing)

    def _take(self, services: Services, importing: Importing, file: FileState) -> None:
        """Tell of a file, let what is in be found, and look at watched folders.

        Raises:
            MedBotError: the run was stopped.
        """
        self._untold[file.id] = file
        now = time.monotonic()
        if now - self._told >= _SECONDS_BETWEEN_TOLD or not file.is_unfinished:
            self._flush()
        if self.is_stopped:
            raise MedBotError("This was stopped.")
        self._is_stale = self._is_stale or file.standing == "done"
        if self._is_stale and now >= self._refresh_at:
            self._refresh(services, importing)
        if now >= self._look_at:
            self._look_at = now + _LOOK_SECONDS
            _queue(services, importing).look_at_folders()

    def _flush(self) -> None:
        """Tell what was not told yet."""
        self._told = time.monotonic()
        if self._untold:
            self.told.emit(list(self._untold.values()))
            self._untold = {}

    def _refresh(self, services: Services, importing: Importing) -> None:
        """Let what was added be found from now on."""
        if self._is_stale and not self._is_final:
            self._is_stale = False
            began = time.monotonic()
            services.retriever.refresh(importing.vault)
            took = time.monotonic() - began
            wait = max(_LEAST_SECONDS_BETWEEN_REFRESHES, took * _SHARE_OF_REFRESHING)
            self._refresh_at = time.monotonic() + wait


def bring_in(run: ImportRun, services: Services) -> None:
    """Work through the queue on the second thread, until it is empty or the run is stopped."""
    with closing(run.work(services)) as steps:
        for _ in steps:
            pass


def bring_in_some(run: ImportRun, services: Services) -> bool:
    """Go one step on, on the thread that answers messages; returns whether there is more to do."""
    if run.steps is None:
        run.steps = run.work(services)
    for _ in run.steps:
        return True
    return False


def give_up(run: ImportRun, _: Services) -> None:
    """Let go of what a run that is done step by step still holds."""
    if run.steps is not None:
        run.steps.close()


def _queue(services: Services, importing: Importing) -> ImportQueue:
    from medbot_desktop.knowledge.importing.queue import ImportQueue
    from medbot_desktop.vault.access import Access

    return ImportQueue(importing.vault, Access(importing.vault, services.access.account))
