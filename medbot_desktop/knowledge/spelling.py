"""Mend the typing errors of a question against the words that the libraries know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

_WORD = re.compile(r"[A-Za-z]+")
_SHORTEST = 4
_TWO_ERRORS_FROM = 8


class Speller:
    """Knows the words of the libraries.

    Args:
        vocabulary: the lower-case words of the libraries.
        is_common: tells whether a lower-case word is an ordinary word of the language; such a word is never changed.
    """

    def __init__(self, vocabulary: Iterable[str], is_common: Callable[[str], bool]) -> None:
        self._known = frozenset(vocabulary)
        self._candidates = sorted(word for word in self._known if len(word) >= _SHORTEST and word.isalpha())
        self._is_common = is_common

    def knows(self, word: str) -> bool:
        """Whether the libraries use this lower-case word."""
        return word in self._known

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
        found = process.extractOne(lower, self._candidates, scorer=OSA.distance, score_cutoff=errors)
        return found[0] if found and found[0][0] == lower[0] else word
