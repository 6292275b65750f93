"""Find what the passages of an answer say nearer to the question, or more urgently, than what a model chose of them.

A small model tends to take the sentence beside the one that answers. What it passed over is added in the library's own
words: the sentence that is nearest to the question by meaning and words, and lines of a passage that was used which
tell of danger.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from medbot_desktop.generation.extractive import EmbedTexts
from medbot_desktop.generation.task import Source
from medbot_desktop.text import STEP, content_stems, sentences

_URGENT = re.compile(
    r"\b(?:emergency (?:number|department)|poison cent(?:re|er)|crisis line|at once|straight away|immediately)\b"
    r"|\b(?:call|see|get|ask|tell)\b.{0,40}\b(?:today|now|within (?:a|\d+) (?:hours?|days?))\b"
    r"|^(?:do not|never)\b|[,;] (?:and|but) (?:do not|never)\b",
    re.IGNORECASE,
)
_WORDS_WEIGH = 0.3
"""What all of the question's words in a sentence add to its cosine, of about 0.3 to 0.8."""
_NEARER = 0.1
"""A sentence that is nearer by this than all that was said answers better than they do."""
_BEARS = 0.1
"""An urgent line that is farther by no more than this still speaks of what was asked."""
_SAID = 0.6
"""The share of the stems of a sentence that are in one that says it."""
_MOST = 2
_GROUPS = (
    (r"\bpregnan", r"\b(?:pregnan|expecting|trimester|midwife)"),
    (r"\b(?:bab(?:y|ies)|newborns?)\b", r"\b(?:bab(?:y|ies)|newborns?|infants?|months?|breastfe\w+|nursing)\b"),
    (
        r"\b(?:child|children)\b",
        r"\b(?:child|children|kids?|sons?|daughters?|toddlers?|boys?|girls?|bab(?:y|ies)|little one|teen\w*"
        r"|years?|yrs?)\b",
    ),
)
"""Words for people whom a sentence is meant for, and those of which a question that is about them has one."""


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A sentence that an answer left out.

    Attributes:
        number: of its passage, from 1.
        text: the sentence.
    """

    number: int
    text: str


def is_urgent(sentence: str) -> bool:
    """Whether a sentence sends somebody for help soon, or forbids something."""
    return _URGENT.search(sentence) is not None


def unsaid(
    question: str, sources: Sequence[Source], said: Sequence[str], used: Sequence[int], embed: EmbedTexts
) -> list[Unsaid]:
    """What an answer should have said of its passages.

    Args:
        question: the question.
        sources: the passages in the order of the prompt.
        said: the sentences of the answer; some.
        used: the numbers of the passages that they are from, from 1.
        embed: texts to unit vectors.

    Returns:
        The sentence nearest to the question where it is clearly nearer than all that was said, then urgent lines of the
        passages used that bear on the question, the nearest first; two at most.
    """
    found = list(
        dict.fromkeys(
            (n, text)
            for n, source in enumerate(sources, start=1)
            for text in sentences(source.text)
            if not STEP.match(text) and not _is_for_others(text, question)  # a step alone misleads
        )
    )
    if not found:
        return []
    titled = [f"{sources[n - 1].title}: {text}" for n, text in found]
    spoken = [f"{sources[n - 1].title}: {text}" for n, text in zip(used, said, strict=True)]
    near = _nearness(question, titled, [text for _, text in found], embed)
    reached = max(_nearness(question, spoken, said, embed))
    answered = list(said)
    chosen: list[Unsaid] = []
    ranked = sorted(zip(near, found, strict=True), key=lambda pair: -pair[0])
    best, (number, text) = ranked[0]
    if best >= reached + _NEARER and not _is_said(text, answered):
        chosen.append(Unsaid(number, text))
        answered.append(text)
    for nearness, (number, text) in ranked:
        if nearness < reached - _BEARS or len(chosen) == _MOST:
            break
        if number in used and is_urgent(text) and not _is_said(text, answered):
            chosen.append(Unsaid(number, text))
            answered.append(text)
    return chosen


def _nearness(question: str, titled: Sequence[str], texts: Sequence[str], embed: EmbedTexts) -> list[float]:
    """How near sentences are to a question, by meaning under their titles and by the words that they share with it."""
    asked = set(content_stems(question))
    shares = [len(asked & set(content_stems(text))) / max(len(asked), 1) for text in texts]
    cosines = embed(titled) @ embed([question])[0]
    return [float(cosine) + _WORDS_WEIGH * share for cosine, share in zip(cosines, shares, strict=True)]


def _is_said(text: str, said: Sequence[str]) -> bool:
    own = set(content_stems(text))
    # Two lines of one list share most of their words, and differ in the number: a number must have been said as well.
    return any(
        len(own & stems) >= _SAID * len(own) and _numbers(own) <= stems for stems in map(set, map(content_stems, said))
    )


def _is_for_others(text: str, question: str) -> bool:
    return any(re.search(told, text, re.I) and not re.search(asked, question, re.I) for told, asked in _GROUPS)


def _numbers(stems: set[str]) -> set[str]:
    return {stem for stem in stems if stem[0].isdigit()}
