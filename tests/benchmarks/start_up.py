"""Measure the way from nothing to an answer and to a window, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

from tests.benchmarks.figures import Figure

_MB = 1e6


def measure_start_up() -> list[Figure]:
    """A first question in the terminal, and the window without and with the default text model."""
    small, whole = _window("--without-text-model"), _window()
    return [
        Figure("`medbot ask` from start to end", _ask(), "s"),
        Figure("window usable after a cold start", whole["usable"], "s", most=3, beside="the rest loads behind it"),
        Figure("window answers after a cold start", whole["answering"], "s", beside="library and text model loaded"),
        Figure("memory without a text model", small["resident"] / _MB, "MB", most=450),
        Figure("memory with the default text model", whole["resident"] / _MB, "MB", most=750, beside="both processes"),
    ]


def _ask() -> float:
    begun = time.perf_counter()
    command = [sys.executable, "-m", "medbot_desktop", "ask", "how do I treat a sore throat", "--json"]
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begun


def _window(*arguments: str) -> dict[str, float]:
    """Seconds from the start of the process to each moment, and its memory in bytes."""
    environment = dict(os.environ)
    if "DISPLAY" not in environment and "WAYLAND_DISPLAY" not in environment:
        environment["QT_QPA_PLATFORM"] = "offscreen"
    begun = time.time()
    command = [sys.executable, "-m", "tests.benchmarks.window", *arguments]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    found = json.loads(printed.splitlines()[-1])
    return {
        "usable": found["usable"] - begun,
        "answering": found["answering"] - begun,
        "resident": found["resident"],
    }
