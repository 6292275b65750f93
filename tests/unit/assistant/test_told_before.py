"""What an earlier message told is not forgotten by the next: a blood thinner, an allergy, despair."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from medbot_desktop.assistant import told_before
from medbot_desktop.assistant.told_before import SAID_BEFORE, ToldBefore
from medbot_desktop.domain import Conversation, Disposition, Triage, Utterance
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.settings import resources_folder
from medbot_desktop.triage.judging import Judge
from medbot_desktop.understanding.reader import Reader

PAIN = "I have crushing chest pain"
ASPIRIN = "chew one aspirin"
Say = Callable[..., Utterance]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load(resources_folder(), Formulary.load(resources_folder()).spoken)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load(resources_folder())


@pytest.fixture
def say(reader: Reader) -> Say:
    before = ToldBefore()

    def said(*texts: str, of: str = "one") -> Utterance:
        talk = Conversation(of, "", datetime(2026, 1, 1, tzinfo=UTC))
        return [before.beside(talk, reader.read(text)) for text in texts][-1]

    return said


def steps(triage: Triage) -> str:
    return " ".join((*triage.do_now, *(step for flag in triage.red_flags for step in flag.do_now))).lower()


@pytest.mark.parametrize(
    "earlier",
    ["I take warfarin", "can I take ibuprofen with my apixaban?", "I'm allergic to aspirin", "I have a stomach ulcer",
     "I am on blood thinners"],
)  # fmt: skip
def test_no_aspirin_is_advised_after_an_earlier_message_that_speaks_against_it(
    say: Say, judge: Judge, earlier: str
) -> None:
    found = judge.judge(say(earlier, "what are your opening hours?", PAIN))
    assert found.disposition is Disposition.EMERGENCY
    assert ASPIRIN not in steps(found)


@pytest.mark.parametrize("earlier", ["I take paracetamol", "I do not take warfarin", "what is warfarin for?"])
def test_aspirin_is_advised_where_nothing_that_was_told_speaks_against_it(say: Say, judge: Judge, earlier: str) -> None:
    assert ASPIRIN in steps(judge.judge(say(earlier, PAIN)))


def test_what_is_taken_back_counts_no_more(say: Say, judge: Judge) -> None:
    assert ASPIRIN in steps(judge.judge(say("I take warfarin", "sorry, I do not take warfarin", PAIN)))


def test_what_one_conversation_told_is_unknown_in_another(say: Say, judge: Judge) -> None:
    say("I take warfarin", of="two")
    assert ASPIRIN in steps(judge.judge(say(PAIN)))


@pytest.mark.parametrize("earlier", ["I feel hopeless", "nobody would notice", "I am so alone"])
@pytest.mark.parametrize("asked", ["What is the maximum dose of paracetamol?", "how many zopiclone is too much?"])
def test_despair_that_was_told_before_makes_the_question_for_the_most_a_crisis(
    say: Say, judge: Judge, earlier: str, asked: str
) -> None:
    assert judge.judge(say(asked)).disposition is not Disposition.EMERGENCY
    flags = {flag.name for flag in judge.judge(say(earlier, asked)).red_flags}
    assert flags & {"suicide_dose", "suicide_most"}


def test_despair_alone_raises_no_alarm_in_later_messages(say: Say, judge: Judge) -> None:
    assert judge.judge(say("I feel hopeless", "I have a cough")).disposition is not Disposition.EMERGENCY


def test_what_was_told_is_marked_as_said_before(say: Say) -> None:
    known = say("I take warfarin", "hello").known
    assert {entity.text for entity in known} == {f"warfarin{SAID_BEFORE}"}


def test_only_so_many_conversations_are_remembered(say: Say, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told_before, "_MOST", 1)
    say("I take warfarin", of="one")
    say("hello", of="two")
    assert ASPIRIN in steps(judge.judge(say(PAIN, of="one")))
