"""Take in a model that lies in a folder, as optimum exports it to ONNX: one that writes text, or an embedder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from medbot_desktop.errors import ModelError
from medbot_desktop.inference import devices
from medbot_desktop.inference.adding import Progress, copied, name_from
from medbot_desktop.inference.catalogue import CatalogueEntry, Purpose
from medbot_desktop.inference.gguf import one_line
from medbot_desktop.inference.memory_need import CONTEXT_LENGTH, MemoryNeed, require_room
from medbot_desktop.inference.onnx_export import GRAPHS, sizes_of
from medbot_desktop.inference.onnx_memory import onnx_limits, onnx_need, weights_beside
from medbot_desktop.inference.onnx_trial import ends_of, try_embedder
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.trial import try_export
from medbot_desktop.inference.trial_record import remember_speed

_NEEDED = ("tokenizer.json", "config.json")
_WELCOME = ("generation_config.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja")
_EMBEDDER_FILES = ("model.onnx", "tokenizer.json")
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
        ModelError: a file is missing or is not what it should be, the model is too large for the memory, does not do
            what it is for, or another model has its name already. Nothing of it is left on this computer.
        DiskFullError: there is no room for it.
    """
    name = one_line(source.name) or "model"
    graph = next((source / file for file in GRAPHS if (source / file).is_file()), None)
    if graph is None or not (source / "tokenizer.json").is_file():
        raise ModelError(f"The folder {name} holds no model that MedBot can open.", _HINT)
    memory = devices.memory()
    need = onnx_need(graph, {}, CONTEXT_LENGTH)
    require_room(need, name, memory)
    ends = ends_of(graph, name, onnx_limits(need, memory.available))
    if ends.write_text:
        _require_config(source / "config.json")
        need = onnx_need(graph, sizes_of(source), CONTEXT_LENGTH)
        require_room(need, name, memory)
        files = [
            graph.name,
            *_NEEDED,
            *weights_beside(graph),
            *(file for file in _WELCOME if (source / file).is_file()),
        ]
        return _take(store, source, files, "chat", need, progress)
    if graph.name != _EMBEDDER_FILES[0] or not ends.embed:
        raise ModelError(f"The network {graph.name} of {name} is no language model, nor an embedder.", _HINT)
    return _take(store, source, [*_EMBEDDER_FILES, *weights_beside(graph)], "embedder", need, progress)


def _take(
    store: ModelStore, source: Path, files: Sequence[str], purpose: Purpose, need: MemoryNeed, progress: Progress
) -> CatalogueEntry:
    name, title = name_from(source.name), one_line(source.name) or "model"
    with copied(store, source, {file: file for file in files}, progress) as (scratch, made):
        store.require_free(name, made)
        limits = onnx_limits(need, devices.memory().available)
        entry = CatalogueEntry(name, title, purpose, "unknown", made)
        trial = try_export(scratch, title, limits) if purpose == "chat" else None
        if trial is None:
            try_embedder(scratch / files[0], scratch / files[1], title, limits)
        store.take_in(scratch, entry)
    if trial is not None:
        remember_speed(entry, trial)
    return entry


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
