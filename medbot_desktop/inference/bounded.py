"""Bound what a child process may take while it tries a file that a person brought: time and memory."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, TypeVar

import psutil

from medbot_desktop.errors import ModelError

Found = TypeVar("Found")

BRING_ANOTHER = "Get the model again from where it came from, or choose another one."
"""The hint where a file was not taken in: there is nothing here yet that could be checked."""

_LOOK_S = 0.05

# Stacks of threads and the like, which are asked for and hardly touched, count where the system counts.
_UNTOUCHED = 2**30


@dataclass(frozen=True, slots=True)
class TrialLimits:
    """What a model may use while it is tried.

    Attributes:
        seconds: from the start of its process to the last of its words.
        memory: resident bytes; 0: what is free now, less a reserve for the rest of the computer.
    """

    seconds: float = 120.0
    memory: int = 0


class Watch:
    """Looks at the memory that a process has and at the time.

    Args:
        process_id: the process.
        name: of the model, for the sentences.
        limits: what it may use; the time counts from now on.

    Attributes:
        peak: the most resident bytes that the process was seen to have.
    """

    def __init__(self, process_id: int | None, name: str, limits: TrialLimits) -> None:
        self.peak = 0
        self._id, self._name, self._limits = process_id, name, limits
        self._deadline = time.monotonic() + limits.seconds

    def look(self) -> None:
        """See whether the process keeps to its limits.

        Raises:
            ModelError: it does not.
        """
        self.peak = max(self.peak, _resident(self._id))
        if self.peak > self._limits.memory:
            raise too_large(self._name, self._limits.memory)
        if time.monotonic() > self._deadline:
            raise ModelError(
                f"The model {self._name} was not done after {self._limits.seconds:.0f} seconds.",
                "Choose a smaller model; this one is too slow for this computer, or damaged.",
            )


def too_large(name: str, memory: int) -> ModelError:
    """A model took more memory than it had a right to."""
    return ModelError(
        f"The model {name} needs more memory than the {memory / 1e9:.1f} GB it may have.",
        "Close other programs, or choose a smaller model.",
    )


def limit_memory(most: int) -> None:
    """Let this process have no more memory of its own than so many bytes, where the system can; 0: as much as it likes.

    Linux refuses what goes far beyond, however fast it is asked for. Else `Watch` ends the process, some moments after
    it took too much.
    """
    if sys.platform == "linux" and most:
        import resource

        soft, hard = most + _UNTOUCHED, resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def in_bounds(work: Callable[..., Found], arguments: tuple[Any, ...], name: str, limits: TrialLimits) -> Found:
    """Do some work with a model in a process of its own, of which nothing is left afterwards.

    Args:
        work: a function of a module; what it returns or raises must fit through a pipe.
        arguments: for it.
        name: of the model, for the sentences.
        limits: what it may use; its memory must be given.

    Returns:
        What the function returned.

    Raises:
        ModelError: the function's own; or the process crashed, or used more than it may.
    """
    context = multiprocessing.get_context("spawn")
    ours: Connection
    theirs: Connection
    ours, theirs = context.Pipe()
    process = context.Process(
        target=_work, args=(theirs, limits.memory, work, arguments), name="MedBot trial", daemon=True
    )
    process.start()
    theirs.close()
    watch = Watch(process.pid, name, limits)
    try:
        while not ours.poll(_LOOK_S):
            watch.look()
        found = ours.recv()
    except (EOFError, OSError):
        raise ModelError(f"The model {name} makes ONNX Runtime crash.", BRING_ANOTHER) from None
    finally:
        process.kill()
        process.join()
        ours.close()
    if isinstance(found, MemoryError):
        raise too_large(name, limits.memory)
    if isinstance(found, _Refused):
        raise ModelError(found.message, found.hint)
    result: Found = found
    return result


@dataclass(frozen=True, slots=True)
class _Refused:
    message: str
    hint: str


def _work(pipe: Connection, memory: int, work: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    from medbot_desktop.inference.llama_child import shield

    shield()
    limit_memory(memory)
    found: object
    try:
        found = work(*arguments)
    except MemoryError:
        found = MemoryError()
    except ModelError as error:
        found = _Refused(error.message, error.hint)
    with suppress(OSError):
        pipe.send(found)


def _resident(process_id: int | None) -> int:
    try:
        return int(psutil.Process(process_id).memory_info().rss) if process_id else 0
    except psutil.Error:
        return 0
