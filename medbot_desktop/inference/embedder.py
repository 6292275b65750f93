"""Turn texts into vectors whose angle tells how close their meanings are, on ONNX Runtime alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as runtime_errors
from tokenizers import Tokenizer

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.devices import worker_threads
from medbot_desktop.inference.onnx_tables import rows_first, with_length

MOST_TOKENS = 256
"""What a text has beyond this many tokens, the two marks at its ends included, does not enter its vector."""

_MIDDLE = ("layer_norm_4", "layer_norm_6", "layer_norm_8")
"""What the network that ships has behind the second, third and fourth of its six layers."""

_GRAPH, _OUTPUT, _NAME = 7, 12, 1  # the numbers of the fields in ONNX's onnx.proto
_TEXTS_IN_BATCH = 16
_TOKENS_IN_BATCH = 1_024
_DAMAGED = (
    runtime_errors.Fail,
    runtime_errors.InvalidArgument,
    runtime_errors.InvalidGraph,
    runtime_errors.InvalidProtobuf,
    runtime_errors.NoSuchFile,
    runtime_errors.NotImplemented,
)


@dataclass(frozen=True, slots=True)
class Looked:
    """What an embedder makes of one text.

    Attributes:
        vector: shape (dimensions,), of unit length.
        states: of each token, what the network has behind its second, third, fourth and last layer side by side,
            shape (tokens, 4 x dimensions): the early layers know the word itself, the later ones what its surroundings
            make of it. None where the network has another build than the one that ships.
        spans: where each token begins and is over in the text; (0, 0) for the two marks at its ends.
    """

    vector: NDArray[np.float32]
    states: NDArray[np.float32] | None
    spans: list[tuple[int, int]]


class Embedder:
    """A sentence embedder of the MiniLM kind: mean over the tokens, then unit length.

    The weights are stored in 8 bits and computed with in 32, so a text's vector does not depend on what it is
    batched with, nor on the padding. One embedder may be used from several threads.

    Args:
        model: the ONNX file; inputs ``input_ids``, ``attention_mask``, ``token_type_ids``.
        tokenizer: the model's ``tokenizer.json``.
        identity: what tells this embedder's vectors from another's, kept beside them.
        threads: processor threads; 0: ``devices.worker_threads``.

    Raises:
        ModelError: a file is missing, or is not what it should be.
    """

    def __init__(self, model: Path, tokenizer: Path, identity: str, threads: int = 0) -> None:
        self.identity = identity
        self._tokenizer = _open_tokenizer(tokenizer)
        self._session = _open_session(model, threads or worker_threads())
        self.dimensions = _dimensions(self._session, model)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embed texts.

        Args:
            texts: any number; of each, the first ``MOST_TOKENS`` tokens count.

        Returns:
            One row of unit length for each text, in the same order, shape ``(len(texts), dimensions)``.
        """
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        tokens = self.tokenize(texts)
        for rows in batches([len(ids) for ids in tokens]):
            vectors[rows] = self._run([tokens[row] for row in rows])
        return vectors

    def look(self, text: str) -> Looked:
        """Embed one text, and keep what the network makes of each of its tokens.

        Args:
            text: the first ``MOST_TOKENS`` tokens count.
        """
        encoding = self._tokenizer.encode(_encodable(text))
        names = [output.name for output in self._session.get_outputs()]
        hidden, *middle = self._hidden(*padded([encoding.ids]), names)
        states = np.concatenate([*middle, hidden], axis=-1)[0] if middle else None
        return Looked(_unit(hidden.sum(axis=1))[0], states, encoding.offsets)

    def tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        """The token numbers of each text, at most ``MOST_TOKENS``."""
        return [encoding.ids for encoding in self._tokenizer.encode_batch_fast([_encodable(text) for text in texts])]

    def count_tokens(self, text: str) -> int:
        """How many tokens a text has, without the two marks at its ends; counting stops at ``MOST_TOKENS``."""
        return len(self._tokenizer.encode(_encodable(text), add_special_tokens=False).ids)

    def _run(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        ids, mask = padded(tokens)
        hidden = self._hidden(ids, mask, [self._session.get_outputs()[0].name])[0]
        return _unit(np.einsum("ntd,nt->nd", hidden, mask.astype(np.float32)))

    def _hidden(
        self, ids: NDArray[np.int64], mask: NDArray[np.int64], names: Sequence[str]
    ) -> list[NDArray[np.float32]]:
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden: list[NDArray[np.float32]] = self._session.run(names, given)
        return hidden


def _unit(sums: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of unit length; mean and unit length differ by a factor only, so nothing is divided by the token count."""
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    vectors: NDArray[np.float32] = sums / np.maximum(lengths, np.finfo(np.float32).tiny)
    return vectors


def padded(tokens: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Token numbers and their mask, both of shape (texts, longest text)."""
    ids = np.zeros((len(tokens), max(map(len, tokens))), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, text in enumerate(tokens):
        ids[row, : len(text)] = text
        mask[row, : len(text)] = 1
    return ids, mask


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows of texts of like length, so that little is computed for padding and a batch stays in the cache."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) == _TEXTS_IN_BATCH or (len(batch) + 1) * lengths[row] > _TOKENS_IN_BATCH):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _encodable(text: str) -> str:
    """The text with a mark where half of a character is missing, as command lines and file names can have."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _dimensions(session: onnxruntime.InferenceSession, path: Path) -> int:
    """How long the vectors are.

    Raises:
        ModelError: the network does not say it, or gives no vector for each token.
    """
    shape = session.get_outputs()[0].shape
    if len(shape) != 3 or not isinstance(shape[-1], int) or shape[-1] < 1:
        raise ModelError(f"The network {path.name} gives no vector of a fixed length for each token.", _HINT)
    return shape[-1]


def _open_tokenizer(path: Path) -> Tokenizer:
    try:
        text = path.read_text(encoding="utf-8")
        json.loads(text)["model"]["type"]
    except OSError as error:
        raise ModelError(f"The tokenizer {path.name} cannot be read: {error.strerror}.", _HINT) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"The tokenizer {path.name} is damaged.", _HINT) from error
    try:
        tokenizer = Tokenizer.from_str(text)
    except Exception as error:  # the library has no narrower word for a file that it cannot read
        raise ModelError(f"The tokenizer {path.name} is damaged.", _HINT) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS)
    return tokenizer


def _open_session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    # Threads that wait for work spin for half a millisecond only, then sleep: the text model needs the cores too.
    options.add_session_config_entry("session.intra_op.spin_duration_us", "500")
    options.log_severity_level = 3
    try:
        return _session(rows_first(path.read_bytes()) + b"".join(map(_wish_for, _MIDDLE)), options)
    except (OSError, ValueError, *_DAMAGED):
        pass  # a network that has not all of these layers, unless it is no network
    try:
        return _session(str(path), options)
    except _DAMAGED as error:
        raise ModelError(f"The embedder {path.name} is missing or damaged.", _HINT) from error


def _session(network: bytes | str, options: onnxruntime.SessionOptions) -> onnxruntime.InferenceSession:
    session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    session._model_bytes = None  # kept for another provider to begin with, and there is none
    return session


def _wish_for(name: str) -> bytes:
    """What gives a network one output more, laid behind it: Protocol Buffers join what stands one behind the other."""
    field = name.encode("ascii")
    for number in (_NAME, _OUTPUT, _GRAPH):
        field = with_length(number, field)
    return field


_HINT = "Run `medbot models verify`, then `medbot models sync`."
