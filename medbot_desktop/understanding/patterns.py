"""A small language of word patterns that a clinician can read, and the engine that finds them in a message.

A pattern is one or more terms. ``@chest + @pain`` asks for both in one clause, in any order; ``@cannot > breathe``
asks for the second after the first; ``@blood - nose`` asks that the second is not near. The words found may span nine
tokens, or as many as ``/14`` at the end says. A term is alternatives, ``arm|shoulder blade|@limb``. An alternative is a
phrase of adjacent words, compared by stem. In it ``=fitting`` asks for exactly that word, ``(left|right)`` for one of
these words, ``~`` passes over up to three words, ``#<90`` is a number below 90, and ``@name`` is a group of
alternatives from the file's ``[groups]``.
"""

from __future__ import annotations

import itertools
import operator
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from medbot_desktop.comparison import COMPARE
from medbot_desktop.errors import InputError
from medbot_desktop.text import stem
from medbot_desktop.understanding.tokens import Token, pattern_words

_WINDOW = 9
_LONGEST_GAP = 3
_NEAR = 3
_PARTS = re.compile(r"\s+([+>-])\s+")
_WITHIN = re.compile(r"\s*/(\d+)$")
_NUMBER = re.compile(r"#(<=|>=|<|>|=)(\d+(?:\.\d+)?)")
_COMPARE = {**COMPARE, "=": operator.eq}

Groups = Mapping[str, Sequence[str]]


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


@dataclass(frozen=True, slots=True, eq=False)  # two that are equal are one: made by ``_element`` alone
class _Element:
    kind: str
    word: str
    limit: float

    def accepts(self, token: Token) -> bool:
        if self.kind == "stem":
            return token.stem == self.word
        if self.kind == "word":
            return token.word == self.word
        return token.value is not None and _COMPARE[self.kind](token.value, self.limit)


_Phrase = tuple[_Element, ...]
# The stems that a phrase needs behind its first word, the phrase, and the terms that it is an alternative of.
_Entry = tuple[frozenset[str], _Phrase, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class _Pattern:
    key: str
    terms: tuple[tuple[int, bool], ...]
    absent: tuple[int, ...]
    within: int


class PatternSet:
    """Patterns under their keys, compiled once and looked for in one pass.

    Args:
        patterns: (key, pattern) pairs; a key may have many patterns.
        groups: named lists of alternatives.

    Raises:
        InputError: a pattern names a group that is not there, or cannot be read.
    """

    def __init__(self, patterns: Iterable[tuple[str, str]], groups: Groups) -> None:
        self._groups = groups
        self._expanded: dict[str, list[str]] = {}
        self._terms: dict[str, int] = {}
        self._terms_of: dict[str, list[int]] = {}
        self._patterns = [self._compile(key, pattern) for key, pattern in patterns]
        self._by_first_term: dict[int, list[int]] = {}
        for number, pattern in enumerate(self._patterns):
            self._by_first_term.setdefault(pattern.terms[0][0], []).append(number)
        self._by_stem: dict[str, list[_Entry]] = {}
        self._by_word: dict[str, list[_Entry]] = {}
        self._by_number: list[_Entry] = []
        pieces: set[str] = set()
        terms_of_phrase: dict[_Phrase, list[int]] = {}
        for alternative, terms in self._terms_of.items():
            written = alternative.split()
            pieces.update(written)
            terms_of_phrase.setdefault(_phrase(written), []).extend(terms)
        for phrase, terms in terms_of_phrase.items():
            self._index(phrase, tuple(dict.fromkeys(terms)))
        self._words = {word for piece in pieces for word in _piece_words(piece) if word.isalpha()}

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

    def _compile(self, key: str, pattern: str) -> _Pattern:
        within = _WINDOW
        if size := _WITHIN.search(pattern):
            within = int(size.group(1))
            pattern = pattern[: size.start()]
        parts = ["+", *_PARTS.split(pattern.strip())]
        terms, absent = [], []
        for sign, part in zip(parts[::2], parts[1::2], strict=True):
            number = self._term(part)
            if sign == "-":
                absent.append(number)
            else:
                terms.append((number, sign == ">"))
        if not terms or not pattern.strip():
            raise InputError(f"The pattern {pattern!r} of {key} is empty.")
        return _Pattern(key, tuple(terms), tuple(absent), within)

    def _term(self, text: str) -> int:
        if text in self._terms:
            return self._terms[text]
        number = self._terms[text] = len(self._terms)
        for alternative in dict.fromkeys(self._expand(text)):
            self._terms_of.setdefault(alternative, []).append(number)
        return number

    def _expand(self, text: str) -> list[str]:
        """The alternatives of a term, with the groups in them written out."""
        if text in self._expanded:
            return self._expanded[text]
        written: list[str] = []
        for alternative in _outer(text, "|"):
            choices: list[list[str]] = []
            for piece in _outer(alternative.strip(), " "):
                if piece.startswith("("):
                    choices.append(self._expand(piece[1:-1]))
                elif not piece.startswith("@"):
                    choices.append([piece])
                elif piece[1:] in self._groups:
                    choices.append([word for entry in self._groups[piece[1:]] for word in self._expand(entry)])
                else:
                    raise InputError(f"The pattern {text!r} names the group {piece}, which is not there.")
            if not choices:
                raise InputError(f"The pattern {text!r} has an empty alternative.")
            written += map(" ".join, itertools.product(*choices))
        self._expanded[text] = written
        return written

    def _index(self, phrase: _Phrase, terms: tuple[int, ...]) -> None:
        first = phrase[0]
        needed = frozenset([element.word for element in phrase[1:] if element.kind == "stem"])
        entry = (needed, phrase, terms)
        if first.kind == "stem":
            self._by_stem.setdefault(first.word, []).append(entry)
        elif first.kind == "word":
            self._by_word.setdefault(first.word, []).append(entry)
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
                possible[key] = [entry for entry in entries if entry[0] <= said]
            for _, phrase, terms in possible[key] + (self._by_number if token.value is not None else []):
                taken = _take(phrase, tokens, at)
                if taken:
                    for term in terms:
                        places.setdefault(term, []).append(taken)
        return places


def _outer(text: str, mark: str) -> list[str]:
    """Split ``text`` at each ``mark`` that stands outside parentheses."""
    if "(" not in text:
        return text.split() if mark == " " else text.split(mark)
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == mark and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in parts if part] if mark == " " else parts


def _phrase(written: Sequence[str]) -> _Phrase:
    pieces = list(map(_piece, written))
    elements = tuple(itertools.chain.from_iterable(pieces))
    if not all(pieces) or not elements or "gap" in (elements[0].kind, elements[-1].kind):
        raise InputError(f"The phrase {' '.join(written)!r} of a pattern cannot be read.")
    return elements


@lru_cache(maxsize=10_000)
def _piece(piece: str) -> _Phrase:
    if piece == "~":
        return (_element("gap"),)
    if number := _NUMBER.fullmatch(piece):
        return (_element(number.group(1), limit=float(number.group(2))),)
    if piece.startswith("="):
        return tuple(_element("word", word) for word in _piece_words(piece))
    return tuple(_element("stem", stem(word)) for word in _piece_words(piece))


@cache
def _element(kind: str, word: str = "", limit: float = 0.0) -> _Element:
    return _Element(kind, word, limit)


@lru_cache(maxsize=10_000)
def _piece_words(piece: str) -> tuple[str, ...]:
    return () if piece.startswith("#") else tuple(pattern_words(piece))


def _take(phrase: _Phrase, tokens: Sequence[Token], at: int) -> tuple[int, ...]:
    """The indices that ``phrase`` takes from ``at`` on; empty where it does not stand there."""
    if len(phrase) == 1:
        return (at,) if phrase[0].accepts(tokens[at]) else ()
    taken: list[int] = []
    position, slack = at, 0
    for element in phrase:
        if element.kind == "gap":
            slack = _LONGEST_GAP
            continue
        for here in range(position, position + slack + 1):
            if here >= len(tokens) or tokens[here].sentence != tokens[at].sentence:
                return ()
            if slack and tokens[here].pause:  # what stands behind a comma is another item of the list
                return ()
            if element.accepts(tokens[here]):
                taken.append(here)
                position, slack = here + 1, 0
                break
        else:
            return ()
    return tuple(taken)


def _matches(
    pattern: _Pattern, places: Mapping[int, list[tuple[int, ...]]], tokens: Sequence[Token]
) -> Iterable[Match]:
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
