from __future__ import annotations

import json
from pathlib import Path

import psutil
import pytest

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.adding import add_model
from medbot_desktop.inference.bounded import TrialLimits
from medbot_desktop.inference.onnx_trial import ends_of
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.trial_record import remembered_speed
from tests.onnx_graphs import TinyModel, embedding_network, write_export
from tests.unit.inference.made_onnx import tiny_network

pytestmark = pytest.mark.usefixtures("own_home")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """The folder of a text model as optimum exports it."""
    (tmp_path / "stick").mkdir()
    folder = write_export(tmp_path / "stick" / "Small Writer", model_type="llama")
    (folder / "generation_config.json").write_text("{}", encoding="utf-8")
    (folder / "holiday.jpg").write_bytes(b"not part of it")
    return folder


@pytest.fixture
def embedder(export: Path) -> Path:
    """The folder of an embedder with three words."""
    (export / "config.json").unlink()
    (export / "model.onnx").write_bytes(embedding_network())
    return export


def left_in(store: ModelStore) -> list[str]:
    return sorted(path.name for path in store.folders[0].iterdir())


def test_a_text_model_in_onnx_is_taken_in_with_the_files_that_belong_to_it(toy_store: ModelStore, export: Path) -> None:
    seen: list[tuple[int, int]] = []
    entry = add_model(toy_store, export, lambda done, total: seen.append((done, total)))
    assert (entry.name, entry.title, entry.purpose) == ("small-writer", "Small Writer", "chat")
    assert (entry.runtime, entry.tier) == ("onnxruntime", "silent")
    again = ModelStore(toy_store.catalogue, toy_store.folders)
    assert sorted(path.name for path in again.open("small-writer").iterdir()) == [
        "config.json", "generation_config.json", "model.onnx", "tokenizer.json", "tokenizer_config.json",
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


def test_the_speed_of_a_text_model_is_kept(toy_store: ModelStore, export: Path) -> None:
    assert remembered_speed(add_model(toy_store, export)) > 0


NEVER_ENDS = json.dumps({"chat_template": "{% for i in range(10**12) %}{{ i }}{% endfor %}"}).encode()


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("tokenizer.json", b'{"hello":', r"tokenizer\.json is damaged"),
        ("config.json", b'{"model_type": "llama", "vocab_size": 10}', "more tokens than its config"),
        ("config.json", b'{"model_type": "llama", "hidden_size": -1}', "gives hidden_size a value"),
        ("tokenizer_config.json", NEVER_ENDS, "chat template"),
        ("model.onnx", TinyModel(forgets=True).content(), "forgets what it has read"),
        ("model.onnx", TinyModel(made_of=2**32).content(), "fails at its first words|needs more memory than"),
        ("model.onnx", tiny_network(), "keeps what it read in a way"),
        ("model.onnx", TinyModel(flat=True).content(), "does not say how likely each word is"),
    ],
    ids=["tokenizer", "vocabulary", "absurd figure", "template", "forgets", "huge", "odd cache", "odd result"],
)
def test_a_text_model_that_cannot_write_is_refused_and_leaves_nothing(
    toy_store: ModelStore, export: Path, file: str, content: bytes, said: str
) -> None:
    (export / file).write_bytes(content)
    with pytest.raises(ModelError, match=said) as told:
        add_model(toy_store, export)
    assert told.value.hint
    assert "verify" not in told.value.hint
    assert left_in(toy_store) == []


def test_an_embedder_whose_vectors_tell_texts_apart_is_taken_in(toy_store: ModelStore, embedder: Path) -> None:
    entry = add_model(toy_store, embedder)
    assert (entry.purpose, sorted(file.name for file in entry.files)) == ("embedder", ["model.onnx", "tokenizer.json"])


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("model.onnx", embedding_network(made_of=2**40), "needs more memory than the|fails at its first words"),
        ("model.onnx", embedding_network(made_of=2**31), "needs more memory than the|fails at its first words"),
        ("model.onnx", embedding_network(sides=2), "gives no vector of a fixed length for each token"),
        ("model.onnx", embedding_network(words=1), "fails at its first words"),
        ("model.onnx", embedding_network(strength=0.0), "makes the same vector of every text"),
        ("model.onnx", embedding_network(strength=float("nan")), "computes what is no number"),
        ("tokenizer.json", b'{"model": {"type": "BPE"}}', r"tokenizer\.json is damaged"),
        ("tokenizer.json", b'{"model": {"type": "no such"}}', r"tokenizer\.json is damaged"),
        ("tokenizer.json", b"[" * 100_000, r"tokenizer\.json is damaged"),
    ],
    ids=["huge", "large", "flat", "few words", "nothing", "no number", "tokens", "kind", "deep"],
)
def test_an_embedder_that_cannot_embed_is_refused_and_leaves_nothing(
    toy_store: ModelStore, embedder: Path, file: str, content: bytes, said: str
) -> None:
    (embedder / file).write_bytes(content)
    with pytest.raises(ModelError, match=said) as told:
        add_model(toy_store, embedder)
    assert "verify" not in told.value.hint
    assert left_in(toy_store) == []


def test_weights_that_no_memory_holds_are_refused_before_anything_opens_them(
    toy_store: ModelStore, export: Path
) -> None:
    with (export / "model.onnx_data").open("wb") as weights:
        weights.truncate(2**40)
    with pytest.raises(ModelError, match=r"needs 1,\d\d\d\.\d GB of memory .* this computer has"):
        add_model(toy_store, export)
    assert left_in(toy_store) == []


def test_a_network_that_needs_longer_than_it_may_is_ended(export: Path) -> None:
    with pytest.raises(ModelError, match="was not done after 0 seconds"):
        ends_of(export / "model.onnx", "slow", TrialLimits(seconds=0.01, memory=2**30))


def test_nothing_of_a_network_is_loaded_into_the_program(toy_store: ModelStore, embedder: Path) -> None:
    (embedder / "model.onnx").write_bytes(embedding_network(made_of=2**28))
    most = psutil.Process().memory_info().rss + 2**29
    seen: list[int] = []
    with pytest.raises(ModelError):
        add_model(toy_store, embedder, lambda done, total: seen.append(psutil.Process().memory_info().rss))
    assert max(*seen, psutil.Process().memory_info().rss) < most
