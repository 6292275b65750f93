"""Sentences for people of another age are told from those that are for everybody."""

from __future__ import annotations

import pytest

from medbot_desktop.generation.ages import ages_in, for_ages


@pytest.mark.parametrize(
    ("question", "months"),
    [
        ("My daughter is 3 years old.", [36]),
        ("my 8-month-old and my son who is five years old", [8, 60]),
        ("I have had it for 3 years.", []),
        ("How old is too old?", []),
    ],
)
def test_ages_are_read(question: str, months: list[float]) -> None:
    assert ages_in(question) == months


@pytest.mark.parametrize(
    ("sentence", "kept_at", "left_out_at"),
    [
        ("Babies aged 3 to 5 months get 2.5 ml.", [3, 5], [2, 6, 36]),
        ("Children aged 4 to 6 get 6 ml.", [48, 83], [47, 84]),
        ("Get help if a baby under 3 months is hot.", [0, 2], [3, 40]),
        ("Babies under one year need less salt.", [11], [12]),
        ("Adults over 65 may get a smaller dose.", [780, 900], [300]),
        ("People aged 50 to 74 get a kit every 2 years.", [600], [300]),
        ("Babies 6 to 12 months old can try it.", [8], [36]),
        ("The cough of a child lasts 3 to 4 weeks.", [1, 60, 600], []),
        ("Do not give it to children for over 10 days.", [1, 60, 600], []),
        ("Children under 12 and adults over 65 need less.", [60, 300, 900], []),
        ("Give it up to four times in 24 hours.", [1, 60, 600], []),
    ],
)
def test_a_sentence_is_left_out_only_for_those_whom_it_is_not_for(
    sentence: str, kept_at: list[float], left_out_at: list[float]
) -> None:
    assert all(for_ages(sentence, [age]) == sentence for age in kept_at)
    assert all(for_ages(sentence, [age]) == "" for age in left_out_at)


def test_where_two_are_asked_about_what_is_for_one_of_them_stays() -> None:
    text = "Babies aged 3 to 5 months get 2 ml. Adults over 18 get 10 ml."
    assert for_ages(text, [4, 36]) == "Babies aged 3 to 5 months get 2 ml."
    assert for_ages(text, []) == text
