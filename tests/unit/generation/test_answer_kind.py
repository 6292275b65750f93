"""What a question asks for is told from sentences that cannot be it."""

from __future__ import annotations

import pytest

from medbot_desktop.generation.answer_kind import may_answer

PASSAGE = "Warfarin and ibuprofen: rest, dose, knee, tablets, blood."


@pytest.mark.parametrize(
    ("question", "sentence", "may"),
    [
        ("How many milligrams of ibuprofen are too much?", "Take it after food.", False),
        ("How many milligrams of ibuprofen are too much?", "Take 2 tablets.", False),
        ("How many milligrams of ibuprofen are too much?", "Take no more than 1,200 mg.", True),
        ("How many weeks until my knee bends?", "Raise the knee.", False),
        ("How many weeks until my knee bends?", "It takes about six weeks.", True),
        ("How long must the knee rest?", "It must rest for a long time.", True),
        ("Which blood value is the aim?", "The dose may change.", False),
        ("Which blood value is the aim?", "The aim is between 2 and 3.", True),
        ("How many tablets of ibuprofen a day?", "Never take ibuprofen.", True),
        ("Why does the knee hurt?", "The knee hurts.", True),
        ("When does the pool open on Sundays?", "The desk opens at 9 am.", False),
        ("What helps?", "Rest.", True),
    ],
)
def test_what_cannot_be_the_answer_is_told(question: str, sentence: str, may: bool) -> None:
    assert may_answer(question, sentence, PASSAGE) is may
