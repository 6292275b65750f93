"""Let a model draft an answer in two steps: copy what tells what was asked, then answer from that alone.

A small model that is asked at once answers from memory, or takes the nearest sentence for the answer. One that has to
copy first mostly sees that there is nothing to copy. What it copied is looked up in the passages, so the second step
reads their own sentences. On what a yes-or-no question turns is too easily passed over to leave it to the model alone:
those sentences are found by their meaning, and what limits the answer is said whether the model says it or not.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from medbot_desktop.generation.answer_kind import may_answer
from medbot_desktop.generation.deciding import Limit, asks_whether, deciding, left_out
from medbot_desktop.generation.evidence import Evidence, evidence_in
from medbot_desktop.generation.extractive import EmbedTexts
from medbot_desktop.generation.phrasing import TextWriter
from medbot_desktop.generation.prompting import (
    MOST_COPIED_TOKENS,
    MOST_TOKENS,
    answering,
    copying,
)
from medbot_desktop.generation.task import Task

# Where a sentence ends, known only once the next one has begun: behind its marks, of which none may be still to come.
# A small letter goes on with the sentence ("at 9 a.m. on Mondays"), unless a mark stands before it.
_SENTENCE_END = re.compile(
    r"""[.!?]["'”’)]*(?:\s*\[\d+\])+\.?(?=\s+[^\s\[])
    | [.!?]["'”’)]*(?=\s+[^\s\[a-z])
    | \[\d+\](?=\s+[^\s\[a-z])
    | (?=\n\s*[^\s\[])""",
    re.VERBOSE,
)
_STEP = re.compile(r"\d{1,2}\.")
REVISION = 2
"""Raised whenever something else is done with what a model writes, so that exams are sat anew."""
MARK = re.compile(r"\s*\[(\d+)\]")
"""A citation mark with the room before it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the first step came to.

    Attributes:
        task: what the model was asked, as far as its window holds it.
        found: what tells it; empty where nothing does.
        limits: the sentences of it that the answer may not leave out.
    """

    task: Task
    found: tuple[Evidence, ...]
    limits: tuple[Limit, ...] = ()

    @property
    def narrowed(self) -> Task:
        """The task with nothing but what was found."""
        return replace(self.task, sources=tuple(one.source for one in self.found))

    def in_place(self, sentence: str) -> str:
        """A sentence whose marks name what was found, with those of the passages that this is from."""
        return MARK.sub(lambda mark: self._mark(int(mark[1])), sentence)

    def _mark(self, n: int) -> str:
        # Where one passage tells it, the model cannot mean another.
        at = 0 if len(self.found) == 1 else n - 1
        return f" [{self.found[at].number}]" if 0 <= at < len(self.found) else ""


def copied_from(writer: TextWriter, task: Task) -> Generator[str, None, None]:
    """Let a model copy what tells what was asked.

    Args:
        writer: the model.
        task: prepared, and fitted to the model's window.

    Yields:
        What it writes, piece by piece; closing it stops the model.

    Raises:
        ModelError: the model's process failed.
    """
    return writer.stream(copying(task), max_tokens=MOST_COPIED_TOKENS)


def draft_of(task: Task, copied: str, embed: EmbedTexts) -> Draft:
    """Look up in the passages what a model has copied.

    Args:
        task: what it was asked.
        copied: what it wrote.
        embed: texts to unit vectors.
    """
    found = evidence_in(copied, task.sources)
    limits: tuple[Limit, ...] = ()
    if found and asks_whether(task.question):
        found, limits = deciding(task.question, task.sources, found, embed)
    passages = " ".join(f"{source.title} {source.text}" for source in task.sources)
    answers = may_answer(task.question, " ".join(one.source.text for one in found), passages)
    return Draft(task, found, limits) if answers else Draft(task, ())


def answer_from(
    writer: TextWriter, draft: Draft, most_tokens: int = MOST_TOKENS, firmly: bool = False
) -> Iterator[str]:
    """Let a model answer from what was found.

    Args:
        writer: the model.
        draft: with evidence.
        most_tokens: the longest answer.
        firmly: whether too little of a first attempt was supported.

    Yields:
        Each sentence with its marks; an empty one while the model is at one. Last the limits that it left out.

    Raises:
        ModelError: the model's process failed; what was yielded before stays valid.
    """
    room = writer.capabilities.context_length - most_tokens
    while len(draft.found) > 1 and writer.count_tokens(answering(draft.narrowed, firmly)) > room:
        draft = replace(draft, found=draft.found[:-1])
    written: list[str] = []
    with closing(writer.stream(answering(draft.narrowed, firmly), max_tokens=most_tokens)) as pieces:
        for sentence in whole_sentences(pieces):
            written.append(sentence)
            yield draft.in_place(sentence)
    for limit in left_out(draft.limits, written):
        yield f"{limit.text} [{limit.number}]"


def whole_sentences(pieces: Iterable[str]) -> Iterator[str]:
    """Cut a stream into sentences, each with the marks behind it; an empty one where a piece completes none."""
    pending = ""
    for piece in pieces:
        complete, pending = _cut(pending + piece)
        yield from complete or [""]
    if sentence := pending.strip():
        yield sentence


def _cut(text: str) -> tuple[list[str], str]:
    """The complete sentences of a text, and what is left."""
    complete, start = [], 0
    for match in _SENTENCE_END.finditer(text):
        sentence = text[start : match.end()].strip()
        if sentence and not _STEP.fullmatch(sentence):
            complete.append(sentence)
            start = match.end()
    return complete, text[start:]
