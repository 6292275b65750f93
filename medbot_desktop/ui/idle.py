"""Notice that nobody is there any more: no key or pointer for a while, or the computer has slept."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtDBus import QDBusConnection
from PySide6.QtWidgets import QApplication

_TICK_MS = 1_000
_LONGEST_TICK_S = 30.0
"""A tick that comes later than this has slept with the computer."""
_WARNING_S = 30.0

_SIGNS_OF_LIFE = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletPress,
    }
)


class IdleWatch(QObject):
    """Watches the whole program, from `start` to `stop`.

    Args:
        clock: the time of day in seconds, which goes on while the computer sleeps.

    Signals:
        warning: nobody has touched anything; so many seconds are left.
        touched: somebody did, after a warning.
        expired: the time is over, or the computer sleeps or has slept.
    """

    warning = Signal(int)
    touched = Signal()
    expired = Signal()

    def __init__(self, clock: Callable[[], float] = time.time, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._seconds = 0.0
        self._last_touch = self._last_tick = 0.0
        self._has_warned = False
        self._ticking = QTimer(self)
        self._ticking.setInterval(_TICK_MS)
        self._ticking.timeout.connect(self.tick)
        self._listen_for_sleep()

    def start(self, minutes: float) -> None:
        """Watch from now on."""
        self._seconds = minutes * 60
        self._last_touch = self._last_tick = self._clock()
        self._has_warned = False
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)
        self._ticking.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._ticking.stop()
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)

    def tick(self) -> None:
        """Look at the clock."""
        now = self._clock()
        slept, self._last_tick = now - self._last_tick > _LONGEST_TICK_S, now
        if now < self._last_touch:  # the clock was set back
            self._last_touch = now
        left = self._seconds - (now - self._last_touch)
        if slept or left <= 0:
            self._expire()
        elif left <= min(_WARNING_S, self._seconds / 2):
            self._has_warned = True
            self.warning.emit(round(left))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Take every touch of the program as a sign of life."""
        if event.type() in _SIGNS_OF_LIFE:
            self._last_touch = self._clock()
            if self._has_warned:
                self._has_warned = False
                self.touched.emit()
        return False

    def _listen_for_sleep(self) -> None:
        """Let Linux's login service say that the computer is about to sleep; elsewhere waking up is noticed."""
        bus = QDBusConnection.systemBus()
        if bus.isConnected():
            login = ("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager")
            bus.connect(*login, "PrepareForSleep", self, b"1prepare_for_sleep(bool)")

    @Slot(bool)
    def prepare_for_sleep(self, is_going_to_sleep: bool) -> None:
        """What the login service calls before the computer sleeps, and after."""
        if is_going_to_sleep and self._ticking.isActive():
            self._expire()

    def _expire(self) -> None:
        self.stop()
        self.expired.emit()
