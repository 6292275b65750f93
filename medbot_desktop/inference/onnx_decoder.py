"""Run the graph of a causal language model, and keep what it has read so that the next prompt need not repeat it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as runtime_errors

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.devices import memory, worker_threads

Logits = NDArray[np.float32]

RUNTIME_ERRORS = (
    runtime_errors.EPFail,
    runtime_errors.Fail,
    runtime_errors.InvalidArgument,
    runtime_errors.InvalidGraph,
    runtime_errors.InvalidProtobuf,
    runtime_errors.NoModel,
    runtime_errors.NoSuchFile,
    runtime_errors.NotImplemented,
    runtime_errors.RuntimeException,
)
"""What ONNX Runtime raises where it cannot open or run a graph."""

_CHUNK = 64
"""Tokens of a prompt that are read at once: more would need a table of all words for each of them."""
_PAST = re.compile(r"past_key_values\.(\d+)\.(key|value)")
_FLOATS: dict[str, np.dtype[Any]] = {"tensor(float)": np.dtype(np.float32), "tensor(float16)": np.dtype(np.float16)}
_HINT = "Export the model again with optimum, as text generation with past."


@dataclass(frozen=True, slots=True)
class _Cache:
    """One of the tensors in which the graph keeps what it has read; shape (1, heads, tokens, width)."""

    past: str
    present: str
    heads: int
    width: int
    kind: np.dtype[Any]

    def of(self, tokens: int) -> onnxruntime.OrtValue:
        """The tensor for some tokens of which nothing is known."""
        return _value(np.zeros((1, self.heads, tokens, self.width), self.kind))


class OnnxDecoder:
    """A causal language model in ONNX Runtime, with its cache of keys and values.

    Args:
        graph: the ONNX file.
        sizes: the figures of ``config.json``, for what the graph leaves open.
        context_length: the most tokens that it is to keep.
        threads: processor threads; 0: ``devices.worker_threads``.

    Raises:
        ModelError: the file is damaged, is no language model, or its cache would not fit into the memory.
    """

    def __init__(self, graph: Path, sizes: Mapping[str, int], context_length: int, threads: int = 0) -> None:
        self._session = _open(graph, threads or worker_threads())
        inputs = {item.name: item for item in self._session.get_inputs()}
        self._outputs = [item.name for item in self._session.get_outputs()]
        if "input_ids" not in inputs or "logits" not in self._outputs:
            raise ModelError(f"The file {graph.name} is an ONNX model, but not a language model.", _HINT)
        self._caches = [_cache(item, self._outputs, sizes) for name, item in inputs.items() if _PAST.fullmatch(name)]
        if not self._caches:
            raise ModelError(f"The language model {graph.name} was exported without the cache of what it read.", _HINT)
        known = {"input_ids", "attention_mask", "position_ids", "use_cache_branch", *(c.past for c in self._caches)}
        if strange := sorted(set(inputs) - known):
            raise ModelError(
                f"The language model {graph.name} wants an input that MedBot has not: {strange[0]}.", _HINT
            )
        needed = context_length * sum(cache.heads * cache.width * cache.kind.itemsize for cache in self._caches)
        if needed > memory().available:
            raise ModelError(
                f"The language model {graph.name} wants {needed / 2**30:,.0f} GB of memory for one conversation.",
                "Choose a smaller model, or give this computer more memory.",
            )
        self._inputs = frozenset(inputs)
        self._read: list[int] = []
        self._kept: dict[str, onnxruntime.OrtValue] = {}

    def read(self, tokens: Sequence[int], options: onnxruntime.RunOptions) -> Logits:
        """How likely each token of the vocabulary comes next, as logits.

        Args:
            tokens: all of the text so far, at least one token; what the last text had in common is not read again.
            options: setting ``terminate`` on it stops the reading, which then raises; the next one goes on from there.

        Raises:
            RUNTIME_ERRORS: the graph failed or was stopped.
        """
        self._forget_after(_common(self._read, tokens[:-1]))
        logits: Logits = np.empty(0, np.float32)
        while len(self._read) < len(tokens):
            logits = self._run(tokens[len(self._read) : len(self._read) + _CHUNK], options)
        return logits

    def check(self, tokens: Sequence[int]) -> None:
        """See whether the graph computes at all, and whether what it has kept makes a difference to how it goes on.

        Args:
            tokens: a short text, at least two tokens.

        Raises:
            ModelError: it does not.
        """
        options, half = onnxruntime.RunOptions(), len(tokens) // 2
        try:
            self.read(tokens[:half], options)
            going_on = self.read(tokens, options)
            self._read, self._kept = list(tokens[:half]), {cache.past: cache.of(half) for cache in self._caches}
            at_a_loss = self.read(tokens, options)
        except RUNTIME_ERRORS as error:
            raise ModelError("The ONNX language model fails at its first words.", _HINT) from error
        if going_on.ndim != 1:
            raise ModelError("The ONNX language model does not say how likely each word is.", _HINT)
        if not np.isfinite(going_on).all():
            raise ModelError("The ONNX language model computes what is no number.", _HINT)
        if np.allclose(going_on, at_a_loss):
            raise ModelError("The ONNX language model forgets what it has read.", _HINT)
        self._forget_after(0)

    def _run(self, tokens: Sequence[int], options: onnxruntime.RunOptions) -> Logits:
        known, new = len(self._read), len(tokens)
        merged = "use_cache_branch" in self._inputs
        feeds = {cache.past: self._kept.get(cache.past) or cache.of(int(merged)) for cache in self._caches}
        feeds["input_ids"] = _value(np.array([tokens], np.int64))
        if "attention_mask" in self._inputs:
            feeds["attention_mask"] = _value(np.ones((1, known + new), np.int64))
        if "position_ids" in self._inputs:
            feeds["position_ids"] = _value(np.arange(known, known + new, dtype=np.int64)[None])
        if merged:
            feeds["use_cache_branch"] = _value(np.array([known > 0]))
        values = self._session.run_with_ort_values(self._outputs, feeds, options)
        found = dict(zip(self._outputs, values, strict=True))
        self._kept = {cache.past: found[cache.present] for cache in self._caches}
        self._read.extend(tokens)
        last: Logits = found["logits"].numpy()[0, -1].astype(np.float32)
        return last

    def _forget_after(self, tokens: int) -> None:
        if tokens == len(self._read):
            return
        del self._read[tokens:]
        if tokens == 0:
            self._kept = {}
        for name, value in self._kept.items():
            self._kept[name] = _value(np.ascontiguousarray(value.numpy()[:, :, :tokens]))


def _open(graph: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.add_session_config_entry("session.intra_op.spin_duration_us", "500")
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except RUNTIME_ERRORS as error:
        raise ModelError(f"The ONNX file {graph.name} is damaged or cut short.", _HINT) from error


def _cache(item: Any, outputs: Sequence[str], sizes: Mapping[str, int]) -> _Cache:
    present = item.name.replace("past_key_values", "present")
    if present not in outputs or len(item.shape) != 4 or item.type not in _FLOATS:
        raise ModelError("The ONNX language model keeps what it read in a way that MedBot does not know.", _HINT)
    heads, width = item.shape[1], item.shape[3]
    own_heads = sizes.get("num_attention_heads", 0)
    if not isinstance(heads, int):
        heads = sizes.get("num_key_value_heads", own_heads)
    if not isinstance(width, int):
        width = sizes.get("head_dim", sizes.get("hidden_size", 0) // max(own_heads, 1))
    if heads < 1 or width < 1:
        raise ModelError("The model's config.json does not say how many heads the model has.", _HINT)
    return _Cache(item.name, present, heads, width, _FLOATS[item.type])


def _common(old: Sequence[int], new: Sequence[int]) -> int:
    """How many tokens two texts begin with in common."""
    return next((place for place, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _value(array: NDArray[Any]) -> onnxruntime.OrtValue:
    return onnxruntime.OrtValue.ortvalue_from_numpy(array)
