"""Try a model file in a process of its own, so that what would crash llama.cpp is refused before it is installed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from medbot_desktop.errors import ModelError
from medbot_desktop.inference import devices
from medbot_desktop.inference.bounded import BRING_ANOTHER, TrialLimits, Watch
from medbot_desktop.inference.gguf import read_header
from medbot_desktop.inference.llama_messages import (
    ChatMessage,
    Ended,
    Generate,
    Load,
    Loaded,
    OnnxLoad,
    Piece,
    Placed,
    Pulse,
    Reply,
)
from medbot_desktop.inference.llama_process import LlamaProcess
from medbot_desktop.inference.refusals import not_taken

__all__ = ["Trial", "TrialLimits", "try_export", "try_model"]

_QUESTION = ChatMessage("user", "Say in one sentence what a clinic is.")
_CONTEXT, _TOKENS = 512, 24
_RESERVE = 256 * 2**20
_LIMITS = TrialLimits()
_LOOK_S = 0.05


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
    context_length: int = _CONTEXT,
    tokens: int = _TOKENS,
    limits: TrialLimits = _LIMITS,
) -> Trial:
    """Load a model in a child process and let it write a few tokens.

    Args:
        path: the GGUF file.
        threads: processor threads; 0: ``devices.worker_threads``.
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
    load = Load(str(path), threads, context_length)
    return _tried(load, path.name, "llama.cpp", tokens, TrialLimits(limits.seconds, memory))


def try_export(folder: Path, name: str, limits: TrialLimits) -> Trial:
    """The same for a language model in ONNX.

    Args:
        folder: its export.
        name: of the model, for the sentences.
        limits: the time and memory that it may use; the memory must be given.

    Raises:
        ModelError: as for ``try_model``.
    """
    return _tried(OnnxLoad(str(folder), 0, _CONTEXT, memory=limits.memory), name, "ONNX Runtime", _TOKENS, limits)


def _tried(load: Load, name: str, runtime: str, tokens: int, limits: TrialLimits) -> Trial:
    process = LlamaProcess(load)
    try:
        return _examined(_Listener(process, name, runtime, limits), load, name, tokens)
    finally:
        process.kill()
        process.end()


def _examined(listener: _Listener, load: Load, name: str, tokens: int) -> Trial:
    began = time.monotonic()
    loaded = listener.next()
    if not isinstance(loaded, Loaded):
        raise not_taken(loaded, Path(load.path), name)
    load_seconds = time.monotonic() - began
    listener.process.send(Generate(1, (_QUESTION,), tokens, 0.0, 0, None, ()))
    times = [time.monotonic() for _ in _pieces(listener)]
    if not times:
        raise ModelError(f"The model {name} loads, but writes nothing.", BRING_ANOTHER)
    passed = times[-1] - times[0]
    speed = (len(times) - 1) / passed if passed else 0.0
    return Trial(load_seconds, speed, listener.watch.peak, loaded.device)


def _pieces(listener: _Listener) -> Iterator[str]:
    while True:
        match listener.next():
            case Piece(text=text):
                yield text
            case Ended():
                return
            case _:
                raise ModelError(f"{listener.runtime} cannot run the model {listener.name}.", BRING_ANOTHER)


class _Listener:
    """Reads what a process says, and looks at its memory and the time while it says nothing."""

    def __init__(self, process: LlamaProcess, name: str, runtime: str, limits: TrialLimits) -> None:
        self.process, self.name, self.runtime = process, name, runtime
        self.watch = Watch(process.id, name, limits)

    def next(self) -> Reply:
        """The next reply.

        Raises:
            ModelError: the process is dead, or used more than it may.
        """
        while True:
            try:
                reply = self.process.receive(_LOOK_S)
            except EOFError:
                raise ModelError(f"The model {self.name} makes {self.runtime} crash.", BRING_ANOTHER) from None
            self.watch.look()
            if not isinstance(reply, Pulse | Placed | None):
                return reply
