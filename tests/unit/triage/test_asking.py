"""The next question says why it is asked, belongs to the complaint that decided, and fits the patient."""

from __future__ import annotations

import pytest

from medbot_desktop.domain import Triage
from medbot_desktop.resources import load_resource
from medbot_desktop.settings import resources_folder
from medbot_desktop.triage.asking import AgesFile, years_of
from medbot_desktop.triage.dialogue import Dialogue
from medbot_desktop.triage.findings import Findings
from medbot_desktop.triage.judging import Judge
from medbot_desktop.triage.protocols import Asked
from medbot_desktop.understanding.reader import Reader

AGES = load_resource(resources_folder() / "triage" / "ages.toml", AgesFile)


def asked_of(reader: Reader, judge: Judge, complaint: str) -> list[Asked]:
    """Every question of a talk in which all is denied."""
    dialogue = Dialogue()
    dialogue.hear(reader.read(complaint))
    asked: list[Asked] = []
    while dialogue.judge(judge)[1] is not None:
        assert dialogue.pending is not None
        asked.append(dialogue.pending)
        dialogue.hear(reader.read("No"))
    return asked


def names_of(asked: list[Asked]) -> set[str]:
    return {name for question in asked for name in question.asks}


@pytest.mark.parametrize("complaint", ["a sore throat", "I have a headache", "my 10 day old is yellow", "a cough"])
def test_every_question_says_why_it_is_asked(reader: Reader, judge: Judge, complaint: str) -> None:
    asked = asked_of(reader, judge, complaint)
    assert asked
    assert all(question.why.endswith(".") for question in asked)


def test_the_reason_is_that_of_the_rule_which_a_yes_comes_nearest_to(reader: Reader, judge: Judge) -> None:
    reasons = {question.text: question.why for question in asked_of(reader, judge, "I have a sore throat")}
    assert reasons["Can you not swallow drinks?"] == "A throat so sore that you cannot drink needs care today."


def test_a_reason_that_a_question_has_of_its_own_is_kept(reader: Reader, judge: Judge) -> None:
    reasons = {question.text: question.why for question in asked_of(reader, judge, "I have a headache")}
    own = [asked for one in judge.protocols if one.name == "headache" for asked in one.question if asked.why]
    assert own
    assert all(reasons.get(asked.text, asked.why) == asked.why for asked in own)


def test_the_judgement_and_the_dialogue_tell_the_reason_of_their_question(reader: Reader, judge: Judge) -> None:
    found = judge.judge(reader.read("I have a sore throat"))
    dialogue = Dialogue()
    dialogue.hear(reader.read("I have a sore throat"))
    triage, question = dialogue.judge(judge)
    assert question is not None
    assert question.why == triage.follow_up_why == found.follow_up_why != ""
    assert judge.judge(reader.read("crushing chest pain")).follow_up_why == ""
    assert Triage().follow_up_why == ""


def test_of_two_complaints_the_one_made_for_the_age_asks_first(reader: Reader, judge: Judge) -> None:
    asked = asked_of(reader, judge, "my 10 day old is yellow")
    assert asked[0].text == "Did the baby turn yellow in the first 24 hours?"


def test_the_complaint_that_decided_asks_before_one_that_is_less_urgent(reader: Reader, judge: Judge) -> None:
    utterance = reader.read("blood sugar 2.1 and shaking")
    found = judge.judge(utterance)
    of_sugar = next(one for one in judge.protocols if one.name == "low_blood_sugar")
    assert found.because[0].rule.startswith("low_blood_sugar")
    assert found.follow_up in {question.text for question in of_sugar.question}


@pytest.mark.parametrize(
    ("complaint", "answer", "name"),
    [
        ("I have had a headache for 3 weeks", ", afebrile", "fever"),
        ("I have had a headache for 3 weeks", ", temp 36.8", "fever"),
        ("a headache", ", but I can see fine", "vision_loss"),
        ("a cough", ", breathing normally", "breathless"),
    ],
)
def test_what_is_answered_already_is_not_asked(
    reader: Reader, judge: Judge, complaint: str, answer: str, name: str
) -> None:
    assert name in names_of(asked_of(reader, judge, complaint))
    assert name not in names_of(asked_of(reader, judge, complaint + answer))


@pytest.mark.parametrize(
    ("complaint", "name"),
    [
        ("my 6 year old has tummy pain", "pregnant"),
        ("my 7 year old has a headache", "jaw_pain_chewing"),
        ("I am 70 and I have tummy pain", "pregnant"),
        ("my 3 month old is vomiting", "speech_trouble"),
    ],
)
def test_what_does_not_fit_the_age_is_not_asked(reader: Reader, judge: Judge, complaint: str, name: str) -> None:
    assert name not in names_of(asked_of(reader, judge, complaint))


def test_no_reason_speaks_of_a_baby_where_the_child_is_older(reader: Reader, judge: Judge) -> None:
    asked = asked_of(reader, judge, "my 7 year old girl is constipated")
    assert asked
    assert not [question.why for question in asked if "baby" in question.why]


def test_the_age_is_that_which_was_said_or_below_what_a_word_tells(reader: Reader) -> None:
    def years(text: str) -> tuple[float, float]:
        return years_of(Findings.of(reader.read(text).entities))

    assert years("I am 34 and have a cough") == (34.0, 34.0)
    assert years("a cough")[1] > 100.0
    assert years("my toddler has a cough")[1] < 16.0


def test_the_file_of_ages_names_protocols_and_signs_that_there_are(judge: Judge) -> None:
    protocols = {protocol.name for protocol in judge.protocols}
    asked = {name for protocol in judge.protocols for question in protocol.question for name in question.asks}
    assert {name for entry in AGES.protocol for name in entry.names} <= protocols
    assert {name for entry in AGES.sign for name in entry.names} <= asked
    assert all(one.name == "age" for entry in (*AGES.protocol, *AGES.sign) for one in entry.comparisons)
