"""`medbot doctor`: look at this computer and say what is missing, each with what to do."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from medbot_desktop.cli.doctor_models import look_at_server, text_model_in_force
from medbot_desktop.cli.output import JsonOption, print_json
from medbot_desktop.errors import ModelError, VaultError
from medbot_desktop.inference import devices, offload
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.text_model import CONTEXT_LENGTH
from medbot_desktop.settings import home_folder, load_settings
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import Keyslots

_GIB = 2**30
_LEAST_MEMORY = 6 * _GIB
"""Two cores and 8 GB are enough; of 8 GB the system reports somewhat less."""
_LEAST_FREE = 1 * _GIB


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: what.
        ok: whether MedBot can work with it.
        found: what was found, in words.
        advice: what to do where it is not ok.
    """

    name: str
    ok: bool
    found: str
    advice: str = ""


def doctor(as_json: bool = JsonOption) -> None:
    """Check Python, processor, memory, disk, models, the vault, audio and display."""
    checks = list(examine())
    console = Console(highlight=False)
    for check in checks:
        if as_json:
            print_json(
                {"name": check.name, "ok": check.ok, "found": check.found, "advice": "" if check.ok else check.advice}
            )
            continue
        mark = Text("ok     ", style="green") if check.ok else Text("look   ", style="bold red")
        console.print(mark + Text(f"{check.name}: {check.found}"), soft_wrap=True)
        if not check.ok:
            console.print(Text(f"       {check.advice}"), soft_wrap=True)


def examine() -> Iterator[Check]:
    """Look at everything that MedBot needs."""
    yield _python()
    yield _processor()
    yield _memory()
    yield _disk(home_folder())
    yield from _models(ModelStore.standard())
    yield from _text_model(ModelStore.standard())
    for ok, found, advice in look_at_server(load_settings(), VaultFolder.standard().exists()):
        yield Check("Model server", ok, found, advice)
    yield from _vault(VaultFolder.standard())
    yield _audio()
    yield _display()


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    bundled = " (part of this bundle)" if getattr(sys, "frozen", False) else ""
    return Check("Python", sys.version_info[:2] == (3, 11), version + bundled, "Install Python 3.11.")


def _processor() -> Check:
    processor = devices.processor()
    offload = "can use a graphics card" if devices.gpu_offload() else "uses the processor only"
    features = " ".join(processor.features) or "no vector features"
    found = f"{processor.architecture}, {processor.cores} cores, {features}; {offload}"
    advice = (
        f"This processor lacks {', '.join(processor.missing)}, which the language model needs. "
        "Answers in the library's own words still work."
    )
    return Check("Processor", not processor.missing, found, advice)


def _memory() -> Check:
    memory = devices.memory()
    found = f"{memory.total / _GIB:.1f} GB, {memory.available / _GIB:.1f} GB free"
    return Check(
        "Memory", memory.total >= _LEAST_MEMORY, found, "MedBot is made for 8 GB; close other programs or add memory."
    )


def _disk(folder: Path) -> Check:
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    return Check("Disk", free >= _LEAST_FREE, f"{free / _GIB:.1f} GB free at {existing}", "Free at least 1 GB.")


def _models(store: ModelStore) -> Iterator[Check]:
    for entry in store.entries():
        if not entry.default:
            continue
        try:
            for file in entry.files:
                store.file(entry.name, file.name)
        except ModelError as error:
            yield Check(f"Model {entry.name}", False, error.message, error.hint)
        else:
            yield Check(f"Model {entry.name}", True, f"{entry.title}, checked")


def _text_model(store: ModelStore) -> Iterator[Check]:
    """Which text model serves, where it would run, and why."""
    settings, cards = load_settings(), offload.graphics_cards()
    for card in cards:
        room = f"{card.backend}, {card.free / _GIB:.1f} of {card.total / _GIB:.1f} GB free"
        yield Check(f"Graphics card {card.name}", True, room)
    entry, found, advice = text_model_in_force(settings, store)
    yield Check("Text model", not advice, found, advice)
    if entry is None or entry.runtime != "llama.cpp":
        return
    try:
        weight = offload.weigh(store.file(entry.name, entry.files[0].name), CONTEXT_LENGTH)
    except ModelError:
        return  # changed since it was looked at
    yield Check("Text model's place", True, offload.place(weight, cards, settings.gpu_layers).why)


def _vault(folder: VaultFolder) -> Iterator[Check]:
    if not folder.exists():
        yield Check("Vault", True, "none in this home folder, so nothing is kept; `medbot vault create` makes one")
        return
    restoring = "Restore the latest backup with `medbot vault restore`."
    has_database = folder.database.exists()
    found = f"in {folder.path}" if has_database else f"the database is missing in {folder.path}"
    yield Check("Vault", has_database, found, restoring)
    try:
        slots = len(Keyslots.read(folder).account_ids())
    except VaultError as error:
        yield Check("Keyslots", False, error.message, error.hint)
    else:
        yield Check("Keyslots", True, f"{slots}, that of the recovery key included")
    yield _writable(folder.path)


def _writable(folder: Path) -> Check:
    name, advice = (
        "Vault's folder",
        "Check the permissions of the folder, and whether its disk is mounted to be written.",
    )
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Check(name, True, "can be written")
    except OSError as error:
        return Check(name, False, f"cannot be written: {error.strerror}", advice)


def _audio() -> Check:
    found = sys.platform != "linux" or ctypes.util.find_library("portaudio") is not None
    words = "the system's sound library is there" if found else "no sound library (PortAudio)"
    return Check("Audio", found, words, "Install the package libportaudio2; MedBot works without sound until then.")


def _display() -> Check:
    display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    found = sys.platform != "linux" or bool(display)
    words = (display or "the system's own") if found else "none"
    return Check(
        "Display", found, words, "Start MedBot in a desktop session for the window; `medbot chat` works without one."
    )
