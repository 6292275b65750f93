"""Real ONNX files of a few hundred bytes, whose inputs and outputs are named like those of a model that writes text."""

from __future__ import annotations

_FLOAT, _INT64 = 1, 7
_IR_VERSION, _OPSET = 8, 13


def _varint(value: int) -> bytes:
    small = bytes([value & 0x7F | (0x80 if value > 0x7F else 0)])
    return small + (_varint(value >> 7) if value > 0x7F else b"")


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, content: bytes | str) -> bytes:
    content = content.encode() if isinstance(content, str) else content
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _end(name: str, kind: int) -> bytes:
    shape = _bytes(1, _bytes(2, "one")) + _bytes(1, _bytes(2, "other"))
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, shape)))


def _node(operation: str, source: str, target: str, attribute: bytes = b"") -> bytes:
    return _bytes(1, source) + _bytes(2, target) + _bytes(4, operation) + attribute


def tiny_network(past: str = "past_key_values.0.key", logits: str = "logits") -> bytes:
    """A network that hands on what it gets: the token numbers as ``logits``, and what it kept of earlier ones."""
    to_float = _bytes(5, _bytes(1, "to") + _number(3, _FLOAT) + _number(20, 2))
    graph = (
        _bytes(1, _node("Cast", "input_ids", logits, to_float))
        + _bytes(1, _node("Identity", past, "present.0.key"))
        + _bytes(2, "tiny")
        + _bytes(11, _end("input_ids", _INT64))
        + _bytes(11, _end(past, _FLOAT))
        + _bytes(12, _end(logits, _FLOAT))
        + _bytes(12, _end("present.0.key", _FLOAT))
    )
    return _number(1, _IR_VERSION) + _bytes(7, graph) + _bytes(8, _number(2, _OPSET))
