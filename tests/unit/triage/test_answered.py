"""No question is put that something wider has answered, and an unsure or narrowed denial answers none."""

from __future__ import annotations

import pytest

from medbot_desktop.resources import load_resource
from medbot_desktop.settings import resources_folder
from medbot_desktop.triage.answered import Answered
from medbot_desktop.triage.answers import Answer, answer_of
from medbot_desktop.triage.dialogue import Dialogue
from medbot_desktop.triage.findings import Findings
from medbot_desktop.triage.judging import MOST_QUESTIONS, Judge
from medbot_desktop.understanding.reader import Reader

COUGH = "I have a cough, no fever, not short of breath, no chest pain"
BLOOD, RASH = "coughed up blood", "does not fade"


def asked(reader: Reader, judge: Judge, text: str) -> str:
    """All that is asked, each answered with "Not sure"."""
    dialogue, asked = Dialogue(), [judge.judge(reader.read(text)).follow_up or ""]
    for _ in range(MOST_QUESTIONS + 1):
        dialogue.hear(reader.read(text))
        question = dialogue.judge(judge)[1]
        if question is None:
            break
        asked.append(question.text)
        text = "Not sure"
    return " ".join(asked)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (f"{COUGH}, no blood, 3 days", BLOOD),
        ("I passed out but I'm awake now and fine", "still not awake"),
        ("I passed out yesterday", "still not awake"),
        ("passed out standing in church, came round quickly", "still not awake"),
        ("I am 65 with back pain, no numbness, peeing normally, no weakness", "Are both legs weak or numb"),
        ("I am 65 with back pain, no numbness, peeing normally, no weakness", "numb between the legs"),
        ("I am 65 with back pain, no numbness, peeing normally, no weakness", "trouble passing urine"),
        ("headache for two days, no weakness, sight ok", "weakness on one side"),
        ("my son has a fever since yesterday, no rash, he is 6", RASH),
    ],
)
def test_what_something_wider_answers_is_not_asked(reader: Reader, judge: Judge, text: str, question: str) -> None:
    assert question not in asked(reader, judge, text)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("I have a cough for 3 days", BLOOD),
        ("my husband passed out", "still not awake"),
        ("back pain, no weakness", "Are both legs weak or numb"),
        ("back pain, I don't think there is any weakness or numbness", "Are both legs weak or numb"),
        ("back pain, no weakness, no numbness, not really", "Are both legs weak or numb"),
        ("my son has a fever, he is 6", RASH),
        ("my son has a fever, no rash on his legs, he is 6", RASH),
        ("my son has a fever, no rash yet, he is 6", RASH),
        ("my son has a fever, no rash I think, he is 6", RASH),
        ("headache for two days, no weakness", "speech slurred"),
    ],
)
def test_what_is_still_open_is_asked(reader: Reader, judge: Judge, text: str, question: str) -> None:
    assert question in asked(reader, judge, text)


def test_what_comes_up_later_is_asked_about_though_it_was_denied(reader: Reader, judge: Judge) -> None:
    dialogue = Dialogue()
    for text in ("my son has a fever, no rash, he is 6", "he has a rash now"):
        dialogue.hear(reader.read(text))
    answered = load_resource(resources_folder() / "triage" / "answered.toml", Answered)
    assert "nonblanching_rash" not in answered.names(dialogue.heard, Findings.of(dialogue.entities))


def test_not_really_is_no_denial() -> None:
    assert answer_of("not really") is Answer.NOT_SURE
    assert answer_of("no") is Answer.NO


def test_every_sign_that_answers_or_is_answered_is_asked_for_or_known(reader: Reader, judge: Judge) -> None:
    asked_for = {name for protocol in judge.protocols for question in protocol.question for name in question.asks}
    answered = load_resource(resources_folder() / "triage" / "answered.toml", Answered)
    for group in answered.denied:
        assert asked_for.intersection(group.narrower)
    for told in (*answered.held, *answered.own):
        assert asked_for.intersection(told.answers)
