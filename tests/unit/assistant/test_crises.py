"""In a crisis of mind the offer to fetch a person is made, its answer is heard, and the crisis is not forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from medbot_desktop.assistant.crises import Crises, Stage, reply_of
from medbot_desktop.assistant.render import AnswerText
from medbot_desktop.assistant.wording import Wording
from medbot_desktop.domain import Conversation, Disposition, Intent, Question, TextDelta, Triage
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.resources import load_resource
from medbot_desktop.settings import resources_folder
from medbot_desktop.triage.judging import Judge
from medbot_desktop.triage.numbers import emergency_numbers
from medbot_desktop.understanding.reader import Reader

WORDING = load_resource(resources_folder() / "locale" / "en.toml", Wording)
WORDS, HARM = WORDING.crisis, WORDING.harm
CRISIS = "I want to kill myself"
TALK = Conversation("one", "", datetime(2026, 1, 1, tzinfo=UTC))
Hear = Callable[..., list[Stage | None]]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load(resources_folder(), Formulary.load(resources_folder()).spoken)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load(resources_folder())


@pytest.fixture
def hear(reader: Reader, judge: Judge) -> Hear:
    crises = Crises(WORDS, HARM, emergency_numbers("GB"))

    def heard(*texts: str, of: str = "one", is_answer: bool = False) -> list[Stage | None]:
        talk = Conversation(of, "", datetime(2026, 1, 1, tzinfo=UTC))
        read = [reader.read(text) for text in texts]
        return [crises.hear(talk, one, judge.judge(one), is_answer=is_answer) for one in read]

    return heard


def said(stage: Stage) -> tuple[str, list[Question]]:
    answer = AnswerText()
    events = list(Crises(WORDS, HARM, emergency_numbers("GB")).say(stage, answer, TALK))
    assert all(isinstance(event, TextDelta | Question) for event in events)
    return answer.text, [event for event in events if isinstance(event, Question)]


@pytest.mark.parametrize(
    "text",
    [*WORDS.options[:1], "yes", "y", "Yeah", "ok", "okay then", "please", "please do", "sure", "I would", "go on",
     "yes I want someone to come", "can you get someone", "please send a nurse", "I need help", "I'd like that",
     "I want to talk to someone", "could somebody come", "yes, I can't do this on my own any more"],
)  # fmt: skip
def test_a_yes_is_heard(text: str) -> None:
    assert reply_of(text) is Stage.YES


@pytest.mark.parametrize(
    "text",
    [*WORDS.options[1:], "no", "no thanks", "nope", "not really", "please don't", "don't", "I don't want anyone",
     "please do not call anybody", "no, don't send anyone", "I do not want that", "no thank you, I am ok", "I don't"],
)  # fmt: skip
def test_a_no_is_heard(text: str) -> None:
    assert reply_of(text) is Stage.NO


@pytest.mark.parametrize("tongue", sorted(WORDS.tongues))
def test_the_replies_that_are_offered_are_heard_in_their_tongue(tongue: str) -> None:
    accept, decline = WORDS.tongues[tongue].options
    assert [reply_of(accept), reply_of(decline)] == [Stage.YES, Stage.NO]


@pytest.mark.parametrize(
    ("tongue", "crisis", "accept"),
    [("es", "Quiero matarme, no puedo más", "Sí, por favor"), ("fr", "Je veux me tuer, je n'en peux plus", "Oui"),
     ("de", "Ich will mich umbringen, ich kann nicht mehr", "Ja, bitte"),
     ("pt", "Quero me matar, não aguento mais", "Sim")],
)  # fmt: skip
def test_a_crisis_is_answered_in_its_tongue(
    reader: Reader, judge: Judge, tongue: str, crisis: str, accept: str
) -> None:
    crises = Crises(WORDS, HARM, emergency_numbers("GB"))
    told = []
    for text in (crisis, accept):
        utterance = reader.read(text)
        stage = crises.hear(TALK, utterance, judge.judge(utterance), is_answer=False)
        assert stage is not None
        answer = AnswerText()
        list(crises.say(stage, answer, TALK))
        told.append((stage, answer.text))
    words = WORDS.tongues[tongue]
    assert [stage for stage, _ in told] == [Stage.BEGINS, Stage.YES]
    assert words.sentences[0] in told[0][1]
    assert words.accepted[0] in told[1][1]


@pytest.mark.parametrize(
    "text",
    ["I have a headache", "nobody can help me", "no one cares", "no, there is no point", "I don't know",
     "I don't want to be here any more", "it hurts", "hello", "I do not want to wake up", "nothing helps",
     "I am not ok", "no I feel worse and worse every single day"],
)  # fmt: skip
def test_who_goes_on_talking_has_said_neither(text: str) -> None:
    assert reply_of(text) is None


def test_a_yes_or_a_no_after_the_offer_is_an_answer_to_it(hear: Hear) -> None:
    assert hear(CRISIS, "Yes, please") == [Stage.BEGINS, Stage.YES]
    assert hear(CRISIS, "Not now") == [Stage.BEGINS, Stage.NO]


def test_without_a_crisis_there_is_nothing_to_answer(hear: Hear) -> None:
    assert hear("Yes, please", "no", "hello") == [None, None, None]


def test_a_crisis_in_one_conversation_is_none_in_another(hear: Hear) -> None:
    hear(CRISIS, of="one")
    assert hear("Yes, please", of="other") == [None]
    assert hear("Yes, please", of="one") == [Stage.YES]


def test_a_yes_is_heard_after_a_no(hear: Hear) -> None:
    assert hear(CRISIS, "no", "yes")[1:] == [Stage.NO, Stage.YES]


@pytest.mark.parametrize("text", ["I feel so alone", "thank you", "hello", "I don't know", "nobody can help me"])
@pytest.mark.parametrize("reply", ["yes", "no"])
def test_after_the_reply_the_crisis_goes_on(hear: Hear, reply: str, text: str) -> None:
    assert hear(CRISIS, reply, text)[-1] is Stage.GOES_ON


@pytest.mark.parametrize("text", ["how many paracetamol can I take", "what is the maximum dose of amitriptyline"])
def test_a_question_about_medicines_belongs_to_the_crisis(hear: Hear, text: str) -> None:
    assert hear(CRISIS, text)[-1] is Stage.GOES_ON


@pytest.mark.parametrize(
    "text",
    ["how much paracetamol is too much? I feel so hopeless", "what's the lethal dose of amitriptyline",
     "how much propranolol is too much. I'm crying and alone"],
)  # fmt: skip
def test_who_asks_in_despair_how_much_is_too_much_is_in_a_crisis_and_told_no_dose(hear: Hear, text: str) -> None:
    assert hear(text) == [Stage.BEGINS]


def test_who_only_asks_how_much_is_too_much_is_in_none(hear: Hear) -> None:
    assert hear("how much ibuprofen is too much for a 70 year old") == [None]


def test_what_was_taken_in_a_crisis_begins_it_again(hear: Hear) -> None:
    assert hear(CRISIS, "no", "I took 30 paracetamol")[-1] is Stage.BEGINS


@pytest.mark.parametrize("text", ["I have a headache", "crushing chest pain and my left arm is numb"])
def test_another_complaint_is_answered_as_one_and_a_yes_is_still_heard(hear: Hear, text: str) -> None:
    assert hear(CRISIS, text, "yes, please") == [Stage.BEGINS, None, Stage.YES]


def test_an_ok_to_another_answer_fetches_nobody(hear: Hear) -> None:
    assert hear(CRISIS, "I have a headache", "ok") == [Stage.BEGINS, None, None]


def test_a_yes_to_a_question_of_triage_is_none_to_the_offer(hear: Hear) -> None:
    hear(CRISIS, "I have a headache")
    assert hear("yes", is_answer=True) == [None]


def test_an_answer_that_tells_of_a_crisis_begins_one(hear: Hear) -> None:
    assert hear("yes, I want to kill myself", is_answer=True) == [Stage.BEGINS]


def test_a_crisis_that_only_the_intent_tells_is_one_where_it_is_sure(reader: Reader) -> None:
    crises = Crises(WORDS, HARM, emergency_numbers("GB"))
    talk = Conversation("one", "", datetime(2026, 1, 1, tzinfo=UTC))
    utterance = reader.read("hello")
    for confidence, stage in ((0.5, None), (0.95, Stage.BEGINS)):
        object.__setattr__(utterance, "intent", Intent("crisis", confidence))
        assert crises.hear(talk, utterance, Triage(Disposition.NONE), is_answer=False) is stage


def test_who_wants_a_person_is_sent_to_the_desk(hear: Hear) -> None:
    text, questions = said(Stage.YES)
    assert "show this screen to the staff at the desk now" in text
    assert "999" in text
    assert questions == []


def test_who_wants_nobody_is_left_in_peace_with_the_crisis_line(hear: Hear) -> None:
    text, questions = said(Stage.NO)
    assert "116 123" in text
    assert "999" in text
    assert questions == []


@pytest.mark.parametrize("stage", [Stage.BEGINS, Stage.GOES_ON])
def test_the_offer_is_made_with_its_buttons(stage: Stage) -> None:
    text, questions = said(stage)
    assert text.endswith(WORDS.offer)
    assert questions == [Question(WORDS.offer, tuple(WORDS.options))]


@pytest.mark.parametrize("stage", list(Stage))
def test_no_place_for_a_number_is_left_unfilled(stage: Stage) -> None:
    assert "{" not in said(stage)[0]


def test_only_so_many_crises_are_remembered(hear: Hear, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medbot_desktop.assistant.crises._MOST", 2)
    for name in ("first", "second", "third"):
        hear(CRISIS, of=name)
    assert hear("yes", of="first") == [None]
    assert hear("yes", of="third") == [Stage.YES]


@pytest.mark.parametrize(
    ("crisis", "sentence"),
    [("I want to stab my neighbour", HARM.sentences[0]), ("quiero matar a mi jefe", HARM.tongues["es"].sentences[0]),
     ("je vais tuer mon mari", HARM.tongues["fr"].sentences[0]),
     ("ich bringe meine Frau um", HARM.tongues["de"].sentences[0]),
     ("vou matar o meu pai", HARM.tongues["pt"].sentences[0]), ("I want to kill my wife", HARM.sentences[0])],
)  # fmt: skip
def test_where_somebody_else_may_come_to_harm_the_words_are_about_them(
    reader: Reader, judge: Judge, crisis: str, sentence: str
) -> None:
    crises, answer = Crises(WORDS, HARM, emergency_numbers("GB")), AnswerText()
    utterance = reader.read(crisis)
    assert crises.hear(TALK, utterance, judge.judge(utterance), is_answer=False) is Stage.BEGINS
    list(crises.say(Stage.BEGINS, answer, TALK))
    assert answer.text.startswith(sentence)


def test_who_may_harm_others_and_themselves_is_told_how_to_stay_safe(reader: Reader, judge: Judge) -> None:
    crises, answer = Crises(WORDS, HARM, emergency_numbers("GB")), AnswerText()
    for text in ("I want to stab my neighbour", "and then I want to kill myself"):
        utterance = reader.read(text)
        crises.hear(TALK, utterance, judge.judge(utterance), is_answer=False)
    list(crises.say(Stage.BEGINS, answer, TALK))
    assert answer.text.startswith(WORDS.sentences[0])


def test_what_no_rule_knows_goes_on_with_the_crisis(hear: Hear) -> None:
    assert hear("I want to stab my neighbour", "I have a knife") == [Stage.BEGINS, Stage.GOES_ON]
