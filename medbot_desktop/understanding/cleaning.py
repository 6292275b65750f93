"""Take out of a message what cannot be read or shown safely, and refuse what is no message."""

from __future__ import annotations

import re
from collections.abc import Iterator

from medbot_desktop.errors import InputError, TooLongError
from medbot_desktop.settings import MESSAGE_LIMIT
from medbot_desktop.text import sentence_spans

_HARD_LIMIT = 4 * MESSAGE_LIMIT
_OVERLAP = MESSAGE_LIMIT // 10
_MOST_CUT = 25 * MESSAGE_LIMIT
"""Of a longer text only so many characters are cut into pieces, from its two ends; this takes some seconds to read."""
_LINE_BREAK = re.compile(r"\r\n?|[\u2028\u2029\u0085\v\f]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
# Bidirectional marks, embeddings and isolates; zero-width space, non-joiner, word joiner and byte order mark; soft
# hyphen; interlinear and tag characters; lone surrogates. The joiner stays only between two symbols, where it is emoji.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_STRAY_JOINER = re.compile(
    "(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d|\u200d(?![\u2600-\u27bf\U0001f000-\U0001faff])"
)
_SPACES = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r" ?\n(?: ?\n)+ ?")


def clean(text: str) -> str:
    """Return ``text`` without control, bidirectional and invisible characters, its line breaks and spaces made even.

    Args:
        text: the message as typed or passed. Markup in it is left as the plain text that it is.

    Raises:
        TooLongError: the message is longer than ``MESSAGE_LIMIT`` characters.
        InputError: nothing readable is left.
    """
    if len(text) > _HARD_LIMIT:
        raise _too_long(len(text))
    cleaned = _tidied(text)
    if len(cleaned) > MESSAGE_LIMIT:
        raise _too_long(len(cleaned))
    if not cleaned:
        raise InputError("Please type a question.", hint="For example: how do I treat a sore throat?")
    return cleaned


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Cut a text of any length, cleaned, into pieces of at most ``MESSAGE_LIMIT`` characters.

    They are cut at the ends of sentences, where there are any, and the last words of one begin the next, so that what
    stands together stands together in one of them.

    Yields:
        The offset of each piece in the cleaned text, and the piece.
    """
    if len(text) > _MOST_CUT:
        text = f"{text[: _MOST_CUT // 2]}\n{text[-_MOST_CUT // 2 :]}"
    cleaned = _tidied(text)
    parts = [part for start, end in sentence_spans(cleaned) for part in _short_parts(cleaned, start, end)]
    first = 0
    while first < len(parts):
        begin, last = parts[first][0], first
        while last + 1 < len(parts) and parts[last + 1][1] - begin <= MESSAGE_LIMIT:
            last += 1
        yield begin, cleaned[begin : parts[last][1]]
        if last + 1 == len(parts):
            return
        end, first = parts[last][1], last
        while end - parts[first - 1][0] <= _OVERLAP:
            first -= 1


def small(text: str) -> str:
    """The text in small letters, each in its place; a letter whose small form is longer stays as it is."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c if len(c.lower()) > 1 else c.lower() for c in text)


def _tidied(text: str) -> str:
    cleaned = _LINE_BREAK.sub("\n", text)
    cleaned = _CONTROL.sub(lambda match: " " if match.group() == "\t" else "", cleaned)
    cleaned = _STRAY_JOINER.sub("", _INVISIBLE.sub("", cleaned))
    return _EMPTY_LINES.sub("\n\n", _SPACES.sub(" ", cleaned)).strip()


def _short_parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence as it is, or cut between words into parts that the overlap of two pieces can hold."""
    while end - start > _OVERLAP:
        cut = text.rfind(" ", start + 1, start + _OVERLAP)
        cut = cut if cut > 0 else start + _OVERLAP
        yield start, cut
        start = cut + (text[cut] == " ")
    yield start, end


def _too_long(length: int) -> TooLongError:
    return TooLongError(
        f"The message has {length:,} characters; {MESSAGE_LIMIT:,} is the most that can be read at once.",
        hint="Shorten it, or send it in parts. Nothing was cut or lost.",
    )
