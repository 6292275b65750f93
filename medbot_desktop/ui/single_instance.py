"""Let only one window run for each person and home folder: a second start brings the first to the front."""

from __future__ import annotations

import getpass
import hashlib

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtNetwork import QAbstractSocket, QLocalServer, QLocalSocket

from medbot_desktop.settings import home_folder

_PATIENCE_MS = 1_000
_TRIES = 6
_PAUSE_MS = 50


class SingleInstance(QObject):
    """The right to be the one window; hold it as long as the window is open.

    Signals:
        called: another copy was started and asks this one to come to the front.
    """

    called = Signal()

    def __init__(self, name: str | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name or _own_name()
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)

    def claim(self) -> bool:
        """Become the one window.

        Returns:
            False where another copy is open; that one has been asked to come to the front.
        """
        if self._call_other():
            return False
        if self._server.listen(self._name):
            return True
        if self._server.serverError() == QAbstractSocket.SocketError.AddressInUseError:
            for _ in range(_TRIES):  # whoever was first may hold the name and not listen yet
                if self._call_other():
                    return False
                QThread.msleep(_PAUSE_MS)
            QLocalServer.removeServer(self._name)  # nobody answers: it was left behind by a crash
            return self._server.listen(self._name)
        return True  # a system without local sockets: better two windows than none

    def release(self) -> None:
        """Give the right up, so that the next start opens a window of its own."""
        self._server.close()

    def _call_other(self) -> bool:
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_PATIENCE_MS):
            return False
        socket.disconnectFromServer()
        return True

    def _answer(self) -> None:
        while connection := self._server.nextPendingConnection():
            connection.disconnected.connect(connection.deleteLater)
            connection.disconnectFromServer()
        self.called.emit()


def _own_name() -> str:
    who = f"{getpass.getuser()}\n{home_folder().absolute()}"
    return "medbot-" + hashlib.sha256(who.encode()).hexdigest()[:16]
