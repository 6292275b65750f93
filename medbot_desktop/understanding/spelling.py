"""Read a misspelt word as the clinical word that was meant, and never a real word as another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

_SHORTEST = 4
_SHORTEST_FOR_ONE = 5
_SHORTEST_FOR_TWO = 8
_LONGEST = 24
_REMEMBERED = 20_000
# An inflection of a known word is known: its ending, and what stands in its place in the word's plain form.
_INFLECTIONS = (
    ("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ied", "y"), ("ing", ""), ("ing", "e"), ("ly", ""),
    ("er", ""), ("er", "e"), ("ness", ""), ("iness", "y"),
)  # fmt: skip


class Spelling:
    """Puts words right against a lexicon, by Damerau-Levenshtein distance (Damerau 1964).

    One slip is forgiven in words of five letters and more, two in words of eight and more, and two swapped neighbours
    in words of four. A word that the language knows is never changed.

    Args:
        lexicon: the words that may be meant, in lower case.
        known: words of the language that are left as they are.
        foreign: clinical words of other tongues, which are meant only where no word of the lexicon is.
        left: further words of other tongues that are left as they are.
    """

    def __init__(
        self, lexicon: Iterable[str], known: Iterable[str], foreign: Iterable[str] = (), left: Iterable[str] = ()
    ) -> None:
        self._lexicon = frozenset(word for word in lexicon if word.isalpha())
        self._known = frozenset(known) | self._lexicon
        self._foreign = frozenset(word for word in foreign if word.isalpha()) - self._known
        self._left = self._foreign.union(left)
        self._by_length = (_by_length(self._lexicon), _by_length(self._foreign))
        self._cached = lru_cache(maxsize=_REMEMBERED)(self._search)

    def anew(self) -> Spelling:
        """The same, with no memory of what it was asked."""
        other = copy(self)
        other._cached = lru_cache(maxsize=_REMEMBERED)(other._search)
        return other

    def knows(self, word: str) -> bool:
        """Whether ``word`` is a word of the language or of the lexicon."""
        return word in self._known or any(
            word.endswith(ending) and word[: -len(ending)] + base in self._known for ending, base in _INFLECTIONS
        )

    def correct(self, word: str) -> str:
        """Return the lexicon's word that ``word`` was meant to be, or ``word`` itself."""
        if word in self._left or self.knows(word):
            return word
        if not _SHORTEST <= len(word) <= _LONGEST or not word.isalpha():
            return word
        return self._cached(word)

    def _search(self, word: str) -> str:
        native, foreign = self._by_length
        return _closest(word, native) or _closest(word, foreign) or word


def _by_length(words: Iterable[str]) -> dict[int, list[str]]:
    """The words that may be meant, in order, by the number of their letters."""
    found: dict[int, list[str]] = {}
    for word in sorted(words):
        if _SHORTEST <= len(word) <= _LONGEST:
            found.setdefault(len(word), []).append(word)
    return found


def _closest(word: str, by_length: Mapping[int, list[str]]) -> str:
    """The word that is closest to ``word``; empty where none is close enough."""
    reach = _allowed(word) or 1
    best, best_key = "", (reach + 1, "")
    for length in range(len(word) - reach, len(word) + reach + 1):
        alike = process.extract(word, by_length.get(length, ()), scorer=OSA.distance, score_cutoff=reach, limit=None)
        for candidate, distance, _ in alike:
            if _forgiven(word, candidate, distance) and (distance, candidate) < best_key:
                best, best_key = candidate, (distance, candidate)
    return best


def _allowed(word: str) -> int:
    if len(word) >= _SHORTEST_FOR_TWO:
        return 2
    return 1 if len(word) >= _SHORTEST_FOR_ONE else 0


def _forgiven(word: str, candidate: str, distance: int) -> bool:
    if distance == 1 and len(candidate) == _SHORTEST:
        return sorted(word) == sorted(candidate)
    if distance > 1 and word[0] != candidate[0]:
        return False
    return distance <= _allowed(candidate)
