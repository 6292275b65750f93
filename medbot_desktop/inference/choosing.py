"""Choose the text models that the settings name: the clinic's server where one may be asked, and this computer's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.care import Care
from medbot_desktop.inference.catalogue import CatalogueEntry
from medbot_desktop.inference.fallback import FallbackTextModel
from medbot_desktop.inference.runtime import ChatMessage, TextModel
from medbot_desktop.inference.server_address import ServerAddress
from medbot_desktop.inference.server_call import ServerLimits
from medbot_desktop.inference.server_model import ServerTextModel
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.text_model import SupervisedTextModel
from medbot_desktop.settings import Settings

TIERS = ("silent", "phrases", "composes")
"""What a model may be trusted with, the least first."""

SERVER = "server:"
"""What the name of a model on the clinic's server begins with."""

PrimesFor = Callable[[str], Sequence[Sequence[ChatMessage]]]
"""The beginnings that most prompts to a model of this tier have in common, what is needed first at the beginning."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What a model may be trusted with, e.g. by its exam on this computer.

    Attributes:
        tier: one of `TIERS`.
        notice: why that is less than it was; empty where it is not.
        examined: what a server said of the model that sat the exam; empty where nothing is known.
    """

    tier: str
    notice: str = ""
    examined: str = ""


_UNEXAMINED = Trust("silent")


@dataclass(frozen=True, slots=True)
class Ranked:
    """A model in the order in which the models are asked.

    Attributes:
        model: the model; nothing of it is loaded yet.
        title: what it is called.
        tier: what it may be trusted with.
    """

    model: TextModel
    title: str
    tier: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The text models in force.

    Attributes:
        model: asks those of the highest tier in their order, so that what one may write, another may too.
        title: what the first of them is called.
        tier: what they may be trusted with, each of them.
        titles: what each model is called, by its identity.
        phrasing: asks those that only phrase, where others compose; None where there are none.
    """

    model: FallbackTextModel
    title: str
    tier: str
    titles: Mapping[str, str]
    phrasing: FallbackTextModel | None = None


def text_model_from(
    settings: Settings,
    store: ModelStore,
    primes_for: PrimesFor,
    trust_of: Callable[[CatalogueEntry], Trust] = lambda entry: Trust(entry.tier),
    server_trust: Trust = _UNEXAMINED,
) -> tuple[Chosen | None, tuple[str, ...]]:
    """The text models that the settings name: the server, the chosen one of this computer, and its default one.

    Args:
        settings: the settings in force.
        store: the models on this computer.
        primes_for: the beginnings that most prompts to a model of some tier have in common.
        trust_of: what a model on this computer may be trusted with.
        server_trust: what the model on the server may be trusted with; nobody has examined it where that is not given.

    Returns:
        The models, of which nothing is loaded yet, and what should be said of them. None where there is no model, or
        none that is intact: then every answer is in the library's own words.
    """
    server, notices = _server(settings, server_trust)
    own, more = _of_this_computer(settings, store, primes_for, trust_of)
    return chosen_from([*server, *own]), (*notices, *more)


def chosen_from(ranked: Sequence[Ranked]) -> Chosen | None:
    """Let those of the highest tier write, and those that only phrase do so where others compose.

    Args:
        ranked: the models in the order in which they are asked.
    """
    if not ranked:
        return None
    best = max((one.tier for one in ranked), key=TIERS.index)
    trusted = [one for one in ranked if one.tier == best]
    phrasing = [one.model for one in ranked if one.tier == "phrases"] if best == "composes" else []
    lesser = FallbackTextModel(phrasing) if phrasing else None
    model = FallbackTextModel([one.model for one in trusted], lesser=lesser)
    return Chosen(model, trusted[0].title, best, {one.model.identity: one.title for one in ranked}, lesser)


def server_model_from(settings: Settings, examined: str = "") -> ServerTextModel | None:
    """The model on the clinic's server; None where the settings name none.

    Args:
        settings: the settings in force.
        examined: what the server said of the model that sat the exam; empty: any model is asked.

    Raises:
        ModelError: the settings name a server that may not be asked, or no model.
    """
    if not settings.server_url:
        return None
    if not settings.server_model:
        raise ModelError("The settings name a model server, but no model on it.", "Set server_model in settings.toml.")
    address = ServerAddress.parse(
        settings.server_url,
        settings.server_allowed.split(),
        Path(settings.server_ca_file) if settings.server_ca_file else None,
        Path(settings.server_key_file) if settings.server_key_file else None,
    )
    limits = ServerLimits(first=settings.server_patience)
    return ServerTextModel(
        address, settings.server_model, context_length=settings.server_context, limits=limits, examined=examined
    )


def server_name(settings: Settings) -> str:
    """How the model on the server is called among the others, e.g. when it sits its exam."""
    return f"{SERVER}{settings.server_model}"


def writer_entry(store: ModelStore, name: str) -> CatalogueEntry:
    """The language model of this name.

    Raises:
        ModelError: there is none, or it is for something else.
    """
    entry = store.entry(name)
    if entry.purpose != "chat":
        raise ModelError(
            f"{name} writes no text: its purpose is {entry.purpose}.", "`medbot models list` shows the purpose of each."
        )
    return entry


def open_model(
    store: ModelStore, entry: CatalogueEntry, settings: Settings, primes: Sequence[Sequence[ChatMessage]]
) -> TextModel:
    """A language model of this computer in the runtime that its files are for; nothing of it is loaded yet.

    Args:
        store: the models on this computer.
        entry: the model.
        settings: the settings in force.
        primes: the beginnings that most prompts have in common.

    Raises:
        ModelError: a file is missing or was changed.
    """
    first, care = entry.files[0].name, _care(settings)
    if entry.runtime == "onnxruntime":
        from medbot_desktop.inference.onnx_model import OnnxTextModel  # slow to load, and a GGUF model goes without

        return OnnxTextModel(store.open(entry.name), entry.identity, threads=settings.threads, primes=primes, care=care)
    return SupervisedTextModel(
        store.file(entry.name, first),
        entry.identity,
        threads=settings.threads,
        gpu_layers=settings.gpu_layers,
        primes=primes,
        care=care,
    )


def _server(settings: Settings, trust: Trust) -> tuple[list[Ranked], list[str]]:
    """The server where it may be asked, and what should be said of it."""
    try:
        server = server_model_from(settings, trust.examined)
    except ModelError as error:
        return [], [f"{error.message} {error.hint}"]
    if server is None:
        return [], []
    notices = [trust.notice] if trust.notice else []
    if not notices and trust.tier == "silent":
        notices = [_unearned("The model on the clinic's server", server_name(settings))]
    return [Ranked(server, f"{server.identity} (server)", trust.tier)], notices


def _of_this_computer(
    settings: Settings, store: ModelStore, primes_for: PrimesFor, trust_of: Callable[[CatalogueEntry], Trust]
) -> tuple[list[Ranked], list[str]]:
    """The chosen model and the default one, where they are intact, and what should be said of them."""
    default = store.catalogue.default("chat")
    names = dict.fromkeys(filter(None, [settings.text_model, default.name if default else ""]))
    ranked: list[Ranked] = []
    notices: list[str] = []
    for name in names:
        is_chosen, is_wanted = name == settings.text_model, name == next(iter(names))
        try:
            entry = writer_entry(store, name)
            trust = trust_of(entry)
            ranked.append(Ranked(open_model(store, entry, settings, primes_for(trust.tier)), entry.title, trust.tier))
        except ModelError as error:
            if is_chosen or (is_wanted and store.folder_of(store.entry(name)) is not None):
                notices.append(f"The text model {name} cannot serve. {error.message} {error.hint}")
            continue
        if is_wanted and trust.notice:
            notices.append(trust.notice)
        elif is_chosen and trust.tier == "silent":
            notices.append(_unearned(f"The text model {name}", name))
    return ranked, notices


def _unearned(subject: str, name: str) -> str:
    return f"{subject} has not earned that it writes. Let it sit the exam: `medbot models exam {name}`."


def _care(settings: Settings) -> Care:
    """When the model gives its memory back: as it was set, and on battery at the latest after the usual few minutes."""
    usual = Care()
    return replace(
        usual,
        idle_minutes=settings.unload_after,
        idle_minutes_on_battery=min(settings.unload_after, usual.idle_minutes_on_battery),
    )
