from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from medbot_desktop.errors import DiskFullError, ModelError
from medbot_desktop.inference import checks
from medbot_desktop.inference.catalogue import Catalogue
from medbot_desktop.inference.store import ModelStore, model_folders
from medbot_desktop.settings import program_folder
from tests.unit.inference.conftest import WEIGHTS, WORDS
from tests.unit.inference.test_gguf import small_gguf


@pytest.fixture
def installed(toy_store: ModelStore) -> Path:
    """The folder of a toy model that is in place."""
    folder = toy_store.folders[0] / "toy-1"
    folder.mkdir()
    (folder / "weights.bin").write_bytes(WEIGHTS)
    (folder / "words.json").write_bytes(WORDS)
    return folder


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
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


def test_a_gguf_from_a_stick_can_be_opened_after_it_was_added(toy_store: ModelStore, stick: Path) -> None:
    source = stick / "My Model (Q8).GGUF"
    source.write_bytes(small_gguf())
    seen: list[tuple[int, int]] = []
    entry = toy_store.add(source, lambda done, total: seen.append((done, total)))
    assert (entry.name, entry.purpose, entry.tier) == ("my-model-q8", "chat", "silent")
    assert seen[-1] == (source.stat().st_size, source.stat().st_size)
    again = ModelStore(toy_store.catalogue, toy_store.folders)
    assert (again.open("my-model-q8") / "my-model-q8.gguf").read_bytes() == source.read_bytes()


def test_a_gguf_that_the_catalogue_knows_keeps_its_name_and_tier(models: ModelStore, tmp_path: Path) -> None:
    source = models.file("smollm2-135m-instruct-q4_1", "SmolLM2-135M-Instruct.Q4_1.gguf")
    renamed = tmp_path / "download(3).gguf"
    renamed.symlink_to(source)
    (tmp_path / "here").mkdir()
    store = ModelStore(models.catalogue, [tmp_path / "here"])
    assert store.add(renamed).tier == "phrases"
    assert store.file("smollm2-135m-instruct-q4_1", source.name).stat().st_size == source.stat().st_size


def test_adding_a_model_twice_changes_nothing(toy_store: ModelStore, stick: Path) -> None:
    (stick / "m.gguf").write_bytes(small_gguf())
    assert toy_store.add(stick / "m.gguf") == toy_store.add(stick / "m.gguf")
    assert [entry.name for entry in toy_store.installed()] == ["m"]


def test_another_model_of_the_same_name_is_refused(toy_store: ModelStore, stick: Path) -> None:
    (stick / "m.gguf").write_bytes(small_gguf())
    toy_store.add(stick / "m.gguf")
    (stick / "m.gguf").write_bytes(small_gguf(architecture="gemma"))
    with pytest.raises(ModelError, match="Another model is called m already"):
        toy_store.add(stick / "m.gguf")
    assert toy_store.open("m")


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "There is no file"), (b"hello", "is not a GGUF"), (small_gguf()[:-9], "is cut short")],
)
def test_a_file_that_cannot_be_added_leaves_nothing(
    toy_store: ModelStore, stick: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (stick / "m.gguf").write_bytes(content)
    with pytest.raises(ModelError, match=said):
        toy_store.add(stick / "m.gguf")
    assert list(toy_store.folders[0].iterdir()) == []


def test_no_room_for_an_added_model_leaves_nothing(toy_store: ModelStore, stick: Path) -> None:
    resource = pytest.importorskip("resource")
    (stick / "m.gguf").write_bytes(small_gguf(values=50_000))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(DiskFullError, match=r"no room on the disk of .* for the model m\.gguf"):
            toy_store.add(stick / "m.gguf")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(toy_store.folders[0].iterdir()) == []


def test_an_added_model_that_changes_is_refused_and_says_how_to_add_it_again(
    toy_store: ModelStore, stick: Path
) -> None:
    (stick / "m.gguf").write_bytes(small_gguf())
    toy_store.add(stick / "m.gguf")
    (toy_store.folders[0] / "m" / "m.gguf").write_bytes(small_gguf(architecture="llamb"))
    with pytest.raises(ModelError, match=r"m\.gguf was changed") as told:
        toy_store.open("m")
    assert "models add" in told.value.hint


def test_a_removed_model_is_gone_and_forgotten(toy_store: ModelStore, stick: Path) -> None:
    (stick / "m.gguf").write_bytes(small_gguf())
    toy_store.add(stick / "m.gguf")
    toy_store.remove("m")
    assert [entry.name for entry in toy_store.entries()] == ["toy-1"]
    with pytest.raises(ModelError, match="no model called m"):
        toy_store.remove("m")


def test_a_catalogue_model_that_is_not_here_cannot_be_removed(toy_store: ModelStore) -> None:
    with pytest.raises(ModelError, match="toy-1 is not on this computer"):
        toy_store.remove("toy-1")
