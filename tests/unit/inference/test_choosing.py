from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.catalogue import CatalogueEntry, ModelFile, Purpose
from medbot_desktop.inference.choosing import Chosen, Trust, server_model_from, text_model_from
from medbot_desktop.inference.runtime import ChatMessage
from medbot_desktop.inference.server_model import ServerTextModel
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.settings import Settings
from tests.servers import Server, event, sending, streamed

SMOLLM2 = "smollm2-135m-instruct-q4_1"
PRIME = [ChatMessage("system", "Be kind.")]


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(sending(streamed(event("Good day."), b"data: [DONE]\n\n")))
    yield made
    made.close()


def settings(server: Server, **changed: str) -> Settings:
    place = f"localhost:{server.port}"
    usual = {"server_url": f"http://{place}/v1", "server_model": "clinic-7b", "server_allowed": f"other:1 {place}"}
    return Settings(**usual | changed)  # type: ignore[arg-type]


def choose(
    models: ModelStore, wanted: Settings, server: str = "silent", tiers: dict[str, str] | None = None
) -> tuple[Chosen, str]:
    """What is chosen, and all that is said of it."""
    known = tiers or {}
    chosen, notices = text_model_from(
        wanted,
        models,
        lambda tier: [PRIME],
        lambda entry: Trust(known.get(entry.name, entry.tier)),
        server_trust=Trust(server),
    )
    assert chosen is not None
    return chosen, " ".join(notices)


def names(chosen: Chosen) -> list[str]:
    return [model.identity.partition("@")[0] for model in chosen.model.models]


@pytest.fixture
def brought(models: ModelStore, tmp_path: Path) -> ModelStore:
    """The models of this computer and some that were added: one that writes, an adapter, and a damaged one."""
    folder = tmp_path / "models"
    store = ModelStore(models.catalogue, [folder, *models.folders])
    for name, purpose in (("brought", "chat"), ("adapter", "adapter"), ("damaged", "chat")):
        add(store, folder, name, purpose)  # type: ignore[arg-type]
    (folder / "damaged" / "damaged.gguf").write_bytes(b"other bytes of it")
    return store


def add(store: ModelStore, folder: Path, name: str, purpose: Purpose) -> None:
    content, made = f"the bytes of {name}".encode(), folder / "made"
    made.mkdir(parents=True, exist_ok=True)
    (made / f"{name}.gguf").write_bytes(content)
    file = ModelFile(f"{name}.gguf", len(content), hashlib.sha256(content).hexdigest())
    store.take_in(made, CatalogueEntry(name, name.title(), purpose, "MIT", (file,)))


def test_without_a_server_only_this_computer_is_asked(models: ModelStore) -> None:
    chosen, said = choose(models, Settings())
    assert [model.capabilities.runtime for model in chosen.model.models] == ["llama.cpp"]
    assert (chosen.tier, said) == ("phrases", "")
    assert server_model_from(Settings()) is None


def test_a_server_that_nobody_examined_is_not_asked(models: ModelStore, server: Server) -> None:
    chosen, said = choose(models, settings(server))
    assert [model.capabilities.runtime for model in chosen.model.models] == ["llama.cpp"]
    assert "has not earned that it writes" in said
    assert "medbot models exam server:clinic-7b" in said


def test_a_server_that_earned_more_is_asked_alone(models: ModelStore, server: Server) -> None:
    chosen, _ = choose(models, settings(server), server="composes")
    assert [type(model) for model in chosen.model.models] == [ServerTextModel]
    assert (chosen.tier, chosen.title) == ("composes", "clinic-7b (server)")
    assert "".join(chosen.model.stream(PRIME, max_tokens=9)) == "Good day."


def test_of_two_that_earned_the_same_the_server_comes_first(models: ModelStore, server: Server) -> None:
    chosen, _ = choose(models, settings(server), server="phrases")
    assert [model.capabilities.runtime for model in chosen.model.models] == ["server", "llama.cpp"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"server_allowed": ""}, "not among the servers"),
        ({"server_model": ""}, "no model on it"),
        ({"server_url": "http://models.clinic.lan"}, "not among the servers"),
        ({"server_url": "nonsense"}, "is none"),
        ({"server_url": "https://8.8.8.8/v1", "server_allowed": "8.8.8.8:443"}, "not on the clinic's own network"),
    ],
)
def test_a_server_that_may_not_be_asked_is_told_and_this_computer_serves(
    models: ModelStore, server: Server, changed: dict[str, str], sentence: str
) -> None:
    wanted = settings(server, **changed)
    chosen, said = choose(models, wanted, server="composes")
    assert [model.capabilities.runtime for model in chosen.model.models] == ["llama.cpp"]
    assert sentence in said
    with pytest.raises(ModelError, match=sentence):
        server_model_from(wanted)


def test_the_server_the_chosen_model_and_the_default_are_asked_in_this_order(
    brought: ModelStore, server: Server
) -> None:
    wanted = settings(server, text_model="brought")
    chosen, said = choose(brought, wanted, "phrases", {"brought": "phrases"})
    assert names(chosen) == ["clinic-7b", "brought", SMOLLM2]
    assert (chosen.phrasing, said) == (None, "")


def test_each_is_asked_for_what_its_tier_allows(brought: ModelStore, server: Server) -> None:
    wanted = settings(server, text_model="brought")
    chosen, said = choose(brought, wanted, "composes", {"brought": "composes"})
    assert names(chosen) == ["clinic-7b", "brought"]
    assert chosen.phrasing is not None
    assert [model.identity.partition("@")[0] for model in chosen.phrasing.models] == [SMOLLM2]
    assert (chosen.tier, said) == ("composes", "")
    assert chosen.titles[chosen.phrasing.identity] == brought.entry(SMOLLM2).title


def test_a_chosen_model_that_earned_nothing_is_told_and_the_default_serves(brought: ModelStore) -> None:
    chosen, said = choose(brought, Settings(text_model="brought"))
    assert names(chosen) == [SMOLLM2]
    assert "medbot models exam brought" in said


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nosuch", "There is no model called nosuch"),
        ("adapter", "its purpose is adapter"),
        ("all-minilm-l6-v2-int8", "its purpose is embedder"),
        ("damaged", "damaged.gguf"),
    ],
)
def test_a_chosen_model_that_cannot_serve_is_told_once_and_the_default_serves(
    brought: ModelStore, name: str, sentence: str
) -> None:
    chosen, said = choose(brought, Settings(text_model=name))
    assert names(chosen) == [SMOLLM2]
    assert f"The text model {name} cannot serve." in said
    assert said.count(sentence) == 1
    assert "medbot models" in said


def test_without_any_model_the_answers_are_left_to_the_library(models: ModelStore, tmp_path: Path) -> None:
    nothing = ModelStore(models.catalogue, [tmp_path])
    assert text_model_from(Settings(), nothing, lambda tier: [PRIME]) == (None, ())
    chosen, notices = text_model_from(Settings(text_model="not-here"), nothing, lambda tier: [PRIME])
    assert chosen is None
    assert "no model called not-here" in " ".join(notices)


def test_a_default_model_that_was_damaged_is_told(models: ModelStore, tmp_path: Path) -> None:
    store = ModelStore(models.catalogue, [tmp_path])
    (tmp_path / SMOLLM2).mkdir()
    chosen, notices = text_model_from(Settings(), store, lambda tier: [PRIME])
    assert chosen is None
    assert f"The text model {SMOLLM2} cannot serve" in " ".join(notices)


def test_why_a_model_may_do_less_than_before_is_told(models: ModelStore) -> None:
    _, notices = text_model_from(Settings(), models, lambda tier: [PRIME], lambda entry: Trust("silent", "It fell."))
    assert notices == ("It fell.",)
