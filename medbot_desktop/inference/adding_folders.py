"""Take in a model that lies in a folder, as optimum exports it to ONNX: one that writes text, or an embedder."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import onnxruntime

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.adding import Progress, copied, name_from
from medbot_desktop.inference.catalogue import CatalogueEntry, Purpose
from medbot_desktop.inference.embedder import Embedder
from medbot_desktop.inference.gguf import one_line
from medbot_desktop.inference.store import ModelStore

GRAPHS = ("model.onnx", "decoder_model_merged.onnx", "model_quantized.onnx")
"""Names that optimum gives the network of a model that writes text; the first one that is there counts."""

_NEEDED = ("tokenizer.json", "config.json")
_WELCOME = ("generation_config.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja")
_EMBEDDER_FILES = ("model.onnx", "tokenizer.json")
_EMBEDDER_INPUTS = {"input_ids", "attention_mask", "token_type_ids"}
_HINT = "Give the whole folder of an export with optimum: the network, its tokenizer.json and its config.json."
_LARGEST_CONFIG = 1 << 20


def add_folder(store: ModelStore, source: Path, progress: Progress) -> CatalogueEntry:
    """Take in a model from a folder; its name becomes the model's.

    Args:
        store: the models of this computer.
        source: a folder with ``tokenizer.json`` and ``model.onnx``; with ``config.json`` too, and a network that keeps
            past keys and values, it is a model that writes text.
        progress: called as bytes are copied.

    Raises:
        ModelError: a file is missing or is not what it should be, or another model has its name already.
        DiskFullError: there is no room for it.
    """
    name = one_line(source.name)
    graph = next((file for file in GRAPHS if (source / file).is_file()), None)
    if graph is None or not (source / "tokenizer.json").is_file():
        raise ModelError(f"The folder {name} holds no model that MedBot can open.", _HINT)
    inputs, outputs = _ends(source / graph)
    if "input_ids" in inputs and "logits" in outputs and any(end.startswith("past_key_values") for end in inputs):
        _require_config(source / "config.json")
        welcome = (f"{graph}_data", f"{graph}.data", *_WELCOME)
        files = [graph, *_NEEDED, *(file for file in welcome if (source / file).is_file())]
        return _take(store, source, files, "chat", progress)
    if graph != _EMBEDDER_FILES[0] or set(inputs) != _EMBEDDER_INPUTS:
        raise ModelError(f"The network {graph} of {name} is no language model, nor an embedder.", _HINT)
    Embedder(source / _EMBEDDER_FILES[0], source / _EMBEDDER_FILES[1], identity="").embed(["a word"])
    return _take(store, source, _EMBEDDER_FILES, "embedder", progress)


def _take(
    store: ModelStore, source: Path, files: Sequence[str], purpose: Purpose, progress: Progress
) -> CatalogueEntry:
    name = name_from(source.name)
    with copied(store, source, {file: file for file in files}, progress) as (scratch, made):
        store.require_free(name, made)
        entry = CatalogueEntry(name, one_line(source.name) or name, purpose, "unknown", made)
        store.take_in(scratch, entry)
    return entry


def _ends(graph: Path) -> tuple[list[str], list[str]]:
    """Names of a network's inputs and outputs; it is opened in a process of its own, for it may crash the runtime.

    Raises:
        ModelError: it cannot be opened.
    """
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        try:
            ends = process.submit(_open, str(graph)).result()
        except BrokenProcessPool:
            ends = None
    if ends is None:
        raise ModelError(f"The network {graph.name} is damaged or no ONNX file.", _HINT)
    return ends


def _open(graph: str) -> tuple[list[str], list[str]] | None:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception:  # the outermost line of this process; whatever the runtime says, the file cannot be opened
        return None
    return [end.name for end in session.get_inputs()], [end.name for end in session.get_outputs()]


def _require_config(path: Path) -> None:
    try:
        if path.stat().st_size > _LARGEST_CONFIG:
            raise ValueError("too large")
        stated = json.loads(path.read_text(encoding="utf-8"))["model_type"]
        if not isinstance(stated, str):
            raise TypeError("model_type")
    except FileNotFoundError as error:
        raise ModelError("The model's config.json is missing.", _HINT) from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError("The model's config.json is damaged.", _HINT) from error
