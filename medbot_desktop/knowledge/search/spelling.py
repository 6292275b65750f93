"""Mend the typing errors of a question against the words that the libraries know."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

_WORD = re.compile(r"[A-Za-z]+")
_SHORTEST = 4
_SHORTEST_BEGINNING = 3
_BEHIND_Z = "\uffff"
_TWO_ERRORS_FROM = 8


class Speller:
    """Knows the words of the libraries.

    Args:
        vocabulary: the lower-case words of the libraries.
        is_common: tells whether a lower-case word is an ordinary word of the language; such a word is never changed.
    """

    def __init__(self, vocabulary: Iterable[str], is_common: Callable[[str], bool]) -> None:
        self._known = frozenset(vocabulary)
        # The first letter is hardly ever wrong, and most of the words need not be looked at then.
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._known):
            if len(word) >= _SHORTEST and word.isalpha():
                self._by_letter[word[0]].append(word)
        self._is_common = is_common

    def is_strange(self, word: str) -> bool:
        """Whether a lower-case word is neither one of the libraries nor an ordinary one."""
        return word not in self._known and not self._is_common(word)

    def completions(self, beginning: str) -> list[str]:
        """The words that begin with these lower-case letters, sorted; none where the letters are a word."""
        if len(beginning) < _SHORTEST_BEGINNING or not self.is_strange(beginning):
            return []
        among = self._by_letter.get(beginning[0], [])
        return among[bisect_left(among, beginning) : bisect_left(among, beginning + _BEHIND_Z)]

    def mend(self, text: str) -> str:
        """Replace each unknown word by the nearest known one.

        One error (a letter missing, added, changed or swapped) is mended from four letters on, two from eight.
        """
        return _WORD.sub(lambda match: self._mend_word(match.group()), text)

    def _mend_word(self, word: str) -> str:
        lower = word.lower()
        if len(lower) < _SHORTEST or lower in self._known or self._is_common(lower):
            return word
        errors = 2 if len(lower) >= _TWO_ERRORS_FROM else 1
        candidates = self._by_letter.get(lower[0], ())
        found = process.extractOne(lower, candidates, scorer=OSA.distance, score_cutoff=errors)
        return found[0] if found else word
