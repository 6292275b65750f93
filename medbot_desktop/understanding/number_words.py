"""Read numbers that are said in words ("eighty six", "one forty", "thirty nine point two") as whole numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from medbot_desktop.text import NUMBER_WORDS

_UNITS, _TEENS, _TENS = (
    "|".join(word for word, value in NUMBER_WORDS.items() if value in values)
    for values in (range(1, 10), range(10, 20), range(20, 100, 10))
)
_GAP = r"(?:\s?-\s?|[ ]+)"
_BELOW_HUNDRED = rf"(?>(?:{_TENS})(?:{_GAP}(?:{_UNITS})\b)?|{_TEENS}|{_UNITS})"
# "one forty" is 140, but not in "at one forty" and "one forty year old".
_HUNDRED_LEFT_OUT = (
    rf"(?<!\bat )(?P<left_out>one|two|three|four|five){_GAP}"
    rf"(?P<behind>(?>(?:{_TENS})(?:{_GAP}(?:{_UNITS})\b)?|{_TEENS}|(?:oh|o|zero){_GAP}(?:{_UNITS})))\b"
    r"(?!\s?-?\s?(?:hundred|thousand|years?|yrs?|yo|months?|weeks?|days?|hours?|min|second|pm|am|mg|milligram|mcg|micro|ml|o.?clock))"
)
_NUMBER = re.compile(
    rf"(?<![\w.,/'’-])(?:(?P<hundreds>(?:a|{_UNITS}){_GAP})?hundred(?:{_GAP}(?:and{_GAP})?(?P<rest>{_BELOW_HUNDRED}))?"
    rf"|{_HUNDRED_LEFT_OUT}|(?P<small>{_BELOW_HUNDRED})|(?P<digits>\d{{1,3}}))"
    rf"(?:{_GAP}point{_GAP}(?P<tenths>oh|zero|{_UNITS})(?:{_GAP}(?P<hundredths>{_UNITS}))?\b"
    rf"|(?P<half>{_GAP}and{_GAP}a{_GAP}half\b|[ ]?½))?"
    rf"(?![\w'’])(?!{_GAP}(?:hundred|thousand|million|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)\b)",
    re.IGNORECASE,
)
_SMALLEST = 10
"""A smaller whole number says too little in words: "one of us", "two tablets"."""


@dataclass(frozen=True, slots=True)
class SpokenNumber:
    """A number in words: its value, and the offsets of its words."""

    start: int
    end: int
    value: float


class Places:
    """Where the letters of a text stood before its numbers were put in digits.

    Args:
        numbers: offsets in the new text, with those of the words that stood there.
    """

    def __init__(self, numbers: list[tuple[int, int, int, int]]) -> None:
        self._numbers = numbers

    def start(self, at: int) -> int:
        """The offset of the letter that is at ``at`` now; of a number the offset of its first letter."""
        return self._place(at, is_end=False)

    def end(self, at: int) -> int:
        """The offset behind the letter before ``at``; of a number the offset behind its last letter."""
        return self._place(at, is_end=True)

    def _place(self, at: int, is_end: bool) -> int:
        shift = 0
        for start, end, start_before, end_before in self._numbers:
            if at < start or (is_end and at == start):
                break
            if at < end or (is_end and at == end):
                return end_before if is_end else start_before
            shift = end_before - end
        return at + shift


def spoken_numbers(text: str) -> Iterator[SpokenNumber]:
    """The numbers from ten on, and those with a fraction, that ``text`` has in words."""
    for match in _NUMBER.finditer(text):
        value = _value(match)
        fraction = match["tenths"] or match["half"]
        if fraction or (value >= _SMALLEST and not match["digits"]):
            yield SpokenNumber(match.start(), match.end(), value)


def in_digits(text: str) -> tuple[str, Places]:
    """Return ``text`` with its numbers in digits, and where each letter stood."""
    parts: list[str] = []
    numbers: list[tuple[int, int, int, int]] = []
    before = length = 0
    for number in spoken_numbers(text):
        digits = f"{number.value:g}"
        parts += (text[before : number.start], digits)
        length += number.start - before
        numbers.append((length, length + len(digits), number.start, number.end))
        length += len(digits)
        before = number.end
    return "".join((*parts, text[before:])), Places(numbers)


def _value(match: re.Match[str]) -> float:
    if match["digits"]:
        whole = float(match["digits"])
    elif match["left_out"]:
        whole = 100.0 * NUMBER_WORDS[match["left_out"].lower()] + _sum(match["behind"])
    elif match["small"]:
        whole = _sum(match["small"])
    else:
        whole = 100.0 * (_sum(match["hundreds"] or "") or 1.0) + _sum(match["rest"] or "")
    if match["half"]:
        return whole + 0.5
    return whole + _sum(match["tenths"] or "") / 10 + _sum(match["hundredths"] or "") / 100


def _sum(words: str) -> float:
    return float(sum(NUMBER_WORDS.get(word, 0) for word in re.split(r"[\s-]+", words.lower())))
