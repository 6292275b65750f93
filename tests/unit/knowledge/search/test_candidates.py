"""What the first searches found is fused, and asked for in words that the full-text search understands."""

from __future__ import annotations

import pytest

from medbot_desktop.knowledge.search.answer_kinds import QuestionCues
from medbot_desktop.knowledge.search.asking import read_question
from medbot_desktop.knowledge.search.candidates import CANDIDATES, Candidates, full_text_query, unite
from medbot_desktop.knowledge.search.terms import TermIndex, passage_terms, term
from medbot_desktop.settings import resources_folder
from medbot_desktop.text import stem

CUES = QuestionCues.load(resources_folder() / "retrieval" / "answer_kinds.toml")
TEXTS = ("Gout hurts. The big toe swells in gout.", "Rest the toe.", *(f"The toe number {n}." for n in range(40)))
INDEX = TermIndex.of([passage_terms(text) for text in TEXTS])


def candidates(*units: int) -> Candidates:
    numbers, fused = unite(units)
    return Candidates.of(INDEX, numbers, fused)


def query(question: str, *wordings: tuple[str, str]) -> str:
    pairs = [(tuple(whole.split()), tuple(part.split())) for whole, part in wordings]
    return full_text_query(read_question(question, CUES), pairs, INDEX)


def test_a_unit_that_two_searches_bring_comes_before_those_of_one() -> None:
    units, scores = unite([7, 3, 5], [9, 3])
    assert units[0] == 3
    assert scores[0] == 1.0
    assert set(units.tolist()) == {3, 5, 7, 9}
    assert sorted(scores, reverse=True) == scores.tolist()


def test_a_unit_that_one_search_brings_often_counts_once() -> None:
    assert unite([4, 4, 4, 2], [2])[0].tolist() == [2, 4]


def test_only_the_best_are_looked_at_again() -> None:
    assert len(unite(range(1_000), range(500, 1_500))[0]) == CANDIDATES


def test_nothing_found_is_nothing_to_fuse() -> None:
    units, scores = unite([], [])
    assert (len(units), len(scores)) == (0, 0)


def test_the_terms_of_the_candidates_stand_side_by_side_in_their_sentences() -> None:
    found = candidates(0, 1)
    assert found.lengths.tolist() == [6, 2]
    assert found.unit_of.tolist() == [0] * 6 + [1] * 2
    assert found.place.tolist() == [*range(6), *range(2)]
    assert found.lead.tolist() == [True, True, *[False] * 4, True, True]
    assert len(set(found.sentence.tolist())) == 3


def test_a_run_of_words_is_found_inside_a_unit_and_not_across_two() -> None:
    found = candidates(0, 1)
    assert found.runs([term(stem("big")), term(stem("toe"))]).tolist() == [2]
    assert found.runs([term(stem("gout")), term(stem("rest"))]).tolist() == []


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("what is gout", '"gout"'),
        ("gout of the big toe", '"gout" OR "big"'),
        ("what about the toe", '("toe")'),
        ("?!", ""),
        ('"; DROP TABLE passages', '"drop" OR "table" OR "passages"'),
        ("NEAR(gout", '"near" OR "gout"'),
        ("l'eau", '"l eau"'),
        ("痛風", '"痛風"'),
    ],
)
def test_the_rarer_words_of_the_subject_are_searched_for(question: str, expected: str) -> None:
    assert query(question) == expected


def test_what_the_subject_is_also_called_is_searched_for_too() -> None:
    assert query("what is gout", ("uric arthritis", "uric arthritis")) == '"gout" OR "uric arthritis"'


def test_an_abbreviation_that_is_a_little_word_is_searched_for_with_its_neighbours() -> None:
    assert query("gout", ("all children", "all")) == '"gout" OR "all children"'
    assert query("gout", ("all", "all")) == '"gout"'
