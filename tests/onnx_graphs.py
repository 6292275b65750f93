"""Write small ONNX graphs, byte by byte as the format's protocol buffers say, so that tests need no exporter."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

FLOAT, INT8, INT64, BOOL = 1, 3, 7, 9
_KINDS = {"float32": FLOAT, "int8": INT8, "int64": INT64}
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

Shape = Sequence[int | str]


def _varint(number: int) -> bytes:
    number &= 2**64 - 1
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _number(tag: int, value: int) -> bytes:
    return _varint(tag << 3) + _varint(value)


def _bytes(tag: int, value: bytes | str) -> bytes:
    value = value.encode() if isinstance(value, str) else value
    return _varint(tag << 3 | 2) + _varint(len(value)) + value


def _attribute(name: str, value: object) -> bytes:
    if isinstance(value, bytes):  # a graph
        body = _bytes(6, value) + _number(20, 5)
    elif isinstance(value, float):
        body = _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, 1)
    elif isinstance(value, int):
        body = _number(3, value) + _number(20, 2)
    else:
        assert isinstance(value, list)
        body = b"".join(_number(8, item) for item in value) + _number(20, 7)
    return _bytes(5, _bytes(1, name) + body)


def value(name: str, kind: int, shape: Shape) -> bytes:
    """The declaration of an input or an output."""
    sides = b"".join(_bytes(1, _bytes(2, side) if isinstance(side, str) else _number(1, side)) for side in shape)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, sides)))


@dataclass
class Graph:
    """A graph that grows by `node` and `constant`."""

    parts: list[bytes] = field(default_factory=list)

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: object) -> str:
        """Add a step; returns the name of its output."""
        body = b"".join(_bytes(1, name) for name in inputs) + _bytes(2, output) + _bytes(4, kind)
        self.parts.append(_bytes(1, body + b"".join(_attribute(*item) for item in attributes.items())))
        return output

    def constant(self, name: str, array: NDArray[np.float32] | NDArray[np.int8] | NDArray[np.int64]) -> str:
        """Add a tensor of fixed values; returns its name."""
        kind = _KINDS[array.dtype.name]
        sides = b"".join(_number(1, side) for side in array.shape)
        self.parts.append(_bytes(5, sides + _number(2, kind) + _bytes(8, name) + _bytes(9, array.tobytes())))
        return name

    def graph(self, inputs: Sequence[bytes], outputs: Sequence[bytes]) -> bytes:
        """The graph as a part of a model or of another graph."""
        declared = [_bytes(11, item) for item in inputs] + [_bytes(12, item) for item in outputs]
        return b"".join([*self.parts, _bytes(2, "graph"), *declared])

    def model(self, inputs: Sequence[bytes], outputs: Sequence[bytes]) -> bytes:
        """The content of an ONNX file."""
        return _number(1, 8) + _bytes(7, self.graph(inputs, outputs)) + _bytes(8, _bytes(1, "") + _number(2, 17))


@dataclass(frozen=True)
class TinyModel:
    """A language model of one layer with random weights: attention over all that it has read.

    Attributes:
        vocabulary: how many tokens it knows.
        positions: whether the graph is told the tokens' positions, or counts them by the mask.
        merged: whether the graph has a branch for the first words, as exporters wrote until 2024.
        forgets: whether what it passes on is worth nothing.
        cached: whether it passes anything on at all.
        heads_named: whether the graph leaves the number of heads to the configuration.
        made_of: how many numbers it makes at each step and throws away again, of 4 bytes each.
        flat: whether it gives what it computes without saying of which token.
    """

    vocabulary: int = 258
    positions: bool = True
    merged: bool = False
    forgets: bool = False
    cached: bool = True
    heads_named: bool = False
    made_of: int = 0
    flat: bool = False
    width: int = 16
    longest: int = 4096

    def content(self) -> bytes:
        """The ONNX file."""
        g, dice = Graph(), np.random.default_rng(7)

        def weights(name: str, *shape: int) -> str:
            return g.constant(name, dice.normal(0, 0.5, shape).astype(np.float32))

        def numbers(name: str, *values: int) -> str:
            return g.constant(name, np.array(values, np.int64))

        one = numbers("one", 1)
        g.node("Shape", ["input_ids"], "ids_shape")
        g.node("Slice", ["ids_shape", one, numbers("two", 2)], "new")
        g.node("CumSum", ["attention_mask", "axis"], "counted")
        g.constant("axis", np.array(1, np.int64))
        g.node("Sub", ["counted", one], "key_positions")
        if not self.positions:
            g.node("Neg", ["new"], "back")
            g.node("Slice", ["key_positions", "back", numbers("end", 2**40), one], "position_ids")
        g.node("Gather", [weights("words", self.vocabulary, self.width), "input_ids"], "word")
        g.node("Gather", [weights("places", self.longest, self.width), "position_ids"], "place")
        g.node("Add", ["word", "place"], "x")
        for name in ("query", "key", "value"):
            g.node("MatMul", ["x", weights(f"{name}_weights", self.width, self.width)], f"{name}_flat")
            g.node("Unsqueeze", [f"{name}_flat", one], name)
        for name in ("key", "value"):
            self._remember(g, name)
        g.node("Transpose", ["all_key"], "turned", perm=[0, 1, 3, 2])
        g.node("MatMul", ["query", "turned"], "scores")
        g.node("Unsqueeze", ["key_positions", numbers("heads_and_queries", 1, 2)], "of_keys")
        g.node("Unsqueeze", ["position_ids", numbers("heads_and_keys", 1, 3)], "of_queries")
        g.node("Greater", ["of_keys", "of_queries"], "later")
        g.node("Where", ["later", g.constant("never", np.array(-1e9, np.float32)), "scores"], "masked")
        g.node("Softmax", ["masked"], "shares", axis=-1)
        g.node("MatMul", ["shares", "all_value"], "gathered")
        g.node("Squeeze", ["gathered", one], "attended")
        g.node("Add", ["attended", "x"], "y")
        g.node("MatMul", ["y", weights("out", self.width, self.vocabulary)], "likely")
        g.node("Add", ["likely", _nothing_from(g, self.made_of)], "sum")
        g.node("ReduceSum", ["sum", numbers("last", -1)], "logits", keepdims=0) if self.flat else g.node(
            "Identity", ["sum"], "logits"
        )
        if self.forgets:
            g.node("Mul", ["all_key", g.constant("nothing", np.zeros(1, np.float32))], "present.0.key")
            g.node("Mul", ["all_value", "nothing"], "present.0.value")
        else:
            g.node("Identity", ["all_key"], "present.0.key")
            g.node("Identity", ["all_value"], "present.0.value")
        return g.model(self._inputs(), self._outputs())

    def _remember(self, g: Graph, name: str) -> None:
        """What was read before, and what is read now."""
        past = f"past_key_values.0.{name}"
        if not self.cached:
            g.node("Identity", [name], f"all_{name}")
            return
        if not self.merged:
            g.node("Concat", [past, name], f"all_{name}", axis=2)
            return
        on, afresh = Graph(), Graph()
        on.node("Concat", [past, name], f"on_{name}", axis=2)
        afresh.node("Identity", [name], f"afresh_{name}")
        branches = {
            "then_branch": on.graph([], [value(f"on_{name}", FLOAT, [1, 1, "t", self.width])]),
            "else_branch": afresh.graph([], [value(f"afresh_{name}", FLOAT, [1, 1, "t", self.width])]),
        }
        g.node("If", ["use_cache_branch"], f"all_{name}", **branches)

    def _inputs(self) -> list[bytes]:
        cache: Shape = ["batch", "heads" if self.heads_named else 1, "past", "w" if self.heads_named else self.width]
        inputs = [value("input_ids", INT64, ["batch", "new"]), value("attention_mask", INT64, ["batch", "all"])]
        inputs += [value("position_ids", INT64, ["batch", "new"])] * self.positions
        inputs += [value("use_cache_branch", BOOL, [1])] * self.merged
        return inputs + self.cached * [value(f"past_key_values.0.{name}", FLOAT, cache) for name in ("key", "value")]

    def _outputs(self) -> list[bytes]:
        cache: Shape = ["batch", 1, "all", self.width]
        kept = [value(f"present.0.{name}", FLOAT, cache) for name in ("key", "value")]
        logits: Shape = ["batch", "new"] if self.flat else ["batch", "new", self.vocabulary]
        return [value("logits", FLOAT, logits), *(kept if self.cached else [])]


def _nothing_from(g: Graph, numbers: int) -> str:
    """A step that makes so many numbers and hands on a single zero."""
    g.constant("how_many", np.array([max(numbers, 1)], np.int64))
    g.node("ConstantOfShape", ["how_many"], "many")
    return g.node("ReduceSum", ["many"], "nothing_from", keepdims=0)


def embedding_network(*, words: int = 258, strength: float = 1.0, made_of: int = 0, sides: int = 3) -> bytes:
    """An embedder: a table of words with a random vector for each.

    Args:
        words: how many it knows.
        strength: what the vectors are multiplied with.
        made_of: as for ``TinyModel``.
        sides: 3, or 2 where it gives one number for each token.
    """
    g, dice = Graph(), np.random.default_rng(7)
    g.constant("table", (dice.normal(0, 1, (words, 8)) * strength).astype(np.float32))
    g.node("Gather", ["table", "input_ids"], "vectors")
    g.node("Add", ["vectors", _nothing_from(g, made_of)], "sum")
    g.constant("last", np.array([-1], np.int64))
    inputs = [value(name, INT64, ["b", "n"]) for name in ("input_ids", "attention_mask", "token_type_ids")]
    if sides == 2:
        g.node("ReduceSum", ["sum", "last"], "hidden", keepdims=0)
        return g.model(inputs, [value("hidden", FLOAT, ["b", "n"])])
    g.node("Identity", ["sum"], "hidden")
    return g.model(inputs, [value("hidden", FLOAT, ["b", "n", 8])])


def no_language_model() -> bytes:
    """An ONNX model that adds one to numbers."""
    g = Graph()
    g.node("Add", ["x", g.constant("one", np.array([1], np.float32))], "y")
    return g.model([value("x", FLOAT, ["n"])], [value("y", FLOAT, ["n"])])


def write_export(folder: Path, tiny: TinyModel | None = None, **config: object) -> Path:
    """Write a folder as an exporter does: a tiny model, and a tokenizer for which every byte is a token.

    Args:
        folder: where; it is made.
        tiny: the model; None: one of the usual kind.
        config: what stands in ``config.json`` beside or instead of the usual.

    Returns:
        The folder.
    """
    folder.mkdir()
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = Tokenizer(models.BPE(vocab={letter: place for place, letter in enumerate(letters)}, merges=[]))
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    words.decoder = decoders.ByteLevel()
    words.add_special_tokens(["<|im_start|>", "<|im_end|>"])
    words.save(str(folder / "tokenizer.json"))
    tiny = tiny or TinyModel()
    (folder / "model.onnx").write_bytes(tiny.content())
    usual = {"vocab_size": tiny.vocabulary, "max_position_embeddings": tiny.longest, "num_attention_heads": 1}
    usual |= {"num_hidden_layers": 1, "hidden_size": tiny.width, "eos_token_id": 257}
    (folder / "config.json").write_text(json.dumps(usual | config))
    spoken = {"chat_template": CHATML, "eos_token": "<|im_end|>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(spoken))
    return folder
