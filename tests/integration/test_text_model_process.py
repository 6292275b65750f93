"""The text model's process seen from outside: it reaches no network, and never outlives MedBot."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from multiprocessing.connection import Connection

import psutil
import pytest

from medbot_desktop.errors import NetworkRefusedError
from medbot_desktop.inference.llama_child import shield
from medbot_desktop.inference.store import ModelStore

PARENT = """
import sys, time
from pathlib import Path
from medbot_desktop.inference.text_model import SupervisedTextModel

if __name__ == "__main__":
    model = SupervisedTextModel(Path(sys.argv[1]), "smollm2")
    model.start()
    model.wait_ready(120)
    print(model.process_id, flush=True)
    time.sleep(60)
"""


def reach_out(answer: Connection) -> None:
    """Do what the child does first, then try to reach an address that is reserved for documentation."""
    shield()
    try:
        socket.create_connection(("192.0.2.1", 443), timeout=1)
    except NetworkRefusedError:
        answer.send("refused")
    else:
        answer.send("connected")


def test_the_process_of_the_text_model_reaches_no_other_machine() -> None:
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    process = context.Process(target=reach_out, args=(theirs,))
    process.start()
    assert mine.poll(30)
    assert mine.recv() == "refused"
    process.join(10)


@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM"])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_the_process_ends_when_medbot_does_however_that_comes_about(models: ModelStore, how: str) -> None:
    gguf = models.file("smollm2-135m-instruct-q4_1", "SmolLM2-135M-Instruct.Q4_1.gguf")
    command = [sys.executable, "-c", PARENT, str(gguf)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert psutil.pid_exists(child)
        os.kill(parent.pid, getattr(signal, how))
        parent.wait(10)
    deadline = time.monotonic() + 10
    while psutil.pid_exists(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(child)
