"""Bring together what the first searches found for one question, with its words side by side for the second look.

A *unit* is what is ranked: the passages of one section, in order, cut where there are over ``UNIT_TERMS`` content
words. A document is as good as its best unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.knowledge.search.terms import FIRST_OF_SENTENCE, NUMBER, TermIndex, Terms

UNIT_TERMS = 500

CANDIDATES = 120
"""Units that the second stage looks at."""

_FUSION_OFFSET = 60.0


@dataclass(frozen=True, slots=True)
class Candidates:
    """The units that the first searches brought for one question.

    Attributes:
        units: their numbers, the best by fusion first, shape (n,).
        fused: reciprocal rank fusion of the first searches, 1 for the best, shape (n,).
        flat: the terms of all of them, without marks, shape (t,).
        unit_of: the position in ``units`` of each term, shape (t,).
        place: where each term stands in its unit, shape (t,).
        sentence: the number of the sentence of each term, counted over all units, shape (t,).
        lead: whether each term is in the first sentence of its unit, shape (t,).
        lengths: the terms in each unit, shape (n,).
    """

    units: NDArray[np.int64]
    fused: NDArray[np.float64]
    flat: Terms
    unit_of: NDArray[np.int64]
    place: NDArray[np.int64]
    sentence: NDArray[np.int64]
    lead: NDArray[np.bool_]
    lengths: NDArray[np.int64]
    _positions: dict[int, NDArray[np.int64]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, index: TermIndex, units: NDArray[np.int64], fused: NDArray[np.float64]) -> Self:
        """Gather the terms of the units."""
        lengths = index.offsets[units + 1] - index.offsets[units]
        begins = np.cumsum(lengths) - lengths
        unit_of = np.repeat(np.arange(len(units)), lengths)
        place = np.arange(int(lengths.sum())) - begins[unit_of]
        marked = index.flat[index.offsets[units][unit_of] + place]
        sentence = np.cumsum((marked & FIRST_OF_SENTENCE > 0) | (place == 0))
        opening = sentence[np.minimum(begins, max(0, len(marked) - 1))] if len(marked) else begins
        return cls(units, fused, marked & NUMBER, unit_of, place, sentence, sentence == opening[unit_of], lengths)

    def best(self, values: NDArray[Any], positions: NDArray[Any], empty: float = 0.0) -> NDArray[np.float64]:
        """The highest of some values for each unit, by the positions of the terms that they belong to."""
        found = np.full(len(self.units), empty)
        np.maximum.at(found, self.unit_of[positions], values)
        return found

    def sums(self, positions: NDArray[Any]) -> NDArray[np.float64]:
        """How many of some positions lie in each unit."""
        return np.bincount(self.unit_of[positions], minlength=len(self.units)).astype(float)

    def positions(self, number: int) -> NDArray[np.int64]:
        """Where a term stands; asked for again and again, so each is looked for once."""
        found = self._positions.get(number)
        if found is None:
            found = self._positions[number] = np.nonzero(self.flat == number)[0]
        return found

    def runs(self, sequence: Sequence[int]) -> NDArray[np.int64]:
        """Where these terms stand one after the other inside a unit."""
        at = self.positions(sequence[0])
        for step, number in enumerate(sequence[1:], 1):
            at = at[at + step < len(self.flat)]
            at = at[self.flat[at + step] == number]
        return at[self.unit_of[at] == self.unit_of[at + len(sequence) - 1]] if len(at) else at


def unite(*rankings: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Fuse rankings of units by reciprocal rank (Cormack, Clarke & Buettcher 2009).

    Args:
        rankings: units, best first; where one comes several times in a ranking, its first place counts.

    Returns:
        The best ``CANDIDATES`` with their scores, the first has 1.
    """
    fused: dict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, unit in enumerate(dict.fromkeys(ranking)):
            fused[unit] += 1.0 / (_FUSION_OFFSET + rank)
    best = sorted(fused, key=fused.__getitem__, reverse=True)[:CANDIDATES]
    scores = np.array([fused[unit] for unit in best])
    return np.array(best, dtype=np.int64), scores / scores.max(initial=1e-9)
