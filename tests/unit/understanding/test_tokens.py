"""Words and numbers are cut the way clinical shorthand needs them."""

from __future__ import annotations

import pytest

from medbot_desktop.understanding.tokens import tokenise


def test_offsets_point_at_the_words_of_the_message() -> None:
    text = "My Dad's temp is 38.5C, he can’t breathe."
    assert [text[token.start : token.end] for token in tokenise(text)][:5] == ["My", "Dad's", "temp", "is", "38.5"]


@pytest.mark.parametrize(
    ("text", "word"),
    [("can't", "cant"), ("CAN’T", "cant"), ("diarrhœa".replace("œ", "oe"), "diarrhoea"), ("naïve", "naive")],
)
def test_apostrophes_case_and_accents_do_not_matter(text: str, word: str) -> None:
    assert tokenise(text)[0].word == word


def test_letters_stretched_for_emphasis_are_read_as_one() -> None:
    assert tokenise("heeeelp")[0].word == "help"
    assert tokenise("AAA")[0].word == "aaa"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("38.5C", 38.5),
        ("38,5", 38.5),
        ("1,000 mg", 1000.0),
        ("BP 88/50", 88.0),
        ("two months", 2.0),
        ("at 09:15", None),
    ],
)
def test_numbers_have_their_value(text: str, value: float | None) -> None:
    values = [token.value for token in tokenise(text) if token.value is not None]
    assert values == ([] if value is None else [value])


@pytest.mark.parametrize(
    ("text", "value"),
    [("sats ninety eight", 98.0), ("a forty-five-year-old", 45.0), ("pulse one forty", 140.0), ("two point five", 2.5)],
)
def test_every_word_of_a_number_has_the_value_of_the_whole(text: str, value: float) -> None:
    assert {token.value for token in tokenise(text) if token.value is not None} == {value}


def test_numbers_that_stand_behind_each_other_are_not_one() -> None:
    assert [token.value for token in tokenise("forty, five")] == [40.0, 5.0]


def test_a_new_clause_starts_at_a_sentence_and_at_but() -> None:
    clauses = [token.clause for token in tokenise("My chest is fine but my leg hurts. Help")]
    assert clauses == [1, 1, 1, 1, 2, 2, 2, 2, 3]


def test_a_comma_is_marked_on_the_word_behind_it() -> None:
    assert [token.word for token in tokenise("no fever, cough - or rash") if token.pause] == ["cough", "or"]
