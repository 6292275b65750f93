"""A question is parted into its subject and what is asked about it."""

from __future__ import annotations

import pytest

from medbot_desktop.knowledge.search.answer_kinds import QuestionCues
from medbot_desktop.knowledge.search.asking import Asking, read_question, with_other_words
from medbot_desktop.settings import resources_folder
from medbot_desktop.text import stem

CUES = QuestionCues.load(resources_folder() / "retrieval" / "answer_kinds.toml")


def read(question: str) -> Asking:
    return read_question(question, CUES)


def stems(words: str) -> tuple[str, ...]:
    return tuple(map(stem, words.split()))


@pytest.mark.parametrize(
    ("question", "kind", "subject"),
    [
        ("What are the symptoms of gout?", "symptoms", "gout"),
        ("How many people are affected by Lynch syndrome?", "frequency", "lynch syndrome"),
        ("Is asthma inherited?", "inheritance", "asthma"),
        ("How is high blood pressure treated?", "treatment", "high blood pressure"),
        ("Who is at risk for type 2 diabetes?", "susceptibility", "type 2 diabetes"),
        ("What research is being done on lupus", "research", "lupus"),
        ("what to do for a nosebleed", "considerations", "nosebleed"),
        ("shingles", "information", "shingles"),
    ],
)
def test_what_is_asked_is_told_from_what_it_is_asked_about(question: str, kind: str, subject: str) -> None:
    asking = read(question)
    assert CUES.names[asking.kind] == kind
    assert asking.stems == stems(subject)


def test_all_words_of_the_question_are_kept_beside_those_of_the_subject() -> None:
    assert set(read("What are the symptoms of gout?").every) == {stem("symptoms"), stem("gout")}


@pytest.mark.parametrize("question", ["", "?!", "the of and", "what is it", "symptoms", "鼻血", "x" * 100_000])
def test_a_question_without_a_subject_still_has_words_to_search_for(question: str) -> None:
    asking = read(question)
    assert asking.stems
    assert asking.subject
    assert asking.every


def test_what_is_beyond_the_length_of_a_question_is_not_looked_at() -> None:
    assert stem("gout") not in read("fever " * 1_000 + "gout").every


def test_other_words_are_put_in_where_the_subject_has_the_first() -> None:
    asking = read("treatment after a heart attack in women")
    [(whole, part)] = with_other_words(asking, (("heart attack", "myocardial infarction"),))
    assert part == stems("myocardial infarction")
    assert whole == stems("myocardial infarction women")


@pytest.mark.parametrize("pair", [("gout", "the"), ("the", "gout"), ("stroke", "apoplexy"), ("gout", "Gout")])
def test_other_words_that_change_nothing_are_passed_over(pair: tuple[str, str]) -> None:
    assert with_other_words(read("what is gout"), (pair,)) == []
