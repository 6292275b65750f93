"""There is one window for each person and home folder, whatever happened to the last one."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from medbot_desktop.ui.app import OPEN_ALREADY
from medbot_desktop.ui.single_instance import SingleInstance

HOLDER = """
import sys
from PySide6.QtCore import QCoreApplication
from medbot_desktop.ui.single_instance import SingleInstance
app = QCoreApplication([])
instance = SingleInstance()
print("claimed" if instance.claim() else "refused", flush=True)
instance.called.connect(lambda: print("called", flush=True))
app.exec()
"""


@pytest.fixture(autouse=True)
def _sockets_are_cleared_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Killed processes leave their sockets behind: here in a folder of its own, short enough for a socket's path."""
    with tempfile.TemporaryDirectory(prefix="mb") as folder:
        monkeypatch.setenv("MEDBOT_TEST_SOCKETS", folder)
        yield


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start another process with its home in ``home``."""
    environment = os.environ | {"MEDBOT_HOME": str(home), "TMPDIR": os.environ["MEDBOT_TEST_SOCKETS"]}
    return subprocess.Popen([sys.executable, *arguments], env=environment, stdout=subprocess.PIPE, text=True)


def read(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_second_program_says_so_in_one_sentence_and_calls_the_first(tmp_path: Path) -> None:
    first = start(tmp_path, "-c", HOLDER)
    try:
        assert read(first) == "claimed"
        second = start(tmp_path, "-c", "from medbot_desktop.ui.app import open_window; raise SystemExit(open_window())")
        words, _ = second.communicate(timeout=30)
        assert words.strip() == OPEN_ALREADY
        assert second.returncode == 0
        assert read(first) == "called"
    finally:
        first.kill()
        first.wait()


def test_another_home_folder_may_have_its_own_window(tmp_path: Path) -> None:
    processes = [start(tmp_path / name, "-c", HOLDER) for name in ("one", "two")]
    try:
        assert [read(process) for process in processes] == ["claimed", "claimed"]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_a_crash_does_not_lock_the_next_start_out(tmp_path: Path) -> None:
    crashed = start(tmp_path, "-c", HOLDER)
    assert read(crashed) == "claimed"
    os.kill(crashed.pid, signal.SIGKILL)
    crashed.wait()
    again = start(tmp_path, "-c", HOLDER)
    try:
        assert read(again) == "claimed"
    finally:
        again.kill()
        again.wait()


def test_starts_at_the_same_moment_give_one_window(tmp_path: Path) -> None:
    processes = [start(tmp_path, "-c", HOLDER) for _ in range(4)]
    try:
        assert sorted(read(process) for process in processes) == ["claimed", "refused", "refused", "refused"]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_the_window_that_is_called_is_told(qtbot: QtBot, qapp: QApplication) -> None:
    name = f"medbot-test-{os.getpid()}-{time.monotonic_ns()}"
    first = SingleInstance(name)
    assert first.claim()
    with qtbot.waitSignal(first.called):
        assert not SingleInstance(name).claim()


def test_a_computer_without_a_place_for_the_lock_opens_the_window_all_the_same(qapp: QApplication) -> None:
    name = f"medbot-test-{os.getpid()}-{time.monotonic_ns()}"
    in_the_way = Path(tempfile.gettempdir()) / f"{name}.lock"
    in_the_way.mkdir()
    try:
        assert SingleInstance(name).claim()
    finally:
        in_the_way.rmdir()


def test_a_closed_window_gives_the_right_up_at_once(qapp: QApplication) -> None:
    name = f"medbot-test-{os.getpid()}-{time.monotonic_ns()}"
    first, second = SingleInstance(name), SingleInstance(name)
    assert first.claim()
    first.release()
    assert second.claim()
