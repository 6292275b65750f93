"""Keep the content words of every passage as numbers, in order, so that where words stand is looked up at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.text import STOP_WORDS, sentence_spans, stem, written_words

Terms = NDArray[np.uint32]
"""The numbers of content words in order; the highest bit marks the first word of a sentence."""

FIRST_OF_SENTENCE = np.uint32(0x8000_0000)
NUMBER = np.uint32(0x7FFF_FFFF)
"""What of a marked number is the word's own."""


def term(word_stem: str) -> int:
    """The number of a stem."""
    return crc32(word_stem.encode("utf-8", "replace")) & int(NUMBER)


def passage_terms(text: str) -> Terms:
    """The content words of a passage, to be stored with it.

    A little word in capitals among small letters is an abbreviation ("ALL", "AS"), so it is kept.
    """
    numbers: list[int] = []
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        shouted = sentence.isupper()
        mark = int(FIRST_OF_SENTENCE)
        for written in written_words(sentence):
            word = written.lower().replace("’", "'")
            if word in STOP_WORDS and (shouted or len(written) < 2 or not written.isupper()):
                continue
            numbers.append(_term_of_word(word) | mark)
            mark = 0
    return np.array(numbers, dtype="<u4")


def _counted(flat: Terms, lengths: NDArray[np.int64]) -> tuple[Terms, NDArray[np.int64]]:
    """The distinct terms of units of these lengths, sorted, and how many of the units each is in."""
    pairs = (flat & NUMBER).astype(np.int64) << 32 | np.repeat(np.arange(len(lengths)), lengths)
    # Sorting integers is many times faster than the table of hashes that NumPy would make of them.
    pairs.sort()
    terms = pairs[np.diff(pairs, prepend=-1) != 0] >> 32
    first = np.nonzero(np.diff(terms, prepend=-1))[0]
    vocabulary, units_with = terms[first], np.diff(first, append=len(terms))
    return vocabulary.astype(np.uint32), units_with.astype(np.int64)


@lru_cache(maxsize=50_000)
def _term_of_word(word: str) -> int:
    return term(stem(word))


@dataclass(frozen=True, slots=True)
class TermIndex:
    """The terms of many units, one after the other, and how many units have each.

    Attributes:
        flat: the terms, with the marks of sentences.
        offsets: where each unit begins in ``flat``, and the end, shape (units + 1,).
        vocabulary: the distinct terms, sorted.
        units_with: how many units each of them is in.
    """

    flat: Terms
    offsets: NDArray[np.int64]
    vocabulary: Terms
    units_with: NDArray[np.int64]

    @classmethod
    def of(cls, units: Sequence[Terms]) -> Self:
        """Join the terms of units."""
        flat = np.concatenate(units).astype(np.uint32) if units else np.zeros(0, np.uint32)
        lengths = np.array([len(unit) for unit in units], dtype=np.int64)
        return cls(flat, np.r_[0, np.cumsum(lengths)], *_counted(flat, lengths))

    def keeping(self, wanted: NDArray[np.bool_]) -> Self:
        """Only some of the units, in their order; ``wanted`` tells of each whether it is one, shape (units,)."""
        lengths = np.diff(self.offsets)
        of_wanted = np.repeat(wanted, lengths)
        gone = _counted(self.flat[~of_wanted], lengths[~wanted])
        units_with = self.units_with.copy()
        units_with[np.searchsorted(self.vocabulary, gone[0])] -= gone[1]
        left = units_with > 0
        offsets = np.r_[0, np.cumsum(lengths[wanted])]
        return type(self)(self.flat[of_wanted], offsets, self.vocabulary[left], units_with[left])

    def followed_by(self, more: Self) -> Self:
        """These units, then those."""
        if not len(more):
            return self
        vocabulary, place = np.unique(np.concatenate([self.vocabulary, more.vocabulary]), return_inverse=True)
        units_with = np.zeros(len(vocabulary), dtype=np.int64)
        np.add.at(units_with, place, np.concatenate([self.units_with, more.units_with]))
        return type(self)(
            np.concatenate([self.flat, more.flat]),
            np.concatenate([self.offsets, more.offsets[1:] + self.offsets[-1]]),
            vocabulary,
            units_with,
        )

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def unit(self, number: int) -> Terms:
        """The unmarked terms of a unit."""
        terms: Terms = self.flat[self.offsets[number] : self.offsets[number + 1]] & NUMBER
        return terms

    @property
    def mean_length(self) -> float:
        """How many terms a unit has on average; 1 where there are none."""
        return max(1.0, len(self.flat) / max(1, len(self)))

    def count(self, terms: NDArray[Any]) -> NDArray[np.int64]:
        """How many units each of some unmarked terms is in."""
        if not len(self.vocabulary):
            return np.zeros(len(terms), dtype=np.int64)
        # Of the same type: NumPy would make another vocabulary otherwise.
        at = np.minimum(np.searchsorted(self.vocabulary, terms.astype(self.vocabulary.dtype)), len(self.vocabulary) - 1)
        return np.where(self.vocabulary[at] == terms, self.units_with[at], 0)

    def rarity(self, terms: NDArray[Any]) -> NDArray[np.float64]:
        """The inverse document frequency of each term, as BM25 weighs it (Robertson & Zaragoza 2009)."""
        found = self.count(terms)
        rarity: NDArray[np.float64] = np.log(1.0 + (len(self) - found + 0.5) / (found + 0.5))
        return rarity
