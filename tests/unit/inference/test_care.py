from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from medbot_desktop.inference.care import Care, Surroundings, look_around, set_priority, should_unload, threads_for

CARE = Care(idle_minutes=15, idle_minutes_on_battery=3, least_free=300)
QUIET = Surroundings(free=10_000, on_battery=False)


@pytest.mark.parametrize(
    ("idle_s", "now", "unloads"),
    [
        (14 * 60, QUIET, False),
        (15 * 60, QUIET, True),
        (4 * 60, Surroundings(free=10_000, on_battery=True), True),
        (2 * 60, Surroundings(free=10_000, on_battery=True), False),
        (60, Surroundings(free=299, on_battery=False), True),
        (5, Surroundings(free=299, on_battery=True), False),
    ],
    ids=["not yet", "idle", "idle on battery", "not yet on battery", "memory is short", "just asked"],
)
def test_a_model_is_unloaded_when_idle_or_when_memory_is_short(idle_s: float, now: Surroundings, unloads: bool) -> None:
    assert should_unload(CARE, idle_s, now) is unloads


def test_zero_minutes_are_no_limit() -> None:
    care = Care(idle_minutes=0, idle_minutes_on_battery=0, least_free=0)
    assert not should_unload(care, 10**6, QUIET)
    assert not should_unload(care, 10**6, Surroundings(free=1, on_battery=True))


@pytest.mark.parametrize(
    ("threads", "typing", "on_battery", "used"),
    [(8, False, False, 8), (8, False, True, 4), (8, True, False, 1), (1, False, True, 1), (3, True, True, 1)],
)
def test_a_person_who_types_and_a_battery_get_their_share(
    threads: int, typing: bool, on_battery: bool, used: int
) -> None:
    assert threads_for(threads, typing=typing, on_battery=on_battery) == used


def test_the_surroundings_are_this_computers() -> None:
    assert 0 < look_around().free <= psutil.virtual_memory().total


@pytest.fixture
def other_process() -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process.pid
        process.kill()


def test_a_lowered_priority_comes_back_or_is_never_lowered(other_process: int) -> None:
    before = psutil.Process(other_process).nice()
    set_priority(other_process, low=True)
    lowered = psutil.Process(other_process).nice()
    if sys.platform != "win32":
        assert lowered == (10 if os.geteuid() == 0 else before)
    set_priority(other_process, low=False)
    assert psutil.Process(other_process).nice() in (0, before)


def test_a_process_that_is_gone_is_let_be() -> None:
    set_priority(2**22 + 1, low=True)
