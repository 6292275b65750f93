"""Take in a model that a person brings, after it was found to be whole, to fit into memory and to run."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from medbot_desktop.errors import ModelError
from medbot_desktop.inference import devices
from medbot_desktop.inference.adapter_base import listed, models_for
from medbot_desktop.inference.bounded import TrialLimits
from medbot_desktop.inference.catalogue import BroughtModel, CatalogueEntry, ModelFile, Purpose
from medbot_desktop.inference.disk import copy_hashing, room_for
from medbot_desktop.inference.gguf import GgufHeader, one_line, read_header
from medbot_desktop.inference.memory_need import MemoryNeed, require_memory
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.trial import try_model
from medbot_desktop.inference.trial_record import remember_speed

Progress = Callable[[int, int], None]
"""Called with the bytes done and the bytes to do."""

_AGAIN = "Copy the file again from where it came from, and let nothing else write to it."
_INSTRUCT = "Give a model that writes text; its page says instruct or chat."

# What llama.cpp runs but what writes no text: encoders of whole sentences (llama-arch.cpp), and the eyes of a model.
_ENCODERS = frozenset(
    "bert eurobert gemma-embedding jina-bert-v2 jina-bert-v3 modern-bert neo-bert nomic-bert nomic-bert-moe "
    "t5encoder".split()
)
# Words that a file's name for itself may have without being another model: forms of the file, and who made it.
_NEUTRAL = frozenset("gguf hf unsloth bartowski google microsoft meta qwen f16 bf16 q8 q6 q5 q4 k m s l 0 1".split())

# A slow disk reads so many bytes in a second; the rest is for a slow processor to write a few words.
_SLOW_DISK, _SECONDS = 50_000_000, 120.0
_SPARE = 256 * 2**20


def add_model(store: ModelStore, path: Path, progress: Progress = lambda done, total: None) -> CatalogueEntry:
    """Take in a model: a GGUF file, or a folder with an ONNX export.

    A file that the catalogue knows by its digest keeps the catalogue's name and tier. One that says of itself that it
    is a model which the catalogue expects to be brought gets that one's name, title and licence. Every other is named
    after its file. Whatever the catalogue does not know by its digest starts ``silent``, until it passes the exam.

    Args:
        store: the models of this computer.
        path: the file or folder, on a USB stick for example; it is only read.
        progress: called as bytes are copied.

    Returns:
        The model as it can be opened from now on.

    Raises:
        ModelError: it is missing, cut short, damaged, no language model, too large for the memory, crashes the
            runtime, or is an adapter of a model that is not here; or another model has its name already. Nothing of it
            is left on this computer.
        DiskFullError: there is no room for it.
    """
    if path.is_dir():
        from medbot_desktop.inference.adding_folders import add_folder  # slow to load, and a file goes without

        return add_folder(store, path, progress)
    return _add_gguf(store, path, progress)


def name_from(text: str) -> str:
    """A name for a model, and for its folder, from the name of its file."""
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-._")[:90].rstrip("-._") or "model"


@contextmanager
def copied(
    store: ModelStore, source: Path, files: Mapping[str, str], progress: Progress
) -> Iterator[tuple[Path, tuple[ModelFile, ...]]]:
    """Copy files next to where they will lie; at the end, what was not moved away is gone again.

    Args:
        store: the models of this computer.
        source: the folder of the files.
        files: their names there, and the names that they get.
        progress: called as bytes are copied.

    Yields:
        The folder with the copies, and what they are.

    Raises:
        ModelError: a file changed meanwhile, or cannot be read.
        DiskFullError: there is no room.
    """
    folder, paths = store.writable_folder(), [source / file for file in files]
    size = sum(path.stat().st_size for path in paths)
    what = f"the model {one_line(paths[0].name if len(paths) == 1 else source.name)}"
    with room_for(folder, size, what), tempfile.TemporaryDirectory(prefix=".adding-", dir=folder) as scratch:
        made, done = [], 0
        for path, new in zip(paths, files.values(), strict=True):
            copy = Path(scratch) / new
            digest = _copy_unchanged(path, copy, done, lambda more: progress(more, size))
            made.append(ModelFile(new, copy.stat().st_size, digest))
            done += made[-1].size
        yield Path(scratch), tuple(made)


def _copy_unchanged(path: Path, copy: Path, begun: int, progress: Callable[[int], None]) -> str:
    before = path.stat()

    def watch(done: int) -> None:
        if done > before.st_size:
            raise ModelError(f"{one_line(path.name)} grew while it was copied.", _AGAIN)
        progress(begun + done)

    digest, after = copy_hashing(path, copy, watch), path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ModelError(f"{one_line(path.name)} was changed while it was copied.", _AGAIN)
    return digest


def _add_gguf(store: ModelStore, path: Path, progress: Progress) -> CatalogueEntry:
    header, name = read_header(path), name_from(path.stem)
    purpose = _purpose(header, path)
    need = require_memory(path, header, devices.memory()) if purpose == "chat" else None
    with copied(store, path.parent, {path.name: f"{name}.gguf"}, progress) as (scratch, files):
        entry = _entry(store, name, purpose, files, read_header(scratch / files[0].name))
        trial = try_model(scratch / files[0].name, limits=_limits(need)) if need is not None else None
        (scratch / files[0].name).replace(scratch / entry.files[0].name)
        store.take_in(scratch, entry)
    if trial is not None:
        remember_speed(entry, trial)
    return entry


def _purpose(header: GgufHeader, path: Path) -> Purpose:
    """What a GGUF file is for.

    Raises:
        ModelError: it writes no text.
    """
    name = one_line(path.name)
    if header.kind == "adapter":
        if header.facts.get("adapter.type") != "lora":
            raise ModelError(f"{name} is an adapter of a kind that llama.cpp does not know.", "Give a LoRA adapter.")
        return "adapter"
    if header.kind == "mmproj" or header.architecture == "clip":
        raise ModelError(f"{name} is the part of a model that looks at pictures; it writes no text.", _INSTRUCT)
    if header.kind != "model":
        raise ModelError(f"{name} is no model: it calls itself {one_line(header.kind)}.", _INSTRUCT)
    causal = header.facts.get(f"{header.architecture}.attention.causal", True)
    if header.architecture in _ENCODERS or header.figure("pooling_type") or not causal:
        raise ModelError(f"{name} turns texts into vectors; it writes none.", _INSTRUCT)
    return "chat"


def _limits(need: MemoryNeed) -> TrialLimits:
    return TrialLimits(_SECONDS + need.weights / _SLOW_DISK, need.total * 3 // 2 + _SPARE)


def _entry(
    store: ModelStore, name: str, purpose: Purpose, files: tuple[ModelFile, ...], header: GgufHeader
) -> CatalogueEntry:
    """What a new file is called here, and what is known of it."""
    digests = [file.sha256 for file in files]
    for known in store.entries():
        if known.runtime == "llama.cpp" and [file.sha256 for file in known.files] == digests:
            return known
    title = one_line(header.facts.get("general.name")) or name
    licence = one_line(header.facts.get("general.license")) or "unknown"
    if purpose == "adapter":
        store.require_free(name, files)
        what_for = listed(models_for(store, header, files[0].name))
        return CatalogueEntry(
            name, title, purpose, licence, files, base=one_line(header.architecture), what_for=what_for
        )
    brought = recognise(header, store.catalogue.brought)
    if brought is None:
        store.require_free(name, files)
        return CatalogueEntry(name, title, purpose, licence, files)
    if any(entry.name == brought.name for entry in store.entries()):
        store.require_free(name, files)
    else:
        name = brought.name
    return CatalogueEntry(
        name, brought.title, purpose, brought.licence, files, homepage=brought.homepage, what_for=brought.what_for,
        terms=brought.terms,
    )  # fmt: skip


def recognise(header: GgufHeader, expected: Iterable[BroughtModel]) -> BroughtModel | None:
    """Which of the models that a clinic may bring a file says it is; None where it says anything else.

    Its name must have all the words of that model and no word that makes it a relative: a model that somebody trained
    further is another one.

    Args:
        header: of the file.
        expected: the catalogue's models to be brought.
    """
    stated = {key: one_line(header.facts.get(f"general.{key}"), 1000).lower() for key in _NAMED_BY}
    named = frozenset(re.findall(r"[a-z0-9]+", " ".join(stated.values())))
    size = frozenset(re.findall(r"[a-z0-9]+", one_line(header.facts.get("general.size_label")).lower()))
    for model in expected:
        known = model.words | model.also | _NEUTRAL
        if header.architecture == model.architecture and model.words <= named | size and named <= known | size:
            return model
    return None


_NAMED_BY = ("name", "basename", "finetune")
