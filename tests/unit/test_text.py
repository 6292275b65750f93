"""Sentences, words and stems are cut the same way everywhere, and nothing is lost by it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medbot_desktop.text import content_stems, sentence_spans, sentences, stem, words

any_text = st.text(max_size=300)
prose = st.text(alphabet='aB1. !?\n)"’e.g,-', max_size=200)


@given(any_text | prose)
def test_sentences_cover_every_character_that_is_no_space(text: str) -> None:
    covered = {position for start, end in sentence_spans(text) for position in range(start, end)}
    assert {position for position, character in enumerate(text) if not character.isspace()} <= covered


@given(any_text | prose)
def test_sentences_never_overlap_and_follow_one_another(text: str) -> None:
    assert all(one[1] <= other[0] for one, other in pairwise(sentence_spans(text)))


@given(any_text | prose)
def test_sentences_are_never_empty_and_have_no_space_around_them(text: str) -> None:
    assert all(sentence and sentence == sentence.strip() for sentence in sentences(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rest. Drink!", ["Rest.", "Drink!"]),
        ("Take e.g. tea. Rest.", ["Take e.g. tea.", "Rest."]),
        ("See Dr. Who. Rest.", ["See Dr. Who.", "Rest."]),
        ("Drink 1.5 litres. Rest.", ["Drink 1.5 litres.", "Rest."]),
        ("1. Sit down. Wait.\n2. Lean.", ["1. Sit down.", "Wait.", "2. Lean."]),
        ('He said "rest." Then left.', ['He said "rest."', "Then left."]),
        ("No stop", ["No stop"]),
        ("One\nTwo", ["One", "Two"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_text_is_cut_where_a_reader_would(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_words_keep_their_apostrophe_in_one_form() -> None:
    assert words("Don’t, can't 39.5") == ["don't", "can't", "39", "5"]


def test_the_forms_of_a_word_share_a_stem() -> None:
    assert stem("coughing") == stem("coughs") == stem("cough")
    assert stem("child's") == stem("child")


def test_words_of_grammar_carry_no_meaning_and_negations_do() -> None:
    assert content_stems("What is the fever?") == ["fever"]
    assert "not" in content_stems("it is not a fever")
