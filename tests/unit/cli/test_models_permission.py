"""Where there is a vault, the commands that change models are for an administrator, and the trail tells of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from medbot_desktop.generation.exam_record import Examinee
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.vault.audit import AuditTrail
from tests.examined import earn, server_settings, variables
from tests.servers import Server, event, sending, streamed
from tests.unit.cli.test_ask import Ended, Medbot
from tests.unit.cli.vault_commands import PASSPHRASE, opens, refused, said
from tests.unit.inference.made_gguf import tiny_model

QUESTION = "What helps a sore throat?"
SURE = "Drink plenty of cool or warm drinks. [1]"

AsOthers = Callable[[str], tuple[str, ...]]


@pytest.fixture
def medbot(
    models: ModelStore, home: Path, commands: Callable[[str], Medbot], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Medbot:
    """Runs a command on models, with a folder of models of its own before the real ones."""
    (tmp_path / "models").mkdir()
    (tmp_path / "Tiny.gguf").write_bytes(tiny_model())
    monkeypatch.setenv("MEDBOT_MODELS", str(tmp_path / "models"))
    return commands("models")


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(sending(streamed(event(SURE), event(finish="stop"), b"data: [DONE]\n\n")))
    yield made
    made.close()


@pytest.fixture
def words(home: Path, server: Server) -> tuple[str, ...]:
    """What names the server on the command line."""
    return (f"http://localhost:{server.port}/v1", "clinic-7b", "--allow", f"localhost:{server.port}")


def trail(home: Path) -> list[tuple[str, str, str, object]]:
    """Who did what to which model, as the audit trail tells."""
    opened = opens(home, "admin", PASSPHRASE)
    entries = AuditTrail(opened.vault, opened.access).entries()
    opened.close()
    return [
        (entry.account, entry.action, entry.record, entry.details.get("what"))
        for entry in reversed(entries)
        if entry.action in ("models_changed", "refused", "settings_changed")
    ]


def here(medbot: Medbot) -> set[str]:
    return {row["name"] for row in medbot("list", "--json").objects if row["present"]}


def test_an_administrator_adds_and_removes_and_the_trail_tells(medbot: Medbot, home: Path, tmp_path: Path) -> None:
    assert json.loads(said(medbot("add", str(tmp_path / "Tiny.gguf"), "--json")))["name"] == "tiny"
    assert "tiny" in here(medbot)
    assert json.loads(said(medbot("remove", "tiny", "--json")))["removed"]
    assert trail(home) == [("admin", "models_changed", "tiny", "added"), ("admin", "models_changed", "tiny", "removed")]


def test_others_may_not_and_the_trail_tells(medbot: Medbot, home: Path, tmp_path: Path, as_others: AsOthers) -> None:
    said(medbot("add", str(tmp_path / "Tiny.gguf"), "--json"))
    (tmp_path / "models" / "tiny" / "tiny.gguf").unlink(missing_ok=True)
    for command in (("add", str(tmp_path / "Tiny.gguf")), ("remove", "tiny"), ("sync", "tiny"), ("exam", "tiny")):
        assert "may not change the settings" in refused(medbot(*command, *as_others("eva")))
    assert trail(home)[1:] == [("eva", "refused", "change_settings", None)] * 4
    assert (tmp_path / "models" / "tiny").is_dir()


def test_where_nobody_can_be_asked_it_is_refused_in_one_sentence(
    medbot: Medbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(medbot("add", str(tmp_path / "Tiny.gguf"), "--json"))
    monkeypatch.delenv("MEDBOT_PASSPHRASE")
    for command in (("remove", "tiny"), ("add", str(tmp_path / "Tiny.gguf")), ("exam", "tiny"), ("server", "--off")):
        assert "The vault needs a passphrase" in refused(medbot(*command))
    assert "tiny" in here(medbot)


def ask(commands: Callable[[str], Medbot], *options: str) -> Ended:
    ended = commands("ask")(QUESTION, "--json", *options)
    assert ended.status == 0
    return ended


def test_a_server_that_a_clinician_sets_for_herself_is_not_asked(
    medbot: Medbot,
    commands: Callable[[str], Medbot],
    server: Server,
    as_others: AsOthers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    earn(Examinee.on_server(server_settings(server.port)), "composes")
    for name, value in variables(server.port).items():
        monkeypatch.setenv(name, value)
    ended = ask(commands, *as_others("eva"))
    assert server.requests == []
    assert "was not set by an administrator" in ended.err
    assert ended.objects[0]["grounding"]["mode"] == "extractive"
    ask(commands)
    assert server.requests, "with an administrator it is"


def test_the_server_that_an_administrator_set_is_asked_for_everybody(
    medbot: Medbot,
    commands: Callable[[str], Medbot],
    home: Path,
    server: Server,
    words: tuple[str, ...],
    as_others: AsOthers,
) -> None:
    assert "may not change the settings" in refused(medbot("server", *words, *as_others("eva")))
    assert "tier silent" in said(medbot("server", *words))
    assert trail(home)[-1] == ("admin", "settings_changed", "server.allowed,server.model,server.url", None)
    earn(Examinee.on_server(server_settings(server.port)), "composes")
    shown = json.loads(said(medbot("server", "--json", *as_others("eva"))))
    assert (shown["ok"], shown["model"], shown["allowed"]) == (True, "clinic-7b", [f"localhost:{server.port}"])
    before = len(server.requests)
    ended = ask(commands, *as_others("eva"))
    assert ended.err == ""
    assert any(request.startswith(b"POST") for request in server.requests[before:])
    assert "No model server is asked" in said(medbot("server", "--off"))


def test_a_server_that_may_not_be_asked_is_not_kept(medbot: Medbot, home: Path, words: tuple[str, ...]) -> None:
    url, model, *_ = words
    assert "not among the servers" in refused(medbot("server", url, model))
    assert "not on the clinic's own network" in refused(
        medbot("server", "https://8.8.8.8/v1", "m", "--allow", "8.8.8.8:443")
    )
    assert "No model server is asked" in said(medbot("server"))
    assert trail(home) == []


def test_the_server_sits_the_exam_from_where_the_administrator_set_it(
    medbot: Medbot, home: Path, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from medbot_desktop.settings import resources_folder

    folder = tmp_path / "resources" / "exam"
    folder.mkdir(parents=True)
    for file in (resources_folder() / "exam").glob("*.toml"):
        head, *items = file.read_text(encoding="utf-8").split("[[item]]")
        (folder / file.name).write_text("[[item]]".join([head, *items[:1]]), encoding="utf-8")
    monkeypatch.setattr("medbot_desktop.cli.models_exam.resources_folder", lambda: folder.parent)
    said(medbot("server", *words))
    assert json.loads(medbot("exam", "server:clinic-7b", "--json").out)["facts"]
    assert trail(home)[-1] == ("admin", "models_changed", "server:clinic-7b", "examined")
