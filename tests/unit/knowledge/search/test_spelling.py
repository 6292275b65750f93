"""Typing errors are mended towards the words that the library knows, and no other word is touched."""

from __future__ import annotations

import pytest

from medbot_desktop.knowledge.search.spelling import Speller

KNOWN = "asthma headache diarrhoea fever dose paracetamol vomiting cold".split()
COMMON = {"weather", "beaver", "fevers"}


@pytest.fixture
def speller() -> Speller:
    return Speller(KNOWN, lambda word: word in COMMON)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("fevr", "fever"),
        ("feveer", "fever"),
        ("fecer", "fever"),
        ("feevr", "fever"),
        ("fevre", "fever"),
        ("headake", "headake"),
        ("headahce", "headache"),
        ("diarhea", "diarhea"),
        ("diarrhea", "diarrhoea"),
        ("diahrroea", "diarrhoea"),
        ("paracetmol", "paracetamol"),
        ("PARACETOMOL", "paracetamol"),
    ],
)
def test_one_error_is_mended_and_two_in_a_long_word(speller: Speller, typed: str, meant: str) -> None:
    assert speller.mend(typed) == meant


def test_an_ordinary_word_is_never_changed(speller: Speller) -> None:
    assert speller.mend("weather beaver") == "weather beaver"


def test_a_short_word_is_never_changed(speller: Speller) -> None:
    assert speller.mend("dos") == "dos"


def test_the_first_letter_is_trusted(speller: Speller) -> None:
    assert speller.mend("gever") == "gever"


def test_everything_around_a_mended_word_stays(speller: Speller) -> None:
    assert speller.mend("My  FEVR, 39.5°C?! ÄÖ <b>") == "My  fever, 39.5°C?! ÄÖ <b>"


def test_it_knows_the_words_of_the_library(speller: Speller) -> None:
    assert not speller.is_strange("asthma")
    assert speller.is_strange("lupus")
    assert not speller.is_strange("weather"), "an ordinary word"


@pytest.mark.parametrize(
    ("beginning", "words"),
    [("para", ["paracetamol"]), ("head", ["headache"]), ("he", []), ("fever", []), ("weather", []), ("xyz", [])],
)
def test_half_a_word_is_completed_by_what_is_known(speller: Speller, beginning: str, words: list[str]) -> None:
    assert speller.completions(beginning) == words
