"""Open the window at once and let everything slow load behind it."""

from __future__ import annotations

import signal
import sys
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from medbot_desktop.settings import load_settings
from medbot_desktop.ui.entry import open_workspace
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.single_instance import SingleInstance
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Worker
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.scrub import guard_heap

OPEN_ALREADY = "MedBot is open already; its window is in front now."

_INTERRUPT_CHECK_MS = 500

_SWITCH_SECONDS = 0.000_5
"""How soon the worker must let the window run: at Python's 5 ms, a repaint of twenty steps would wait 100 ms."""


def open_window(profile: str | None = None) -> int:
    """Show the window and stay until it is closed.

    Args:
        profile: ``clinic`` or ``demo``; None: the clinic's vault, which is made where there is none.

    Returns:
        The exit status.

    Raises:
        InputError: the settings or the theme cannot be read.
    """
    guard_heap()
    settings = load_settings()
    sys.setswitchinterval(_SWITCH_SECONDS)
    app = application()
    instance = SingleInstance()
    if not instance.claim():
        print(OPEN_ALREADY)
        return 0
    worker = Worker(partial(open_workspace, profile) if profile == "demo" else None)
    window = MainWindow(Appearance(settings.theme), worker)
    if profile != "demo":
        window.show_lock() if VaultFolder.standard().exists() else window.show_first_run()
    instance.called.connect(window.come_to_front)
    window.closing.connect(instance.release)
    window.show()
    QTimer.singleShot(0, worker.start)
    return _run(app, window)


def application() -> QApplication:
    """The application object, with the names that the desktop shows."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    app.setApplicationName("MedBot")
    app.setApplicationDisplayName("MedBot")
    app.setDesktopFileName("medbot")
    return app


def _run(app: QApplication, window: MainWindow) -> int:
    """Run the event loop; Ctrl+C in the terminal closes the window in order."""
    previous = signal.signal(signal.SIGINT, lambda *_: window.close())
    ticking = QTimer()
    ticking.timeout.connect(lambda: None)  # Python sees a signal only when some Python code runs
    ticking.start(_INTERRUPT_CHECK_MS)
    try:
        return app.exec()
    finally:
        signal.signal(signal.SIGINT, previous)
