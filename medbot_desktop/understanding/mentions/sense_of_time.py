"""Tell whether a sentence speaks of what has been or of what is to come: "on Monday" is another day in each."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from medbot_desktop.understanding.mentions.date_patterns import alternatives
from medbot_desktop.understanding.mentions.files import DateFile
from medbot_desktop.understanding.mentions.relative_dates import FUTURE, PAST

_SENTENCE_END = re.compile(r"[.!?]\s|[;\n]")
_BEHIND = 20
"""A word behind the date counts as if it stood so many characters farther off."""


class SenseWords:
    """The words that tell it, compiled once.

    Args:
        rules: what ``dates.toml`` holds.
    """

    def __init__(self, rules: DateFile) -> None:
        sense = rules.sense
        self.past = re.compile(rf"\b(?:{'|'.join(sense.past)})\b")
        self.future = re.compile(rf"(?:\b|(?='))(?:{alternatives(sense.future)})\b")
        self.weak_future = re.compile(rf"\b(?:{alternatives(sense.weak_future)})\b")
        self.length = re.compile(rf"\b(?:{alternatives(rules.lengths.words)})\b|\d(?:mg|ml|g|kg|l)\b")


class SenseOfTime:
    """The sense of the sentences of one message.

    Args:
        words: the words that tell it.
        text: the message in small letters.
    """

    def __init__(self, words: SenseWords, text: str) -> None:
        self._words = words
        self._text = text

    @cached_property
    def _breaks(self) -> list[int]:
        return [0, *(match.end() for match in _SENTENCE_END.finditer(self._text)), len(self._text) + 1]

    @cached_property
    def _past(self) -> list[tuple[int, int]]:
        return _spans(self._words.past, self._text)

    @cached_property
    def _future(self) -> list[tuple[int, int]]:
        return _spans(self._words.future, self._text)

    @cached_property
    def _weak_future(self) -> list[tuple[int, int]]:
        return _spans(self._words.weak_future, self._text)

    def _sentence(self, at: int) -> tuple[int, int]:
        after = bisect_right(self._breaks, at)
        return self._breaks[after - 1], self._breaks[min(after, len(self._breaks) - 1)]

    def at(self, start: int, end: int) -> str:
        """``past``, ``future``, or empty where nothing tells.

        Args:
            start: offset of a date.
            end: offset behind it.
        """
        before = self._text[max(0, start - 8) : start].split()
        if before and before[-1] in ("since", "dob", "born"):
            return PAST
        if before and before[-1] in ("until", "till", "by"):
            return FUTURE
        own = self._sentence(start)
        past = _nearest(self._past, own, start, end)
        future = _nearest(self._future, own, start, end)
        if past is None and future is None:
            future = _nearest(self._weak_future, own, start, end)
        if future is None:
            return "" if past is None else PAST
        return FUTURE if past is None or future <= past else PAST

    def is_length(self, start: int, end: int) -> bool:
        """Whether an amount of time there is a length: "8 tablets in 24 hours"; takes what `at` takes."""
        first, last = self._sentence(start)
        around = self._text[first:start] + self._text[end:last]
        return self._words.length.search(around) is not None or self.at(start, end) == PAST


def _spans(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(text)]


def _nearest(words: list[tuple[int, int]], own: tuple[int, int], start: int, end: int) -> int | None:
    """How far the nearest word within a sentence is, in characters; None where there is none."""
    inside = [(first, last) for first, last in words if own[0] <= first and last <= own[1]]
    before = [start - last for _, last in inside if last <= start]
    behind = [first - end + _BEHIND for first, _ in inside if first >= end]
    return min([*before, *behind], default=None)
