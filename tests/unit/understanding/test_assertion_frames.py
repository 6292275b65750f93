"""What a story, a dream, an exam or a leaflet says holds for nobody; what is told after it holds."""

from __future__ import annotations

import pytest

from medbot_desktop.domain import Assertion
from medbot_desktop.understanding.reader import Reader

FRAMED = [
    ("In chapter four the nun has a seizure and nobody comes. Would a doctor of 1920 know what it was?", "seizure"),
    ("Saw a film last night where the captain is coughing up blood. Is that realistic?", "coughing_blood"),
    ("I had a dream that I was choking and nobody heard me. I'm fine when I wake.", "choking"),
    ("Last night's nightmare: I can't breathe under the ice. Any advice on bad dreams?", "cannot_breathe"),
    ("OSCE station tomorrow. 54 year old man with crushing chest pain. How long have I got?", "chest_pain"),
    ("The form asks: have you ever had chest pain, fits or blackouts? What do I tick?", "chest_pain"),
    ("The leaflet lists hair loss and palpitations. I have not started the tablets.", "palpitations"),
    ("Listened to a podcast about a man with chest pain. How often does that happen?", "chest_pain"),
    ("In the biography I'm reading, the poet is coughing up blood for years.", "coughing_blood"),
    ("Our manikin has no pulse and its chest won't click any more, who repairs it?", "heart_attack"),
    ("My daughter says her teddy has swallowed a battery. What does one tell a four-year-old?", "swallowed_battery"),
    ("A nun has chest pain on a train. It is for my novel.", "chest_pain"),
    ("Why does the chest hurt, as in chest pain? revising for finals", "chest_pain"),
    ("For my homework I have to say what a seizure does to the body.", "seizure"),
]
REAL = [
    ("I'm writing a novel and now my own chest hurts and I can't get my breath.", "chest_pain"),
    ("Watching a film when my husband collapsed, he isn't waking up.", "collapsed_now"),
    ("Was at my first aid course and the instructor has collapsed for real.", "collapsed_now"),
    ("We had a first aid class at work. Today my own chest pain came back.", "chest_pain"),
    ("I'm revising for my OSCE and I've had a headache for three days.", "headache"),
    ("I dreamt of fire and woke with chest pain, it is still there.", "chest_pain"),
    ("The leaflet says it may cause a rash and now I am struggling, my chest pain is bad.", "chest_pain"),
    ("The form asks about chest pain. I have chest pain now as it happens.", "chest_pain"),
    ("I have chest pain. On a podcast a man told how to breathe through it.", "chest_pain"),
    ("She does the crossword each day. She has chest pain.", "chest_pain"),
    ("A woman with a single episode of gout last spring, now on tablets for it, has chest pain.", "chest_pain"),
    ("My son collapsed during swimming training.", "collapsed_now"),
    ("A sailing instructor shows a rash on the calf.", "rash"),
]


@pytest.mark.parametrize(("text", "name"), FRAMED)
def test_a_sign_in_a_frame_holds_for_nobody(reader: Reader, text: str, name: str) -> None:
    assert _assertions(reader, text, name) == {Assertion.HYPOTHETICAL}


@pytest.mark.parametrize(("text", "name"), REAL)
def test_a_frame_swallows_nothing_real(reader: Reader, text: str, name: str) -> None:
    assert Assertion.PRESENT in _assertions(reader, text, name)


def _assertions(reader: Reader, text: str, name: str) -> set[Assertion]:
    return {entity.by_rules for entity in reader.read(text).entities if entity.name == name}
