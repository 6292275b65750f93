"""Find the word patterns of the files of rules in a message; ``pattern_language`` says how they are written."""

from __future__ import annotations

import itertools
import operator
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from medbot_desktop.comparison import COMPARE
from medbot_desktop.understanding.pattern_language import Element, Groups, Pattern, Phrase, Terms, read_pattern
from medbot_desktop.understanding.tokens import Token

_LONGEST_GAP = 3
_NEAR = 3
_COMPARE = {**COMPARE, "=": operator.eq}


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern was found: its key, and the indices of the tokens that it took, in order."""

    key: str
    tokens: tuple[int, ...]

    @property
    def first(self) -> int:
        """Index of the first token."""
        return self.tokens[0]

    @property
    def last(self) -> int:
        """Index of the last token."""
        return self.tokens[-1]


# The stems that a phrase needs behind its first word, the phrase, and the terms that it is an alternative of. There are
# a hundred thousand: as tuples of words and numbers alone they cost the collector of garbage nothing.
_Entry = tuple[tuple[str, ...], Phrase, tuple[int, ...]]


class PatternSet:
    """Patterns under their keys, compiled once and looked for in one pass.

    Args:
        patterns: (key, pattern) pairs; a key may have many patterns.
        groups: named lists of alternatives.

    Raises:
        InputError: a pattern names a group that is not there, or cannot be read.
    """

    def __init__(self, patterns: Iterable[tuple[str, str]], groups: Groups) -> None:
        terms = Terms(groups)
        self._patterns = [read_pattern(key, pattern, terms) for key, pattern in patterns]
        self._by_first_term: dict[int, list[int]] = {}
        for number, pattern in enumerate(self._patterns):
            self._by_first_term.setdefault(pattern.terms[0][0], []).append(number)
        self._by_stem: dict[str, list[_Entry]] = {}
        self._by_word: dict[str, list[_Entry]] = {}
        self._by_number: list[_Entry] = []
        for phrase, numbers in terms.of_phrases().items():
            self._index(phrase, tuple(numbers))
        self._words = terms.words()

    @property
    def words(self) -> set[str]:
        """Every word that the patterns are made of."""
        return self._words

    def find(self, tokens: Sequence[Token]) -> list[Match]:
        """Return every place where a pattern holds, at most one for each first word of each pattern."""
        places = self._places(tokens)
        found: dict[Match, None] = {}
        begun = sorted(number for term in places for number in self._by_first_term.get(term, ()))
        for pattern in map(self._patterns.__getitem__, begun):
            if all(term in places for term, _ in pattern.terms):
                for match in _matches(pattern, places, tokens):
                    found[match] = None
        return list(found)

    def _index(self, phrase: Phrase, terms: tuple[int, ...]) -> None:
        kind, word, _ = phrase[0]
        entry = (tuple([word for kind, word, _ in phrase[1:] if kind == "stem"]), phrase, terms)
        if kind == "stem":
            self._by_stem.setdefault(word, []).append(entry)
        elif kind == "word":
            self._by_word.setdefault(word, []).append(entry)
        else:
            self._by_number.append(entry)

    def _places(self, tokens: Sequence[Token]) -> dict[int, list[tuple[int, ...]]]:
        """Where each term's alternatives stand, as token indices, in order."""
        places: dict[int, list[tuple[int, ...]]] = {}
        said = {token.stem for token in tokens}
        possible: dict[tuple[str, str], list[_Entry]] = {}
        for at, token in enumerate(tokens):
            key = (token.stem, token.word)
            if key not in possible:
                entries = [*self._by_stem.get(token.stem, ()), *self._by_word.get(token.word, ())]
                possible[key] = [entry for entry in entries if said.issuperset(entry[0])]
            for _, phrase, terms in possible[key] + (self._by_number if token.value is not None else []):
                taken = _take(phrase, tokens, at)
                if taken:
                    for term in terms:
                        places.setdefault(term, []).append(taken)
        return places


def _take(phrase: Phrase, tokens: Sequence[Token], at: int) -> tuple[int, ...]:
    """The indices that ``phrase`` takes from ``at`` on; empty where it does not stand there."""
    if len(phrase) == 1:
        return (at,) if _accepts(phrase[0], tokens[at]) else ()
    taken: list[int] = []
    position, slack = at, 0
    for element in phrase:
        if element[0] == "gap":
            slack = _LONGEST_GAP
            continue
        for here in range(position, position + slack + 1):
            if here >= len(tokens) or tokens[here].sentence != tokens[at].sentence:
                return ()
            if slack and tokens[here].pause:  # what stands behind a comma is another item of the list
                return ()
            if _accepts(element, tokens[here]):
                taken.append(here)
                position, slack = here + 1, 0
                break
        else:
            return ()
    return tuple(taken)


def _accepts(element: Element, token: Token) -> bool:
    kind, word, limit = element
    if kind == "stem":
        return token.stem == word
    if kind == "word":
        return token.word == word
    return token.value is not None and _COMPARE[kind](token.value, limit)


def _matches(pattern: Pattern, places: Mapping[int, list[tuple[int, ...]]], tokens: Sequence[Token]) -> Iterable[Match]:
    for head in places[pattern.terms[0][0]]:
        taken = head
        for term, after in pattern.terms[1:]:
            nearest = _nearest(places[term], taken, after, pattern.within, tokens)
            if nearest is None:
                break
            taken = tuple(sorted((*taken, *nearest)))
        else:
            if not any(_stands_near(places.get(term, ()), taken, tokens) for term in pattern.absent):
                yield Match(pattern.key, taken)


def _nearest(
    candidates: list[tuple[int, ...]], taken: tuple[int, ...], after: bool, within: int, tokens: Sequence[Token]
) -> tuple[int, ...] | None:
    """The candidate closest to what was taken, in the same clause and inside the window."""
    first, last, clause = taken[0], taken[-1], tokens[taken[0]].clause
    best, best_distance = None, within
    for candidate in itertools.islice(candidates, bisect_left(candidates, (last - within,)), None):
        if candidate[0] > first + within:
            break
        span = max(last, candidate[-1]) - min(first, candidate[0]) + 1
        if span > within or tokens[candidate[0]].clause != clause or set(candidate) & set(taken):
            continue
        if after and candidate[0] < last:
            continue
        distance = max(candidate[0] - last, first - candidate[-1], 0)
        if distance < best_distance:
            best, best_distance = candidate, distance
    return best


def _stands_near(candidates: Sequence[tuple[int, ...]], taken: tuple[int, ...], tokens: Sequence[Token]) -> bool:
    sentence = tokens[taken[0]].sentence
    return any(
        candidate[0] <= taken[-1] + _NEAR
        and candidate[-1] >= taken[0] - _NEAR
        and tokens[candidate[0]].sentence == sentence
        for candidate in candidates
    )
