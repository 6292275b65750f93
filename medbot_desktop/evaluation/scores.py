"""Count what was right and what was wrong, and say how sure the shares are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

_Z = 1.96
"""Standard deviations on each side of a 95 % interval."""

_BINS = 10


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole.

    Attributes:
        right: how many.
        among: of how many.
    """

    right: int
    among: int

    @property
    def value(self) -> float:
        """From 0 to 1; 0 where there are none."""
        return self.right / self.among if self.among else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the value (Wilson 1927), which holds for few cases and for shares near 0 and 1 too."""
        if not self.among:
            return 0.0, 1.0
        share, n = self.value, self.among
        centre = share + _Z**2 / (2 * n)
        reach = _Z * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
        whole = 1 + _Z**2 / n
        return max(0.0, (centre - reach) / whole), min(1.0, (centre + reach) / whole)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well stated confidences agree with how often what they were stated for was right.

    Attributes:
        error: the expected calibration error (Guo et al. 2017), 0 to 1: 0 where of all that is said at 80 % just 80 %
            are right.
        among: for how many a confidence was stated.
    """

    error: float
    among: int

    @classmethod
    def of(cls, stated: Iterable[tuple[float, bool]]) -> Calibration | None:
        """Compare confidences with whether each was right, in ten bins of the same width; None where there are none."""
        bins: dict[int, list[tuple[float, bool]]] = {}
        for confidence, is_right in stated:
            bins.setdefault(min(int(confidence * _BINS), _BINS - 1), []).append((confidence, is_right))
        among = sum(map(len, bins.values()))
        if not among:
            return None
        gaps = (abs(sum(confidence - is_right for confidence, is_right in own)) for own in bins.values())
        return cls(sum(gaps) / among, among)


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often each label was found where each was expected.

    Attributes:
        labels: what may be expected or found, in the order of the tables.
        counts: by (expected, found).
        nothing: the label of what is none, which has no recall of its own; empty where there is no such.
    """

    labels: tuple[str, ...]
    counts: Counter[tuple[str, str]]
    nothing: str = ""

    @classmethod
    def of(cls, labels: Iterable[str], pairs: Iterable[tuple[str, str]], nothing: str = "") -> Confusion:
        """Count (expected, found) pairs of labels."""
        return cls(tuple(labels), Counter(pairs), nothing)

    def merged(self, into: Mapping[str, str]) -> Confusion:
        """The same with some labels taken for one.

        Args:
            into: the labels that are taken for another, with that one.
        """
        counts: Counter[tuple[str, str]] = Counter()
        for (expected, found), n in self.counts.items():
            counts[into.get(expected, expected), into.get(found, found)] += n
        return Confusion(tuple(dict.fromkeys(into.get(label, label) for label in self.labels)), counts, self.nothing)

    def found_in_vain(self, label: str) -> Share:
        """Of those where another label was expected, those where this one was found."""
        others = [(found, n) for (expected, found), n in self.counts.items() if expected != label]
        return Share(sum(n for found, n in others if found == label), sum(n for _, n in others))

    def right_unless(self, label: str) -> Share:
        """Of those where another label than this one was found, those where what was expected was found."""
        others = [(expected, found, n) for (expected, found), n in self.counts.items() if found != label]
        return Share(sum(n for expected, found, n in others if expected == found), sum(n for _, _, n in others))

    def mistaken(self, label: str) -> list[tuple[str, int]]:
        """What was found instead where a label was expected, the most frequent first."""
        others = [(found, n) for (expected, found), n in self.counts.items() if expected == label != found]
        return sorted(others, key=lambda pair: (-pair[1], self.labels.index(pair[0])))

    @property
    def expected(self) -> list[str]:
        """The labels that something expects."""
        return [label for label in self.labels if self.recall(label).among]

    @property
    def scored(self) -> list[str]:
        """Those of them that something can be found for."""
        return [label for label in self.expected if label != self.nothing]

    def recall(self, label: str) -> Share:
        """Of those where the label was expected, those where it was found."""
        return Share(self.counts[label, label], sum(n for (expected, _), n in self.counts.items() if expected == label))

    def precision(self, label: str) -> Share:
        """Of those where the label was found, those where it was expected."""
        return Share(self.counts[label, label], sum(n for (_, found), n in self.counts.items() if found == label))

    def f1(self, label: str) -> float:
        """The harmonic mean of precision and recall."""
        recall, precision = self.recall(label).value, self.precision(label).value
        return 2 * recall * precision / (recall + precision) if recall + precision else 0.0

    @property
    def accuracy(self) -> Share:
        """Of all, those where what was expected was found."""
        return Share(sum(n for (expected, found), n in self.counts.items() if expected == found), self.counts.total())

    @property
    def too_low(self) -> Share:
        """Of all, those where a label further down was found: too low where the labels run from the weightiest."""
        return self._where(lambda expected, found: found > expected)

    @property
    def too_high(self) -> Share:
        """Of all, those where a label further up was found."""
        return self._where(lambda expected, found: found < expected)

    def _where(self, holds: Callable[[int, int], bool]) -> Share:
        place = self.labels.index
        right = sum(n for (expected, found), n in self.counts.items() if holds(place(expected), place(found)))
        return Share(right, self.counts.total())

    @property
    def micro_f1(self) -> float:
        """F1 over all that is scored as one; what was found as none of it lowers the recall and not the precision."""
        scored = self.scored
        right = sum(self.counts[label, label] for label in scored)
        expected = sum(self.recall(label).among for label in scored)
        found = sum(self.precision(label).among for label in scored)
        return 2 * right / (expected + found) if right else 0.0

    @property
    def macro_f1(self) -> float:
        """The mean of the F1 of what is scored, each label counting as much as any other."""
        return sum(map(self.f1, self.scored)) / len(self.scored) if self.scored else 0.0
