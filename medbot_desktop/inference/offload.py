"""Choose how many layers of a model run on graphics cards, from its size and the memory that is free there."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medbot_desktop.inference.gguf import GgufHeader, read_header

AUTOMATIC = -1

# ggml_backend_dev_type of ggml-backend.h: a card with memory of its own, and one that shares the computer's.
_CARD_KINDS = (1, 2)
_SHARE_TO_LEAVE = 0.1
_LEAST_TO_LEAVE = 400 * 2**20
_BYTES_PER_CACHED_VALUE = 2


@dataclass(frozen=True, slots=True)
class Card:
    """A graphics card that the installed llama.cpp can use.

    Attributes:
        backend: what reaches it: ``CUDA``, ``ROCm``, ``Vulkan`` or ``MTL`` (Metal).
        name: as its maker calls it.
        free: bytes of its memory that nobody uses.
        total: bytes of its memory.
    """

    backend: str
    name: str
    free: int
    total: int


@dataclass(frozen=True, slots=True)
class Weight:
    """What a model takes.

    Attributes:
        size: bytes of its weights.
        layers: its blocks, and one more for what follows the last of them.
        context: bytes of the memory for a prompt and its answer.
    """

    size: int
    layers: int
    context: int


@dataclass(frozen=True, slots=True)
class Placement:
    """How many layers run on graphics cards, and a sentence that says why."""

    layers: int
    why: str


def place(weight: Weight, cards: Sequence[Card], wanted: int = AUTOMATIC) -> Placement:
    """Choose the layers that run on graphics cards.

    Args:
        weight: the model.
        cards: those that can be used.
        wanted: layers that the settings ask for; -1: as many as fit beside a reserve of a tenth, 400 MB at least.

    Returns:
        The layers, no more than there are.
    """
    if not cards:
        return Placement(0, "The processor runs the whole model: llama.cpp reports no graphics card it can use.")
    names = " and ".join(f"{card.name} ({card.backend})" for card in cards)
    if wanted >= 0:
        layers = min(wanted, weight.layers)
        return Placement(layers, f"The setting gpu_layers puts {layers} of {weight.layers} layers on {names}.")
    room = sum(max(0, card.free - max(_LEAST_TO_LEAVE, int(card.total * _SHARE_TO_LEAVE))) for card in cards)
    need = weight.size + weight.context
    layers = min(weight.layers, room * weight.layers // max(need, 1))
    space = f"it needs {need / 1e9:.1f} GB, and {room / 1e9:.1f} GB may be used on {names}"
    if layers == weight.layers:
        return Placement(layers, f"The whole model runs on the graphics card: {space}.")
    if layers == 0:
        return Placement(0, f"The processor runs the whole model: {space}.")
    return Placement(layers, f"{layers} of {weight.layers} layers run on the graphics card: {space}.")


def fewer(layers: int) -> Iterator[int]:
    """What to try, one after the other: these layers, half, a quarter and so on, and none."""
    while layers > 0:
        yield layers
        layers //= 2
    yield 0


def notice(layers: int) -> str:
    """What a person is told, once, where the graphics card had no room for as much as was planned."""
    where = f"only {layers} layers of the text model run on it" if layers else "the text model runs on the processor"
    return f"The graphics card ran out of memory, so {where}, more slowly."


def weigh(path: Path, context_length: int) -> Weight:
    """What a model takes, from the header of its file.

    Args:
        path: the GGUF file.
        context_length: tokens of a prompt and its answer together.

    Raises:
        ModelError: the file is damaged or no model.
    """
    header = read_header(path)
    blocks = max(1, _fact(header, "block_count", 1))
    heads = max(1, _fact(header, "attention.head_count", 1))
    head = _fact(header, "embedding_length", 0) // heads
    keys, values = _fact(header, "attention.key_length", head), _fact(header, "attention.value_length", head)
    cached = (keys + values) * _fact(header, "attention.head_count_kv", heads)
    context = blocks * context_length * cached * _BYTES_PER_CACHED_VALUE
    return Weight(path.stat().st_size, blocks + 1, context)


def graphics_cards() -> list[Card]:
    """The graphics cards that the installed llama.cpp reports; asking opens them."""
    import llama_cpp
    from llama_cpp._ctypes_extensions import load_shared_library

    if not llama_cpp.llama_supports_gpu_offload():
        return []
    llama_cpp.llama_backend_init()
    folder = Path(llama_cpp.__file__).parent / "lib"
    return list(_reported([load_shared_library(name, folder) for name in ("ggml", "ggml-base")]))


def _reported(libraries: Sequence[Any]) -> Iterator[Card]:
    """Ask ggml for its devices.

    Args:
        libraries: those that hold ggml's functions among them.
    """
    count = _function(libraries, "ggml_backend_dev_count", ctypes.c_size_t)
    get = _function(libraries, "ggml_backend_dev_get", ctypes.c_void_p, ctypes.c_size_t)
    kind = _function(libraries, "ggml_backend_dev_type", ctypes.c_int, ctypes.c_void_p)
    description = _function(libraries, "ggml_backend_dev_description", ctypes.c_char_p, ctypes.c_void_p)
    registry = _function(libraries, "ggml_backend_dev_backend_reg", ctypes.c_void_p, ctypes.c_void_p)
    backend = _function(libraries, "ggml_backend_reg_name", ctypes.c_char_p, ctypes.c_void_p)
    size = ctypes.POINTER(ctypes.c_size_t)
    memory = _function(libraries, "ggml_backend_dev_memory", None, ctypes.c_void_p, size, size)
    for number in range(count()):
        device = get(number)
        if kind(device) not in _CARD_KINDS:
            continue
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        memory(device, ctypes.byref(free), ctypes.byref(total))
        yield Card(backend(registry(device)).decode(), description(device).decode(), free.value, total.value)


def _function(libraries: Sequence[Any], name: str, result: Any, *arguments: Any) -> Any:
    function = next(getattr(library, name) for library in libraries if hasattr(library, name))
    function.restype, function.argtypes = result, list(arguments)
    return function


def _fact(header: GgufHeader, name: str, otherwise: int) -> int:
    value = header.facts.get(f"{header.architecture}.{name}", otherwise)
    return int(value) if isinstance(value, int | float) else otherwise
