"""What a message says beside a complaint, of everyday life and of others, makes it no more and no less urgent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from medbot_desktop.domain import Assertion, Disposition, Triage
from medbot_desktop.understanding.reader import Reader

COMPLAINTS = [
    ("I have a headache since this morning, no fever, no stiff neck.", Disposition.SELF_CARE),
    ("My big toe became red, shiny and very painful overnight.", Disposition.URGENT),
    ("A runny nose and sneezing for two days.", Disposition.SELF_CARE),
    ("I have had a cough for 4 weeks.", Disposition.ROUTINE),
    ("Crushing chest pain and my left arm is numb.", Disposition.EMERGENCY),
]
ASIDES = [
    "We moved house a month ago and it has been hectic.",
    "I was last at the surgery a year ago.",
    "I had the same two years ago.",
    "I've been on the waiting list for six months.",
    "I'm due at the dentist in three weeks.",
    "She was seen by a nurse last month, who found nothing wrong.",
    "I'm a bit worried about it.",
    "Sorry for the essay, hope you can help a bit.",
    "It's boiling hot out today.",
    "I had my appendix out when I was twelve.",
    "I had chickenpox as a child.",
    "The kids are driving me up the wall.",
    "We are off on holiday to Spain next week.",
    "I googled it and it says cancer.",
    "I don't smoke and have a glass of wine on Fridays.",
]


@pytest.mark.parametrize("aside", ASIDES)
@pytest.mark.parametrize(("complaint", "level"), COMPLAINTS)
def test_an_aside_changes_no_level(
    judged: Callable[[str], Triage], complaint: str, level: Disposition, aside: str
) -> None:
    assert judged(complaint).disposition is level
    assert judged(f"{complaint} {aside}").disposition is level


@pytest.mark.parametrize(
    ("text", "assertion"),
    [
        ("I have a headache. We moved house a month ago.", Assertion.PAST),
        ("I have a headache. I had the same a month ago.", Assertion.PAST),
        ("I have a headache. It started a month ago.", Assertion.PRESENT),
        ("I have a headache. It started when we moved house a month ago.", Assertion.PRESENT),
        ("I have a headache. A month now.", Assertion.PRESENT),
        ("Itchy piles again, had the camera check last year, all clear.", Assertion.PAST),
        ("Itchy piles, started last year.", Assertion.PRESENT),
    ],
)
def test_a_time_belongs_to_the_complaint_unless_its_sentence_is_of_something_else(
    reader: Reader, text: str, assertion: Assertion
) -> None:
    [time] = [entity for entity in reader.read(text).entities if entity.name == "duration"]
    assert time.assertion is assertion


@pytest.mark.parametrize(
    ("text", "years"),
    [("Red sore bottom in the nappy, 7 months, happy and feeding well.", 7 / 12), ("Nappy rash for 4 months.", None)],
)
def test_months_that_stand_alone_in_a_message_about_a_baby_are_its_age(
    reader: Reader, text: str, years: float | None
) -> None:
    ages = [entity.number for entity in reader.read(text).entities if entity.name == "age"]
    assert ages == ([] if years is None else [pytest.approx(years, abs=0.02)])


def test_a_person_of_whom_nothing_but_age_and_time_is_understood_is_seen_by_somebody(
    judged: Callable[[str], Triage],
) -> None:
    found = judged("My flibbet has been all crambled for four months, I'm 54.")
    assert found.disposition is Disposition.ROUTINE
    assert [one.rule for one in found.because] == ["a course alone"]
    well = judged("A 60-year-old woman asks for her usual amlodipine, two weeks of it are left.")
    assert well.disposition is Disposition.NONE


def test_signs_of_a_stroke_that_passed_within_minutes_more_than_a_week_ago_are_seen_today(
    judged: Callable[[str], Triage],
) -> None:
    passed = "my left arm went dead and my speech slurred for 15 minutes, been normal since"
    assert judged(f"10 days ago {passed}").disposition is Disposition.URGENT
    assert judged(f"2 days ago {passed}").disposition is Disposition.EMERGENCY
    assert judged("10 days ago my left arm went dead and it is dead still").disposition is Disposition.EMERGENCY
