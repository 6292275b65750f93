"""Look into an ONNX network and try it, in processes of their own that may neither last nor take all the memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.bounded import BRING_ANOTHER, TrialLimits, in_bounds

_TEXTS = ("a clinic", "What is good for a cold that has lasted for two weeks? " * 20)


@dataclass(frozen=True, slots=True)
class Ends:
    """The names of a network's inputs and outputs."""

    inputs: frozenset[str]
    outputs: frozenset[str]

    @property
    def write_text(self) -> bool:
        """Whether they are those of a language model that keeps what it has read."""
        keeps = any(name.startswith("past_key_values") for name in self.inputs)
        return keeps and "input_ids" in self.inputs and "logits" in self.outputs

    @property
    def embed(self) -> bool:
        """Whether they are those of an embedder."""
        return self.inputs == {"input_ids", "attention_mask", "token_type_ids"}


def ends_of(graph: Path, name: str, limits: TrialLimits) -> Ends:
    """Open a network to see what it is.

    Args:
        graph: the ONNX file.
        name: of the model, for the sentences.
        limits: what it may use for that.

    Raises:
        ModelError: it cannot be opened within them.
    """
    return in_bounds(_ends, (graph,), name, limits)


def try_embedder(graph: Path, tokenizer: Path, name: str, limits: TrialLimits) -> None:
    """Let an embedder embed a short text and a long one.

    Args:
        graph: its ONNX file.
        tokenizer: its ``tokenizer.json``.
        name: of the model, for the sentences.
        limits: what it may use.

    Raises:
        ModelError: it is damaged, crashes, makes no vectors, or uses more than it may.
    """
    in_bounds(_embed, (graph, tokenizer, name), name, limits)


def _ends(graph: Path) -> Ends:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except MemoryError:
        raise
    except Exception as error:  # the outermost line of this process; whatever the runtime says, it cannot be opened
        raise ModelError(f"The network {graph.name} is damaged or no ONNX file.", BRING_ANOTHER) from error
    inputs, outputs = session.get_inputs(), session.get_outputs()
    return Ends(frozenset(end.name for end in inputs), frozenset(end.name for end in outputs))


def _embed(graph: Path, tokenizer: Path, name: str) -> None:
    import numpy as np

    from medbot_desktop.inference.embedder import Embedder

    try:
        vectors = Embedder(graph, tokenizer, identity="", threads=1).embed(_TEXTS)
    except MemoryError:
        raise
    except ModelError as error:
        raise ModelError(error.message, BRING_ANOTHER) from error
    except Exception as error:  # the outermost line of this process; the network has the right ends and fails inside
        raise ModelError(f"The embedder {name} fails at its first words.", BRING_ANOTHER) from error
    if not np.isfinite(vectors).all():
        raise ModelError(f"The embedder {name} computes what is no number.", BRING_ANOTHER)
    if np.allclose(vectors[0], vectors[1]):
        raise ModelError(f"The embedder {name} makes the same vector of every text.", BRING_ANOTHER)
