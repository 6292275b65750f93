"""Let only one window run for each person and home folder: a second start brings the first to the front."""

from __future__ import annotations

import getpass
import hashlib
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout
from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from medbot_desktop.settings import home_folder

_PATIENCE_MS = 1_000
_TRIES = 6
_PAUSE_MS = 50


class SingleInstance(QObject):
    """The right to be the one window; hold it as long as the window is open.

    A lock of the operating system decides, which a crash cannot leave behind; the socket only carries the call.

    Signals:
        called: another copy was started and asks this one to come to the front.
    """

    called = Signal()

    def __init__(self, name: str | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name or _own_name()
        self._lock = FileLock(Path(tempfile.gettempdir()) / f"{self._name}.lock")
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)

    def claim(self) -> bool:
        """Become the one window.

        Returns:
            False where another copy is open; that one has been asked to come to the front.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            self._call_other()
            return False
        except OSError:
            return True  # no place for a lock: better two windows than none
        QLocalServer.removeServer(self._name)  # a crash leaves it behind
        self._server.listen(self._name)
        return True

    def release(self) -> None:
        """Give the right up, so that the next start opens a window of its own."""
        self._server.close()
        self._lock.release()

    def _call_other(self) -> None:
        for _ in range(_TRIES):  # the other may hold the right and not listen yet
            socket = QLocalSocket()
            socket.connectToServer(self._name)
            if socket.waitForConnected(_PATIENCE_MS):
                socket.disconnectFromServer()
                return
            QThread.msleep(_PAUSE_MS)

    def _answer(self) -> None:
        while connection := self._server.nextPendingConnection():
            connection.disconnected.connect(connection.deleteLater)
            connection.disconnectFromServer()
        self.called.emit()


def _own_name() -> str:
    who = f"{getpass.getuser()}\n{home_folder().absolute()}"
    return "medbot-" + hashlib.sha256(who.encode()).hexdigest()[:16]
