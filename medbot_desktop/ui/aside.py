"""Do long work beside the conversation, on a thread of its own, so that no message waits for a backup."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from medbot_desktop.ui.clerk import Clerk, Job


class Aside(QObject):
    """Lives on a second thread; the workspace is not closed while it does a job.

    Args:
        clerk: has the workspace.

    Signals:
        done: a job, and what came of it.
    """

    done = Signal(object, object)

    def __init__(self, clerk: Clerk) -> None:
        super().__init__()
        self._clerk = clerk

    @Slot(object)
    def run(self, job: Job) -> None:
        """Do a job, and send back what it returned, or a ``Failed``."""
        with self._clerk.lend() as services:
            result = job.outcome(services)
        self.done.emit(job, result)
