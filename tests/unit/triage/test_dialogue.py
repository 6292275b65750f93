"""A complaint is asked about step by step: few questions, none twice, and no answer makes it lower than it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from medbot_desktop.domain import Disposition, Question, Triage
from medbot_desktop.resources import load_resource
from medbot_desktop.settings import resources_folder
from medbot_desktop.triage.answers import TOLD
from medbot_desktop.triage.dialogue import MEASURES, Dialogue
from medbot_desktop.triage.findings import Findings
from medbot_desktop.triage.judging import MOST_QUESTIONS, Judge
from medbot_desktop.triage.protocols import Asked
from medbot_desktop.triage.summary import sbar
from medbot_desktop.understanding.reader import Reader
from medbot_desktop.understanding.rulefiles import MeasuredFile

TIGHT = Asked(asks=["chest_pressure"], text="Is it a tight, heavy or squeezing feeling?")
HOW_OLD = Asked(asks=["age"], text="How old is the child?", buttons=["Under 3 months", "3 to 12 months", "Over 1 year"])
HOW_LONG = Asked(asks=["duration"], text="How long have you had it?", buttons=["A few days", "Over 3 weeks"])
HOW_HOT = Asked(asks=["temperature"], text="What is the temperature?", buttons=["Below 38", "38 to 40", "Above 40"])
COMPLAINTS = ["my ribs hurt when I twist", "I have a headache", "I feel dizzy", "my tummy hurts", "I have a cough",
              "a sore throat",
              "my back hurts", "my toddler has a fever", "I have a rash", "blood in my pee"]  # fmt: skip
ORDER = [
    Disposition.NONE, Disposition.SELF_CARE, Disposition.ROUTINE, Disposition.URGENT, Disposition.EMERGENCY,
]  # fmt: skip


def answered(reader: Reader, question: Asked, text: str) -> Findings:
    """What is known after one answer."""
    dialogue = Dialogue(pending=question)
    dialogue.hear(reader.read(text))
    return Findings.of(dialogue.entities)


def talk(
    reader: Reader, judge: Judge, complaint: str, answer: Callable[[Question], str]
) -> tuple[Dialogue, list[Question], list[Triage]]:
    """Go through a whole dialogue, each question answered."""
    dialogue = Dialogue()
    questions: list[Question] = []
    judged: list[Triage] = []
    text = complaint
    for _ in range(2 * MOST_QUESTIONS):
        dialogue.hear(reader.read(text))
        triage, question = dialogue.judge(judge)
        judged.append(triage)
        if question is None:
            return dialogue, questions, judged
        questions.append(question)
        text = answer(question)
    raise AssertionError("the dialogue does not end")


@pytest.mark.parametrize("answer", ["No", "Not sure", "Yes"])
@pytest.mark.parametrize("complaint", COMPLAINTS)
def test_a_dialogue_asks_at_most_seven_questions_and_none_twice(
    reader: Reader, judge: Judge, complaint: str, answer: str
) -> None:
    dialogue, questions, _ = talk(reader, judge, complaint, lambda _: answer)
    assert 0 < len(questions) <= MOST_QUESTIONS == 7
    assert len({question.text for question in questions}) == len(questions) == dialogue.questions


@pytest.mark.parametrize("answer", ["No", "Not sure", "Yes"])
@pytest.mark.parametrize("complaint", COMPLAINTS)
def test_no_answer_makes_a_complaint_lower_than_its_own_words(
    reader: Reader, judge: Judge, complaint: str, answer: str
) -> None:
    _, _, judged = talk(reader, judge, complaint, lambda _: answer)
    levels = [ORDER.index(triage.disposition) for triage in judged]
    if answer != "No":
        assert levels == sorted(levels)
    assert levels[-1] >= levels[0] - (answer == "No")


def test_what_was_said_in_the_first_message_is_not_asked(reader: Reader, judge: Judge) -> None:
    told = "a headache for two days, no fever, no stiff neck, no weakness, no rash, I have not hit my head, I am 30"
    findings = Findings.of(reader.read(told).entities)
    _, questions, _ = talk(reader, judge, told, lambda _: "No")
    asks = {question.text: question.asks for _, question in _questions(judge)}
    assert questions
    assert not [question.text for question in questions if any(map(findings.is_known, asks[question.text]))]


def test_what_an_answer_tells_beside_itself_is_not_asked(reader: Reader, judge: Judge) -> None:
    dialogue = Dialogue()
    dialogue.hear(reader.read("I have a headache"))
    dialogue.judge(judge)
    dialogue.hear(reader.read("No, and no stiff neck, no fever, and I have not hit my head"))
    while dialogue.judge(judge)[1] is not None:
        assert dialogue.pending is not None
        assert not {"stiff_neck", "fever", "head_injury"} & set(dialogue.pending.asks)
        dialogue.hear(reader.read("No"))


def test_a_red_flag_in_an_answer_ends_the_questions(reader: Reader, judge: Judge) -> None:
    dialogue = Dialogue()
    dialogue.hear(reader.read("I have a headache"))
    _, question = dialogue.judge(judge)
    assert question is not None
    dialogue.hear(reader.read("No, but my face has dropped on one side"))
    triage, question = dialogue.judge(judge)
    assert triage.disposition is Disposition.EMERGENCY
    assert question is None
    assert triage.follow_up is None


def test_two_messages_make_an_emergency_together(reader: Reader, judge: Judge) -> None:
    dialogue = Dialogue()
    dialogue.hear(reader.read("I have a headache"))
    before, question = dialogue.judge(judge)
    assert before.disposition is not Disposition.EMERGENCY
    assert question is not None
    dialogue.hear(reader.read("yes"))
    assert dialogue.judge(judge)[0].disposition is Disposition.EMERGENCY


@pytest.mark.parametrize("text", ["Yes", "y", "yeah", "Yep!", "yes, a bit", "I do", "it is", "sometimes", "I think so"])
def test_a_yes_asserts_what_was_asked(reader: Reader, text: str) -> None:
    assert answered(reader, TIGHT, text).holds("chest_pressure")


@pytest.mark.parametrize(
    "text",
    ["No", "n", "nope", "No, it does not", "none", "I do not", "I am not", "it is not", "it does not"],
)
def test_a_no_denies_what_was_asked(reader: Reader, text: str) -> None:
    assert "chest_pressure" in answered(reader, TIGHT, text).denied


@pytest.mark.parametrize("text", ["Not sure", "unsure", "don't know", "no idea", "dunno", "?"])
def test_who_is_not_sure_leaves_it_open(reader: Reader, text: str) -> None:
    findings = answered(reader, TIGHT, text)
    assert not findings.holds("chest_pressure")
    assert "chest_pressure" not in findings.denied


@pytest.mark.parametrize("text", ["no, well a bit", "No. Actually yes, it is tight", "no, well, maybe"])
def test_a_no_that_is_taken_back_denies_nothing(reader: Reader, text: str) -> None:
    assert "chest_pressure" not in answered(reader, TIGHT, text).denied


def test_a_no_never_takes_back_what_was_said_before(reader: Reader) -> None:
    dialogue = Dialogue()
    dialogue.hear(reader.read("a tight feeling across my chest"))
    dialogue.pending = TIGHT
    dialogue.hear(reader.read("No"))
    assert Findings.of(dialogue.entities).holds("chest_pressure")


@pytest.mark.parametrize(
    ("text", "years"),
    [("34", 34.0), ("I'm 34", 34.0), ("about 70", 70.0), ("6 months old", 0.5), ("2 months", 1 / 6),
     ("3 weeks", 3 / 52),
     ("Over 1 year", 1.0)],
)  # fmt: skip
def test_an_age_is_read_in_its_unit(reader: Reader, text: str, years: float) -> None:
    assert answered(reader, HOW_OLD, text).numbers["age"] == pytest.approx(years, abs=0.01)


def test_the_button_under_three_months_is_a_baby_under_three_months(reader: Reader) -> None:
    assert answered(reader, HOW_OLD, "Under 3 months").numbers["age"] < 0.25


def test_a_baby_whose_age_is_told_in_an_answer_is_judged_as_a_baby(reader: Reader, judge: Judge) -> None:
    dialogue = Dialogue()
    dialogue.hear(reader.read("my child has a fever"))
    dialogue.pending = HOW_OLD
    dialogue.hear(reader.read("2 months"))
    assert dialogue.judge(judge)[0].disposition is Disposition.EMERGENCY


@pytest.mark.parametrize(
    ("text", "days"),
    [("3 days", 3.0), ("two weeks", 14.0), ("since yesterday", 1.0), ("A few days", 3.0), ("Over 3 weeks", 21.0)],
)
def test_a_duration_is_read_in_days(reader: Reader, text: str, days: float) -> None:
    assert answered(reader, HOW_LONG, text).numbers["duration"] == pytest.approx(days, rel=0.05)


@pytest.mark.parametrize(
    ("text", "celsius"), [("38,5", 38.5), ("39", 39.0), ("it was 40", 40.0), ("101", 38.3), ("98.6", 37.0)]
)
def test_a_temperature_is_read_in_both_scales(reader: Reader, text: str, celsius: float) -> None:
    assert answered(reader, HOW_HOT, text).numbers["temperature"] == pytest.approx(celsius, abs=0.06)


@pytest.mark.parametrize(
    ("question", "text"),
    [(HOW_OLD, "400"), (HOW_OLD, "-3"), (HOW_HOT, "400"), (HOW_HOT, "-5"), (HOW_LONG, "99999999999"), (HOW_LONG, "-1")],
)
def test_a_number_that_cannot_be_answers_nothing(reader: Reader, question: Asked, text: str) -> None:
    assert question.asks[0] not in answered(reader, question, text).numbers


def told(reader: Reader, judge: Judge, *texts: str) -> tuple[Findings, Question | None]:
    """What is known, and asked next, after messages of which each answers the question before."""
    dialogue, question = Dialogue(), None
    for text in texts:
        utterance = reader.read(text)
        assert dialogue.pending is None or dialogue.is_answer(utterance), text
        dialogue.hear(utterance)
        _, question = dialogue.judge(judge)
    return Findings.of(dialogue.entities), question


@pytest.mark.parametrize(
    ("odd", "reply", "name", "number"),
    [
        ("temperature 400", "no sorry 40", "temperature", 40.0),
        ("temperature 400", "40", "temperature", 40.0),
        ("temperature 400", "oops, I meant 38,5", "temperature", 38.5),
        ("temperature 400", "sorry, typo, it should be 104", "temperature", 40.0),
        ("temp -5", "39", "temperature", 39.0),
        ("age -3", "3", "age", 3.0),
        ("I am -3 years old and have a fever", "no, 33", "age", 33.0),
        ("he is -2 years old and has a cough", "he is 2", "age", 2.0),
        ("blood pressure 120/800", "120/80", "diastolic", 80.0),
        ("blood pressure 120/800", "80", "diastolic", 80.0),
        ("blood pressure 1800/100", "sorry, 180/100", "systolic", 180.0),
        ("blood pressure 1800/100", "160", "systolic", 160.0),
        ("BP 900/700", "no, I meant 150 over 95", "diastolic", 95.0),
        ("heart rate 900", "90", "heart_rate", 90.0),
        ("pain 15 out of 10 in my belly", "8/10", "severity", 8.0),
        ("sats 300", "93", "oxygen_saturation", 93.0),
    ],
)
def test_a_number_that_cannot_be_is_put_right_by_the_reply(
    reader: Reader, judge: Judge, odd: str, reply: str, name: str, number: float
) -> None:
    findings, question = told(reader, judge, odd, reply)
    assert findings.numbers[name] == number
    assert findings.strange == ()
    assert question is None or not question.text.startswith("You wrote")


def test_a_reply_that_cannot_be_either_is_asked_about_again(reader: Reader, judge: Judge) -> None:
    _, question = told(reader, judge, "temperature 400", "500")
    assert question is not None
    assert "“500”" in question.text


@pytest.mark.parametrize("reply", ["not sure", "no", "yes"])
def test_a_number_that_is_not_put_right_is_asked_about_once(reader: Reader, judge: Judge, reply: str) -> None:
    findings, question = told(reader, judge, "I have a cough, temp 400", reply)
    assert findings.holds("fever")
    assert question is not None
    assert not question.text.startswith("You wrote")


def test_two_numbers_that_cannot_be_are_asked_about_one_by_one(reader: Reader, judge: Judge) -> None:
    _, first = told(reader, judge, "age -3, temperature 400")
    _, second = told(reader, judge, "age -3, temperature 400", "3")
    assert first is not None
    assert second is not None
    assert ("age -3" in first.text, "temperature 400" in second.text) == (True, True)


def test_a_fever_whose_number_is_put_right_below_38_is_none(reader: Reader, judge: Judge) -> None:
    assert not told(reader, judge, "temperature 400", "no sorry 36.8")[0].holds("fever")
    assert told(reader, judge, "I have a fever. temperature 400", "36.8")[0].holds("fever")


def test_an_emergency_is_not_held_up_by_a_number_that_cannot_be(reader: Reader, judge: Judge) -> None:
    dialogue = Dialogue()
    dialogue.hear(reader.read("a fever of 400, a stiff neck and a headache"))
    triage, question = dialogue.judge(judge)
    assert triage.disposition is Disposition.EMERGENCY
    assert question is None


def test_the_button_below_38_is_no_fever(reader: Reader) -> None:
    assert answered(reader, HOW_HOT, "Below 38").numbers.get("temperature", 37.0) < 38.0


@pytest.mark.parametrize(
    ("question", "text"),
    [(TIGHT, "Yes"), (TIGHT, "no"), (TIGHT, "not sure"), (TIGHT, "I don't know"), (TIGHT, "of course"),
     (TIGHT, "not that I know of"), (TIGHT, "only when I walk, it is a tight feeling"), (HOW_OLD, "34"),
     (HOW_OLD, "Under 3 months"), (HOW_OLD, "3 to 12 months"), (HOW_OLD, "thirty"), (HOW_LONG, "Over 3 weeks")],
)  # fmt: skip
def test_an_answer_is_known_as_one(reader: Reader, question: Asked, text: str) -> None:
    assert Dialogue(pending=question).is_answer(reader.read(text))


@pytest.mark.parametrize("text", ["can I book an appointment?", "what is asthma?", "thank you", "is ibuprofen safe?"])
def test_another_question_is_no_answer(reader: Reader, text: str) -> None:
    assert not Dialogue(pending=TIGHT).is_answer(reader.read(text))


def test_nothing_is_an_answer_where_nothing_was_asked(reader: Reader) -> None:
    assert not Dialogue().is_answer(reader.read("yes"))


def _questions(judge: Judge) -> list[tuple[str, Asked]]:
    return [(protocol.name, question) for protocol in judge.protocols for question in protocol.question]


def test_no_button_is_read_as_an_age_or_a_number_on_the_wrong_side(reader: Reader, judge: Judge) -> None:
    """ "Under 65" is below 65, and "Under 3 months" is no three years."""
    wrong = []
    for name, question in _questions(judge):
        measure = question.asks[0]
        for button in question.buttons if measure in MEASURES else ():
            if not button.lower().startswith(("under", "less than", "below")):
                continue
            number = answered(reader, question, button).numbers.get(measure)
            limit = answered(reader, question, button.split(maxsplit=1)[1]).numbers.get(measure)
            if number is not None and limit is not None and number >= limit:
                wrong.append((name, button, number))
    assert wrong == []


def test_no_measure_is_asked_for_with_yes_and_no(judge: Judge) -> None:
    wrong = [
        (name, question.text)
        for name, question in _questions(judge)
        if question.asks[0] in MEASURES and "Yes" in question.buttons
    ]
    assert wrong == []


def test_the_summary_for_the_clinician_has_its_four_parts(reader: Reader, judge: Judge) -> None:
    text = "I am 50, I have diabetes and take warfarin. I have had chest pain for 2 days, no fever."
    dialogue, _, judged = talk(reader, judge, text, lambda _: "No")
    lines = sbar(dialogue, judged[-1]).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["Situation", "Background", "Assessment", "Recommendation"]
    situation, background, assessment, recommendation = lines
    assert "chest pain" in situation
    assert "fever" in situation.partition("Denies")[2]
    assert "diabetes" in background
    assert "warfarin" in background
    assert "50 years" in assessment
    assert judged[-1].disposition.value.replace("_", " ") in recommendation


def test_the_summary_says_what_was_said_and_measured_in_words_for_people(reader: Reader, judge: Judge) -> None:
    text = "72F 30 min crushing chest pain, on warfarin, RR 22, BP 95/60"
    dialogue, _, judged = talk(reader, judge, text, lambda _: "No")
    _, background, assessment, _ = sbar(dialogue, judged[-1]).splitlines()
    assert background == "Background: Known: warfarin. Takes or names: warfarin."
    assert assessment.startswith(
        "Assessment: Measured or said: 72 years old, 30 min, breathing rate 22 a minute, blood pressure 95/60 mmHg."
        " NEWS2 from what was given: at least 4 (breathing rate 2, blood pressure 2)."
    )


def test_the_summary_of_a_complaint_without_measures_has_no_empty_list(reader: Reader, judge: Judge) -> None:
    dialogue, _, judged = talk(reader, judge, "I have a headache", lambda _: "Not sure")
    said = sbar(dialogue, judged[-1])
    assert ": ." not in said
    assert "None" not in said


def test_an_answer_tells_the_same_signs_of_a_measure_as_a_message_does() -> None:
    """What `answers.py` knows of measures is what ``lexicon/measured.toml`` says, and nothing of its own."""
    rules = load_resource(resources_folder() / "lexicon" / "measured.toml", MeasuredFile).measured
    known = {(rule.sign, rule.kind, comparison) for rule in rules for comparison in rule.comparisons}
    assert set(TOLD) == {one for one in known if one[2].name in MEASURES}
