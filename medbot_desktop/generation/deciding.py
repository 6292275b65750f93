"""Find the sentences on which the answer to a yes-or-no question turns.

A small model that is asked whether something may be done copies the sentence that has most of the question's words,
and passes over the one beside it that forbids it, limits it or makes an exception. By meaning that one is among the
nearest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from medbot_desktop.generation.evidence import REFERS_BACK, Evidence, gathered
from medbot_desktop.generation.extractive import EmbedTexts
from medbot_desktop.generation.task import Source
from medbot_desktop.text import content_stems, sentences

_ASKS_WHETHER = re.compile(
    r"(?:^|[.?!,:;]\s+)(?:(?:so|and|but|then|or)\s+)?(?:may|can|could|should|shall|must|is|are|was|were|do|does|did|will"
    r"|would|has|have|had|am|need)(?:n['’]t)?\s",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"\b(?:not|never|no|none|nobody|neither|nor|unless|except|only|until|without|avoid|must|cannot|need)\b|n['’]t\b",
    re.IGNORECASE,
)
_LIMIT_WEIGHS = 0.1
"""Added to the cosine of a sentence that limits, of about 0.3 to 0.9."""
_DECIDE, _MAY_DECIDE = 2, 3
"""So many of the nearest sentences decide; one more does where the model copied it."""
_SAID = 0.6
"""The share of the stems of a limit that have to be in an answer that says it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A sentence that an answer may not leave out.

    Attributes:
        number: of its passage, from 1.
        text: the sentence.
    """

    number: int
    text: str


def asks_whether(question: str) -> bool:
    """Whether a question is answered by yes or no."""
    return _ASKS_WHETHER.search(question) is not None


def deciding(
    question: str, sources: Sequence[Source], copied: Sequence[Evidence], embed: EmbedTexts
) -> tuple[tuple[Evidence, ...], tuple[Limit, ...]]:
    """What decides a yes-or-no question.

    Args:
        question: the question.
        sources: the passages in the order of the prompt.
        copied: what a model found in them; something.
        embed: texts to unit vectors.

    Returns:
        The sentences nearest to the question, one for each passage that has some; and those of them that limit.
    """
    texts = [sentences(source.text) for source in sources]
    places = [(passage, n) for passage, own in enumerate(texts) for n in range(len(own))]
    spoken = embed([_spoken(sources[passage].title, texts[passage], n) for passage, n in places])
    limits = np.array([bool(_LIMIT.search(texts[passage][n])) for passage, n in places])
    nearness = spoken @ embed([question])[0] + _LIMIT_WEIGHS * limits
    nearest = [places[i] for i in np.argsort(-nearness, kind="stable")]
    about_it = {nearest[0][0], *(one.number - 1 for one in copied)}  # the other passages are about something else
    nearest = [(passage, n) for passage, n in nearest if passage in about_it]
    chosen = nearest[:_DECIDE]
    for passage, n in nearest[_DECIDE:_MAY_DECIDE]:
        if any(one.number == passage + 1 and texts[passage][n] in one.source.text for one in copied):
            chosen.append((passage, n))
    by_passage: dict[int, set[int]] = {}
    for passage, n in chosen:
        by_passage.setdefault(passage, set()).add(n)
    binding = sorted((passage, n) for passage, n in nearest[:_DECIDE] if _LIMIT.search(texts[passage][n]))
    return gathered(by_passage, sources), tuple(Limit(passage + 1, texts[passage][n]) for passage, n in binding)


def left_out(limits: Iterable[Limit], written: Sequence[str]) -> list[Limit]:
    """The limits that none of the sentences of an answer says."""
    said = [frozenset(content_stems(sentence)) for sentence in written if _LIMIT.search(sentence)]
    return [limit for limit in limits if not any(_says(stems, limit) for stems in said)]


def _says(stems: frozenset[str], limit: Limit) -> bool:
    own = set(content_stems(limit.text))
    return len(own & stems) >= _SAID * len(own)


def _spoken(title: str, passage: Sequence[str], n: int) -> str:
    """A sentence with what tells what it is about: the one before it where it refers back, else the title."""
    before = passage[n - 1] if n and REFERS_BACK.match(passage[n]) else f"{title}:"
    return f"{before} {passage[n]}"
