"""Find the word patterns of the files of rules in a message; ``pattern_language`` says how they are written."""

from __future__ import annotations

import operator
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from medbot_desktop.comparison import COMPARE
from medbot_desktop.understanding.pattern_language import GAP, Groups, Pattern, Phrase, Slot, Terms, read_pattern
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


@dataclass(frozen=True, slots=True)
class _Entry:
    """A phrase, and the numbers of the terms that it is an alternative of.

    Attributes:
        needed: the words of which one each must be said, besides the word under which the phrase is put.
    """

    phrase: Phrase
    terms: tuple[int, ...]
    needed: tuple[frozenset[str], ...] = ()


class _Said:
    """The words and numbers of a message, and where they stand."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._by_word: dict[str, list[int]] = {}
        for at, token in enumerate(tokens):
            for word in (token.stem, f"={token.word}"):
                self._by_word.setdefault(word, []).append(at)
        self.words = frozenset(self._by_word)
        self._numbers = [(at, token.value) for at, token in enumerate(tokens) if token.value is not None]
        self._places: dict[int, list[int]] = {}

    def places(self, slot: Slot) -> list[int]:
        """The indices of the tokens that a slot accepts, in order."""
        known = self._places.get(id(slot))  # a slot lives as long as the patterns
        if known is None:
            known = self._places[id(slot)] = self._look(slot)
        return known

    def follows(self, before: int, at: int, most: int) -> bool:
        """Whether a token comes at most so many behind another; none is passed over to another item of a list."""
        if not 0 < at - before <= most or self._tokens[at].sentence != self._tokens[before].sentence:
            return False
        return most == 1 or not any(token.pause for token in self._tokens[before + 1 : at + 1])

    def _look(self, slot: Slot) -> list[int]:
        if slot.comparison:
            holds = _COMPARE[slot.comparison]
            return [at for at, value in self._numbers if holds(value, slot.limit)]
        words = slot.words & self.words
        if len(words) > 1:
            return sorted({at for word in words for at in self._by_word[word]})
        return self._by_word[next(iter(words))] if words else []


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
        self._single: dict[int, Phrase] = {}
        self._by_single_word: dict[str, list[int]] = {}
        self._by_word: dict[str, list[_Entry]] = {}
        self._of_numbers: list[_Entry] = []
        self._index([_Entry(phrase, tuple(numbers)) for phrase, numbers in terms.of_phrases().items()])
        self._words = terms.words()

    @property
    def words(self) -> set[str]:
        """Every word that the patterns are made of."""
        return self._words

    def find(self, tokens: Sequence[Token]) -> list[Match]:
        """Return every place where a pattern holds, at most one for each first word of each pattern."""
        said = _Said(tokens)
        standing = self._standing(said)
        found: dict[Match, None] = {}
        begun = self._by_first_term.keys() & standing.terms
        numbers = sorted(number for term in begun for number in self._by_first_term[term])
        for pattern in map(self._patterns.__getitem__, numbers):
            if all(term in standing.terms for term, _ in pattern.terms):
                for match in _matches(pattern, standing, tokens):
                    found[match] = None
        return list(found)

    def _index(self, entries: Sequence[_Entry]) -> None:
        """Put each phrase under the words of the slot that the fewest phrases share: "he" would bring thousands.

        The phrases of one word are most of what a message holds, so of these the words lead to the terms themselves; a
        term has one such phrase at most.
        """
        shared = _shared_by(entries)
        for entry in entries:
            slots = [slot for slot in entry.phrase if slot.words]
            if not slots:
                self._of_numbers.append(entry)
            elif len(entry.phrase) == 1:
                self._single.update(dict.fromkeys(entry.terms, entry.phrase))
                for word in slots[0].words:
                    self._by_single_word.setdefault(word, []).extend(entry.terms)
            else:
                rarest = min(slots, key=lambda slot: shared[id(slot)])
                needed = sorted((slot.words for slot in slots if slot is not rarest), key=len)
                checked = replace(entry, needed=tuple(dict.fromkeys(needed)))
                for word in rarest.words:
                    self._by_word.setdefault(word, []).append(checked)

    def _standing(self, said: _Said) -> _Standing:
        """The terms that a message may hold by its words."""
        phrases: dict[int, list[Phrase]] = {}
        indexed = chain.from_iterable(self._by_word.get(word, ()) for word in said.words)
        for entry in chain(indexed, self._of_numbers):
            if entry.needed and any(map(said.words.isdisjoint, entry.needed)):
                continue
            for term in entry.terms:
                phrases.setdefault(term, []).append(entry.phrase)
        terms = set(phrases).union(*(self._by_single_word.get(word, ()) for word in said.words))
        return _Standing(said, terms, self._single, phrases)


def _shared_by(entries: Sequence[_Entry]) -> dict[int, int]:
    """Of each slot, by its identity, how many phrases its words bring: equal slots are one."""
    slots = {id(slot): slot for entry in entries for slot in entry.phrase}
    times = Counter(map(id, chain.from_iterable(entry.phrase for entry in entries)))
    common: Counter[str] = Counter()
    for slot in slots.values():
        common.update(dict.fromkeys(slot.words, times[id(slot)]))
    return {key: sum(map(common.__getitem__, slot.words)) for key, slot in slots.items()}


class _Standing:
    """Where the terms of patterns stand in a message, each looked for when a pattern asks: few patterns ever do.

    Args:
        said: the message.
        terms: those that may stand there.
        single: of each term its alternatives of one word, as one phrase.
        phrases: of each of ``terms`` its other alternatives that may stand there.
    """

    def __init__(
        self, said: _Said, terms: set[int], single: Mapping[int, Phrase], phrases: Mapping[int, Sequence[Phrase]]
    ) -> None:
        self.terms = terms
        self._said = said
        self._single, self._phrases = single, phrases
        self._places: dict[int, list[tuple[int, ...]]] = {}

    def places(self, term: int) -> list[tuple[int, ...]]:
        """The indices of the tokens that each alternative of a term takes, in order."""
        if term not in self._places:
            single = self._single.get(term)
            phrases = [*self._phrases.get(term, ()), *([single] if single else [])]
            self._places[term] = sorted({taken for phrase in phrases for taken in _takes(phrase, self._said)})
        return self._places[term]


def _takes(phrase: Phrase, said: _Said) -> list[tuple[int, ...]]:
    """The indices that ``phrase`` takes, wherever it stands."""
    found: list[tuple[int, ...]] = [(at,) for at in said.places(phrase[0])]
    most = 1
    for slot in phrase[1:]:
        if slot is GAP:
            most = 1 + _LONGEST_GAP
            continue
        places = said.places(slot)
        found = [(*taken, at) for taken in found for at in places if said.follows(taken[-1], at, most)]
        if not found:
            return []
        most = 1
    return found


def _matches(pattern: Pattern, standing: _Standing, tokens: Sequence[Token]) -> Iterable[Match]:
    for head in standing.places(pattern.terms[0][0]):
        taken = head
        for term, after in pattern.terms[1:]:
            nearest = _nearest(standing.places(term), taken, after, pattern.within, tokens)
            if nearest is None:
                break
            taken = tuple(sorted((*taken, *nearest)))
        else:
            if not any(_stands_near(standing.places(term), taken, tokens) for term in pattern.absent):
                yield Match(pattern.key, taken)


def _nearest(
    candidates: list[tuple[int, ...]], taken: tuple[int, ...], after: bool, within: int, tokens: Sequence[Token]
) -> tuple[int, ...] | None:
    """The candidate closest to what was taken, in the same clause and inside the window."""
    first, last, clause = taken[0], taken[-1], tokens[taken[0]].clause
    best, best_distance = None, within
    for candidate in islice(candidates, bisect_left(candidates, (last - within,)), None):
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
