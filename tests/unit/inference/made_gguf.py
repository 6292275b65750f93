"""Real GGUF files of some kilobytes: a network of one layer, which llama.cpp loads and which writes; and adapters."""

from __future__ import annotations

import random
import struct
from collections.abc import Mapping

Value = str | int | float | bool | list[str] | list[float] | list[int]

TEMPLATE = "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}assistant:"

_WIDTH, _INNER, _HEADS, _WORDS = 32, 64, 4, 40
_MARKS = ["<unk>", "<s>", "</s>"]
_BYTES = [f"<0x{number:02X}>" for number in range(256)]


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def fact(key: str, value: Value) -> bytes:
    """One pair of the metadata."""
    return text(key) + _typed(value)


def _typed(value: Value) -> bytes:
    match value:
        case bool():
            return struct.pack("<I?", 7, value)
        case str():
            return struct.pack("<I", 8) + text(value)
        case int():
            return struct.pack("<II", 4, value)
        case float():
            return struct.pack("<If", 6, value)
        case [str(), *_]:
            return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(text(str(item)) for item in value)
        case [float(), *_]:
            return struct.pack("<IIQ", 9, 6, len(value)) + struct.pack(f"<{len(value)}f", *value)
    assert isinstance(value, list)
    return struct.pack("<IIQ", 9, 5, len(value)) + struct.pack(f"<{len(value)}i", *value)


def gguf(facts: Mapping[str, Value], tensors: Mapping[str, tuple[tuple[int, ...], bytes]]) -> bytes:
    """A GGUF file of these facts, and of tensors of 32-bit numbers with their dimensions."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(facts))
    head += b"".join(fact(key, value) for key, value in facts.items())
    data = b""
    for name, (dimensions, content) in tensors.items():
        head += text(name) + struct.pack(f"<I{len(dimensions)}Q", len(dimensions), *dimensions)
        head += struct.pack("<IQ", 0, len(data))
        data += content + bytes(-len(content) % 32)
    return head + bytes(-len(head) % 32) + data


def tiny_facts(**changes: Value) -> dict[str, Value]:
    """What the tiny model states; in the names of changes, two underscores stand for a dot."""
    words = [f"\N{LOWER ONE EIGHTH BLOCK}word{number}" for number in range(_WORDS)]
    tokens = [*_MARKS, *_BYTES, *words]
    facts: dict[str, Value] = {
        "general.architecture": "llama",
        "general.name": "Tiny",
        "llama.block_count": 1,
        "llama.context_length": 4096,
        "llama.embedding_length": _WIDTH,
        "llama.feed_forward_length": _INNER,
        "llama.attention.head_count": _HEADS,
        "llama.attention.head_count_kv": _HEADS,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.scores": [0.0] * len(tokens),
        "tokenizer.ggml.token_type": [2, 3, 3, *[6] * len(_BYTES), *[1] * _WORDS],
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.chat_template": TEMPLATE,
    }
    return facts | {key.replace("__", "."): value for key, value in changes.items()}


def tiny_model(seed: int = 1, **changes: Value) -> bytes:
    """A model of one layer with random weights: it writes words of its own, which make no sense.

    Args:
        seed: another one makes other weights.
        changes: metadata to state otherwise, as for ``tiny_facts``.
    """
    chance = random.Random(seed)

    def numbers(*dimensions: int) -> tuple[tuple[int, ...], bytes]:
        count = dimensions[0] * (dimensions[1] if len(dimensions) > 1 else 1)
        return dimensions, struct.pack(f"<{count}f", *(chance.gauss(0, 0.3) for _ in range(count)))

    ones = ((_WIDTH,), struct.pack(f"<{_WIDTH}f", *[1.0] * _WIDTH))
    marks, (_, spoken) = len(_MARKS) + len(_BYTES), numbers(_WIDTH, _WORDS)
    tensors = {
        "token_embd.weight": numbers(_WIDTH, marks + _WORDS),
        # Only words can come out: what is no word has a row of zeros.
        "output.weight": ((_WIDTH, marks + _WORDS), bytes(4 * _WIDTH * marks) + spoken),
        "output_norm.weight": ones,
        "blk.0.attn_norm.weight": ones,
        "blk.0.ffn_norm.weight": ones,
        **{f"blk.0.attn_{part}.weight": numbers(_WIDTH, _WIDTH) for part in ("q", "k", "v", "output")},
        "blk.0.ffn_gate.weight": numbers(_WIDTH, _INNER),
        "blk.0.ffn_up.weight": numbers(_WIDTH, _INNER),
        "blk.0.ffn_down.weight": numbers(_INNER, _WIDTH),
    }
    return gguf(tiny_facts(**changes), tensors)


def adapter(**changes: Value) -> bytes:
    """A LoRA adapter of rank 2 for the tiny model."""
    facts: dict[str, Value] = {
        "general.architecture": "llama",
        "general.type": "adapter",
        "general.name": "Kinder words",
        "adapter.type": "lora",
        "adapter.lora.alpha": 4.0,
    }
    halves = {"a": (_WIDTH, 2), "b": (2, _WIDTH)}
    tensors = {f"blk.0.attn_q.weight.lora_{half}": (size, bytes(4 * 2 * _WIDTH)) for half, size in halves.items()}
    return gguf(facts | {key.replace("__", "."): value for key, value in changes.items()}, tensors)
