"""After locking, no phrase of a message is in the memory of the program, nor of the processes that it started."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from medbot_desktop.inference.store import ModelStore
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST
from medbot_desktop.vault.opening import create_vault

PASSPHRASE = "quartz lantern meadow violin"
PHRASE = "zebrafish umbrella cartography"
MESSAGE = f"I have a sore throat, {PHRASE}, what helps?"
PATIENCE_S = 120
CHUNK = 16 << 20


@pytest.fixture
def window(models: ModelStore, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real window in a process of its own, signed in, with a conversation."""
    create_vault(VaultFolder(tmp_path / "vault"), "ada", PASSPHRASE, LEAST_COST)[0].close()
    environment = os.environ | {"MEDBOT_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.ui.locking_window"],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    yield process
    for member in [*psutil.Process(process.pid).children(recursive=True), process]:
        member.kill()
    process.wait()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    process.stdout.close()


def tell(process: subprocess.Popen[bytes], *lines: str) -> None:
    assert process.stdin is not None
    process.stdin.write("".join(f"{line}\n" for line in lines).encode())
    process.stdin.flush()


def hear(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().decode().strip()


def places(pid: int, phrase: str) -> int:
    """How often a phrase stands in the memory of a process and its children, as UTF-8, UTF-16 or UTF-32."""
    family = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    wanted = [phrase.encode(code) for code in ("utf-8", "utf-16-le", "utf-32-le")]
    return sum(block.count(words) for member in family for block in memory(member) for words in wanted)


def memory(pid: int) -> Iterator[bytes]:
    """Everything that a process can write to, block by block."""
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as content:
        for line in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines():
            bounds, rights, *_ = line.split()
            if "w" not in rights:
                continue
            start, end = (int(bound, 16) for bound in bounds.split("-"))
            for at in range(start, end, CHUNK):
                try:
                    content.seek(at)
                    yield content.read(min(CHUNK + 4 * len(PHRASE), end - at))
                except (OSError, ValueError):
                    break


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the memory of a process as a file")
def test_nothing_that_was_said_is_in_memory_after_locking(window: subprocess.Popen[bytes]) -> None:
    tell(window, PASSPHRASE, MESSAGE, "zebrafish")
    assert hear(window) == "answered"
    assert places(window.pid, PHRASE) > 0, "The search of the memory finds nothing, so it would prove nothing."
    tell(window, "lock")
    assert hear(window) == "locked"
    assert places(window.pid, PHRASE) == 0
    assert places(window.pid, PASSPHRASE) == 0
