"""A text that was let go is gone from the memory of the process after it is scrubbed."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from medbot_desktop.settings import resources_folder
from medbot_desktop.text import stem
from medbot_desktop.triage.watch import Watch
from medbot_desktop.vault.scrub import scrub

ROOT = Path(__file__).parents[3]
PHRASE = b"zebrafish umbrella cartography"
PATIENCE_S = 60
CHUNK = 16 << 20

HOLDING = """
import ctypes, functools, sys
from medbot_desktop.vault.scrub import guard_heap, scrub
from medbot_desktop.text import stem

guard_heap()
hidden = sys.stdin.readline().strip()

def show(said):
    print(said, flush=True)
    sys.stdin.readline()

def fill_memory():
    phrase = bytes(255 - byte for byte in bytes.fromhex(hidden))
    texts = {number: (phrase * (number % 40 + 1) + b"%d" % number).decode() for number in range(3_000)}
    wide = [(phrase.decode() + chr(0x1F511)) * (number % 9 + 1) for number in range(500)]
    stem(phrase.decode() + " cached")
    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, (ctypes.c_void_p,)
    blocks = [libc.malloc(size) for size in (64, 200, 700, 5_000, 90_000) for _ in range(20)]
    for block in blocks:
        ctypes.memmove(block, b"=" * 24 + phrase, 24 + len(phrase))
    show("holding")
    for block in blocks:
        libc.free(block)

fill_memory()
show("freed")
scrub()
show("scrubbed")
"""
"""What the child does; it is told the phrase in a form that a search for the phrase does not find."""


@pytest.fixture
def child() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    yield process
    process.kill()
    process.communicate(timeout=PATIENCE_S)


def tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def hear(process: subprocess.Popen[str]) -> str:
    """The next line of the child, which an alarm ends where none comes."""
    assert process.stdout is not None
    alarm = threading.Timer(PATIENCE_S, process.kill)
    alarm.start()
    try:
        return process.stdout.readline().strip()
    finally:
        alarm.cancel()


def places(pid: int) -> int:
    """How often the phrase stands in what a process can write to, as UTF-8 or UTF-32."""
    wanted = (PHRASE, PHRASE.decode().encode("utf-32-le"))
    return sum(block.count(words) for block in memory(pid) for words in wanted)


def memory(pid: int) -> Iterator[bytes]:
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
def test_a_text_that_was_let_go_is_gone_after_the_memory_is_scrubbed(child: subprocess.Popen[str]) -> None:
    tell(child, bytes(255 - byte for byte in PHRASE).hex())
    assert hear(child) == "holding"
    assert places(child.pid) > 3_000
    tell(child, "free it")
    assert hear(child) == "freed"
    assert places(child.pid) > 0, "Nothing was left in free memory, so the test would prove nothing."
    tell(child, "scrub it")
    assert hear(child) == "scrubbed"
    assert places(child.pid) == 0


def test_what_was_read_of_the_files_that_ship_outlives_the_lock_and_what_was_said_does_not() -> None:
    watch = Watch.load(resources_folder())
    stem("zebrafishes")
    scrub()
    assert Watch.load(resources_folder()) is watch
    assert stem.cache_info().currsize == 0
