"""A whole question is answered with the network off: in a machine without an interface, and without one connect."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from medbot_desktop.inference.store import ModelStore

ASK = [sys.executable, "-m", "medbot_desktop", "ask", "how do I treat a sore throat", "--json"]

COUNTING = """
import runpy, sys
events = []
watched = ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname")
def note(event, args):
    if event in watched and not isinstance(args[1], (str, bytes)):
        events.append(event)
sys.addaudithook(note)
sys.argv = ["medbot", "ask", "how do I treat a sore throat", "--json"]
try:
    runpy.run_module("medbot_desktop", run_name="__main__", alter_sys=True)
finally:
    print(f"connects: {len(events)} {sorted(set(events))}", file=sys.stderr)
"""


def without_interface() -> list[str] | None:
    """The command that runs another one without any network interface; None where the system allows none."""
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        if (
            shutil.which(command[0])
            and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
        ):
            return command
    return None


def as_at_a_clinic(home: Path) -> dict[str, str]:
    """The environment of somebody who has this home folder; libraries that report home are silent where tests run."""
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith(("ORT_", "XDG_"))}
    return kept | {"HOME": str(home)}


@pytest.fixture(autouse=True)
def _models_are_here(models: ModelStore) -> None:
    """Every test here asks a question of the real program."""


def test_a_question_is_answered_where_there_is_no_network_interface() -> None:
    unshare = without_interface()
    if unshare is None:
        pytest.skip("this system lets nobody make a network namespace; the connects are counted instead")
    ended = subprocess.run([*unshare, *ASK], capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    answer = json.loads(ended.stdout)
    assert answer["skill"] == "health_question"
    assert answer["sources"][0]["document_id"] == "sore-throat"


def test_a_question_is_answered_without_one_connect(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", COUNTING], capture_output=True, text=True, timeout=120, check=False, cwd=Path.cwd()
    )
    assert json.loads(ended.stdout)["skill"] == "health_question"
    assert "connects: 0 []" in ended.stderr


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed; Python's own events are counted")
def test_no_process_of_a_question_makes_a_system_call_to_another_machine(tmp_path: Path) -> None:
    log, home = tmp_path / "calls", tmp_path / "person"
    traced = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(log), *ASK]
    ended = subprocess.run(traced, capture_output=True, text=True, timeout=300, check=False, env=as_at_a_clinic(home))
    if ended.returncode != 0 and "PTRACE" in ended.stderr:
        pytest.skip("this system lets nobody trace a process")
    assert json.loads(ended.stdout)["skill"] == "health_question"
    calls = [line for line in log.read_text(encoding="utf-8").splitlines() if "AF_INET" in line]
    assert [line for line in calls if re.search(r"sin6?_addr|inet_", line)] == []
    assert [file for file in home.rglob("*") if file.is_file()] == []  # nor was anything written down to be sent later
