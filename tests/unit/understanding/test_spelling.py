"""Slips of the pen are forgiven; a real word is never turned into another."""

from __future__ import annotations

import pytest

from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.settings import resources_folder
from medbot_desktop.understanding.reader import Reader
from medbot_desktop.understanding.spelling import Spelling


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    known = (resources_folder() / "triage" / "common_words.txt").read_text(encoding="utf-8").split()
    lexicon = ["chest", "pain", "seizure", "breathing", "unconscious", "testicle", "anaphylaxis", "stroke", "swelling"]
    return Spelling(lexicon, known)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("chset", "chest"),
        ("pian", "pain"),
        ("siezure", "seizure"),
        ("breatihng", "breathing"),
        ("unconcious", "unconscious"),
        ("testical", "testicle"),
        ("anaphalaxis", "anaphylaxis"),
        ("strok", "stroke"),
        ("sweeling", "swelling"),
    ],
)
def test_a_slip_is_read_as_the_clinical_word(spelling: Spelling, typed: str, meant: str) -> None:
    assert spelling.correct(typed) == meant


def test_a_word_of_another_tongue_is_left_and_meant_only_where_no_english_one_is() -> None:
    spelling = Spelling(["navel", "pills"], [], foreign=["javel", "pilules", "sangre"], left=["pero"])
    assert [spelling.correct(word) for word in ("javel", "sangre", "pero")] == ["javel", "sangre", "pero"]
    assert spelling.correct("sagnre") == "sangre"
    assert spelling.correct("pilss") == "pills"
    assert not spelling.knows("javel")


@pytest.mark.parametrize(
    "word",
    ["chess", "cheat", "plain", "paint", "strike", "stoke", "stroked", "swilling", "spelling", "breeding", "conscious",
     "grazed", "scaly", "dyspepsia", "heart", "hart", "throat", "bleach", "breach", "metoprolol", "a", "x", "12"],
)  # fmt: skip
def test_a_word_of_the_language_is_left_alone(spelling: Spelling, word: str) -> None:
    assert spelling.correct(word) == word


def test_no_common_word_is_ever_changed() -> None:
    spelling = Reader.load(resources_folder(), Formulary.load(resources_folder()).spoken)._spelling
    common = (resources_folder() / "triage" / "common_words.txt").read_text(encoding="utf-8").split()
    assert [word for word in common if spelling.correct(word) != word] == []


def test_a_very_long_word_is_left_alone(spelling: Spelling) -> None:
    assert spelling.correct("x" * 4_000) == "x" * 4_000
