"""The bundle: started with nothing around it, it answers a question and opens its window."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from build.display import drawing_environment
from build.environment import ROOT

pytestmark = pytest.mark.slow

# Takes a picture of the whole screen, and says how many colours it has.
LOOK = """
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication([])
image = app.primaryScreen().grabWindow(0).toImage()
image.save(sys.argv[1])
print(len({image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}))
"""


@pytest.fixture(scope="module")
def program() -> Path:
    subprocess.run([sys.executable, str(ROOT / "dev.py"), "build"], check=True)
    return ROOT / "dist/medbot" / ("medbot.exe" if os.name == "nt" else "medbot")


@pytest.fixture
def display() -> Iterator[str]:
    with drawing_environment() as environment:
        yield environment["DISPLAY"]


def medbot(program: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *arguments], cwd=folder, env={}, capture_output=True, text=True, check=False, timeout=120
    )


def test_it_answers_with_an_empty_environment_from_another_folder(program: Path, tmp_path: Path) -> None:
    done = medbot(program, tmp_path, "ask", "--json", "How can I treat a sore throat at home?")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["sources"][0]["document_id"] == "sore-throat"
    assert "[1]" in answer["answer"]
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not say which files a process has mapped")
def test_its_language_model_runs_in_its_own_process(program: Path, tmp_path: Path) -> None:
    with subprocess.Popen([program, "chat"], cwd=tmp_path, env={}, stdin=subprocess.PIPE) as chat:
        try:
            assert soon(lambda: any(map(holds_weights, psutil.Process(chat.pid).children(recursive=True))))
        finally:
            chat.terminate()


def test_it_brings_the_models_that_it_needs(program: Path, tmp_path: Path) -> None:
    done = medbot(program, tmp_path, "models", "verify", "--json")
    assert done.returncode == 0, done.stdout + done.stderr


def test_bad_usage_ends_with_two(program: Path, tmp_path: Path) -> None:
    assert medbot(program, tmp_path, "ask", "--no-such-option").returncode == 2


def test_it_opens_its_window(program: Path, tmp_path: Path, display: str) -> None:
    picture = tmp_path / "screen.png"
    environment = {"DISPLAY": display, "MEDBOT_HOME": str(tmp_path / "home")}
    with subprocess.Popen([program], cwd=tmp_path, env=environment) as window:
        try:
            assert soon(lambda: colours_on(display, picture) > 50)
            assert window.poll() is None
        finally:
            window.terminate()


def soon(holds: Callable[[], bool]) -> bool:
    """Whether something becomes true within a minute."""
    for _ in range(60):
        if holds():
            return True
        time.sleep(1)
    return False


def holds_weights(process: psutil.Process) -> bool:
    return any(mapped.path.endswith(".gguf") for mapped in process.memory_maps())


def colours_on(display: str, picture: Path) -> int:
    """How many colours the screen shows; an empty one shows one."""
    environment = os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    command = [sys.executable, "-c", LOOK, str(picture)]
    return int(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
