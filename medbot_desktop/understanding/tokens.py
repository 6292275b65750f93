"""Cut a message into the words and numbers that clinical patterns speak about.

Unlike ``medbot_desktop.text``, a number is a token of its own with its value ("SpO2 79%", "38.5C"), apostrophes are
dropped ("can't" and "cant" are one word), and each word knows its sentence and clause.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from medbot_desktop.text import NUMBER_WORDS, sentence_spans, stem
from medbot_desktop.understanding.number_words import spoken_numbers

_TOKEN = re.compile(
    r"\d+(?:[.,/:]\d+)*|(?<![\w?])\?(?=[A-Za-z])|[-+]ve\b|\bw/o\b|(?<=\s)[-+](?=[,.;]|\s*$)|[^\W\d_]+(?:['’`´][^\W\d_]+)*"
    r"|[💀☠🔪🔫](?=\W*(?:my|him|her|them|your)sel)"
)
# What clinicians write for words, and who draws "kill" before "myself".
_KILLING = dict.fromkeys("💀☠🔪🔫", "kill")
_SHORTHAND = _KILLING | {
    "?": "query",
    "-ve": "negative",
    "+ve": "positive",
    "w/o": "without",
    "-": "negative",
    "+": "positive",
}
_PAUSE = re.compile(r"[,;:()\[\]…–—]|\s-\s|\.\.|[.!?]")
_STRETCHED = re.compile(r"(.)\1{2,}")
_CLAUSE_OPENERS = frozenset(("but", "however", "although", "though", "whereas", "except"))


@dataclass(frozen=True, slots=True)
class Token:
    """One word or number of a message.

    Attributes:
        word: lower case, without apostrophes and accents, spelling put right.
        stem: the word's stem.
        start: offset of its first character in the message.
        end: offset behind its last.
        clause: number of its clause; a new one starts with each sentence and at words such as "but".
        sentence: number of its sentence.
        pause: whether a comma or the like stands before it.
        value: its value where it is a number, in digits or in words; each word of "forty five" has that of the whole.
    """

    word: str
    stem: str
    start: int
    end: int
    clause: int
    sentence: int
    pause: bool
    value: float | None = None


def written(text: str, tokens: Sequence[Token], places: Sequence[int]) -> str:
    """The words at ``places`` as they stand in ``text``; what lies between them is left out as "…"."""
    parts: list[str] = []
    for at in places:
        follows = bool(parts) and at - 1 in places
        parts.append(("" if not parts else " " if follows else " … ") + text[tokens[at].start : tokens[at].end])
    return "".join(parts)


def normal(word: str) -> str:
    """Return ``word`` in lower case, without apostrophes, accents and letters stretched for emphasis."""
    plain = word.lower().translate(_DROPPED)
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return _STRETCHED.sub(r"\1", plain) if len(plain) > 3 else plain


_DROPPED = str.maketrans("", "", "'’`´")


def pattern_words(phrase: str) -> list[str]:
    """Return the words of a pattern's phrase, cut the way a message is."""
    return [normal(match.group()) for match in _TOKEN.finditer(phrase)]


def tokenise(text: str, correct: Callable[[str], str] = str) -> list[Token]:
    """Return the tokens of ``text``.

    Args:
        text: a cleaned message.
        correct: gives a word's right spelling, or the word itself.
    """
    tokens: list[Token] = []
    spoken = {at: number.value for number in spoken_numbers(text) for at in range(number.start, number.end)}
    clause = 0
    for sentence, (start, end) in enumerate(sentence_spans(text)):
        clause += 1
        before = start
        for match in _TOKEN.finditer(text, start, end):
            raw = match.group()
            word = _SHORTHAND.get(raw.lower()) or normal(raw)
            value = spoken.get(match.start())
            if value is None:
                value = _value(raw) if raw[0].isdigit() else NUMBER_WORDS.get(word)
            if value is None:
                word = correct(word)
            between = text[before : match.start()]
            if word in _CLAUSE_OPENERS or ";" in between:
                clause += 1
            pause = bool(between) and _PAUSE.search(between) is not None
            tokens.append(Token(word, stem(word), match.start(), match.end(), clause, sentence, pause, value))
            before = match.end()
    return tokens


def _value(raw: str) -> float | None:
    """The value of a number: "88/50" is 88, "38,5" is 38.5, "1,000" is 1000; a time of day has none."""
    if ":" in raw:
        return None
    first = raw.split("/")[0]
    whole, comma, rest = first.partition(",")
    if comma:
        first = whole + rest if len(rest) == 3 and rest.isdigit() else f"{whole}.{rest}"
    try:
        return float(first.replace(",", ""))
    except ValueError:
        return None
