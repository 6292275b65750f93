from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from medbot_desktop.errors import ModelError
from medbot_desktop.inference import checks
from medbot_desktop.inference.catalogue import Catalogue
from medbot_desktop.inference.store import ModelStore, model_folders
from medbot_desktop.settings import program_folder
from tests.unit.inference.conftest import WEIGHTS, WORDS


@pytest.fixture
def installed(toy_store: ModelStore) -> Path:
    """The folder of a toy model that is in place."""
    folder = toy_store.folders[0] / "toy-1"
    folder.mkdir()
    (folder / "weights.bin").write_bytes(WEIGHTS)
    (folder / "words.json").write_bytes(WORDS)
    return folder


def test_a_model_that_is_whole_is_opened(toy_store: ModelStore, installed: Path) -> None:
    assert toy_store.open("toy-1") == installed
    assert toy_store.file("toy-1", "words.json") == installed / "words.json"
    assert [entry.name for entry in toy_store.installed()] == ["toy-1"]


def test_a_missing_file_is_named(toy_store: ModelStore, installed: Path) -> None:
    (installed / "words.json").unlink()
    with pytest.raises(ModelError, match=r"The model file words\.json of toy-1 is missing") as told:
        toy_store.open("toy-1")
    assert "medbot models sync" in told.value.hint


def test_a_model_that_is_not_there_at_all_is_missing(toy_store: ModelStore) -> None:
    with pytest.raises(ModelError, match="is missing"):
        toy_store.open("toy-1")


def test_a_truncated_file_is_named(toy_store: ModelStore, installed: Path) -> None:
    (installed / "weights.bin").write_bytes(WEIGHTS[:1000])
    with pytest.raises(ModelError, match=r"weights\.bin is cut short: it has 1,000 of 600,000 bytes"):
        toy_store.open("toy-1")


def test_a_changed_file_is_refused_by_name_even_after_it_was_opened_before(
    toy_store: ModelStore, installed: Path
) -> None:
    toy_store.open("toy-1")
    (installed / "weights.bin").write_bytes(WEIGHTS[:-1] + b"?")
    with pytest.raises(ModelError, match=r"weights\.bin was changed since it was installed; MedBot will not open it"):
        toy_store.open("toy-1")


def test_an_unknown_model_is_named(toy_store: ModelStore) -> None:
    with pytest.raises(ModelError, match="no model called gpt-9"):
        toy_store.open("gpt-9")


def test_an_unchanged_file_is_not_read_twice_even_by_another_run(
    toy_store: ModelStore, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy_store.open("toy-1")
    monkeypatch.setattr(checks, "sha256_of", lambda path: pytest.fail(f"{path} was read again"))
    toy_store.open("toy-1")
    ModelStore(toy_store.catalogue, toy_store.folders).open("toy-1")


def test_verify_reads_every_byte_even_where_size_and_time_are_as_before(toy_store: ModelStore, installed: Path) -> None:
    toy_store.open("toy-1")
    weights = installed / "weights.bin"
    stat = weights.stat()
    weights.write_bytes(WEIGHTS[:-1] + b"?")
    os.utime(weights, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    faults = [check.file for check in toy_store.verify(toy_store.entries()) if check.fault]
    assert faults == ["weights.bin"]


def test_a_damaged_state_file_costs_nothing_but_time(toy_store: ModelStore, installed: Path) -> None:
    for junk in ("", "{", "[1]", '{"toy-1/weights.bin": [1, 2, 3]}', '{"toy-1/weights.bin": 7}'):
        (toy_store.folders[0] / checks.STATE_FILE).write_text(junk, encoding="utf-8")
        assert ModelStore(toy_store.catalogue, toy_store.folders).open("toy-1") == installed


def test_the_folders_are_looked_through_in_their_order(
    toy_catalogue: Catalogue, installed: Path, tmp_path: Path
) -> None:
    first = tmp_path / "first"
    store = ModelStore(toy_catalogue, [first, installed.parent])
    assert store.open("toy-1") == installed
    shutil.copytree(installed, first / "toy-1")
    assert store.open("toy-1") == first / "toy-1"


def test_a_half_synced_model_does_not_hide_a_whole_one(
    toy_catalogue: Catalogue, installed: Path, tmp_path: Path
) -> None:
    (tmp_path / "first" / "toy-1").mkdir(parents=True)
    (tmp_path / "first" / "toy-1" / "words.json").write_bytes(WORDS)
    assert ModelStore(toy_catalogue, [tmp_path / "first", installed.parent]).open("toy-1") == installed


def test_the_usual_folders_begin_with_the_ones_that_were_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MEDBOT_MODELS", str(tmp_path / "m"))
    monkeypatch.setenv("MEDBOT_HOME", str(tmp_path / "h"))
    assert model_folders() == (tmp_path / "m", tmp_path / "h" / "models", program_folder() / "models")


def test_weights_go_to_the_home_folder_where_no_folder_exists_yet(
    toy_catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MEDBOT_HOME", str(tmp_path / "h"))
    assert ModelStore(toy_catalogue, [tmp_path / "none"]).writable_folder() == tmp_path / "h" / "models"


def test_a_catalogue_model_that_is_not_here_cannot_be_removed(toy_store: ModelStore) -> None:
    with pytest.raises(ModelError, match="toy-1 is not on this computer"):
        toy_store.remove("toy-1")
