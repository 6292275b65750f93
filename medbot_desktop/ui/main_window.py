"""Show the desk, or what stands before it: the first run and the lock; and come to an orderly end."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget

from medbot_desktop.ui.chat_page import ChatPage
from medbot_desktop.ui.desk import Desk
from medbot_desktop.ui.entry import minutes_before_lock, open_workspace, upkeep
from medbot_desktop.ui.first_run_page import FirstRunPage
from medbot_desktop.ui.icons import icon
from medbot_desktop.ui.idle import IdleWatch
from medbot_desktop.ui.lock_screen import LockScreen
from medbot_desktop.ui.settings_page import SettingsPage
from medbot_desktop.ui.theme import Appearance, Theme, palette, style_sheet
from medbot_desktop.ui.worker import Services, Worker

_UPKEEP_MS = 60 * 60 * 1_000


class MainWindow(QMainWindow):
    """The one window of the program.

    Args:
        appearance: the look that is on.
        worker: the thread that answers; the window ends it when it is closed.

    Attributes:
        desk: the pages of the workspace; another one after each lock.
        lock_screen: what asks for the passphrase.
        first_run: what makes a vault; None unless it is shown.
        idle: what notices that nobody is there.

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
        self.setWindowTitle("MedBot")
        self.setMinimumSize(sizes.least_width, sizes.least_height)
        self.resize(sizes.width, sizes.height)
        self._stack = QStackedWidget()
        self.setCentralWidget(self._stack)
        self.lock_screen = LockScreen(appearance, worker)
        self._stack.addWidget(self.lock_screen)
        self.first_run: FirstRunPage | None = None
        self.idle = IdleWatch(parent=self)
        self.idle.expired.connect(partial(self.lock, "It locked itself, since nobody was using it."))
        self.idle.warning.connect(self._warn)
        self._upkeep = QTimer(self)
        self._upkeep.setInterval(_UPKEEP_MS)
        self._upkeep.timeout.connect(self._do_upkeep)
        worker.ready.connect(self._on_ready)
        worker.locked.connect(self._scrub)
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
    def settings(self) -> SettingsPage:
        """The page of settings."""
        return self.desk.settings

    def show_lock(self, notice: str = "") -> None:
        """Ask for the passphrase; the desk is shown when the vault is open."""
        self._stack.setCurrentWidget(self.lock_screen)
        self.lock_screen.begin(self._account, notice)

    def show_first_run(self) -> None:
        """Offer to make a vault."""
        self.first_run = FirstRunPage(self._appearance, self.worker)
        self.first_run.demo_wanted.connect(self._try_demo)
        self._stack.addWidget(self.first_run)
        self._stack.setCurrentWidget(self.first_run)
        self.first_run.begin()

    def lock(self, notice: str = "") -> None:
        """Throw away all that shows what the vault holds, and close the vault."""
        self.idle.stop()
        self._upkeep.stop()
        self.show_lock(notice)
        old, self.desk = self.desk, self._new_desk()
        self._stack.removeWidget(old)
        old.forget()
        old.deleteLater()
        QGuiApplication.clipboard().clear()
        self.worker.lock()

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

    def _try_demo(self) -> None:
        self._stack.setCurrentWidget(self.desk)
        self._end_first_run()
        self.worker.open_with(partial(open_workspace, "demo"))

    def _end_first_run(self) -> None:
        if self.first_run is not None:
            self._stack.removeWidget(self.first_run)
            self.first_run.deleteLater()
            self.first_run = None

    def _on_ready(self) -> None:
        self._stack.setCurrentWidget(self.desk)
        self._end_first_run()
        self.desk.open_page(0)
        self.worker.run(minutes_before_lock, self._watch)

    def _watch(self, minutes: int | None) -> None:
        """Lock a vault that nobody uses, and look after it while it is open; the demo keeps nothing to protect."""
        self.desk.lock_button.setVisible(minutes is not None)
        if minutes is None:
            return
        self.idle.start(minutes)
        self.worker.run(lambda services: (services.access.account.name, list(services.notices)), self._take_notices)
        self._upkeep.start()
        self._do_upkeep()

    def _take_notices(self, told: tuple[str, list[str]]) -> None:
        self._account, sentences = told
        self._tell(sentences)

    def _do_upkeep(self) -> None:
        self.worker.run(upkeep, self._tell)

    def _tell(self, sentences: list[str]) -> None:
        if sentences:
            self.chat.notice.tell(" ".join(sentences))

    def _warn(self, seconds: int) -> None:
        self.chat.notice.tell(f"Nobody has used MedBot for a while. It locks in {seconds} s; any key keeps it open.")

    def _lock_if_kept(self) -> None:
        if not self.desk.lock_button.isHidden() and self._stack.currentWidget() is self.desk:
            self.lock()

    def _scrub(self) -> None:
        """Overwrite what this thread has let go of, once Qt has deleted it."""
        from medbot_desktop.vault.scrub import scrub

        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        scrub()

    def _use_theme(self, theme: Theme) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.setPalette(palette(theme))
        app.setFont(theme.font(theme.sizes.body))
        app.setStyleSheet(style_sheet(theme))
        self.setWindowIcon(QIcon(icon(theme, "mark", "accent", "on_accent")))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Go at once, and let the worker close the workspace behind."""
        self.closing.emit()
        self.idle.stop()
        self.hide()
        if self.first_run is not None:
            self.first_run.stop()
        self.desk.settings.forget()
        self.worker.stop()
        super().closeEvent(event)
