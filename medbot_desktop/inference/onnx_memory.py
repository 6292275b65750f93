"""Say from the files of an ONNX export how much memory the model will take, before anything loads it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from medbot_desktop.inference.bounded import TrialLimits
from medbot_desktop.inference.catalogue import CatalogueEntry
from medbot_desktop.inference.memory_need import CONTEXT_LENGTH, MemoryNeed

# The process with ONNX Runtime has 110 MB; the rest is for what it computes in between.
_PROCESS = 256 * 2**20
_BYTES_IN_CACHE = 4
# Weights of 8 bits may become ones of 32 when the network is opened, beside the content of the file.
_MOST_TIMES = 5
_SLOW_DISK, _SECONDS = 50_000_000, 120.0


def weights_beside(graph: Path) -> list[str]:
    """The names of the files that hold the weights of a network outside of it, as exporters call them."""
    return [name for name in (f"{graph.name}_data", f"{graph.name}.data") if (graph.parent / name).is_file()]


def onnx_need(graph: Path, sizes: Mapping[str, int], context_length: int) -> MemoryNeed:
    """Reckon what a network will take at least.

    Args:
        graph: the ONNX file.
        sizes: the figures of the model's ``config.json``, by their names in it; none for an embedder.
        context_length: tokens of a prompt and its answer.

    Raises:
        OSError: a file cannot be looked at.
    """
    weights = sum((graph.parent / name).stat().st_size for name in (graph.name, *weights_beside(graph)))
    heads = sizes.get("num_attention_heads", 1)
    per_head = sizes.get("head_dim", sizes.get("hidden_size", 0) // heads)
    kept = sizes.get("num_hidden_layers", 0) * sizes.get("num_key_value_heads", heads) * per_head
    return MemoryNeed(weights, 2 * context_length * kept * _BYTES_IN_CACHE, _PROCESS)


def need_of_entry(folder: Path, entry: CatalogueEntry) -> MemoryNeed:
    """Reckon what a model that is here will take.

    Args:
        folder: of its files.
        entry: a model in ONNX.

    Raises:
        ModelError: its configuration is damaged.
        OSError: a file cannot be looked at.
    """
    graph = next(folder / file.name for file in entry.files if file.name.endswith(".onnx"))
    if entry.purpose != "chat":
        return onnx_need(graph, {}, CONTEXT_LENGTH)
    from medbot_desktop.inference.onnx_export import sizes_of  # slow to load, and an embedder goes without

    return onnx_need(graph, sizes_of(folder), CONTEXT_LENGTH)


def onnx_limits(need: MemoryNeed, free: int) -> TrialLimits:
    """What a network may use while it is tried: several times what it needs at least, and no more than is free.

    Args:
        need: what was reckoned.
        free: bytes of memory.
    """
    most = _MOST_TIMES * need.weights + 2 * need.cache + 2 * need.working
    return TrialLimits(_SECONDS + need.weights / _SLOW_DISK, min(most, free))
