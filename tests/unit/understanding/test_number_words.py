"""Numbers in words are read as whole numbers, in the place where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medbot_desktop.understanding.number_words import in_digits, spoken_numbers


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("sats eighty six", "sats 86"),
        ("ninety-one percent", "91 percent"),
        ("temp of thirty nine point two", "temp of 39.2"),
        ("ninety eight point six", "98.6"),
        ("a hundred and one point five", "101.5"),
        ("one hundred and forty", "140"),
        ("two hundred ten", "210"),
        ("heart rate one forty", "heart rate 140"),
        ("hr one oh five", "hr 105"),
        ("one sixty over ninety five", "160 over 95"),
        ("a forty-five-year-old man", "a 45-year-old man"),
        ("one thirty five year old", "one 35 year old"),
        ("twenty four hours", "24 hours"),
        ("two point four", "2.4"),
        ("two and a half years", "2.5 years"),
        ("2 and a half years", "2.5 years"),
        ("3½ days", "3.5 days"),
        ("thirteen", "13"),
        ("between twenty and thirty", "between 20 and 30"),
    ],
)
def test_a_number_in_words_becomes_digits(text: str, digits: str) -> None:
    assert in_digits(text)[0] == digits


@pytest.mark.parametrize(
    "text",
    ["one of us", "two tablets", "a hundredfold", "the twenty second of May", "and a half"],
)
def test_what_is_no_number_or_a_small_one_stays_in_words(text: str) -> None:
    assert in_digits(text)[0] == text


@pytest.mark.parametrize("text", ["woke at one thirty", "I saw him at two fifteen", "two thirty minute sessions"])
def test_a_time_of_day_or_a_count_is_no_number_of_hundreds(text: str) -> None:
    assert all(one.value < 100 for one in spoken_numbers(text))


def test_every_letter_knows_where_it_stood() -> None:
    text = "sats eighty six now"
    digits, places = in_digits(text)
    at = digits.index("86")
    assert text[places.start(at) : places.end(at + 2)] == "eighty six"
    at = digits.index("now")
    assert text[places.start(at) : places.end(at + 3)] == "now"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from("one two nine ten forty hundred and a half point oh , over 3".split()), max_size=12))
def test_no_heap_of_number_words_breaks_the_reading(words: list[str]) -> None:
    text = " ".join(words)
    digits, places = in_digits(text)
    for at in range(len(digits)):
        assert 0 <= places.start(at) < places.end(at + 1) <= len(text)
