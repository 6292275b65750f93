"""`medbot models exam` sets what a model may write, and says when a result no longer holds."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from medbot_desktop.cli.main import build_app
from medbot_desktop.errors import InputError, ModelError
from medbot_desktop.generation.exam import Sitting
from medbot_desktop.generation.exam_items import exam_version
from medbot_desktop.generation.exam_marking import Mark
from medbot_desktop.generation.exam_record import Examinee, ExamResult, store_result, stored_result
from medbot_desktop.inference.catalogue import CatalogueEntry, ModelFile
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.settings import Settings, resources_folder
from medbot_desktop.workspace import Workspace
from tests.examined import earn
from tests.servers import Server, event, sending, streamed

SMALL = "smollm2-135m-instruct-q4_1"
KEPT_ITEMS = 1


@pytest.fixture(autouse=True)
def resources(models: ModelStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A short exam, of the first item of each kind, and a home of the test's own."""
    folder = tmp_path / "resources" / "exam"
    folder.mkdir(parents=True)
    for file in (resources_folder() / "exam").glob("*.toml"):
        head, *items = file.read_text(encoding="utf-8").split("[[item]]")
        (folder / file.name).write_text("[[item]]".join([head, *items[:KEPT_ITEMS]]), encoding="utf-8")
    monkeypatch.setattr("medbot_desktop.cli.models_exam.resources_folder", lambda: folder.parent)
    monkeypatch.setenv("MEDBOT_HOME", str(tmp_path / "home"))
    return folder.parent


def medbot(*arguments: str) -> tuple[str, str]:
    """Run a command; returns what it printed and what it said on standard error."""
    result = CliRunner().invoke(build_app(lambda profile: 0), ["models", *arguments], catch_exceptions=False)
    return result.stdout, result.stderr


def test_the_small_model_sits_the_exam_once_and_again_only_when_something_changed(resources: Path) -> None:
    first = json.loads(medbot("exam", SMALL, "--json")[0])
    assert first["fresh"]
    assert sum(kind["among"] for kind in first["kinds"].values()) == 9
    assert first["tier"] != "composes"
    assert first["seconds"] > 0
    assert first["runtime"].startswith("llama-cpp-python ")

    shown, _ = medbot("exam", SMALL)
    assert "still holds" in shown
    assert re.search(r"From passage +\d +1 ", shown)
    assert first["tier"] in shown

    changed = resources / "exam" / "orders.toml"
    changed.write_text(changed.read_text(encoding="utf-8").replace("BANANA", "CHERRY"), encoding="utf-8")
    shown, said = medbot("exam", SMALL, "--json")
    assert "outdated: the questions of the exam have changed" in said
    assert json.loads(shown)["fresh"]


def test_a_model_that_cannot_be_loaded_keeps_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDBOT_MODELS", str(tmp_path / "models"))
    made = tmp_path / "models" / "made"
    made.mkdir(parents=True)
    (made / "broken.gguf").write_bytes(b"GGUF, but nothing of a model")
    file = ModelFile("broken.gguf", 28, hashlib.sha256((made / "broken.gguf").read_bytes()).hexdigest())
    entry = CatalogueEntry("broken", "Broken", "chat", "MIT", (file,))
    ModelStore(ModelStore.standard().catalogue, [tmp_path / "models"]).take_in(made, entry)
    with pytest.raises(ModelError, match="broken"):
        medbot("exam", "broken")
    assert stored_result("broken") is None


def test_a_model_on_a_server_sits_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(sending(streamed(event("NOT FOUND"), event(finish="stop"), b"data: [DONE]\n\n")))
    place = f"localhost:{server.port}"
    for name, value in (("URL", f"http://{place}/v1"), ("MODEL", "clinic-7b"), ("ALLOWED", place)):
        monkeypatch.setenv(f"MEDBOT_SERVER_{name}", value)
    found = json.loads(medbot("exam", "server:clinic-7b", "--json")[0])
    server.close()
    assert found["runtime"] == "server"
    assert found["tier"] == "silent"
    assert (found["kinds"]["not_in_passage"]["right"], found["kinds"]["from_passage"]["right"]) == (1, 0)
    kept = stored_result("server:clinic-7b")
    assert kept is not None
    assert kept.outdated_by(Examinee.on_server(Settings(server_url="http://other/v1", server_model="clinic-7b")), "")
    assert kept.facts


def test_a_server_that_the_settings_do_not_name_in_full_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="The settings name no model server"):
        medbot("exam", "server:m")
    monkeypatch.setenv("MEDBOT_SERVER_URL", "http://localhost:9/v1")
    monkeypatch.setenv("MEDBOT_SERVER_ALLOWED", "localhost:9")
    with pytest.raises(ModelError, match="name a model server, but no model on it"):
        medbot("exam", "server:m")
    monkeypatch.setenv("MEDBOT_SERVER_MODEL", "other")
    with pytest.raises(InputError, match="another model on the server than server:m") as told:
        medbot("exam", "server:m")
    assert "server:other" in told.value.hint


def test_the_earned_tier_is_listed_and_taken_by_the_workspace(models: ModelStore) -> None:
    version, examinee = exam_version(resources_folder() / "exam"), Examinee.of(models.entry(SMALL))
    nothing_right = Sitting([Mark("x", "numbers", False, "wrote nothing", False, "", 0, 0)])
    store_result(SMALL, ExamResult.of(examinee, version, nothing_right, datetime.now(UTC)))
    rows = [json.loads(line) for line in medbot("list", "--json")[0].splitlines()]
    assert {row["tier"] for row in rows if row["name"] == SMALL} == {"silent"}
    with Workspace.open("demo") as workspace:
        pen = workspace._pen
    assert pen is not None
    assert pen.tier == "silent"


def test_an_outdated_exam_is_told_where_the_program_opens(models: ModelStore) -> None:
    version = exam_version(resources_folder() / "exam")
    earn(Examinee.of(models.entry(SMALL)), "composes", exam="an earlier one")
    with Workspace.open("demo") as workspace:
        [notice] = workspace.notices
        assert workspace._pen is not None
        assert workspace._pen.tier == "phrases"
    assert "the questions of the exam have changed" in notice
    assert f"`medbot models exam {SMALL}`" in notice
    earn(Examinee.of(models.entry(SMALL)), "composes", exam=version)
    with Workspace.open("demo") as workspace:
        assert workspace.notices == []


def test_what_writes_no_text_sits_no_exam() -> None:
    with pytest.raises(InputError, match="no language model"):
        medbot("exam", "all-minilm-l6-v2-int8")


def test_an_unknown_model_is_a_clear_error() -> None:
    with pytest.raises(ModelError, match="no model called"):
        medbot("exam", "nobody")
