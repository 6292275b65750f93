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
from medbot_desktop.inference.server_model import ServerTextModel
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.text_model import SupervisedTextModel
from medbot_desktop.settings import Settings

TIERS = ("silent", "phrases", "composes")
"""What a model may be trusted with, the least first."""

TierOf = Callable[[CatalogueEntry], str]
"""What a model may be trusted with, e.g. by its exam on this computer."""

PrimesFor = Callable[[str], Sequence[Sequence[ChatMessage]]]
"""The beginnings that most prompts to a model of this tier have in common, what is needed first at the beginning."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The text models in force.

    Attributes:
        model: asks them in their order.
        title: what the first of them is called.
        titles: what each is called, by its identity.
        tier: what they may be trusted with, each of them.
        notice: why the clinic's server is not asked; empty where it is, or none is wanted.
    """

    model: FallbackTextModel
    title: str
    tier: str
    titles: Mapping[str, str]
    notice: str = ""


def text_model_from(
    settings: Settings,
    store: ModelStore,
    primes_for: PrimesFor,
    tier_of: TierOf = lambda entry: entry.tier,
    server_tier: str = "silent",
) -> Chosen | None:
    """The text models that the settings name; nothing of them is loaded yet.

    Only those of the highest tier among them are asked, so that what one may write, another may too.

    Args:
        settings: the settings in force.
        store: the models on this computer.
        primes_for: the beginnings that most prompts to a model of some tier have in common.
        tier_of: what a model on this computer may be trusted with.
        server_tier: what the model on the server may be trusted with; nobody has examined it where that is not given.

    Returns:
        The models; None where there is none, or none that is intact: then every answer is in the library's own words.
    """
    ranked: list[tuple[TextModel, str, str]] = []
    notice = ""
    try:
        server = server_model_from(settings)
        if server is not None:
            ranked.append((server, f"{server.identity} (server)", server_tier))
    except ModelError as error:
        notice = f"{error.message} {error.hint}"
    try:
        entry = store.entry(settings.text_model) if settings.text_model else store.default("chat")
        tier = tier_of(entry)
        ranked.append((open_model(store, entry, settings, primes_for(tier)), entry.title, tier))
    except ModelError:
        if not ranked:
            return None
    best = max((tier for _, _, tier in ranked), key=TIERS.index)
    trusted = [rank for rank in ranked if rank[2] == best]
    titles = {model.identity: title for model, title, _ in trusted}
    return Chosen(FallbackTextModel([model for model, _, _ in trusted]), trusted[0][1], best, titles, notice)


def server_model_from(settings: Settings) -> ServerTextModel | None:
    """The model on the clinic's server; None where the settings name none.

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
    return ServerTextModel(address, settings.server_model, context_length=settings.server_context)


def server_name(settings: Settings) -> str:
    """How the model on the server is called among the others, e.g. when it sits its exam."""
    return f"server:{settings.server_model}"


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


def _care(settings: Settings) -> Care:
    """When the model gives its memory back: as it was set, and on battery at the latest after the usual few minutes."""
    usual = Care()
    return replace(
        usual,
        idle_minutes=settings.unload_after,
        idle_minutes_on_battery=min(settings.unload_after, usual.idle_minutes_on_battery),
    )
