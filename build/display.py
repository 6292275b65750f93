"""Give tests and screenshots something to draw on where there is no screen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from build.system_libraries import install


def has_display() -> bool:
    """Whether a window can be shown; other systems than Linux always have somewhere to show it."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@contextmanager
def drawing_environment() -> Iterator[dict[str, str]]:
    """The variables for a program that draws: those of this process, and a display where it has none.

    An X server without a screen serves as the display. Where it cannot be had, Qt draws into memory.
    """
    environment = dict(os.environ)
    if has_display():
        yield environment
        return
    if not shutil.which("Xvfb"):
        install(["xvfb"])
    if not shutil.which("Xvfb"):
        yield environment | {"QT_QPA_PLATFORM": "offscreen"}
        return
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading, encoding="ascii") as answer:
            number = answer.readline().strip()  # empty where the server ended instead of starting
        yield environment | ({"DISPLAY": f":{number}"} if number else {"QT_QPA_PLATFORM": "offscreen"})
    finally:
        server.terminate()
        server.wait()
