"""Hear from Linux that the computer is about to sleep, and hold it up for the second that locking takes.

See org.freedesktop.login1(5): whoever holds a delaying inhibitor lets the computer sleep by closing a file descriptor,
and after some seconds it sleeps anyway. Where there is no such service, waking up is noticed by `idle`.
"""

from __future__ import annotations

import os

from PySide6.QtCore import SLOT, QObject, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher, QDBusUnixFileDescriptor

_MANAGER = ("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager")
_NONE = -1


class SuspendWatch(QObject):
    """Listens from `start` to `release`.

    Args:
        bus: the bus of the system's services; None: this computer's own.

    Signals:
        suspending: the computer sleeps as soon as `release` is called.
    """

    suspending = Signal()

    def __init__(self, bus: QDBusConnection | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus = bus or QDBusConnection.systemBus()
        self._descriptor = _NONE
        self._is_listening = False
        self._asking: QDBusPendingCallWatcher | None = None
        if self._bus.isConnected():
            # PySide's declaration asks for bytes, and the call for what SLOT makes.
            slot: bytes = SLOT("prepare_for_sleep(bool)")  # type: ignore[assignment]
            self._bus.connect(*_MANAGER, "PrepareForSleep", self, slot)

    def start(self) -> None:
        """Listen from now on, and ask to be waited for."""
        if self._is_listening:
            return
        self._is_listening = True
        if self._bus.isConnected():
            request = QDBusMessage.createMethodCall(*_MANAGER, "Inhibit")
            request.setArguments(["sleep", "MedBot", "The vault is being locked", "delay"])
            self._asking = QDBusPendingCallWatcher(self._bus.asyncCall(request), self)
            self._asking.finished.connect(self._take)

    def release(self) -> None:
        """Listen no longer, and let the computer sleep."""
        self._is_listening = False
        if self._descriptor != _NONE:
            os.close(self._descriptor)
            self._descriptor = _NONE

    @Slot(bool)
    def prepare_for_sleep(self, is_going_to_sleep: bool) -> None:
        """What the service calls before the computer sleeps, and after."""
        if is_going_to_sleep and self._is_listening:
            self.suspending.emit()

    def _take(self, asking: QDBusPendingCallWatcher) -> None:
        """Keep a descriptor of our own: the reply's one stays open for as long as something holds the reply."""
        for found in asking.reply().arguments():
            if isinstance(found, QDBusUnixFileDescriptor) and self._descriptor == _NONE:
                self._descriptor = os.dup(found.fileDescriptor())
        self._asking = None
        asking.deleteLater()
        if not self._is_listening:
            self.release()
