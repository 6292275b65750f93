from __future__ import annotations

from collections.abc import Iterator

import pytest

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.choosing import Chosen, server_model_from, text_model_from
from medbot_desktop.inference.runtime import ChatMessage
from medbot_desktop.inference.server_model import ServerTextModel
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.settings import Settings
from tests.servers import Server, event, sending, streamed

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


def choose(models: ModelStore, wanted: Settings, server: str = "silent") -> Chosen:
    chosen = text_model_from(wanted, models, lambda tier: [PRIME], server_tier=server)
    assert chosen is not None
    return chosen


def test_without_a_server_only_this_computer_is_asked(models: ModelStore) -> None:
    chosen = choose(models, Settings())
    assert [model.capabilities.runtime for model in chosen.model.models] == ["llama.cpp"]
    assert (chosen.tier, chosen.notice) == ("phrases", "")
    assert server_model_from(Settings()) is None


def test_a_server_that_nobody_examined_is_not_asked(models: ModelStore, server: Server) -> None:
    chosen = choose(models, settings(server))
    assert [model.capabilities.runtime for model in chosen.model.models] == ["llama.cpp"]


def test_a_server_that_earned_more_is_asked_alone(models: ModelStore, server: Server) -> None:
    chosen = choose(models, settings(server), server="composes")
    assert [type(model) for model in chosen.model.models] == [ServerTextModel]
    assert (chosen.tier, chosen.title) == ("composes", "clinic-7b (server)")
    assert "".join(chosen.model.stream(PRIME, max_tokens=9)) == "Good day."


def test_of_two_that_earned_the_same_the_server_comes_first(models: ModelStore, server: Server) -> None:
    chosen = choose(models, settings(server), server="phrases")
    assert [model.capabilities.runtime for model in chosen.model.models] == ["server", "llama.cpp"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"server_allowed": ""}, "not among the servers"),
        ({"server_model": ""}, "no model on it"),
        ({"server_url": "http://models.clinic.lan"}, "not among the servers"),
        ({"server_url": "nonsense"}, "is none"),
    ],
)
def test_a_server_that_may_not_be_asked_is_told_and_this_computer_serves(
    models: ModelStore, server: Server, changed: dict[str, str], sentence: str
) -> None:
    wanted = settings(server, **changed)
    chosen = choose(models, wanted, server="composes")
    assert [model.capabilities.runtime for model in chosen.model.models] == ["llama.cpp"]
    assert sentence in chosen.notice
    with pytest.raises(ModelError, match=sentence):
        server_model_from(wanted)


def test_a_model_that_is_not_here_leaves_the_answers_to_the_library(models: ModelStore) -> None:
    assert text_model_from(Settings(text_model="not-here"), models, lambda tier: [PRIME]) is None
