"""What the first searches found is fused, with its words side by side."""

from __future__ import annotations

from medbot_desktop.knowledge.search.candidates import CANDIDATES, Candidates, unite
from medbot_desktop.knowledge.search.terms import TermIndex, passage_terms, term
from medbot_desktop.text import stem

TEXTS = ("Gout hurts. The big toe swells in gout.", "Rest the toe.", *(f"The toe number {n}." for n in range(40)))
INDEX = TermIndex.of([passage_terms(text) for text in TEXTS])


def candidates(*units: int) -> Candidates:
    numbers, fused = unite(units)
    return Candidates.of(INDEX, numbers, fused)


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
