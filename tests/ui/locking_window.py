"""A window that another process tells what to do: it talks, locks, and says when it is done. Run as a program."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QEventLoop, QTimer

from medbot_desktop.ui.app import application
from medbot_desktop.ui.main_window import MainWindow
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.transcript_model import State
from medbot_desktop.ui.worker import Worker
from medbot_desktop.vault.scrub import guard_heap

_SETTLE_MS = 1_500


def wait(milliseconds: int) -> None:
    """Let the window work, and the other threads too."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def read_line() -> str:
    """One line of the input, without a buffer that would keep it."""
    line = bytearray()
    while (letter := os.read(0, 1)) not in (b"\n", b""):
        line += letter
    return line.decode()


def main() -> None:
    """Sign in, ask what is written to the input, and lock when told to."""
    guard_heap()
    application()
    window = MainWindow(Appearance("light"), Worker())
    window.show_lock()
    window.show()
    window.worker.start()
    window.lock_screen.account.setText("ada")
    window.lock_screen.passphrase.setText(read_line())
    window.lock_screen.submit()
    while not window.desk.isVisible() or window.desk.lock_button.isHidden():
        wait(50)
    window.chat.send(read_line())
    while window.chat.talk.transcript.entry(-1).state is not State.DONE:
        wait(50)
    window.chat.desk.search(read_line(), window.chat.column.filters.chosen())
    window.grab()
    wait(_SETTLE_MS)
    print("answered", flush=True)
    read_line()
    is_locked = []
    window.worker.locked.connect(lambda: is_locked.append(True))
    window.lock()
    while not is_locked:
        wait(50)
    wait(_SETTLE_MS)
    print("locked", flush=True)
    read_line()
    window.close()


if __name__ == "__main__":
    sys.exit(main())
