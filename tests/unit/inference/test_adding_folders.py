from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.adding import add_model
from medbot_desktop.inference.store import ModelStore
from tests.unit.inference.made_onnx import tiny_network


@pytest.fixture
def export(models: ModelStore, tmp_path: Path) -> Path:
    """The folder of a text model as optimum exports it."""
    folder = tmp_path / "stick" / "Small Writer"
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(tiny_network())
    shutil.copy(models.file("all-minilm-l6-v2-int8", "tokenizer.json"), folder)
    (folder / "config.json").write_text('{"model_type": "llama"}', encoding="utf-8")
    (folder / "generation_config.json").write_text("{}", encoding="utf-8")
    (folder / "holiday.jpg").write_bytes(b"not part of it")
    return folder


def left_in(store: ModelStore) -> list[str]:
    return sorted(path.name for path in store.folders[0].iterdir())


def test_a_text_model_in_onnx_is_taken_in_with_the_files_that_belong_to_it(toy_store: ModelStore, export: Path) -> None:
    seen: list[tuple[int, int]] = []
    entry = add_model(toy_store, export, lambda done, total: seen.append((done, total)))
    assert (entry.name, entry.title, entry.purpose) == ("small-writer", "Small Writer", "chat")
    assert (entry.runtime, entry.tier) == ("onnxruntime", "silent")
    again = ModelStore(toy_store.catalogue, toy_store.folders)
    assert sorted(path.name for path in again.open("small-writer").iterdir()) == [
        "config.json", "generation_config.json", "model.onnx", "tokenizer.json",
    ]  # fmt: skip
    assert seen[-1] == (entry.size, entry.size)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_a_damaged_file_of_it_is_named_by_verify_and_it_can_be_removed(toy_store: ModelStore, export: Path) -> None:
    entry = add_model(toy_store, export)
    (toy_store.folders[0] / entry.name / "config.json").write_text("{}", encoding="utf-8")
    assert [check.file for check in toy_store.verify([entry]) if check.fault] == ["config.json"]
    add_model(toy_store, export)
    assert not [check for check in toy_store.verify([entry]) if check.fault]
    toy_store.remove(entry.name)
    assert not (toy_store.folders[0] / entry.name).exists()


def test_the_weights_that_lie_beside_the_network_come_with_it(toy_store: ModelStore, export: Path) -> None:
    (export / "model.onnx_data").write_bytes(b"weights")
    assert "model.onnx_data" in {file.name for file in add_model(toy_store, export).files}


def test_a_network_under_the_other_names_of_optimum_is_found(toy_store: ModelStore, export: Path) -> None:
    (export / "model.onnx").rename(export / "model_quantized.onnx")
    assert add_model(toy_store, export).runtime == "onnxruntime"


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("model.onnx", None, "holds no model that MedBot can open"),
        ("tokenizer.json", None, "holds no model that MedBot can open"),
        ("config.json", None, r"config\.json is missing"),
        ("config.json", b"[1]", r"config\.json is damaged"),
        ("config.json", b"[" * 100_000, r"config\.json is damaged"),
        ("config.json", b"\xff\xfe", r"config\.json is damaged"),
        ("model.onnx", b"", r"model\.onnx is damaged or no ONNX file"),
        ("model.onnx", b"hello", r"model\.onnx is damaged or no ONNX file"),
        ("model.onnx", tiny_network()[:-20], r"model\.onnx is damaged or no ONNX file"),
    ],
)
def test_a_folder_that_lacks_something_or_has_it_damaged_is_refused_and_leaves_nothing(
    toy_store: ModelStore, export: Path, file: str, content: bytes | None, said: str
) -> None:
    if content is None:
        (export / file).unlink()
    else:
        (export / file).write_bytes(content)
    with pytest.raises(ModelError, match=said):
        add_model(toy_store, export)
    assert left_in(toy_store) == []


@pytest.mark.parametrize("network", [tiny_network(past="pixel_values"), tiny_network(logits="boxes")])
def test_a_network_that_writes_no_text_and_embeds_none_is_refused(
    toy_store: ModelStore, export: Path, network: bytes
) -> None:
    (export / "model.onnx").write_bytes(network)
    with pytest.raises(ModelError, match="no language model"):
        add_model(toy_store, export)
    assert left_in(toy_store) == []


def test_an_empty_folder_is_refused_by_name(toy_store: ModelStore, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    with pytest.raises(ModelError, match="The folder nothing holds no model"):
        add_model(toy_store, tmp_path / "nothing")
