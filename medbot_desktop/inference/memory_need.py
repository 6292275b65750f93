"""Say from a GGUF file's header how much memory the model will take, before anything loads it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.devices import Memory
from medbot_desktop.inference.gguf import GgufHeader, one_line

CONTEXT_LENGTH = 4096
"""Tokens that a model added here must have room for."""

RESERVE = 1_500_000_000
"""Bytes that the system and the rest of MedBot keep to themselves; see the budgets of the design."""

# llama.cpp keeps a second, rearranged copy of weights in these types of 4 bits: Q4_0, Q2_K, Q4_K, IQ4_NL.
_REARRANGED = (2, 10, 12, 20)
_BYTES_IN_CACHE = 2
_BATCH, _BYTES_COMPUTED = 512, 4
_PROCESS = 128 * 2**20

# Several times what the largest models have. Beyond it a header lies, and a product of such numbers says nothing.
_MOST = {
    "block_count": 1_000,
    "embedding_length": 100_000,
    "attention.head_count": 10_000,
    "feed_forward_length": 10**6,
}


@dataclass(frozen=True, slots=True)
class MemoryNeed:
    """Bytes that a model takes.

    Attributes:
        weights: the file, and the second copy that llama.cpp makes of a part of it.
        cache: what it keeps of the tokens of the context.
        working: the process and its intermediate results.
    """

    weights: int
    cache: int
    working: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.cache + self.working


def memory_need(header: GgufHeader, size: int, name: str, context_length: int = CONTEXT_LENGTH) -> MemoryNeed:
    """Reckon what a model will take: a little more than what was measured of the models of the catalogue.

    Args:
        header: of its file.
        size: of its file, in bytes.
        name: of its file, for the sentence.
        context_length: tokens of a prompt and its answer.

    Raises:
        ModelError: the header states a network that cannot be.
    """
    sizes = {key: header.figure(key) for key in _MOST}
    if any(not 0 <= sizes[key] <= most for key, most in _MOST.items()):
        raise ModelError(
            f"The model file {name} describes a network of an absurd size.",
            "Copy the file again from where it came from.",
        )
    layers, width, heads, inner = sizes.values()
    per_head = width // max(heads, 1)
    cached_heads = _within(header.figure("attention.head_count_kv", heads), heads)
    length = sum(_within(header.figure(f"attention.{of}_length", per_head), width) for of in ("key", "value"))
    cache = layers * context_length * cached_heads * length * _BYTES_IN_CACHE
    rearranged = sum(header.bytes_by_type.get(kind, 0) for kind in _REARRANGED)
    working = _PROCESS + _BATCH * _BYTES_COMPUTED * (2 * inner + 4 * width)
    return MemoryNeed(size + rearranged, cache, working)


def require_memory(path: Path, header: GgufHeader, memory: Memory) -> MemoryNeed:
    """Refuse a GGUF model that this computer has no memory for.

    Args:
        path: its file.
        header: of the file.
        memory: of this computer.

    Returns:
        What it will take.

    Raises:
        ModelError: it never fits, or not while so much else is open; with the figures.
    """
    name = one_line(path.name)
    need = memory_need(header, path.stat().st_size, name)
    require_room(need, name, memory)
    return need


def require_room(need: MemoryNeed, name: str, memory: Memory) -> None:
    """Refuse a model that needs more memory than this computer has.

    Args:
        need: what it will take.
        name: of the model, for the sentence.
        memory: of this computer.

    Raises:
        ModelError: it never fits, or not while so much else is open; with the figures.
    """
    cache = f"{_gigabytes(need.cache)} for {CONTEXT_LENGTH:,} tokens, " if need.cache else ""
    figures = (
        f"{_gigabytes(need.total)} of memory ({_gigabytes(need.weights)} for the weights, {cache}"
        f"{_gigabytes(need.working)} to work in)"
    )
    if need.total > memory.total - RESERVE:
        raise ModelError(
            f"The model {name} needs {figures}; this computer has {_gigabytes(memory.total)}, of which "
            f"{_gigabytes(RESERVE)} stay for the rest.",
            "Choose a smaller model, or the same one in fewer bits.",
        )
    if need.total > memory.available:
        raise ModelError(
            f"The model {name} needs {figures}; {_gigabytes(memory.available)} are free now.",
            "Close other programs, then add it again.",
        )


def _within(figure: int, most: int) -> int:
    return max(0, min(figure, most))


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB"
