"""Cut text into sentences, words and stems, the same way in every room."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from Stemmer import Stemmer

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*")
_BREAK = re.compile(r"[.!?]+[)\"'’”]*(?=\s)|\n+")
_ABBREVIATIONS = ("e.g.", "i.e.", "dr.", "mr.", "mrs.", "ms.", "vs.", "approx.", "no.", "st.")

STEP = re.compile(r"\d{1,2}\. ")
"""The number at the start of a step of a procedure."""

NUMBER_WORDS: dict[str, int] = {
    **{
        word: value
        for value, word in enumerate(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen twenty".split()
        )
    },
    **dict(zip("thirty forty fifty sixty seventy eighty ninety hundred".split(), range(30, 101, 10), strict=True)),
}
"""Numbers that are written as one word."""

# Words that carry grammar rather than meaning. Negations are not among them: they change what a sentence claims.
STOP_WORDS = frozenset(
    """a about after again all also am an and any anybody anyone anything are aren't as at be because been before being
    between both but by can can't cannot could couldn't did didn't do does doesn't doing don't during each else ever
    every for from further get gets getting give given go goes going got had has have having he he's her here hers him
    his how i i'd i'll i'm i've if in into is isn't it it's its itself just keep keeps let like lot lots make makes many
    may me might more most much must my myself need needs of off ok okay on once one ones only or other ought our ours
    out over own please quite rather really same say she she's should shouldn't so some somebody someone something still
    such than that that's the their theirs them then there there's these they they're thing things think this those
    through to too under until up upon us use using very was wasn't we we're were weren't what what's when where whether
    which while who whom whose why will with won't would wouldn't yet you you're your yours yourself
    know tell want wants way ways hi hello hey thanks thank bit able""".split()
)


def name_key(name: str) -> str:
    """Return the form of a person's or account's name by which two ways of writing it are compared."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) offsets of the sentences of ``text``, without the space around them."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _BREAK.finditer(text):
        if not match.group().startswith("\n") and _is_abbreviation(text, match.end()):
            continue
        _append_trimmed(spans, text, start, match.end())
        start = match.end()
    _append_trimmed(spans, text, start, len(text))
    return spans


def sentences(text: str) -> list[str]:
    """Return the sentences of ``text``."""
    return [text[start:end] for start, end in sentence_spans(text)]


def word_spans(text: str) -> list[tuple[int, int, str]]:
    """Return the (start, end, word) of the words and numbers of ``text``, as `words` gives them."""
    return [(match.start(), match.end(), match.group().lower().replace("’", "'")) for match in _WORD.finditer(text)]


def written_words(text: str) -> list[str]:
    """Return the words and numbers of ``text`` as they are written."""
    return _WORD.findall(text)


def words(text: str) -> list[str]:
    """Return the words and numbers of ``text`` in lower case, with straight apostrophes."""
    return [word.lower().replace("’", "'") for word in written_words(text)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the stem of a lower-case English word (Snowball English, Porter 2001)."""
    result: str = _stemmer().stemWord(word.removesuffix("'s"))
    return result


@lru_cache(maxsize=1)
def _stemmer() -> Stemmer:
    """The stemmer, without a cache of its own and to be let go with it: what it has seen must not outlive a lock."""
    return Stemmer("english", 0)


def content_stems(text: str) -> list[str]:
    """Return the stems of the words of ``text`` that carry meaning, in order, with repetitions."""
    return [stem(word) for word in words(text) if word not in STOP_WORDS]


def _is_abbreviation(text: str, end: int) -> bool:
    """Whether the full stop before ``end`` belongs to an abbreviation or to the number of a step."""
    line = text[max(0, end - 10) : end].rpartition("\n")[2]
    word = line.rpartition(" ")[2].lower().lstrip("(")
    return word in _ABBREVIATIONS or (
        end - len(line) in (0, text.rfind("\n", 0, end) + 1) and bool(STEP.fullmatch(line + " "))
    )


def _append_trimmed(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))
