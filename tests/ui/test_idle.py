"""Nobody is there: by clocks that the test holds, and by keys and pointers that the system reports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from medbot_desktop.ui.idle import IdleWatch, passing_time
from medbot_desktop.ui.main_window import MainWindow

MINUTES = 2


class Clocks:
    """A clock on the wall, and one that stands still while the computer sleeps."""

    def __init__(self) -> None:
        self.wall, self.awake = 1_000.0, 50.0

    def run(self, seconds: float, asleep: bool = False) -> None:
        self.wall += seconds
        self.awake += 0 if asleep else seconds


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def watch(qapp: QApplication, clocks: Clocks) -> Iterator[IdleWatch]:
    watching = IdleWatch(lambda: clocks.wall, lambda: clocks.awake)
    watching.start(MINUTES)
    yield watching
    watching.stop()


def pass_time(watch: IdleWatch, clocks: Clocks, seconds: int) -> None:
    for _ in range(seconds):
        clocks.run(1)
        watch.tick()


def test_it_expires_after_its_minutes(qtbot: QtBot, watch: IdleWatch, clocks: Clocks) -> None:
    with qtbot.assertNotEmitted(watch.expired):
        pass_time(watch, clocks, 119)
    with qtbot.waitSignal(watch.expired):
        pass_time(watch, clocks, 1)
    assert not watch.is_watching


def test_it_warns_once_half_a_minute_before(qtbot: QtBot, watch: IdleWatch, clocks: Clocks) -> None:
    warned: list[int] = []
    watch.warning.connect(warned.append)
    pass_time(watch, clocks, 89)
    assert warned == []
    pass_time(watch, clocks, 20)
    assert warned == [30]


def test_a_short_time_warns_at_its_half(qtbot: QtBot, watch: IdleWatch, clocks: Clocks) -> None:
    watch.start(0.5)
    warned: list[int] = []
    watch.warning.connect(warned.append)
    pass_time(watch, clocks, 14)
    assert warned == []
    pass_time(watch, clocks, 1)
    assert warned == [15]


def test_a_key_begins_the_time_anew(qtbot: QtBot, watch: IdleWatch, clocks: Clocks, window: MainWindow) -> None:
    pass_time(watch, clocks, 119)
    with qtbot.waitSignal(watch.touched):
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_A)
    with qtbot.assertNotEmitted(watch.expired):
        pass_time(watch, clocks, 119)


def test_the_pointer_begins_the_time_anew(qtbot: QtBot, watch: IdleWatch, clocks: Clocks, window: MainWindow) -> None:
    pass_time(watch, clocks, 119)
    with qtbot.waitSignal(watch.touched):
        QTest.mouseMove(window.windowHandle(), QPoint(40, 40))
    with qtbot.assertNotEmitted(watch.expired):
        pass_time(watch, clocks, 119)


def test_a_key_in_a_dialog_counts_as_well(qtbot: QtBot, watch: IdleWatch, clocks: Clocks, window: MainWindow) -> None:
    dialog = QDialog(window)
    dialog.open()
    qtbot.waitUntil(lambda: QGuiApplication.focusWindow() is dialog.windowHandle())
    pass_time(watch, clocks, 119)
    with qtbot.waitSignal(watch.touched):
        QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_A)
    dialog.close()


def test_a_computer_that_has_slept_a_little_is_locked_at_once(qtbot: QtBot, watch: IdleWatch, clocks: Clocks) -> None:
    clocks.run(5, asleep=True)
    with qtbot.waitSignal(watch.expired):
        watch.tick()


def test_a_window_that_was_busy_a_little_has_not_slept(qtbot: QtBot, watch: IdleWatch, clocks: Clocks) -> None:
    clocks.run(20)
    with qtbot.assertNotEmitted(watch.expired):
        watch.tick()


def test_a_system_whose_clocks_both_go_on_is_known_by_the_long_pause(
    qtbot: QtBot, watch: IdleWatch, clocks: Clocks
) -> None:
    clocks.run(40)
    with qtbot.waitSignal(watch.expired):
        watch.tick()


def test_a_clock_that_is_set_back_does_not_keep_it_open(qtbot: QtBot, watch: IdleWatch, clocks: Clocks) -> None:
    clocks.wall -= 10_000
    with qtbot.waitSignal(watch.expired):
        pass_time(watch, clocks, 121)


def test_time_before_the_start_does_not_count(qtbot: QtBot, watch: IdleWatch, clocks: Clocks) -> None:
    watch.stop()
    clocks.run(10_000, asleep=True)
    watch.start(MINUTES)
    with qtbot.assertNotEmitted(watch.expired):
        pass_time(watch, clocks, 60)


def test_by_the_real_clock_it_expires_by_itself(qtbot: QtBot, qapp: QApplication) -> None:
    watching = IdleWatch()
    with qtbot.waitSignal(watching.expired):
        watching.start(1 / 60)


def test_the_clock_goes_on() -> None:
    assert passing_time() <= passing_time()
