"""Try a model file in a process of its own, so that what would crash llama.cpp is refused before it is installed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from medbot_desktop.errors import ModelError
from medbot_desktop.inference import devices
from medbot_desktop.inference.gguf import read_header
from medbot_desktop.inference.llama_messages import (
    ChatMessage,
    Ended,
    Generate,
    Load,
    Loaded,
    Piece,
    Placed,
    Pulse,
    Reply,
)
from medbot_desktop.inference.llama_process import LlamaProcess
from medbot_desktop.inference.refusals import cannot_load

__all__ = ["Trial", "TrialLimits", "try_model"]

_QUESTION = ChatMessage("user", "Say in one sentence what a clinic is.")
_RESERVE = 256 * 2**20
_LOOK_S = 0.05
_HINT = "Get the model again from where it came from, or choose another one."


@dataclass(frozen=True, slots=True)
class TrialLimits:
    """What a model may use while it is tried.

    Attributes:
        seconds: from the start of its process to the last of its words.
        memory: resident bytes; 0: what is free now, less a reserve for the rest of the computer.
    """

    seconds: float = 120.0
    memory: int = 0


@dataclass(frozen=True, slots=True)
class Trial:
    """How a model did.

    Attributes:
        load_seconds: from the start of its process until it was ready.
        tokens_per_second: its speed from the first words on; 0 where it wrote too little to tell.
        peak_memory: the most resident bytes that its process had, the weights that it mapped included.
        device: where it computed, ``cpu`` or ``gpu``.
    """

    load_seconds: float
    tokens_per_second: float
    peak_memory: int
    device: str


def try_model(
    path: Path,
    *,
    threads: int = 0,
    context_length: int = 512,
    tokens: int = 24,
    limits: TrialLimits = TrialLimits(),
) -> Trial:
    """Load a model in a child process and let it write a few tokens.

    Args:
        path: the GGUF file.
        threads: processor threads; 0: one for each physical core.
        context_length: tokens that the prompt and the answer may have together.
        tokens: how many it writes at most.
        limits: the time and memory that it may use.

    Returns:
        How it did.

    Raises:
        ModelError: the file is damaged, of a kind that llama.cpp does not know, crashes it, writes nothing, or needs
            more time or memory than it may have. Nothing of the process is left in any case.
    """
    read_header(path)
    memory = limits.memory or max(devices.memory().available - _RESERVE, _RESERVE)
    process = LlamaProcess(Load(str(path), threads, context_length))
    try:
        return _examined(process, path.name, tokens, TrialLimits(limits.seconds, memory))
    finally:
        process.kill()
        process.end()


def _examined(process: LlamaProcess, name: str, tokens: int, limits: TrialLimits) -> Trial:
    began, watch = time.monotonic(), _Watch(process, name, limits)
    loaded = watch.next()
    if not isinstance(loaded, Loaded):
        raise cannot_load(loaded, name)
    load_seconds = time.monotonic() - began
    process.send(Generate(1, (_QUESTION,), tokens, 0.0, 0, None, ()))
    times = [time.monotonic() for _ in _pieces(watch, name)]
    if not times:
        raise ModelError(f"The model {name} loads, but writes nothing.", _HINT)
    passed = times[-1] - times[0]
    speed = (len(times) - 1) / passed if passed else 0.0
    return Trial(load_seconds, speed, watch.peak, loaded.device)


def _pieces(watch: _Watch, name: str) -> Iterator[str]:
    while True:
        match watch.next():
            case Piece(text=text):
                yield text
            case Ended():
                return
            case _:
                raise ModelError(f"llama.cpp cannot run the model file {name}.", _HINT)


class _Watch:
    """Reads what a process says, and looks at its memory and the time while it says nothing."""

    def __init__(self, process: LlamaProcess, name: str, limits: TrialLimits) -> None:
        self.peak = 0
        self._process, self._name, self._limits = process, name, limits
        self._deadline = time.monotonic() + limits.seconds

    def next(self) -> Reply:
        """The next reply.

        Raises:
            ModelError: the process is dead, or used more than it may.
        """
        while True:
            try:
                reply = self._process.receive(_LOOK_S)
            except EOFError:
                raise ModelError(f"The model file {self._name} makes llama.cpp crash.", _HINT) from None
            self._look()
            if not isinstance(reply, Pulse | Placed | None):
                return reply

    def _look(self) -> None:
        self.peak = max(self.peak, _resident(self._process.id))
        if self.peak > self._limits.memory:
            raise ModelError(
                f"The model {self._name} needs more memory than the {self._limits.memory / 1e9:.1f} GB it may have.",
                "Close other programs, or choose a smaller model.",
            )
        if time.monotonic() > self._deadline:
            raise ModelError(
                f"The model {self._name} was not done after {self._limits.seconds:.0f} seconds.",
                "Choose a smaller model; this one is too slow for this computer, or damaged.",
            )


def _resident(process_id: int | None) -> int:
    try:
        return int(psutil.Process(process_id).memory_info().rss) if process_id else 0
    except psutil.Error:
        return 0
