"""Take a sentence apart into the words that make up its claim, so that two sentences can be laid side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from medbot_desktop.text import NUMBER_WORDS, STEP, sentence_spans, stem

NEGATIONS = frozenset(
    "no not never none nobody nothing neither nor without avoid stop unlikely rarely seldom hardly except unless "
    "instead".split()
)

_UNITS = {
    "milligram": "mg", "milligrams": "mg", "mgs": "mg", "gram": "g", "grams": "g", "gs": "g",
    "microgram": "mcg", "micrograms": "mcg", "μg": "mcg", "µg": "mcg",
    "millilitre": "ml", "millilitres": "ml", "milliliter": "ml", "milliliters": "ml", "mls": "ml",
    "litre": "l", "litres": "l", "liter": "l", "liters": "l",
    "hours": "hour", "hrs": "hour", "hr": "hour", "h": "hour", "minutes": "minute", "mins": "minute", "min": "minute",
    "days": "day", "weeks": "week", "months": "month", "years": "year", "seconds": "second", "secs": "second",
    "times": "time", "tablets": "tablet", "doses": "dose", "percent": "%",
    "kilograms": "kg", "kilogram": "kg", "kilos": "kg", "kilo": "kg", "centimetres": "cm", "centimeters": "cm",
    "celsius": "c", "fahrenheit": "f", "units": "unit", "cups": "cup", "glasses": "glass",
}  # fmt: skip
_NUMBER_WORDS = {**{word: str(value) for word, value in NUMBER_WORDS.items()}, "half": "0.5"}

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|%|[,;:()]|[.!?](?=\s|$)")
_SPELLED_OUT = (
    (re.compile(r"[’‘]"), "'"),
    (re.compile(r"\bper cent\b"), "%"),
    (re.compile(r"\b(?:can't|cannot)\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"(?<=\d)\s*[-–—]\s*(?=\d)"), " to "),
    (re.compile(r"\s[-–—]\s"), " , "),
)
# Words that may come or go without a change of what is claimed.
_SLIGHT = frozenset("a an the your also then please".split())
_PAUSES = frozenset(",;:()")


@dataclass(frozen=True, slots=True)
class Term:
    """One word or number of a claim.

    Attributes:
        value: its stem, its unit's short form, or its number in digits.
        joined_by: ``and`` or ``or`` where it stands before the word, else empty.
        after_pause: whether a comma, bracket, colon or semicolon stands before it.
    """

    value: str
    joined_by: str
    after_pause: bool

    @property
    def is_number(self) -> bool:
        """Whether it is a number."""
        return self.value[0].isdigit()

    @property
    def begins_part(self) -> bool:
        """Whether a new part of the sentence can begin here."""
        return self.after_pause or bool(self.joined_by)


def plain_text(sentence: str) -> str:
    """The sentence in lower case without the number of a step, its short forms spelled out."""
    plain = STEP.sub("", sentence.strip(), count=1) if STEP.match(sentence.strip()) else sentence
    plain = plain.lower()
    for pattern, spelled_out in _SPELLED_OUT:
        plain = pattern.sub(spelled_out, plain)
    return plain


@lru_cache(maxsize=4_096)
def terms(sentence: str) -> tuple[Term, ...]:
    """The terms of one sentence in order; the number of a step is not among them."""
    found: list[Term] = []
    joined_by, after_pause = "", False
    for token in _TOKEN.findall(plain_text(sentence)):
        if token in ("and", "or"):
            joined_by = token
        elif token in _PAUSES:
            after_pause = True
        elif token not in _SLIGHT and token not in (".", "!", "?"):
            found.append(Term(value_of(token), joined_by, after_pause))
            joined_by, after_pause = "", False
    return tuple(found)


def step_number(sentence: str) -> str:
    """The number of a step of a procedure, "" where the sentence is none."""
    match = STEP.match(sentence.strip())
    return match.group().rstrip(". ") if match else ""


@lru_cache(maxsize=1_024)
def sentences_of(passage: str) -> tuple[tuple[int, int], ...]:
    """The (start, end) offsets of a passage's sentences."""
    return tuple(sentence_spans(passage))


def value_of(token: str) -> str:
    """What a word or number in lower case stands for: its stem, its unit's short form, its digits."""
    if token[0].isdigit():
        whole = token.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", token) else token
        return re.sub(r"\.0+$", "", whole)
    return _NUMBER_WORDS.get(token) or _UNITS.get(token) or (token if token in NEGATIONS else stem(token))
