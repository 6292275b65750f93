"""A complaint goes on from message to message of one conversation, and of no other."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from medbot_desktop.assistant.complaints import Complaints, Judged
from medbot_desktop.domain import Conversation, Disposition
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.settings import resources_folder
from medbot_desktop.triage.judging import MOST_QUESTIONS, Judge
from medbot_desktop.understanding.reader import Reader


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load(resources_folder(), Formulary.load(resources_folder()).spoken)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load(resources_folder())


@pytest.fixture
def complaints(judge: Judge) -> Complaints:
    return Complaints(judge)


def conversation(name: str = "one") -> Conversation:
    return Conversation(name, "", datetime(2026, 1, 1, tzinfo=UTC))


def heard(complaints: Complaints, reader: Reader, *texts: str, of: str = "one") -> list[Judged]:
    return [complaints.hear(conversation(of), reader.read(text)) for text in texts]


def test_a_complaint_is_asked_about_and_its_answer_is_known_as_one(complaints: Complaints, reader: Reader) -> None:
    first, second = heard(complaints, reader, "I have a headache", "No")
    assert first.question is not None
    assert not first.is_answer
    assert second.is_answer
    assert second.complaint == "I have a headache"


def test_a_message_that_reports_nothing_opens_no_complaint(complaints: Complaints, reader: Reader) -> None:
    hello, yes = heard(complaints, reader, "hello there", "yes")
    assert hello.triage.disposition is Disposition.NONE
    assert hello.question is None
    assert not yes.is_answer


def test_a_complaint_ends_with_a_summary_for_the_clinician(complaints: Complaints, reader: Reader) -> None:
    judged = heard(complaints, reader, "I have a headache")
    for _ in range(MOST_QUESTIONS):
        if judged[-1].question is None:
            break
        assert judged[-1].summary == ""
        judged += heard(complaints, reader, "No")
    assert judged[-1].question is None
    assert judged[-1].summary.startswith("Situation: ")
    assert len(judged) <= MOST_QUESTIONS + 1


def test_once_it_has_ended_a_yes_answers_nothing(complaints: Complaints, reader: Reader) -> None:
    judged = heard(complaints, reader, "I have a headache")
    while judged[-1].question is not None:
        judged += heard(complaints, reader, "No")
    assert not heard(complaints, reader, "yes")[0].is_answer


def test_an_answer_in_one_conversation_is_none_in_another(complaints: Complaints, reader: Reader) -> None:
    heard(complaints, reader, "I have a headache", of="one")
    assert not heard(complaints, reader, "yes", of="other")[0].is_answer
    assert heard(complaints, reader, "yes", of="one")[0].is_answer


def test_what_was_said_before_makes_an_emergency_with_the_answer(complaints: Complaints, reader: Reader) -> None:
    first, second = heard(complaints, reader, "I have a headache", "yes")
    assert first.triage.disposition is not Disposition.EMERGENCY
    assert second.triage.disposition is Disposition.EMERGENCY
    assert second.question is None


@pytest.mark.parametrize("aside", ["what do you mean?", "why do you ask?", "thanks", "I don't know", "hmm"])
def test_an_aside_does_not_lose_the_complaint(complaints: Complaints, reader: Reader, aside: str) -> None:
    heard(complaints, reader, "I have a headache", aside)
    [judged] = heard(complaints, reader, "yes")
    assert judged.is_answer
    assert judged.triage.disposition is Disposition.EMERGENCY


@pytest.mark.parametrize("odd", ["temperature 400", "age -3", "blood pressure 120/800", "I have a cough, temp 400"])
def test_a_number_that_cannot_be_is_asked_about_in_conversation(
    complaints: Complaints, reader: Reader, odd: str
) -> None:
    [judged] = heard(complaints, reader, odd)
    assert judged.is_doubt
    assert judged.question is not None
    assert judged.question.text.startswith("You wrote “")
    assert judged.triage.follow_up == judged.question.text


def test_the_reply_is_read_as_the_number(complaints: Complaints, reader: Reader) -> None:
    _, right = heard(complaints, reader, "temperature 400", "no sorry 40")
    assert right.is_answer
    assert not right.is_doubt
    assert right.complaint == "temperature 400"
    assert right.triage.disposition is Disposition.URGENT


def test_a_number_that_is_put_right_where_nothing_is_wrong_ends_the_questions(
    complaints: Complaints, reader: Reader
) -> None:
    _, right = heard(complaints, reader, "age -3", "33")
    assert right.is_answer
    assert right.question is None
    assert right.triage.disposition is Disposition.NONE


def test_a_complaint_that_is_let_go_waits_for_no_answer(complaints: Complaints, reader: Reader) -> None:
    heard(complaints, reader, "I have a headache")
    complaints.let_go(conversation())
    assert not heard(complaints, reader, "yes")[0].is_answer


def test_a_new_complaint_begins_anew(complaints: Complaints, reader: Reader) -> None:
    judged = heard(complaints, reader, "I have a headache", "What about my sore throat, is it serious?")
    assert not judged[-1].is_answer
    assert judged[-1].complaint == "What about my sore throat, is it serious?"


def test_only_so_many_open_complaints_are_remembered(
    complaints: Complaints, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medbot_desktop.assistant.complaints._MOST", 2)
    headache, yes = reader.read("I have a headache"), reader.read("yes")
    for name in ("first", "second", "third"):
        complaints.hear(conversation(name), headache)
    assert not complaints.hear(conversation("first"), yes).is_answer
    assert complaints.hear(conversation("third"), yes).is_answer
