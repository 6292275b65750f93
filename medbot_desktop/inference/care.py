"""Share the computer: when the text model gives its memory back, and how much of the processor it takes."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

import psutil

_LEAST_IDLE_S = 15.0
_LOW, _NORMAL = 10, 0


@dataclass(frozen=True, slots=True)
class Care:
    """How the text model is to mind the computer.

    Attributes:
        idle_minutes: it is unloaded when nobody asked it for so long; 0: never.
        idle_minutes_on_battery: the same where no mains is plugged in; 0: never.
        least_free: bytes of memory; it is unloaded, when nobody just asks it, where fewer are free.
    """

    idle_minutes: float = 15.0
    idle_minutes_on_battery: float = 3.0
    least_free: int = 300 * 2**20


@dataclass(frozen=True, slots=True)
class Surroundings:
    """How the computer is now.

    Attributes:
        free: bytes of memory that programs can have.
        on_battery: whether it runs on its battery.
    """

    free: int
    on_battery: bool


def look_around() -> Surroundings:
    """How the computer is now."""
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    return Surroundings(psutil.virtual_memory().available, battery is not None and battery.power_plugged is False)


def should_unload(care: Care, idle_s: float, now: Surroundings) -> bool:
    """Whether a model is to give its memory back.

    Args:
        care: what was set.
        idle_s: seconds since it was asked last.
        now: how the computer is.
    """
    if idle_s < _LEAST_IDLE_S:
        return False
    minutes = care.idle_minutes_on_battery if now.on_battery else care.idle_minutes
    return now.free < care.least_free or 0 < minutes * 60 <= idle_s


def threads_for(threads: int, *, typing: bool, on_battery: bool) -> int:
    """Processor threads to compute with: half of them on battery, one while a person types.

    Args:
        threads: those to compute with at other times.
        typing: whether a person types.
        on_battery: whether the computer runs on its battery.
    """
    return 1 if typing else max(1, threads // 2) if on_battery else threads


def set_priority(process_id: int, *, low: bool) -> None:
    """Let a process stand back behind the others, or no more.

    Where the system would not let MedBot take it back, as Linux does with ordinary accounts, nothing is changed; there
    the model only computes with fewer threads.

    Args:
        process_id: the process; where it is gone, nothing happens.
        low: whether to stand back.
    """
    try:
        process = psutil.Process(process_id)
        if sys.platform == "win32":
            process.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if low else psutil.NORMAL_PRIORITY_CLASS)
        elif _may_be_taken_back():
            # Linux knows a priority for each thread, by the thread's own number.
            threads = [thread.id for thread in process.threads()] if sys.platform == "linux" else [process_id]
            for thread in threads:
                os.setpriority(os.PRIO_PROCESS, thread, _LOW if low else _NORMAL)
    except (psutil.Error, OSError):
        return


def _may_be_taken_back() -> bool:
    if sys.platform == "win32" or os.geteuid() == 0:
        return True
    if sys.platform != "linux":
        return False
    import resource

    # The system's limit is written upside down: 20 allows a priority of 0.
    return resource.getrlimit(resource.RLIMIT_NICE)[0] >= 20 - _NORMAL
