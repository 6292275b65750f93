"""Take out of a message what cannot be read or shown safely, and refuse what is no message."""

from __future__ import annotations

import re

from medbot_desktop.errors import InputError
from medbot_desktop.settings import MESSAGE_LIMIT

_HARD_LIMIT = 4 * MESSAGE_LIMIT
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
        InputError: nothing readable is left, or the message is longer than ``MESSAGE_LIMIT`` characters.
    """
    if len(text) > _HARD_LIMIT:
        raise _too_long(len(text))
    cleaned = _LINE_BREAK.sub("\n", text)
    cleaned = _CONTROL.sub(lambda match: " " if match.group() == "\t" else "", cleaned)
    cleaned = _STRAY_JOINER.sub("", _INVISIBLE.sub("", cleaned))
    cleaned = _EMPTY_LINES.sub("\n\n", _SPACES.sub(" ", cleaned)).strip()
    if len(cleaned) > MESSAGE_LIMIT:
        raise _too_long(len(cleaned))
    if not cleaned:
        raise InputError("Please type a question.", hint="For example: how do I treat a sore throat?")
    return cleaned


def small(text: str) -> str:
    """The text in small letters, each in its place; a letter whose small form is longer stays as it is."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c if len(c.lower()) > 1 else c.lower() for c in text)


def _too_long(length: int) -> InputError:
    return InputError(
        f"The message has {length:,} characters; {MESSAGE_LIMIT:,} is the most that can be read at once.",
        hint="Shorten it, or send it in parts. Nothing was cut or lost.",
    )
