"""Notice that nobody is there any more: no key or pointer for a while, or the computer has slept."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QWindow

_TICK_MS = 1_000
_LONGEST_TICK_S = 30.0
"""A tick that comes later than this counts as sleep, for systems on which both clocks go on while they sleep."""
_SLEPT_S = 3.0
"""So much more than the time awake must have passed in one tick, to have slept."""
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


def passing_time() -> float:
    """Seconds that also pass while the computer sleeps; a clock that nobody can set, where the system has one."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.time() if clock is None else time.clock_gettime(clock)


class IdleWatch(QObject):
    """Watches the windows of the program, from `start` to `stop`.

    Args:
        clock: seconds that also pass while the computer sleeps.
        awake: seconds that pass only while it is awake, on a system that can tell.

    Signals:
        warning: nobody has touched anything; so many seconds are left.
        touched: somebody did, after a warning.
        expired: the time is over, or the computer has slept.
    """

    warning = Signal(int)
    touched = Signal()
    expired = Signal()

    def __init__(
        self,
        clock: Callable[[], float] = passing_time,
        awake: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._awake = awake
        self._seconds = 0.0
        self._last_touch = self._last_tick = self._last_awake = 0.0
        self._has_warned = False
        self._ticking = QTimer(self)
        self._ticking.setInterval(_TICK_MS)
        self._ticking.timeout.connect(self.tick)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.focusWindowChanged.connect(self._listen_to)
        self._listen_to(QGuiApplication.focusWindow())

    @property
    def is_watching(self) -> bool:
        """Whether it watches."""
        return self._ticking.isActive()

    def start(self, minutes: float) -> None:
        """Watch from now on."""
        self._seconds = minutes * 60
        self._last_touch = self._last_tick = self._clock()
        self._last_awake = self._awake()
        self._has_warned = False
        self._ticking.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._ticking.stop()

    def tick(self) -> None:
        """Look at the clocks."""
        now, awake = self._clock(), self._awake()
        passed, passed_awake = now - self._last_tick, awake - self._last_awake
        self._last_tick, self._last_awake = now, awake
        if now < self._last_touch:  # the clock was set back
            self._last_touch = now
        left = self._seconds - (now - self._last_touch)
        if left <= 0 or passed - passed_awake > _SLEPT_S or passed > _LONGEST_TICK_S:
            self.stop()
            self.expired.emit()
        elif left <= min(_WARNING_S, self._seconds / 2) and not self._has_warned:
            self._has_warned = True
            self.warning.emit(round(left))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Take every touch of a window as a sign of life."""
        if event.type() in _SIGNS_OF_LIFE:
            self._last_touch = self._clock()
            if self._has_warned:
                self._has_warned = False
                self.touched.emit()
        return False

    def _listen_to(self, window: QWindow | None) -> None:
        """Hear what the system tells a window; a filter on the whole program would hear every event of every widget."""
        if window is not None:
            window.installEventFilter(self)
