"""The doctor says which text model serves, why not another one, and how it stands with the server."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from medbot_desktop.cli.doctor_models import look_at_server, text_model_in_force
from medbot_desktop.generation.exam_record import Examinee
from medbot_desktop.inference.catalogue import CatalogueEntry, ModelFile
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.settings import Settings
from tests.examined import earn, server_settings, variables
from tests.servers import Script, Server, event, reply, sending, streamed, until_closed
from tests.unit.cli.test_ask import Ended, medbot  # noqa: F401

SMALL = "smollm2-135m-instruct-q4_1"
KIND = sending(streamed(event("Good day."), b"data: [DONE]\n\n"))

Serve = Callable[..., Server]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDBOT_HOME", str(tmp_path / "home"))


@pytest.fixture
def serve() -> Iterator[Serve]:
    made: list[Server] = []

    def make(models: Script | None = None) -> Server:
        made.append(Server(KIND, models))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nosuch", "There is no model called nosuch"),
        ("all-minilm-l6-v2-int8", "its purpose is embedder"),
        ("damaged", "damaged.gguf"),
    ],
)
def test_it_says_why_the_chosen_model_does_not_serve(
    models: ModelStore, tmp_path: Path, name: str, sentence: str
) -> None:
    made = tmp_path / "models" / "made"
    made.mkdir(parents=True)
    (made / "damaged.gguf").write_bytes(b"as it was")
    file = ModelFile("damaged.gguf", 9, hashlib.sha256(b"as it was").hexdigest())
    store = ModelStore(models.catalogue, [tmp_path / "models", *models.folders])
    store.take_in(made, CatalogueEntry("damaged", "Damaged", "chat", "MIT", (file,)))
    (tmp_path / "models" / "damaged" / "damaged.gguf").write_bytes(b"as it is.")
    entry, found, advice = text_model_in_force(Settings(text_model=name), store)
    assert entry is not None
    assert entry.name == SMALL
    assert f"{entry.title} serves; tier phrases" in found
    assert sentence in advice


def test_where_no_model_is_it_says_what_answers(models: ModelStore, tmp_path: Path) -> None:
    entry, found, advice = text_model_in_force(Settings(), ModelStore(models.catalogue, [tmp_path]))
    assert entry is None
    assert "the library's own words" in found
    assert advice == "Run `medbot models sync`."


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"server_model": ""}, "no model on it"),
        ({"server_allowed": ""}, "not among the servers"),
        ({"server_url": "https://8.8.8.8/v1", "server_allowed": "8.8.8.8:443"}, "not on the clinic's own network"),
    ],
)
def test_a_server_that_may_not_be_asked_is_explained(serve: Serve, changed: dict[str, str], sentence: str) -> None:
    server = serve()
    [(ok, found, advice)] = look_at_server(server_settings(server.port, **changed), has_vault=False)
    assert (ok, server.requests) == (False, [])
    assert sentence in found
    assert advice


@pytest.mark.parametrize(
    ("models", "sentence"),
    [
        (sending(reply("500 No", b"{}")), "HTTP 500"),
        (sending(reply("200 OK", b'{"data": [{"id": "other"}]}')), "with another one"),
        (until_closed, "does not answer"),
    ],
)
def test_a_server_that_does_not_answer_is_explained(serve: Serve, models: Script, sentence: str) -> None:
    [(ok, found, advice)] = look_at_server(server_settings(serve(models).port), has_vault=False)
    assert not ok
    assert sentence in found
    assert advice


def test_a_server_that_answers_has_to_have_earned_it(serve: Serve) -> None:
    settings = server_settings(serve().port)
    [(ok, found, advice)] = look_at_server(settings, has_vault=False)
    assert not ok
    assert "answers; tier silent" in found
    assert "medbot models exam server:clinic-7b" in advice
    earn(Examinee.on_server(settings), "composes")
    [(ok, found, _)] = look_at_server(settings, has_vault=True)
    assert ok
    assert "answers; tier composes; asked only while an administrator" in found


def test_without_a_server_only_a_vault_may_name_one() -> None:
    assert list(look_at_server(Settings(), has_vault=False)) == []
    [(ok, found, _)] = look_at_server(Settings(), has_vault=True)
    assert ok
    assert "medbot models server" in found


def test_the_doctor_prints_both(
    medbot: Callable[..., Ended],  # noqa: F811
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MEDBOT_TEXT_MODEL", "nosuch")
    for name, value in variables(serve().port).items():
        monkeypatch.setenv(name, value)
    rows = {row["name"]: row for row in medbot("doctor", "--json").objects}
    assert not rows["Text model"]["ok"]
    assert "no model called nosuch" in rows["Text model"]["advice"]
    assert "tier silent" in rows["Model server"]["found"]
    assert "Text model's place" in rows
