"""What "it" and "the same" take up, and what they leave where it was."""

from __future__ import annotations

import pytest

from medbot_desktop.domain import Assertion
from medbot_desktop.understanding.reader import Reader

_HELD = (Assertion.PRESENT, Assertion.UNCERTAIN)


def ruled(reader: Reader, text: str, name: str) -> set[Assertion]:
    """How the rules read each sign of this name."""
    return {entity.by_rules for entity in reader.read(text).entities if entity.name == name}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my brother had chest pain last year. now I have it", "chest_pain"),
        ("my brother had crushing chest pain last year, now I have the same", "chest_pain"),
        ("mum had a stroke with a droopy face. I've got that too now", "face_droop"),
        ("my son had chickenpox last week and now I've got it", "chickenpox"),
        ("my dad had chest pain last year. I have the same thing today", "chest_pain"),
        ("seizure in 2015, it's happening again", "seizure"),
        ("I had chest pain in june, it's back", "chest_pain"),
    ],
)
def test_a_sign_that_is_taken_up_is_there(reader: Reader, text: str, name: str) -> None:
    assert ruled(reader, text, name).intersection(_HELD)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my brother had a stroke in 2010, do I have it too?", "stroke_named"),
        ("my dad had chest pain last year, I have it on video", "chest_pain"),
        ("my mum had a heart attack, I don't have it", "heart_attack_named"),
        ("I had chest pain last month. it came back clear", "chest_pain"),
        ("my dad had chest pain last year. he died of it", "chest_pain"),
        ("chest pain last month. I have a cough. I have it at night", "chest_pain"),
    ],
)
def test_what_is_not_taken_up_stays_where_it_was(reader: Reader, text: str, name: str) -> None:
    found = ruled(reader, text, name)
    assert found
    assert not found.intersection(_HELD)
