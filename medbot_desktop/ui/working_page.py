"""Do what a page is asked for on the worker threads, and tell beneath it how far that is and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QDialog, QVBoxLayout, QWidget

from medbot_desktop.domain import Failed
from medbot_desktop.ui.by_button import IN_SETTINGS, by_button
from medbot_desktop.ui.long_work import LongWork, ProgressRow
from medbot_desktop.ui.notice_bar import NoticeBar
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Services, Worker

Result = TypeVar("Result")

Progress = Callable[[int, int], None]

STOPPED = "This was stopped, and nothing was changed."


class _Stay:
    """How long answers are waited for; it outlives the page, which is thrown away when the window locks."""

    def __init__(self) -> None:
        self.number = 0
        self.work: LongWork | None = None

    def end(self) -> None:
        """Wait no longer for anything, and stop what takes long."""
        self.number += 1
        if self.work is not None:
            self.work.stop()
            self.work = None


class WorkingPage(QWidget):
    """A page that works on what the vault holds, one piece of work at a time.

    Args:
        appearance: the look that is on.
        worker: does what touches the vault.

    Attributes:
        notice: tells what was done or failed.
        progress: shows long work.
        beneath: where both of them stand; a page puts it below what it shows.
        dialog: the dialog that is open, if one is.
        is_busy: whether something is being done; reading what is shown does not count.
    """

    def __init__(self, appearance: Appearance, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sizes = appearance.theme.sizes
        self.appearance = appearance
        self.worker = worker
        self.dialog: QDialog | None = None
        self.is_busy = False
        self._stay = stay = _Stay()
        self.destroyed.connect(lambda: stay.end())
        self.notice = NoticeBar(appearance)
        self.progress = ProgressRow(appearance)
        self.beneath = QVBoxLayout()
        self.beneath.setSpacing(sizes.unit)
        for widget in (self.progress, self.notice):
            widget.setMaximumWidth(sizes.reading + sizes.conversations)
            widget.installEventFilter(self)
            self.beneath.addWidget(widget)
        self._give_room()

    def refresh(self) -> None:
        """Read what is shown anew; the settings call this whenever the section is opened."""

    def forget(self) -> None:
        """Let go of everything that came from the vault or was typed, and of answers that are still to come."""
        self._stay.end()
        self.is_busy = False
        if self.dialog is not None:
            self.dialog.close()
        self.progress.end()
        self.notice.hide()

    def settle(self) -> None:
        """Let each control be used or not, as things stand; called as work begins and after all that was done."""

    def read(self, job: Callable[[Services], Result], then: Callable[[Result], None]) -> None:
        """Fetch what is shown; what the page says about work that was done stays."""
        self._run(job, then, self.notice.tell_failure, (), is_work=False)

    def read_aside(self, job: Callable[[Services], Result], then: Callable[[Result], None]) -> None:
        """Fetch what takes long to find out and is shown beside the rest; it may not touch the vault."""
        self._run(job, then, self.notice.tell_failure, (), aside=True, is_work=False)

    def do(
        self,
        job: Callable[[Services], Result],
        then: Callable[[Result], None],
        failed: Callable[[Failed], None] | None = None,
        waiting: Sequence[QWidget] = (),
    ) -> None:
        """Do something on the worker thread, unless something is being done; what failed is told in the page.

        Args:
            job: is given the services.
            then: is called with the result, unless the page was told to forget meanwhile.
            failed: is called in place of telling the failure.
            waiting: what cannot be used until it is done.
        """
        if self._may_begin():
            self._run(job, then, failed or self.notice.tell_failure, waiting)

    def _may_begin(self) -> bool:
        """Begin a piece of work, if no other one is under way; a second press of a key or a button begins nothing."""
        if self.is_busy:
            return False
        self.is_busy = True
        self.notice.hide()
        return True

    def _run(
        self,
        job: Callable[[Services], Result],
        then: Callable[[Result], None],
        failed: Callable[[Failed], None],
        waiting: Sequence[QWidget],
        aside: bool = False,
        is_work: bool = True,
    ) -> None:
        stay, number = self._stay, self._stay.number
        focused = QApplication.focusWidget()
        for widget in waiting:
            widget.setEnabled(False)
        if is_work:
            self.settle()
        if focused is not None and (focused.isEnabled() or not self.isAncestorOf(focused)):
            focused = None

        def end(act: Callable[[], None]) -> None:
            if stay.number != number:
                return
            self.is_busy = self.is_busy and not is_work
            for widget in waiting:
                widget.setEnabled(True)
            self.settle()
            if focused is not None and focused.isVisible() and self.dialog is None:
                focused.setFocus()
            act()

        run = self.worker.run_aside if aside else self.worker.run
        run(
            job,
            lambda result: end(lambda: then(result)),
            lambda failure: end(lambda: failed(by_button(failure, IN_SETTINGS))),
        )

    def do_whole(
        self,
        text: str,
        job: Callable[[Services], Result],
        then: Callable[[Result], None],
        waiting: Sequence[QWidget] = (),
    ) -> None:
        """Do something that takes a while and cannot be stopped on the way; takes what `do_long` takes."""
        if not self._may_begin():
            return
        self.progress.begin(text, can_stop=False)

        def succeed(result: Result) -> None:
            self.progress.end()
            then(result)

        def fail(failure: Failed) -> None:
            self.progress.end()
            self.notice.tell_failure(failure)

        self._run(job, succeed, fail, waiting)

    def do_long(
        self,
        text: str,
        job: Callable[[Services, Progress], Result],
        then: Callable[[Result], None],
        failed: Callable[[Failed], None] | None = None,
        waiting: Sequence[QWidget] = (),
        stopped: Callable[[], None] | None = None,
        aside: bool = False,
    ) -> None:
        """Do something long on a worker thread, with a bar and a way to stop it.

        Args:
            text: what is done, e.g. ``Backing up``.
            job: is given the services and what it tells its progress to.
            then: is called with the result.
            failed: is called in place of telling the failure.
            waiting: what cannot be used until it is done.
            stopped: is called where a person has stopped it, in place of telling so.
            aside: whether it is done while messages are answered; as `Worker.run_aside`.
        """
        if not self._may_begin():
            return
        work = self._stay.work = self.progress.begin(text)

        def end() -> None:
            self._stay.work = None
            self.progress.end()

        def succeed(result: Result) -> None:
            end()
            then(result)

        def fail(failure: Failed) -> None:
            end()
            if work.is_stopped:
                (stopped or partial(self.notice.tell, STOPPED))()
            else:
                (failed or self.notice.tell_failure)(failure)

        self._run(lambda services: job(services, work.tell), succeed, fail, waiting, aside)

    def ask(self, dialog: QDialog, then: Callable[[], None] | None = None) -> None:
        """Open a dialog over the window; ``then`` is called once it is accepted."""
        if then is not None:
            dialog.accepted.connect(then)
        dialog.finished.connect(lambda: self._end_dialog(dialog))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog = dialog
        dialog.open()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Give what is told beneath the column some room, as long as it is there."""
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._give_room()
        return super().eventFilter(watched, event)

    def _give_room(self) -> None:
        unit = self.appearance.theme.sizes.unit
        is_empty = self.progress.isHidden() and self.notice.isHidden()
        self.beneath.setContentsMargins(4 * unit, 0, 4 * unit, 0 if is_empty else 2 * unit)

    def _end_dialog(self, dialog: QDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None
