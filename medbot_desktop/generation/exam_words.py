"""Bring an answer into the words that its marking compares, so that "7.5ml" and "7.5 millilitres" are the same."""

from __future__ import annotations

import re

from medbot_desktop.text import NUMBER_WORDS, stem

Form = tuple[str, ...]
"""Words, numbers and short forms of units, in order."""

_MARKS = re.compile(r"\s*\[\d+\]")
_REWRITTEN = (
    (re.compile(r"[’‘]"), "'"),
    (re.compile(r"[–—‑−]"), "-"),
    (re.compile(r"[µμ]g\b"), "mcg"),
    (re.compile(r"\b([ap])\.\s?m\b\.?"), r"\1m"),
    (re.compile(r"\bper cent\b"), "%"),
    (re.compile(r"\b(?:can't|cannot)\b"), "can not"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"\$\s?(\d[\d.,]*\d|\d)"), r"\1 dollars"),
    (re.compile(r"\b(?:an?|one) hour and a half\b|\bone and a half hours\b"), "1.5 hours"),
    (re.compile(r"\bhalf an? hour\b"), "30 minutes"),
    (re.compile(r"(\d),(?=\d{3}\b)"), r"\1"),
    (re.compile(r"(\d)\s*(?:/|over)\s*(?=\d)"), r"\1/"),
    (re.compile(r"\b(\d{1,2})[.:](\d\d)(?=\s?(?:am|pm)\b)"), r"\1:\2"),
    (re.compile(r"\b0?(\d{1,2}):00\b"), r"\1"),
    (re.compile(r"(?<=\d)\s*-\s*(?=\d)"), " to "),
)
_TOKEN = re.compile(r"\d+(?:[.:/]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|%")
_UNITS = {
    "hour": "hour", "minute": "minute",
    "milligram": "mg", "milligrams": "mg", "gram": "g", "grams": "g", "grammes": "g",
    "microgram": "mcg", "micrograms": "mcg", "millilitre": "ml", "millilitres": "ml", "milliliter": "ml",
    "milliliters": "ml", "hours": "hour", "hrs": "hour", "hr": "hour", "h": "hour", "minutes": "minute",
    "mins": "minute", "min": "minute", "percent": "%", "celsius": "c",
}  # fmt: skip
_TENS = range(20, 100, 10)


def form_of(text: str) -> Form:
    """The words of a text in one way of writing: stems, digits for number words, short units, no citation marks."""
    plain = _MARKS.sub(" ", text).lower()
    for pattern, rewritten in _REWRITTEN:
        plain = pattern.sub(rewritten, plain)
    found: list[str] = []
    for token in _TOKEN.findall(plain):
        value = _value(token)
        if found and token in NUMBER_WORDS and found[-1].isdigit() and int(found[-1]) in _TENS and len(value) == 1:
            found[-1] = str(int(found[-1]) + int(value))
        else:
            found.append(value)
    return tuple(found)


def says(form: Form, phrase: Form) -> bool:
    """Whether the phrase stands in the form as it is."""
    return any(form[start : start + len(phrase)] == phrase for start in range(len(form) - len(phrase) + 1))


def numbers_of(form: Form) -> set[str]:
    """The numbers of a form."""
    return {value for value in form if value[0].isdigit()}


def _value(token: str) -> str:
    if token in NUMBER_WORDS:
        return str(NUMBER_WORDS[token])
    return _UNITS.get(token) or (token if token[0].isdigit() else stem(token))
