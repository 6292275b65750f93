"""Small GGUF files for tests: adapters, and models whose header says what no model should."""

from __future__ import annotations

import random
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

Value = str | int | float

_STRING, _UINT32, _FLOAT32 = 8, 4, 6
_SMOLLM2_WIDTH, _RANK = 576, 4


def text(value: str) -> bytes:
    encoded = value.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def fact(key: str, value: Value) -> bytes:
    if isinstance(value, str):
        return text(key) + struct.pack("<I", _STRING) + text(value)
    if isinstance(value, float):
        return text(key) + struct.pack("<If", _FLOAT32, value)
    return text(key) + struct.pack("<II", _UINT32, value)


def gguf(facts: Mapping[str, Value], tensors: Mapping[str, tuple[Sequence[int], bytes]]) -> bytes:
    """A GGUF file of 32-bit tensors, each given by its dimensions and its data."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(facts))
    head += b"".join(fact(key, value) for key, value in facts.items())
    body = b""
    for name, (dimensions, data) in tensors.items():
        head += text(name) + struct.pack(f"<I{len(dimensions)}QIQ", len(dimensions), *dimensions, 0, len(body))
        body += data + bytes(-len(data) % 32)
    return head + bytes(-len(head) % 32) + body


def adapter(
    width: int = _SMOLLM2_WIDTH,
    architecture: str = "llama",
    strength: float = 2000.0,
    seed: int = 1,
    more: Mapping[str, Value] | None = None,
) -> bytes:
    """A LoRA adapter with random numbers for the first layers of a model; SmolLM2's by its defaults."""
    numbers = random.Random(seed)

    def matrix(*dimensions: int) -> tuple[Sequence[int], bytes]:
        count = dimensions[0] * dimensions[1]
        return dimensions, struct.pack(f"<{count}f", *(numbers.gauss(0, 0.05) for _ in range(count)))

    tensors = {}
    for layer in range(8):
        tensors[f"blk.{layer}.attn_q.weight.lora_a"] = matrix(width, _RANK)
        tensors[f"blk.{layer}.attn_q.weight.lora_b"] = matrix(_RANK, width)
    facts: dict[str, Value] = {
        "general.architecture": architecture,
        "general.type": "adapter",
        "adapter.type": "lora",
        "adapter.lora.alpha": strength,
    }
    return gguf(facts | dict(more or {}), tensors)


def changed(model: Path, key: str, value: str | int, target: Path) -> Path:
    """Copy a model and put another value in the place of one of its facts; a text may be no longer than before."""
    content = bytearray(model.read_bytes())
    start = content.index(text(key)) + len(text(key)) + 4
    if isinstance(value, int):
        content[start : start + 4] = struct.pack("<I", value)
    else:
        length = struct.unpack_from("<Q", content, start)[0]
        encoded = value.encode()
        assert len(encoded) <= length
        content[start + 8 : start + 8 + length] = encoded.ljust(length)
    target.write_bytes(content)
    return target
