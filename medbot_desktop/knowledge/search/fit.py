"""Say in numbers how well each candidate fits a question: where and how its text names what is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.knowledge.search.asking import Asking, Wording
from medbot_desktop.knowledge.search.candidates import Candidates
from medbot_desktop.knowledge.search.terms import TermIndex, term

FIT_NAMES = (
    "cosine", "cosine_second", "cosine_behind", "cosine_rank", "bm25", "bm25_behind", "bm25_rank", "whole_behind",
    "fused", "coverage", "coverage_sentence", "coverage_lead", "coverage_start", "purity", "pairs", "phrase_times",
    "alternate_times", "mention_times", "mention_share", "mention_early", "mention_place", "beside", "feedback",
    "agreement", "length", "kind", "kind_behind", "subject_words", "subject_rarity", "units_with_phrase",
    "name_cosine", "name_behind", "lexical", "name_agreement",
)  # fmt: skip
"""The columns of what `fit` gives; the trees know them by their numbers."""

_FAR = 50
_LEAD = 12
"""How many content words at the beginning of a unit tell what it is about."""
_LEADERS = 3
_SHARED_TERMS = 10
_RARE = 0.02
_SATURATION = 1.2
_LENGTH_WEIGHT = 0.75

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Posed:
    """A question in every form in which candidates are compared with it.

    Attributes:
        asking: its subject and what is asked about it.
        wordings: other ways to write the subject.
        vector: its vector, shape (d,).
    """

    asking: Asking
    wordings: Sequence[Wording]
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Beside:
    """What the second stage knows of the candidates besides their words.

    Attributes:
        vectors: the vectors of their passages, unit by unit, shape (passages, d).
        passages: how many passages each unit has, shape (n,).
        kinds: the logarithm of the probability that a unit gives the kind of answer that is asked for, shape (n,).
        name_cosine: highest cosine of the question with a name of the unit's document, shape (n,).
        lexical: highest BM25 score of a passage of the unit's document, squashed to 0..1, shape (n,).
        name_agreement: the document's share of the names nearest to the question, shape (n,).
    """

    vectors: NDArray[np.float32]
    passages: NDArray[np.int64]
    kinds: NDArray[np.float64]
    name_cosine: NDArray[np.float64]
    lexical: NDArray[np.float64]
    name_agreement: NDArray[np.float64]


def fit(terms: TermIndex, posed: Posed, found: Candidates, beside: Beside) -> NDArray[np.float64]:
    """The features of each candidate, shape (candidates, ``len(FIT_NAMES)``).

    Args:
        terms: the words of all units, for what is rare.
        posed: the question.
        found: the candidates, at least one.
        beside: what else is known of them.
    """
    numbers = np.array([term(word) for word in posed.asking.stems], dtype=np.int64)
    rarity = terms.rarity(numbers)
    columns: Columns = {
        "fused": found.fused,
        "length": np.log1p(found.lengths),
        "kind": beside.kinds,
        "kind_behind": beside.kinds - beside.kinds.max(),
        "name_cosine": beside.name_cosine,
        "name_behind": beside.name_cosine - beside.name_cosine.max(),
        "lexical": beside.lexical,
        "name_agreement": beside.name_agreement,
    }
    _add_cosines(columns, posed.vector, beside)
    _add_bm25(columns, terms, posed, found)
    _add_coverage(columns, found, numbers, rarity)
    _add_mentions(columns, terms, posed, found)
    _add_feedback(columns, terms, found, beside, numbers)
    for name, value in (
        ("subject_words", len(numbers)),
        ("subject_rarity", rarity.mean()),
        ("units_with_phrase", np.log1p((columns["phrase_times"] > 0).sum())),
    ):
        columns[name] = np.full(len(found.units), float(value))
    return np.stack([columns[name] for name in FIT_NAMES], axis=1).astype(float)


def _add_cosines(columns: Columns, vector: NDArray[np.float32], beside: Beside) -> None:
    many = beside.passages
    unit = np.repeat(np.arange(len(many)), many)
    cosines = np.einsum("nd,d->n", beside.vectors, vector)
    by_unit = np.lexsort((-cosines, unit))
    head = np.cumsum(many) - many
    best = cosines[by_unit][head]
    second = np.where(many > 1, cosines[by_unit][np.minimum(head + 1, len(unit) - 1)], best)
    columns.update(cosine=best, cosine_second=second, cosine_behind=best - best.max(), cosine_rank=_one_by_rank(best))


def _add_bm25(columns: Columns, terms: TermIndex, posed: Posed, found: Candidates) -> None:
    asking = posed.asking
    wordings = [asking.stems, *(whole for whole, _ in posed.wordings)]
    stems = list(dict.fromkeys(word for wording in (*wordings, asking.every) for word in wording))
    numbers = np.array([term(word) for word in stems], dtype=np.int64)
    rarity = terms.rarity(numbers)
    length = _SATURATION * (1.0 - _LENGTH_WEIGHT + _LENGTH_WEIGHT * found.lengths / terms.mean_length)
    score = {}
    for word, number, weight in zip(stems, numbers, rarity, strict=True):
        times = found.sums(found.positions(int(number)))
        score[word] = weight * times * (_SATURATION + 1.0) / (times + length)
    subject = np.max([np.sum([score[word] for word in wording], axis=0) for wording in wordings], axis=0)
    whole = np.sum([score[word] for word in asking.every], axis=0)
    most = max(1e-6, sum(weight for word, weight in zip(stems, rarity, strict=True) if word in asking.stems))
    columns.update(
        bm25=subject / most,
        bm25_behind=subject / max(1e-6, subject.max()),
        bm25_rank=_one_by_rank(subject),
        whole_behind=whole / max(1e-6, whole.max()),
    )


def _add_coverage(columns: Columns, found: Candidates, numbers: NDArray[np.int64], rarity: NDArray[np.float64]) -> None:
    which = np.full(len(found.flat), -1)
    for position, number in enumerate(numbers):
        which[found.positions(int(number))] = position
    hit = np.nonzero(which >= 0)[0]
    start = hit[found.place[hit] < _LEAD]
    units, whole = len(found.units), max(1e-6, float(rarity.sum()))

    def covered(at: NDArray[np.int64], key: NDArray[np.int64], size: int) -> NDArray[np.float64]:
        table = np.zeros((size, len(numbers)))
        table[key[at], which[at]] = 1.0
        share: NDArray[np.float64] = table @ rarity / whole
        return share

    by_sentence = covered(hit, found.sentence, int(found.sentence[-1]) + 1 if len(found.sentence) else 1)
    columns["coverage"] = covered(hit, found.unit_of, units)
    columns["coverage_sentence"] = found.best(by_sentence[found.sentence[hit]], hit)
    columns["coverage_lead"] = covered(hit[found.lead[hit]], found.unit_of, units)
    columns["coverage_start"] = covered(start, found.unit_of, units)
    columns["purity"] = found.sums(start) / np.minimum(np.maximum(found.lengths, 1), _LEAD)
    if len(numbers) < 2:
        columns["pairs"] = columns["coverage"]
        return
    left = hit[:-1][(hit[1:] == hit[:-1] + 1)]
    left = left[(which[left + 1] == which[left] + 1) & (found.unit_of[left + 1] == found.unit_of[left])]
    table = np.zeros((units, len(numbers)))
    table[found.unit_of[left], which[left]] = 1.0
    weight = np.minimum(rarity[:-1], rarity[1:])
    columns["pairs"] = table[:, :-1] @ weight / max(1e-6, float(weight.sum()))


def _add_mentions(columns: Columns, terms: TermIndex, posed: Posed, found: Candidates) -> None:
    units, stems = len(found.units), posed.asking.stems
    phrase = found.runs([term(word) for word in stems])
    times, first = found.sums(phrase), -found.best(-found.place[phrase], phrase, -np.inf)
    other, other_first = np.zeros(units), np.full(units, np.inf)
    for whole, part in posed.wordings:
        at = found.runs([term(word) for word in whole])
        other += found.sums(at)
        other_first = np.minimum(other_first, -found.best(-found.place[at], at, -np.inf))
        # An abbreviation alone stands for the subject, less surely than with the rest of it.
        if whole != part and len(part) == 1 and len(part[0]) > 2:
            at = found.runs([term(part[0])])
            other += 0.5 * found.sums(at)
            other_first = np.minimum(other_first, -found.best(-1.5 * found.place[at] - 2.0, at, -np.inf))
    mention, place = times + other, np.minimum(first, other_first)
    columns.update(
        phrase_times=np.log1p(times),
        alternate_times=np.log1p(other),
        mention_times=np.log1p(mention),
        mention_share=mention * len(stems) / np.maximum(found.lengths, 1),
        mention_early=1.0 / (1.0 + place),
        mention_place=np.minimum(place, _FAR),
        beside=_beside_the_phrase(terms, found, phrase, first, len(stems)),
    )


def _beside_the_phrase(
    terms: TermIndex, found: Candidates, phrase: NDArray[np.int64], first: NDArray[np.float64], length: int
) -> NDArray[np.float64]:
    """How rare the words next to the first mention are: "type 2 diabetes" is not asked for by "diabetes"."""
    beside = np.zeros(len(found.units))
    if len(phrase):
        opening = phrase[found.place[phrase] == first[found.unit_of[phrase]]]
        for neighbour in (opening - 1, opening + length):
            near = np.clip(neighbour, 0, len(found.flat) - 1)
            same = found.unit_of[near] == found.unit_of[opening]
            beside[found.unit_of[opening]] += 0.5 * same * terms.rarity(found.flat[near].astype(np.int64))
    return beside


def _add_feedback(
    columns: Columns, terms: TermIndex, found: Candidates, beside: Beside, numbers: NDArray[np.int64]
) -> None:
    """What the leading units share: their rare words (pseudo-relevance feedback) and their direction."""
    leaders = np.argsort(-(found.fused + columns["mention_early"] * 0.5), kind="stable")[:_LEADERS]
    of_leader = [found.flat[found.unit_of == unit].astype(np.int64) << 8 | n for n, unit in enumerate(leaders)]
    shared_terms, units_with = np.unique(np.unique(np.concatenate(of_leader)) >> 8, return_counts=True)
    everywhere, rarity = terms.count(shared_terms), terms.rarity(shared_terms)
    rare = (everywhere > 1) & (everywhere <= _RARE * len(terms)) & ~np.isin(shared_terms, numbers)
    chosen = np.argsort(-(units_with * rarity * rare), kind="stable")[:_SHARED_TERMS]
    chosen = chosen[rare[chosen]]
    shared, whole = np.zeros(len(found.units)), max(1e-6, float(rarity[chosen].sum()))
    for position in chosen:
        shared += rarity[position] * (found.sums(found.positions(int(shared_terms[position]))) > 0)
    columns["feedback"] = shared / whole
    opening = beside.vectors[np.cumsum(beside.passages) - beside.passages]
    columns["agreement"] = np.einsum("nd,d->n", opening, opening[leaders].mean(axis=0))


def _one_by_rank(values: NDArray[Any]) -> NDArray[np.float64]:
    ranks = np.empty(len(values))
    ranks[np.argsort(-values, kind="stable")] = np.arange(len(values))
    return 1.0 / (1.0 + ranks)
