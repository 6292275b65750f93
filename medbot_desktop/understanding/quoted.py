"""Keep what a message quotes from a picture apart from what is said: a label's warnings are nobody's symptoms."""

from __future__ import annotations

import re

from medbot_desktop.domain import CLINICAL_KINDS, Utterance

HEADING = "Text of a picture:"
"""The line above what is quoted; each line of it begins with ``>``."""

ON_LABELS = frozenset(("medicine", "allergy"))
"""The kinds of entities that are taken from what is quoted."""

_BLOCK = re.compile(rf"^[ \t]*{re.escape(HEADING)}[^\S\n]*\n(?:[ \t]*>[^\n]*(?:\n|\Z))+", re.IGNORECASE | re.MULTILINE)
_MARK = re.compile(r"^[ \t]*> ?", re.MULTILINE)
# A note in the first person is the person's own report, whoever photographed it: its red flags are looked for.
_FIRST_PERSON = re.compile(
    r"\b(?:I|i)(?:['’](?:m|ve|d|ll)\b| (?:am|have|had|feel|felt|think|took|take|can|can['’]t|cannot|could|need|want"
    r"|get|got|was|keep|also|just|do|don['’]t|did|woke|started|cut|fell|hurt)\b)|\b[Mm]y (?!NHS|GP|[A-Z])"
)


def quote(text: str) -> str:
    """The text of a picture as a part of a message.

    Args:
        text: the lines, corrected by the person.

    Returns:
        The heading and the lines, each marked; empty where there is no text.
    """
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return "\n".join((HEADING, *(f"> {line}" for line in lines if line))) if any(lines) else ""


def quotes(text: str) -> tuple[tuple[int, int], ...]:
    """Where a cleaned message quotes pictures: the offsets of the first character and behind the last, for each.

    What speaks in the first person is not quoted but said, and so is every line that is not marked.
    """
    blocks = (match for match in _BLOCK.finditer(text) if not _FIRST_PERSON.search(_MARK.sub("", match.group())))
    return tuple(match.span() for match in blocks)


def blanked(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    """The text with these spans blank, everything else in its place."""
    for start, end in spans:
        text = text[:start] + "".join("\n" if mark == "\n" else " " for mark in text[start:end]) + text[end:]
    return text


def kept(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    """The text with all but these spans blank, and their headings and marks as well."""
    result = [" "] * len(text)
    for start, end in spans:
        inside = text[start:end]
        below = inside.index("\n")
        unmarked = _MARK.sub(lambda match: " " * len(match.group()), inside[below:])
        result[start + below : end] = unmarked
    return "".join(result)


def asks_of_picture(utterance: Utterance) -> bool:
    """Whether a message beside what it quotes names nothing clinical: "what is this for?" asks of what is quoted."""
    own = (one for one in utterance.entities if not any(start <= one.start < end for start, end in utterance.quotes))
    return bool(utterance.quotes) and not any(one.kind in CLINICAL_KINDS for one in own)
