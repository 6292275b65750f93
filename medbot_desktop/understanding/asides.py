"""Keep the times and the degrees of other matters from a complaint: "we moved house a month ago", "a bit worried"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.understanding.rulefiles import TimingWords
from medbot_desktop.understanding.tokens import Token

_TELLING = ("symptom", "condition", "event")
_AGO = ("ago", "back", "earlier")
_DEGREES = ("mild", "suddenly")


def without_asides(entities: Sequence[Entity], tokens: Sequence[Token], words: TimingWords) -> list[Entity]:
    """The entities, without what a message says of another matter than the complaint.

    Where a sentence names no sign, but something of everyday life, and nothing of a course ("it started when we
    moved"), its duration is past, and its degrees count for nothing; so is the duration of "the same" a year ago, of
    an item of a list that is of an earlier time ("itchy piles, had the camera last year"), and of what is over, where
    another time tells of now.

    Args:
        entities: the signs and measures of a message.
        tokens: its tokens.
        words: those by which one tells a course from everyday life.
    """
    if not any(one.name == "duration" or one.name in _DEGREES for one in entities):
        return list(entities)
    asides = [
        (said[0].start, said[-1].end)
        for said, is_item in _parts(tokens)
        if _is_aside(said, entities, words) and (not is_item or _is_earlier(said, words))
    ]
    kept: list[Entity] = []
    for entity in entities:
        is_aside = any(start <= entity.start < end for start, end in asides)
        if entity.name == "duration" and (is_aside or _is_of_another_time(entity, entities)):
            kept.append(replace(entity, assertion=Assertion.PAST))
        elif not (is_aside and entity.name in _DEGREES):
            kept.append(entity)
    return kept


def _is_of_another_time(time: Entity, entities: Sequence[Entity]) -> bool:
    """Whether a time tells when something was that is over: "treated for cancer six years ago", where pain is new."""
    said = [one for one in entities if one.kind in (*_TELLING, "context") and one.assertion is Assertion.PAST]
    is_then = any(one.because.startswith(time.text) and one.because.endswith(_AGO) for one in said)
    others = (one for one in entities if one.name == "duration" and one is not time)
    return is_then and any(one.assertion is Assertion.PRESENT for one in others)


def _parts(tokens: Sequence[Token]) -> Iterator[tuple[list[Token], bool]]:
    """The sentences, and the items of those that are lists, each with whether it is an item."""
    sentences: dict[int, list[Token]] = {}
    for token in tokens:
        sentences.setdefault(token.sentence, []).append(token)
    for said in sentences.values():
        yield said, False
        breaks = [0, *(at for at, token in enumerate(said) if token.pause and at), len(said)]
        if len(breaks) > 2:
            yield from ((said[begin:end], True) for begin, end in pairwise(breaks))


def _is_earlier(said: Sequence[Token], words: TimingWords) -> bool:
    return any(token.word in words.earlier for token in said)


def _is_aside(said: Sequence[Token], entities: Sequence[Entity], words: TimingWords) -> bool:
    """Whether a part of a message is of another matter than the complaint, or of an earlier time."""
    inside = [one for one in entities if one.start < said[-1].end and said[0].start < one.end]
    if any(one.kind in _TELLING for one in inside):
        return False
    times = [one for one in inside if one.name == "duration"]
    beside = {token.word for token in said if not any(time.start <= token.start < time.end for time in times)}
    is_another_time = bool(words.alike & beside) and _is_earlier(said, words)
    return is_another_time or (bool(words.life & beside) and not words.course & beside)
