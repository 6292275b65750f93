"""Let a text model sit the exam: ask it every item as composing would, and mark what it writes."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from medbot_desktop.errors import ModelError
from medbot_desktop.generation.drafting import answer_from, copied_from, draft_of
from medbot_desktop.generation.exam_items import KINDS, ExamItem
from medbot_desktop.generation.exam_marking import Mark, mark
from medbot_desktop.generation.extractive import EmbedTexts
from medbot_desktop.generation.phrasing import TextWriter
from medbot_desktop.generation.prompting import NOT_FOUND, fitted, prepared
from medbot_desktop.generation.tiers import Count

_LONGEST_ANSWER = 80
"""Tokens. A right answer to any item is one or two sentences; what goes on is marked by what it has said so far."""


@dataclass
class Sitting:
    """One run through the exam; ``marks`` is complete once ``sit`` has ended.

    Attributes:
        marks: of each item, in their order.
        tokens: pieces that the model copied before it answered, but for the first, about one for each token.
        writing_s: seconds that it took for those.
        waiting_s: seconds from asking to the first sentence of an answer, over all answers that have one.
        begun: how many those are.
        seconds: the whole run.
        facts: what the server says of the model; empty for one of this computer.
    """

    marks: list[Mark] = field(default_factory=list)
    tokens: int = 0
    writing_s: float = 0.0
    waiting_s: float = 0.0
    begun: int = 0
    seconds: float = 0.0
    facts: str = ""

    @property
    def tokens_per_second(self) -> float:
        """How fast it wrote; 0 where it wrote too little to tell."""
        return self.tokens / self.writing_s if self.writing_s > 0 else 0.0

    @property
    def first_text_s(self) -> float:
        """How long it took on average until its first sentence; 0 where it wrote none."""
        return self.waiting_s / self.begun if self.begun else 0.0

    @property
    def kept(self) -> tuple[int, int]:
        """How many of the sentences the support check would show, and of how many."""
        return sum(one.kept for one in self.marks), sum(one.sentences for one in self.marks)

    def counts(self) -> dict[str, Count]:
        """How many answers of each kind were right."""
        return {kind: _count([one for one in self.marks if one.kind == kind]) for kind in KINDS}


def sit(writer: TextWriter, items: Sequence[ExamItem], sitting: Sitting, embed: EmbedTexts) -> Iterator[Mark]:
    """Ask every item and mark the answers, one by one.

    Args:
        writer: the model.
        items: what to ask.
        sitting: where the marks are gathered.
        embed: texts to unit vectors.

    Yields:
        Each mark as soon as it is there.

    Raises:
        ModelError: the model cannot be asked, or stopped; says at which item. Nothing of the run counts then.
    """
    began = time.monotonic()
    for n, item in enumerate(items, start=1):
        try:
            written = _written(writer, item, sitting, embed)
        except ModelError as error:
            raise ModelError(
                f"The model stopped at question {n} of {len(items)}, so this exam does not count: {error.message}",
                error.hint,
            ) from error
        sitting.marks.append(mark(item, written))
        sitting.seconds = time.monotonic() - began
        yield sitting.marks[-1]


def _written(writer: TextWriter, item: ExamItem, sitting: Sitting, embed: EmbedTexts) -> list[str]:
    """The sentences of one answer; notes how fast it came."""
    task = fitted(writer, prepared(item.task))
    asked = time.monotonic()
    draft = draft_of(task, "".join(_timed(copied_from(writer, task), sitting)), embed)
    if not draft.found:
        return [NOT_FOUND]
    sentences: list[str] = []
    for sentence in filter(None, answer_from(writer, draft, most_tokens=_LONGEST_ANSWER)):
        if not sentences:
            sitting.begun += 1
            sitting.waiting_s += time.monotonic() - asked
        sentences.append(sentence)
    return sentences


def _timed(stream: Generator[str, None, None], sitting: Sitting) -> Iterator[str]:
    """The pieces of what is written; notes how fast they came."""
    last = None
    with closing(stream) as pieces:
        for piece in filter(None, pieces):
            now = time.monotonic()
            if last is not None:
                sitting.tokens += 1
                sitting.writing_s += now - last
            last = now
            yield piece


def _count(marks: Iterable[Mark]) -> Count:
    known = list(marks)
    return Count(sum(one.right for one in known), len(known), sum(one.grave for one in known))
