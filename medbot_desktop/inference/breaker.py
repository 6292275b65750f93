"""Leave what fails again and again in peace for a while, then try it once: a circuit breaker."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

State = Literal["closed", "open", "half_open"]


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """When something is left in peace.

    Attributes:
        failures: so many failures in a row open the breaker, however long each of them took.
        rest: seconds for which it stays open; then one trial decides.
        longest_rest: each trial that fails doubles the rest, up to so many seconds.
    """

    failures: int = 3
    rest: float = 30.0
    longest_rest: float = 600.0


_LIMITS = BreakerLimits()


class Breaker:
    """Says whether something may be asked; used from several threads.

    Whoever was admitted says in the end how it went, by one of ``succeeded``, ``failed`` and ``released``.

    Args:
        limits: when it opens, and for how long.
        clock: seconds that only grow.
    """

    def __init__(self, limits: BreakerLimits = _LIMITS, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._rest = limits.rest
        self._opened: float | None = None
        self._is_tried = False

    @property
    def state(self) -> State:
        """``closed``: it may be asked; ``open``: it is left in peace; ``half_open``: one trial is due or under way."""
        with self._lock:
            return self._state()

    @property
    def would_admit(self) -> bool:
        """Whether somebody who asks now would be admitted."""
        with self._lock:
            return self._admits()

    def admit(self) -> bool:
        """Ask to be admitted; after a rest, one at a time is."""
        with self._lock:
            admitted = self._admits()
            self._is_tried = self._is_tried or (admitted and self._opened is not None)
            return admitted

    def succeeded(self) -> None:
        """It worked: everything before is forgotten."""
        with self._lock:
            self._failures, self._rest = 0, self._limits.rest
            self._opened, self._is_tried = None, False

    def failed(self) -> None:
        """It failed: enough failures begin a rest, and a failed trial a longer one."""
        with self._lock:
            self._failures += 1
            if self._opened is not None:
                self._rest = min(2 * self._rest, self._limits.longest_rest)
                self._opened, self._is_tried = self._clock(), False
            elif self._failures >= self._limits.failures:
                self._opened = self._clock()

    def released(self) -> None:
        """Nothing was learnt: the next one may try."""
        with self._lock:
            self._is_tried = False

    def _state(self) -> State:
        if self._opened is None:
            return "closed"
        return "half_open" if self._clock() - self._opened >= self._rest else "open"

    def _admits(self) -> bool:
        state = self._state()
        return state == "closed" or (state == "half_open" and not self._is_tried)
