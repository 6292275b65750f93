from __future__ import annotations

import dataclasses
import os
import shutil
from pathlib import Path

import pytest

from medbot_desktop.errors import DiskFullError, ModelError
from medbot_desktop.inference.adding import add_model, recognise
from medbot_desktop.inference.catalogue import Catalogue
from medbot_desktop.inference.gguf import GgufHeader
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.trial_record import remembered_speed
from medbot_desktop.settings import program_folder
from tests.ggufs import adapter as wider_adapter
from tests.unit.inference.made_gguf import Value, adapter, tiny_model

pytestmark = pytest.mark.usefixtures("own_home")
MEDGEMMA = {"general__architecture": "llama", "general__name": "Medgemma 4b It"}


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def file_on(stick: Path, content: bytes, name: str = "m.gguf") -> Path:
    (stick / name).write_bytes(content)
    return stick / name


def left_in(store: ModelStore) -> list[str]:
    return sorted(path.name for path in store.folders[0].iterdir())


def test_a_gguf_from_a_stick_can_be_opened_after_it_was_added(toy_store: ModelStore, stick: Path) -> None:
    source = file_on(stick, tiny_model(), "My Model (Q8).GGUF")
    seen: list[tuple[int, int]] = []
    entry = add_model(toy_store, source, lambda done, total: seen.append((done, total)))
    assert (entry.name, entry.title, entry.purpose, entry.tier) == ("my-model-q8", "Tiny", "chat", "silent")
    assert seen[-1] == (source.stat().st_size, source.stat().st_size)
    again = ModelStore(toy_store.catalogue, toy_store.folders)
    assert (again.open("my-model-q8") / "my-model-q8.gguf").read_bytes() == source.read_bytes()
    assert left_in(toy_store) == [".verified.json", "local.toml", "my-model-q8"]


def test_a_gguf_that_the_catalogue_knows_keeps_its_name_and_tier(models: ModelStore, tmp_path: Path) -> None:
    source = models.file("smollm2-135m-instruct-q4_1", "SmolLM2-135M-Instruct.Q4_1.gguf")
    renamed = tmp_path / "download(3).gguf"
    renamed.symlink_to(source)
    (tmp_path / "here").mkdir()
    store = ModelStore(models.catalogue, [tmp_path / "here"])
    assert add_model(store, renamed).tier == "phrases"
    assert store.file("smollm2-135m-instruct-q4_1", source.name).stat().st_size == source.stat().st_size
    assert "local.toml" not in left_in(store)


def test_adding_a_model_twice_changes_nothing(toy_store: ModelStore, stick: Path) -> None:
    source = file_on(stick, tiny_model())
    assert add_model(toy_store, source) == add_model(toy_store, source)
    assert [entry.name for entry in toy_store.installed()] == ["m"]


def test_another_model_of_the_same_name_is_refused(toy_store: ModelStore, stick: Path) -> None:
    add_model(toy_store, file_on(stick, tiny_model()))
    with pytest.raises(ModelError, match="Another model is called m already"):
        add_model(toy_store, file_on(stick, tiny_model(seed=2)))
    assert toy_store.open("m")


CUT = tiny_model()[:-9]
REFUSED: dict[str, tuple[bytes, str]] = {
    "no gguf": (b"hello", "is not a GGUF"),
    "cut short": (CUT, "is cut short"),
    "an unknown architecture": (tiny_model(general__architecture="marvin"), r"llama\.cpp does not know: marvin\."),
    "an architecture in control characters": (tiny_model(general__architecture="\x1b[2J"), r"does not know: \[2J\."),
    "no vocabulary": (tiny_model(tokenizer__ggml__model="runes"), "m.gguf"),
    "another number of layers": (tiny_model(llama__block_count=7), "m.gguf"),
    "a network for another memory": (
        tiny_model(llama__block_count=999, llama__embedding_length=99_000, llama__attention__head_count_kv=4),
        r"needs [\d,.]+ GB of memory .* this computer has",
    ),
    "a template that refuses": (tiny_model(tokenizer__chat_template="{{ raise_exception('no') }}"), "m.gguf"),
    "a template that is broken": (tiny_model(tokenizer__chat_template="{% for"), "m.gguf"),
    "a template that breaks out": (
        tiny_model(tokenizer__chat_template="{{ ''.__class__.__mro__[1].__subclasses__() }}"),
        "m.gguf",
    ),
    "a template that eats memory": (tiny_model(tokenizer__chat_template="{{ 'x' * 9999999999 }}"), "m.gguf"),
    "an embedder": (tiny_model(general__architecture="bert"), "turns texts into vectors; it writes none"),
    "a model made to embed": (tiny_model(llama__pooling_type=1), "turns texts into vectors; it writes none"),
    "an encoder": (tiny_model(llama__attention__causal=False), "turns texts into vectors; it writes none"),
    "the eyes of a model": (tiny_model(general__type="mmproj"), "looks at pictures; it writes no text"),
    "an older file of eyes": (tiny_model(general__architecture="clip"), "looks at pictures; it writes no text"),
    "statistics": (tiny_model(general__type="imatrix"), "is no model: it calls itself imatrix"),
    "a part of a split model": (tiny_model(split__no=0, split__count=2), "part 1 of 2"),
    "an adapter of another kind": (adapter(adapter__type="control_vector"), "adapter of a kind that llama.cpp"),
}


@pytest.mark.parametrize(("content", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_cannot_be_used_is_refused_in_a_sentence_and_leaves_nothing(
    toy_store: ModelStore, stick: Path, content: bytes, said: str
) -> None:
    with pytest.raises(ModelError, match=said) as told:
        add_model(toy_store, file_on(stick, content))
    assert told.value.hint
    assert "verify" not in told.value.hint
    assert told.value.message.isprintable()
    assert left_in(toy_store) == []


def test_a_file_that_is_not_there_is_named(toy_store: ModelStore, stick: Path) -> None:
    with pytest.raises(ModelError, match="There is no file"):
        add_model(toy_store, stick / "gone.gguf")


def test_a_huge_file_of_holes_is_refused_before_it_is_copied(toy_store: ModelStore, stick: Path) -> None:
    source = file_on(stick, tiny_model())
    os.truncate(source, 2**40)
    with pytest.raises(ModelError, match=r"needs 1,099\.6 GB of memory"):
        add_model(toy_store, source, lambda done, total: pytest.fail("it was copied"))
    assert left_in(toy_store) == []


def test_no_room_for_an_added_model_leaves_nothing(toy_store: ModelStore, stick: Path) -> None:
    resource = pytest.importorskip("resource")
    source = file_on(stick, tiny_model())
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(DiskFullError, match=r"no room on the disk of .* for the model m\.gguf"):
            add_model(toy_store, source)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert left_in(toy_store) == []


def test_a_file_that_grows_while_it_is_copied_is_refused(toy_store: ModelStore, stick: Path) -> None:
    source = file_on(stick, tiny_model())

    def append(done: int, total: int) -> None:
        with source.open("ab") as file:
            file.write(b"more")

    with pytest.raises(ModelError, match=r"m\.gguf grew while it was copied"):
        add_model(toy_store, source, append)
    assert left_in(toy_store) == []


def test_a_file_that_changes_while_it_is_copied_is_refused(toy_store: ModelStore, stick: Path) -> None:
    source = file_on(stick, tiny_model())

    def write_into(done: int, total: int) -> None:
        with source.open("r+b") as file:
            file.seek(-4, os.SEEK_END)
            file.write(b"????")
        os.utime(source, ns=(0, source.stat().st_mtime_ns + 10**9))

    with pytest.raises(ModelError, match=r"m\.gguf was changed while it was copied"):
        add_model(toy_store, source, write_into)
    assert left_in(toy_store) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\x1b[31mb\nc", "C:\\windows\\system32", "\u202eexe.fugg", "/"])
def test_what_a_file_calls_itself_never_becomes_a_path_nor_moves_the_cursor(
    toy_store: ModelStore, stick: Path, name: str
) -> None:
    content = tiny_model(general__name=name, general__license=name)
    entry = add_model(toy_store, file_on(stick, content, "a b.gguf"))
    assert entry.name == "a-b"
    assert (entry.title + entry.licence).isprintable()
    assert ModelStore(toy_store.catalogue, toy_store.folders).open("a-b") == toy_store.folders[0] / "a-b"


def test_a_file_whose_own_name_is_no_word_gets_one(toy_store: ModelStore, stick: Path) -> None:
    entry = add_model(toy_store, file_on(stick, tiny_model(), "…\n.gguf"))
    assert entry.name == "model"
    assert toy_store.open("model")


def test_an_added_model_that_changes_is_named_by_verify_and_says_how_to_add_it_again(
    toy_store: ModelStore, stick: Path
) -> None:
    add_model(toy_store, file_on(stick, tiny_model()))
    (toy_store.folders[0] / "m" / "m.gguf").write_bytes(tiny_model(seed=2))
    assert [check.file for check in toy_store.verify([toy_store.entry("m")]) if check.fault] == ["m.gguf"]
    with pytest.raises(ModelError, match=r"m\.gguf was changed") as told:
        toy_store.open("m")
    assert "models add" in told.value.hint


def test_a_removed_model_is_gone_and_forgotten(toy_store: ModelStore, stick: Path) -> None:
    add_model(toy_store, file_on(stick, tiny_model()))
    toy_store.remove("m")
    assert [entry.name for entry in toy_store.entries()] == ["toy-1"]
    with pytest.raises(ModelError, match="no model called m"):
        toy_store.remove("m")


def test_an_adapter_is_kept_with_the_model_that_it_belongs_to(toy_store: ModelStore, stick: Path) -> None:
    add_model(toy_store, file_on(stick, tiny_model()))
    entry = add_model(toy_store, file_on(stick, adapter(), "kind.gguf"))
    assert (entry.name, entry.purpose, entry.base, entry.title) == ("kind", "adapter", "llama", "Kinder words")
    assert entry.what_for == "For Tiny."
    again = ModelStore(toy_store.catalogue, toy_store.folders)
    assert again.entry("kind") == entry
    assert again.file("kind", "kind.gguf").read_bytes() == adapter()
    assert not [check for check in again.verify([entry]) if check.fault]
    again.remove("kind")
    assert not (toy_store.folders[0] / "kind").exists()


def test_an_adapter_goes_by_the_file_that_it_was_trained_on(toy_store: ModelStore, stick: Path) -> None:
    first = add_model(toy_store, file_on(stick, tiny_model(general__name="First"), "first.gguf"))
    add_model(toy_store, file_on(stick, tiny_model(general__name="Second"), "second.gguf"))
    assert add_model(toy_store, file_on(stick, adapter())).what_for == "For First, Second."
    named = adapter(medbot__base_model__sha256=first.files[0].sha256)
    assert add_model(toy_store, file_on(stick, named, "named.gguf")).what_for == "For First."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (adapter(general__architecture="qwen2"), "those on this computer, one of the kind qwen2"),
        (wider_adapter(), r"those on this computer\."),
        (adapter(medbot__base_model__sha256="0" * 64), r"those on this computer\."),
        (adapter(medbot__base_model__sha256=7), r"those on this computer\."),
    ],
    ids=["another kind", "other shapes", "trained on another file", "trained on nonsense"],
)
def test_an_adapter_of_another_model_is_refused_and_leaves_nothing(
    toy_store: ModelStore, stick: Path, content: bytes, said: str
) -> None:
    add_model(toy_store, file_on(stick, tiny_model()))
    before = left_in(toy_store)
    with pytest.raises(ModelError, match=f"adapter kind.gguf was made for another model than {said}") as told:
        add_model(toy_store, file_on(stick, content, "kind.gguf"))
    assert "Add the model that it was trained on first" in told.value.hint
    assert left_in(toy_store) == before


def test_the_speed_of_the_trial_is_kept_for_these_very_files(
    toy_store: ModelStore, stick: Path, own_home: Path
) -> None:
    entry = add_model(toy_store, file_on(stick, tiny_model()))
    assert remembered_speed(entry) > 0
    assert remembered_speed(dataclasses.replace(entry, name="other")) == 0
    (own_home / "trials.json").write_text("[[[", encoding="utf-8")
    assert remembered_speed(entry) == 0


@pytest.fixture
def expecting(toy_store: ModelStore, tmp_path: Path) -> ModelStore:
    """A store whose catalogue expects a tiny model to be brought."""
    text = (
        (tmp_path / "catalogue.toml").read_text(encoding="utf-8")
        + """
[[brought]]
name = "medgemma-4b-it"
title = "MedGemma 4B"
licence = "Some terms of use"
about = 2_000_000_000
what_for = "Questions about health."
terms = "Accept the terms first."
homepage = "https://example.org/"
architecture = "llama"
words = ["medgemma", "4b", "it"]
"""
    )
    (tmp_path / "expecting.toml").write_text(text, encoding="utf-8")
    return ModelStore(Catalogue.load(tmp_path / "expecting.toml"), toy_store.folders)


def test_a_model_that_is_expected_gets_its_title_and_licence_and_starts_silent(
    expecting: ModelStore, stick: Path
) -> None:
    with pytest.raises(ModelError, match="MedBot does not fetch it") as told:
        expecting.entry("medgemma-4b-it")
    assert "medbot models add" in told.value.hint
    entry = add_model(expecting, file_on(stick, tiny_model(**MEDGEMMA), "download.gguf"))
    assert (entry.name, entry.title, entry.licence) == ("medgemma-4b-it", "MedGemma 4B", "Some terms of use")
    assert (entry.tier, entry.terms, entry.what_for) == ("silent", "Accept the terms first.", "Questions about health.")
    assert ModelStore(expecting.catalogue, expecting.folders).entry("medgemma-4b-it") == entry
    expecting.remove("medgemma-4b-it")
    assert [entry.name for entry in expecting.entries()] == ["toy-1"]


def test_the_same_model_in_other_bits_is_named_after_its_file(expecting: ModelStore, stick: Path) -> None:
    add_model(expecting, file_on(stick, tiny_model(**MEDGEMMA), "q4.gguf"))
    second = add_model(expecting, file_on(stick, tiny_model(seed=2, **MEDGEMMA), "q8.gguf"))
    assert (second.name, second.licence) == ("q8", "Some terms of use")


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"architecture": "qwen3", "name": "Qwen3-4B-Instruct-2507", "size_label": "4B"}, "qwen3-4b-instruct"),
        (
            {"architecture": "qwen3", "name": "Qwen3 4B Instruct 2507", "basename": "Qwen3", "finetune": "Instruct"},
            "qwen3-4b-instruct",
        ),
        (
            {"architecture": "gemma3", "name": "Medgemma 4b It", "basename": "medgemma", "finetune": "it"},
            "medgemma-4b-it",
        ),
        ({"architecture": "gemma3", "name": "Gemma 3 4b It", "basename": "gemma-3"}, "gemma-3-4b-it"),
        ({"architecture": "llama", "name": "Llama 3.2 3B Instruct", "size_label": "3B"}, "llama-3.2-3b-instruct"),
        (
            {"architecture": "phi3", "name": "Phi 4 Mini Instruct", "basename": "Phi-4", "finetune": "mini-instruct"},
            "phi-4-mini-instruct",
        ),
        ({"architecture": "llama", "name": "Medgemma 4b It"}, None),
        ({"architecture": "gemma3", "name": "Gemma 3 4b It Abliterated"}, None),
        ({"architecture": "gemma3", "name": "Medgemma 27b It", "size_label": "27B"}, None),
        ({"architecture": "qwen3", "name": "Qwen3 4B"}, None),
        ({"architecture": "llama", "name": 3.5}, None),
        ({"architecture": "llama"}, None),
    ],
)
def test_a_brought_model_is_known_by_all_the_words_of_its_name_and_no_others(
    facts: dict[str, Value], name: str | None
) -> None:
    expected = Catalogue.load(program_folder() / "models" / "catalogue.toml").brought
    header = GgufHeader(3, 1, {f"general.{key}": value for key, value in facts.items()}, 0, {})  # type: ignore[misc]
    found = recognise(header, expected)
    assert (found and found.name) == name


def test_every_model_that_a_clinic_may_bring_says_its_licence_and_what_it_asks() -> None:
    brought = {model.name: model for model in Catalogue.load(program_folder() / "models" / "catalogue.toml").brought}
    assert "terms" in brought["medgemma-4b-it"].licence
    assert "https://" in brought["medgemma-4b-it"].terms
    assert all(model.terms or model.licence in {"Apache-2.0", "MIT"} for model in brought.values())


def test_an_embedder_from_a_folder_is_still_taken_in(models: ModelStore, toy_store: ModelStore, stick: Path) -> None:
    real = models.open("all-minilm-l6-v2-int8")
    shutil.copytree(real, stick / "MiniLM")
    entry = add_model(toy_store, stick / "MiniLM")
    assert (entry.name, entry.purpose, entry.runtime) == ("minilm", "embedder", "onnxruntime")
    assert toy_store.open("minilm")
