"""Short and long forms are learnt from the libraries themselves."""

from __future__ import annotations

import pytest

from medbot_desktop.knowledge.search.abbreviations import Abbreviations, explained, is_capital, is_spelled_by
from medbot_desktop.knowledge.search.answer_kinds import QuestionCues
from medbot_desktop.knowledge.search.asking import Wording, read_question
from medbot_desktop.settings import resources_folder
from medbot_desktop.text import stem

CUES = QuestionCues.load(resources_folder() / "retrieval" / "answer_kinds.toml")
TEXTS = (
    "Chronic obstructive pulmonary disease (COPD) makes breathing hard. COPD gets worse.",
    "Severe combined immunodeficiency is rare. SCID is treated early. SCID begins in infancy.",
)


def stems(words: str) -> tuple[str, ...]:
    return tuple(map(stem, words.split()))


@pytest.fixture
def learnt() -> Abbreviations:
    made = Abbreviations()
    made.learn(TEXTS)
    return made


def wordings(learnt: Abbreviations, question: str) -> list[Wording]:
    return learnt.wordings(read_question(question, CUES))


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("a urinary tract infection (UTI) is", "uti", "urinary tract infection"),
        ("deep vein thrombosis (also called DVT)", "dvt", "deep vein thrombosis"),
        ("the Food and Drug Administration (FDA; USA)", "fda", "food drug administration"),
    ],
)
def test_a_short_form_in_brackets_stands_for_the_words_before_it(text: str, short: str, long: str) -> None:
    assert (stems(short), stems(long)) in list(explained(text))


@pytest.mark.parametrize(
    "text", ["drink water (about 2 litres)", "see page (12)", "a rash (RED)", "(UTI)", "pain (see the GP)", "x (Ab)"]
)
def test_other_words_in_brackets_stand_for_nothing(text: str) -> None:
    assert list(explained(text)) == []


def test_a_question_in_short_is_looked_for_in_long_and_the_other_way_round(learnt: Abbreviations) -> None:
    short, long = stems("copd"), stems("chronic obstructive pulmonary disease")
    assert (long, long) in wordings(learnt, "what is COPD")
    assert (short, short) in wordings(learnt, "what is chronic obstructive pulmonary disease")


def test_a_word_in_capitals_that_a_subject_spells_is_looked_for(learnt: Abbreviations) -> None:
    assert (("scid",), ("scid",)) in wordings(learnt, "severe combined immunodeficiency")


def test_what_was_learnt_comes_back_from_lists(learnt: Abbreviations) -> None:
    again = Abbreviations.from_lists(*learnt.to_lists())
    assert wordings(again, "what is COPD") == wordings(learnt, "what is COPD")
    assert wordings(again, "severe combined immunodeficiency") == wordings(learnt, "severe combined immunodeficiency")


def test_a_copy_learns_on_its_own(learnt: Abbreviations) -> None:
    copy = learnt.copy()
    copy.learn(["Deep vein thrombosis (DVT)"])
    assert wordings(copy, "what is DVT")
    assert not wordings(learnt, "what is DVT")


@pytest.mark.parametrize(
    ("short", "subject", "is_spelled"),
    [
        ("copd", "chronic obstructive pulmonary disease", True),
        ("scid", "severe combined immunodeficiency", True),
        ("dvt", "deep vein thrombosis", True),
        ("dvt", "deep thrombosis", False),
        ("abc", "deep vein thrombosis", False),
    ],
)
def test_initials_spell_a_short_form(short: str, subject: str, is_spelled: bool) -> None:
    assert is_spelled_by(short, subject.split()) == is_spelled


@pytest.mark.parametrize(("word", "is_one"), [("COPD", True), ("HbA1c", True), ("Fever", False), ("A", False)])
def test_a_word_with_two_capitals_may_be_an_abbreviation(word: str, is_one: bool) -> None:
    assert is_capital(word) == is_one
