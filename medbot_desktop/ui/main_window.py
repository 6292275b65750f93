"""Show the desk, or what stands before it: the first run and the lock; and come to an orderly end."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QClipboard, QCloseEvent, QGuiApplication, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget

from medbot_desktop.domain import Failed
from medbot_desktop.ui.by_button import AT_THE_LOCK, by_button
from medbot_desktop.ui.chat_page import ChatPage
from medbot_desktop.ui.desk import CHAT, Desk
from medbot_desktop.ui.entry import minutes_before_lock, open_workspace, planned_backup, preload, upkeep
from medbot_desktop.ui.first_run_page import FirstRunPage
from medbot_desktop.ui.icons import icon
from medbot_desktop.ui.idle import IdleWatch
from medbot_desktop.ui.library_page import LibraryPage
from medbot_desktop.ui.lock_screen import LockScreen
from medbot_desktop.ui.long_work import LongWork
from medbot_desktop.ui.notice_bar import NoticeBar
from medbot_desktop.ui.settings_page import SettingsPage
from medbot_desktop.ui.suspend import SuspendWatch
from medbot_desktop.ui.theme import Appearance, Theme, palette, style_sheet
from medbot_desktop.ui.worker import Services, Worker

_UPKEEP_MS = 60 * 60 * 1_000
_UNUSED = "It locked itself, since nobody was using it."
_ASLEEP = "It locked itself, since the computer went to sleep."


class MainWindow(QMainWindow):
    """The one window of the program.

    Args:
        appearance: the look that is on.
        worker: the thread that answers; the window ends it when it is closed.

    Attributes:
        desk: the pages of the workspace; another one after each lock.
        lock_screen: what asks for the passphrase.
        first_run: what makes a vault; None unless it is shown.
        notice: tells what has to be read, whichever page is shown.
        idle: what notices that nobody is there.
        suspend: what hears that the computer is about to sleep.

    Signals:
        closing: the window goes, and takes no calls any more.
    """

    closing = Signal()

    def __init__(self, appearance: Appearance, worker: Worker) -> None:
        super().__init__()
        sizes = appearance.theme.sizes
        self._appearance = appearance
        self.worker = worker
        self._account = ""
        self._is_opening = False
        self.setWindowTitle("MedBot")
        self.setMinimumSize(sizes.least_width, sizes.least_height)
        self.resize(sizes.width, sizes.height)
        self._stack = QStackedWidget()
        self.notice = NoticeBar(appearance)
        self.setCentralWidget(self._whole())
        self.lock_screen = LockScreen(appearance, worker)
        self._stack.addWidget(self.lock_screen)
        self.first_run: FirstRunPage | None = None
        self.idle = IdleWatch(parent=self)
        self.suspend = SuspendWatch(parent=self)
        self._watch_for_leaving()
        self._backing_up = LongWork()
        self._upkeep = QTimer(self)
        self._upkeep.setInterval(_UPKEEP_MS)
        self._upkeep.timeout.connect(self._do_upkeep)
        worker.ready.connect(self._on_ready)
        worker.unavailable.connect(self._on_unavailable)
        worker.closed.connect(self._let_go)
        worker.locked.connect(self._let_sleep)
        self.lock_screen.accepted.connect(self._on_accepted)
        QShortcut(QKeySequence("Ctrl+L"), self).activated.connect(self._lock_if_kept)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Quit), self).activated.connect(self.close)
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)
        self.desk = self._new_desk()
        self._stack.setCurrentWidget(self.desk)

    @property
    def chat(self) -> ChatPage:
        """The page where one talks."""
        return self.desk.chat

    @property
    def library(self) -> LibraryPage:
        """The page of what answers are made of."""
        return self.desk.library

    @property
    def settings(self) -> SettingsPage:
        """The page of settings."""
        return self.desk.settings

    def _whole(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(self._stack, 1)
        return whole

    def _watch_for_leaving(self) -> None:
        self.idle.expired.connect(partial(self.lock, _UNUSED))
        self.idle.warning.connect(self._warn)
        self.idle.touched.connect(self.notice.hide)
        self.suspend.suspending.connect(partial(self.lock, _ASLEEP))

    def show_lock(self, notice: str = "") -> None:
        """Ask for the passphrase; the desk is shown when the vault is open."""
        self.worker.run_alone(preload)
        self._stack.setCurrentWidget(self.lock_screen)
        self.lock_screen.begin(self._account, notice)

    def show_first_run(self) -> None:
        """Offer to make a vault."""
        self.first_run = FirstRunPage(self._appearance, self.worker)
        self.first_run.demo_wanted.connect(self._try_demo)
        self.first_run.making.connect(self._begin_opening)
        self.first_run.restored.connect(self._sign_in_restored)
        self._stack.addWidget(self.first_run)
        self._stack.setCurrentWidget(self.first_run)
        self.first_run.begin()

    def lock(self, notice: str = "") -> None:
        """Throw away all that shows what the vault holds, and close the vault."""
        self.idle.stop()
        self._upkeep.stop()
        self._backing_up.stop()
        self.library.adding.importer.stop()
        try:
            self._throw_away(notice)
        finally:
            self.worker.lock()

    def _throw_away(self, notice: str) -> None:
        self.notice.hide()
        for dialog in self.findChildren(QDialog):
            dialog.reject()
        for menu in self.findChildren(QMenu):
            menu.close()
        self.show_lock(notice)
        old, self.desk = self.desk, self._new_desk()
        self._stack.removeWidget(old)
        old.forget()
        old.deleteLater()
        _clear_clipboard()

    def come_to_front(self) -> None:
        """Be the window that the person sees."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def _new_desk(self) -> Desk:
        desk = Desk(self._appearance, self.worker)
        desk.lock_wanted.connect(self.lock)
        desk.settings.reopening.connect(self._reopen)
        desk.settings.lock_time_changed.connect(self.idle.start)
        self._stack.addWidget(desk)
        return desk

    def _reopen(self, opening: Callable[[], Services] | None, notice: str) -> None:
        """Lock, since the vault was closed to restore a backup, and open the one that is there now if that can be."""
        self.lock(notice)
        if opening is not None:
            self.worker.open_with(opening)

    def _begin_opening(self) -> None:
        self._is_opening = True

    def _on_accepted(self) -> None:
        """Show the desk as soon as the passphrase was right; what takes long loads behind it."""
        self._begin_opening()
        self._stack.setCurrentWidget(self.desk)
        self.desk.open_page(CHAT)

    def _on_unavailable(self, failure: Failed) -> None:
        """Go back to the lock where the vault was opened and nothing could be built on it."""
        if self._is_opening:
            self._is_opening = False
            self._end_first_run()
            told = by_button(failure, AT_THE_LOCK)
            self.show_lock(f"{told.message} {told.hint}".strip())

    def _try_demo(self) -> None:
        self._stack.setCurrentWidget(self.desk)
        self._end_first_run()
        self.worker.open_with(partial(open_workspace, "demo"))

    def _sign_in_restored(self, told: str) -> None:
        self._end_first_run()
        self.show_lock(told)

    def _end_first_run(self) -> None:
        if self.first_run is not None:
            self._stack.removeWidget(self.first_run)
            self.first_run.deleteLater()
            self.first_run = None

    def _on_ready(self) -> None:
        self._is_opening = False
        if self._stack.currentWidget() is not self.desk:
            self._stack.setCurrentWidget(self.desk)
            self.desk.open_page(CHAT)
        self._end_first_run()
        self.worker.run(minutes_before_lock, self._watch)

    def _watch(self, minutes: int | None) -> None:
        """Lock a vault that nobody uses, and look after it while it is open; the demo keeps nothing to protect."""
        self.desk.lock_button.setVisible(minutes is not None)
        if minutes is None:
            return
        self.idle.start(minutes)
        self.suspend.start()
        self.worker.run(lambda services: (services.access.account.name, list(services.notices)), self._take_notices)
        self._upkeep.start()
        self._do_upkeep()

    def _take_notices(self, told: tuple[str, list[str]]) -> None:
        self._account, sentences = told
        self._tell(sentences)

    def _do_upkeep(self) -> None:
        self.worker.run(upkeep, self._tell)
        self._backing_up = work = LongWork()
        self.worker.run_aside(
            lambda services: planned_backup(services, work.tell), lambda told: self._tell([told] if told else [])
        )

    def _tell(self, sentences: list[str]) -> None:
        if sentences:
            self.notice.keep_telling(" ".join(sentences))

    def _warn(self, seconds: int) -> None:
        loss = "What is typed and not sent is lost then." if self.chat.composer.text() else ""
        self.notice.keep_telling(f"MedBot locks in {seconds} s. Press any key to keep it open. {loss}".strip())

    def _lock_if_kept(self) -> None:
        if not self.desk.lock_button.isHidden() and self._stack.currentWidget() is self.desk:
            self.lock()

    def _let_go(self) -> None:
        """Let Qt delete what was thrown away, so that the worker can overwrite it."""
        from medbot_desktop.vault.scrub import scrub_thread

        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        scrub_thread()

    def _let_sleep(self) -> None:
        if not self.idle.is_watching:
            self.suspend.release()

    def _use_theme(self, theme: Theme) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        sheet = style_sheet(theme)
        if app.styleSheet() != sheet:  # to set it goes through every widget that there is
            app.setPalette(palette(theme))
            app.setFont(theme.font(theme.sizes.body))
            app.setStyleSheet(sheet)
        self.setWindowIcon(QIcon(icon(theme, "mark", "accent", "on_accent")))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Go at once, and let the worker close the workspace behind."""
        self.closing.emit()
        self.idle.stop()
        self.suspend.release()
        self.hide()
        if self.first_run is not None:
            self.first_run.stop()
        self._backing_up.stop()
        self.chat.attaching.stop()
        self.library.forget()
        self.desk.settings.forget()
        self.worker.stop()
        super().closeEvent(event)


def _clear_clipboard() -> None:
    """Take back what was copied here; what another program has copied stays."""
    clipboard = QGuiApplication.clipboard()
    copied: QMimeData | None = clipboard.mimeData()  # None where nothing was copied
    # Not every platform tells who owns what was copied.
    is_here = copied is not None and copied.metaObject().className() == "QMimeData"
    if clipboard.ownsClipboard() or is_here:
        clipboard.clear()
    if clipboard.ownsSelection():
        clipboard.clear(QClipboard.Mode.Selection)
