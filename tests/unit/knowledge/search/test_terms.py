"""Content words as numbers: in order, marked by sentence, counted by unit."""

from __future__ import annotations

import numpy as np
import pytest

from medbot_desktop.knowledge.search.terms import FIRST_OF_SENTENCE, NUMBER, TermIndex, Terms, passage_terms, term
from medbot_desktop.text import stem


def numbers(words: str) -> list[int]:
    return [term(stem(word)) for word in words.split()]


def unmarked(text: str) -> list[int]:
    return [int(number) for number in passage_terms(text) & NUMBER]


def test_the_content_words_stand_in_order_by_their_stems() -> None:
    assert unmarked("The child has fevers, and a fever again.") == numbers("child fever fever")


def test_the_first_word_of_each_sentence_is_marked() -> None:
    marks = (passage_terms("Drink water. Rest a lot! Sleep") & FIRST_OF_SENTENCE) > 0
    assert marks.tolist() == [True, False, True, True]


def test_a_little_word_in_capitals_is_an_abbreviation() -> None:
    assert unmarked("Treatment of ALL in adults") == numbers("treatment all adults")


def test_a_sentence_in_capitals_has_no_abbreviations() -> None:
    assert unmarked("ALL OF THE PEOPLE") == numbers("people")


@pytest.mark.parametrize("text", ["", " \n ", "?!", "the of and", "🙂"])
def test_a_text_without_content_has_no_terms(text: str) -> None:
    assert passage_terms(text).tolist() == []


def test_half_a_character_does_no_harm() -> None:
    assert len(passage_terms("fever \ud800 cough\ud83d")) >= 1


def units(*texts: str) -> TermIndex:
    return TermIndex.of([passage_terms(text) for text in texts])


def same(one: TermIndex, other: TermIndex) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("flat", "offsets", "vocabulary", "units_with")
    )


def test_it_is_counted_in_how_many_units_a_word_is() -> None:
    index = units("Fever and fever.", "Fever, cough.", "Rash.")
    assert index.count(np.array(numbers("fever cough rash sneeze"))).tolist() == [2, 1, 1, 0]
    rarity = index.rarity(np.array(numbers("fever cough sneeze")))
    assert rarity[0] < rarity[1] < rarity[2]


def test_units_that_are_joined_are_as_if_they_had_come_at_once() -> None:
    assert same(units("Fever.", "Cough.").followed_by(units("Fever, rash.")), units("Fever.", "Cough.", "Fever, rash."))


@pytest.mark.parametrize("wanted", [[True, False, True], [False, False, False], [True, True, True]])
def test_units_that_are_taken_out_are_as_if_they_had_never_come(wanted: list[bool]) -> None:
    texts = ("Fever.", "Cough and fever.", "Fever, rash.")
    kept = [text for text, is_wanted in zip(texts, wanted, strict=True) if is_wanted]
    assert same(units(*texts).keeping(np.array(wanted)), units(*kept))


def test_nothing_has_no_words() -> None:
    empty: list[Terms] = []
    index = TermIndex.of(empty)
    assert (len(index), index.mean_length) == (0, 1.0)
    assert index.count(np.array([1, 2])).tolist() == [0, 0]
    assert same(index.followed_by(units("Fever.")), units("Fever."))
