"""Do the slow work of the page of models; only worker threads call what is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from medbot_desktop.errors import ModelError
from medbot_desktop.ui.model_facts import ModelFacts, State
from medbot_desktop.ui.worker import Services
from medbot_desktop.ui.working_page import Progress
from medbot_desktop.vault.roles import Permission

if TYPE_CHECKING:
    from medbot_desktop.generation.exam_record import ExamResult
    from medbot_desktop.inference.catalogue import BroughtModel, CatalogueEntry
    from medbot_desktop.inference.devices import Memory
    from medbot_desktop.inference.offload import Card
    from medbot_desktop.inference.store import FileCheck, ModelStore
    from medbot_desktop.memory.usage import DayUse

_CONTEXT = 2048
"""Tokens that the model which serves has room for."""

_PARTS = 1_000

_ON_PROCESSOR = "The processor, since MedBot runs models in ONNX there alone."


@dataclass(frozen=True, slots=True)
class Models:
    """What the page shows.

    Attributes:
        models: those of the catalogue and those that were added, then those that a clinic may bring.
        usage: what they did, the newest day first.
        may_change: whether the account may change anything.
    """

    models: Sequence[ModelFacts]
    usage: Sequence[DayUse]
    may_change: bool

    @property
    def titles(self) -> Mapping[str, str]:
        """Each model's name to its title."""
        return {model.name: model.title for model in self.models}


def look(services: Services, cards: Sequence[Card] | None) -> Models:
    """What there is to show.

    Args:
        services: the open workspace.
        cards: the graphics cards; None: not known yet.
    """
    from medbot_desktop.inference import devices
    from medbot_desktop.inference.store import ModelStore
    from medbot_desktop.inference.text_model_setting import chosen_text_model
    from medbot_desktop.settings import load_settings

    store, memory = ModelStore.standard(), devices.memory()
    chosen = chosen_text_model(store, load_settings())
    here = {entry.name for entry in store.installed()}
    found = []
    for entry in store.entries():
        state = _state(store, entry, here, chosen)
        device = services.text_model.placement if services.text_model and state == "serving" else ""
        found.append(_entry_facts(store, entry, state, memory, device, cards))
    known = {model.name for model in found}
    found += [_brought_facts(model, memory) for model in store.catalogue.brought if model.name not in known]
    return Models(found, services.usage.by_day(), services.access.may(Permission.CHANGE_SETTINGS))


def cards(_: Services) -> Sequence[Card]:
    """The graphics cards of this computer; the first time, that takes seconds."""
    from medbot_desktop.inference.cards import cards_of_this_computer

    return cards_of_this_computer()


def fetch(services: Services, name: str, tell: Progress) -> None:
    """Fetch a model; this alone uses the network. Stopped, it goes on from there the next time."""
    from medbot_desktop.inference.store import ModelStore
    from medbot_desktop.inference.sync import SyncEvent, sync_models

    def report(event: SyncEvent) -> None:
        part = _PARTS * event.done // event.total if event.total else 0
        tell((event.number - 1) * _PARTS + part, event.of * _PARTS if event.step == "fetching" else 0)

    _require(services)
    store = ModelStore.standard()
    sync_models(store, [store.entry(name)], report)
    _note(services, name, "fetched")


def add(services: Services, path: Path, tell: Progress) -> CatalogueEntry:
    """Take in a model from a file or a folder."""
    from medbot_desktop.inference.adding import add_model
    from medbot_desktop.inference.store import ModelStore

    _require(services)
    entry = add_model(ModelStore.standard(), path, tell)
    _note(services, entry.name, "added")
    return entry


def verify(services: Services, name: str, tell: Progress) -> Sequence[FileCheck]:
    """Read every byte of a model again and compare it with the catalogue."""
    from medbot_desktop.inference.store import ModelStore

    _require(services)
    store = ModelStore.standard()
    entry, checks = store.entry(name), []
    for check in store.verify([entry]):
        checks.append(check)
        tell(len(checks), len(entry.files))
    return checks


def examine(services: Services, name: str, tell: Progress) -> ExamResult:
    """Let a model sit the exam, and keep the result."""
    from medbot_desktop.generation.exam_items import exam_version, load_exam
    from medbot_desktop.generation.exam_record import ExamResult, store_result
    from medbot_desktop.generation.exam_sitting import examinee_named, hold_exam
    from medbot_desktop.inference.store import ModelStore
    from medbot_desktop.knowledge.opening import open_embedder
    from medbot_desktop.settings import load_settings, resources_folder

    _require(services)
    folder, store = resources_folder() / "exam", ModelStore.standard()
    exam, version = load_exam(folder), exam_version(folder)
    examinee, model = examinee_named(name, load_settings(), store)
    sitting = hold_exam(model, exam.items, open_embedder(store).embed, tell)
    result = ExamResult.of(examinee, version, sitting, datetime.now(UTC))
    store_result(name, result)
    _note(services, name, "examined")
    return result


def choose(services: Services, name: str) -> None:
    """Let a model serve from the next message on."""
    from medbot_desktop.inference.text_model_setting import choose_text_model
    from medbot_desktop.vault.trail import Action

    services.access.require(Permission.CHANGE_SETTINGS)
    with services.text_model_at_rest():
        choose_text_model(name)
    services.access.note(Action.MODELS_CHANGED, "model", name, what="chosen")


def start_anew(services: Services) -> None:
    """Let the model that serves start anew, since its file or its tier has changed."""
    with services.text_model_at_rest():
        pass


def remove(services: Services, model: ModelFacts) -> None:
    """Take a model off this computer."""
    from medbot_desktop.inference.store import ModelStore
    from medbot_desktop.vault.trail import Action

    services.access.require(Permission.CHANGE_SETTINGS)
    with services.text_model_at_rest() if model.state == "serving" else nullcontext():
        ModelStore.standard().remove(model.name)
    services.access.note(Action.MODELS_CHANGED, "model", model.name, what="removed")


def _require(services: Services) -> None:
    """Ask whether the account may change anything, on a second thread."""
    assert services.opened is not None
    with services.opened.beside() as beside:
        beside.access.require(Permission.CHANGE_SETTINGS)


def _note(services: Services, name: str, what: str) -> None:
    """Write into the audit trail what was done, on a second thread."""
    from medbot_desktop.vault.trail import Action

    assert services.opened is not None
    with services.opened.beside() as beside:
        beside.access.note(Action.MODELS_CHANGED, "model", name, what=what)


def _state(store: ModelStore, entry: CatalogueEntry, here: set[str], chosen: str) -> State:
    if entry.name in here:
        return "serving" if entry.name == chosen else "here"
    is_lacking = store.folder_of(entry) is not None or not entry.can_be_fetched
    return "damaged" if is_lacking else "to_fetch"


def _entry_facts(
    store: ModelStore,
    entry: CatalogueEntry,
    state: State,
    memory: Memory,
    device: str,
    cards: Sequence[Card] | None,
) -> ModelFacts:
    from medbot_desktop.generation.exam_items import exam_version
    from medbot_desktop.generation.exam_record import Examinee, stored_result, tier_in_force
    from medbot_desktop.inference.memory_need import RESERVE
    from medbot_desktop.inference.trial_record import remembered_speed
    from medbot_desktop.settings import resources_folder

    version = exam_version(resources_folder() / "exam")
    result = stored_result(entry.name) if entry.purpose == "chat" else None
    need, placed = _measures(store, entry, cards) if state in ("serving", "here") else (None, "")
    return ModelFacts(
        name=entry.name,
        title=entry.title,
        purpose=entry.purpose,
        size=entry.size,
        licence=entry.licence,
        terms=entry.terms,
        what_for=entry.what_for,
        state=state,
        tier=tier_in_force(Examinee.of(entry), version),
        result=result,
        outdated=result.outdated_by(Examinee.of(entry), version) if result else "",
        need=need,
        room=memory.total - RESERVE,
        memory=memory.total,
        free=memory.available,
        device=device or placed,
        can_fetch=entry.can_be_fetched,
        may_remove=entry.purpose in ("chat", "adapter") or not entry.default,
        tried=remembered_speed(entry) if entry.purpose == "chat" else 0.0,
    )


def _measures(store: ModelStore, entry: CatalogueEntry, cards: Sequence[Card] | None) -> tuple[int | None, str]:
    """What a model takes of the memory, and where it computes and why, as far as its files tell."""
    from medbot_desktop.inference.gguf import read_header
    from medbot_desktop.inference.memory_need import memory_need
    from medbot_desktop.inference.offload import place, weigh
    from medbot_desktop.inference.onnx_memory import need_of_entry
    from medbot_desktop.settings import load_settings

    place_of = store.folder_of(entry)
    if place_of is None or entry.purpose not in ("chat", "embedder"):
        return None, ""
    path = place_of / entry.files[0].name
    try:
        if entry.runtime == "onnxruntime":
            return need_of_entry(place_of, entry).total, _ON_PROCESSOR
        need = memory_need(read_header(path), entry.size, path.name).total
        return need, place(weigh(path, _CONTEXT), cards, load_settings().gpu_layers).why if cards is not None else ""
    except (ModelError, OSError):  # a file that was damaged since; “Check it” says what is wrong
        return None, ""


def _brought_facts(model: BroughtModel, memory: Memory) -> ModelFacts:
    from medbot_desktop.inference.memory_need import RESERVE

    return ModelFacts(
        name=model.name,
        title=model.title,
        purpose="chat",
        size=model.about,
        licence=model.licence,
        terms=model.terms,
        what_for=model.what_for,
        state="to_bring",
        tier="silent",
        result=None,
        outdated="",
        need=None,
        room=memory.total - RESERVE,
        memory=memory.total,
        free=memory.available,
        device="",
        can_fetch=False,
        may_remove=False,
    )
