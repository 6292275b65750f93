"""Whatever befalls the text model's process in the middle of an answer, its reader is told and the next one served."""

from __future__ import annotations

import gc
import os
import random
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.text_model import ChatMessage, SupervisedTextModel

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a test starve another process")

STORY = [ChatMessage("user", "Write a long story about a village doctor.")]
LONG_PROMPT = [ChatMessage("user", "Drink plenty of water and rest when you have a fever. " * 15)]


@pytest.fixture
def model(models: ModelStore) -> Iterator[SupervisedTextModel]:
    gguf: Path = models.file("smollm2-135m-instruct-q4_1", "SmolLM2-135M-Instruct.Q4_1.gguf")
    text_model = SupervisedTextModel(gguf, "smollm2")
    text_model.start()
    assert text_model.wait_ready(120)
    yield text_model
    text_model.close()


def kill(process: psutil.Process) -> None:
    process.kill()


def hang(process: psutil.Process) -> None:
    os.kill(process.pid, signal.SIGSTOP)


def starve(process: psutil.Process) -> None:
    """Let it have no more memory than it has, and hardly any of the processor."""
    process.rlimit(psutil.RLIMIT_AS, (process.memory_info().vms, psutil.RLIM_INFINITY))
    process.nice(19)


def disturbed(model: SupervisedTextModel, chance: random.Random) -> str:
    """Read an answer, do something bad to the process at a random moment, and say what the reader is to do then."""
    how = chance.choice((kill, hang, starve))
    pieces = chance.randrange(1, 20)
    try:
        for count, _ in enumerate(model.stream(chance.choice((STORY, LONG_PROMPT)), max_tokens=24)):
            if count == pieces and model.process_id is not None:
                how(psutil.Process(model.process_id))
    except ModelError as error:
        return error.hint
    return "nothing"


def put_an_end_to_starving(model: SupervisedTextModel) -> None:
    """A starved process lives on, so that it would be starved for ever; the others were replaced already."""
    if model.process_id is None:
        return
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(model.process_id)
        if process.nice() == 19:
            process.kill()
            while model.process_id == process.pid:
                time.sleep(0.02)


def processes() -> list[psutil.Process]:
    """Those that the program has started, with those of other tests that are still at work."""
    return [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]


def what_the_program_holds() -> tuple[int, int]:
    here = psutil.Process()
    return here.num_fds(), here.num_threads()


def memory_of_its_own() -> int:
    """Bytes that the program has written, in memory or swapped out: files' pages come and go with what others need."""
    rollup = Path("/proc/self/smaps_rollup").read_text()
    return sum(int(kib) * 1024 for kib in re.findall(r"^(?:Anonymous|Swap): +(\d+) kB$", rollup, re.MULTILINE))


@pytest.mark.parametrize("times", [6, pytest.param(100, marks=pytest.mark.slow)])
def test_every_answer_ends_and_the_next_process_serves_whatever_is_done_to_the_last(
    model: SupervisedTextModel, times: int
) -> None:
    chance = random.Random(times)
    assert disturbed(model, chance)
    assert model.wait_ready(60)
    gc.collect()
    before, memory, others = what_the_program_holds(), memory_of_its_own(), len(processes())
    for _ in range(times):
        assert disturbed(model, chance)
        put_an_end_to_starving(model)
        assert model.wait_ready(60)
    assert "".join(model.stream(STORY, max_tokens=4))
    gc.collect()
    assert what_the_program_holds() <= before
    assert memory_of_its_own() - memory < 24 * 2**20
    assert len(processes()) == others
