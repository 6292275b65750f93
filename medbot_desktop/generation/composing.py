"""Let a model that may compose write the answer, and show only those of its sentences that a passage supports."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from medbot_desktop.domain import Hit
from medbot_desktop.generation.phrasing import TextWriter
from medbot_desktop.generation.prompting import MOST_TOKENS, NOT_FOUND, Source, Task, fitted, messages_for
from medbot_desktop.generation.sentence import SupportedSentence
from medbot_desktop.generation.support import check

ENOUGH = 2
"""Supported sentences from which on they are an answer."""

_PASSAGES = 4
_SENTENCE_END = re.compile(r"(?<=[.!?])(?:\s*\[\d+\])*[.]?(?=\s|$)|\n")
_MARK = re.compile(r"\s*\[(\d+)\]")
_NOT_FOUND = re.compile(rf"\W*{NOT_FOUND}\b", re.IGNORECASE)


class Composition:
    """One answer that a model writes; counts what was shown and what was removed.

    Where too little of it is supported, the model is asked once more, more firmly.

    Args:
        writer: the model.
        question: the question as cleaned.
        hits: passages, best first.
        persona: how answers should sound.
        earlier: what the person asked before, oldest first.

    Attributes:
        supported: sentences that a passage supports.
        removed: sentences that were dropped.
        attempts: how often the model wrote.
        declined: whether it said that no passage holds the answer.
    """

    def __init__(
        self, writer: TextWriter, question: str, hits: Sequence[Hit], persona: str = "", earlier: Sequence[str] = ()
    ) -> None:
        self.supported = 0
        self.removed = 0
        self.attempts = 0
        self.declined = False
        self._writer = writer
        self._hits = list(hits[:_PASSAGES])
        sources = tuple(Source(hit.passage.title, hit.passage.text) for hit in self._hits)
        self._task = Task(question, sources, persona, tuple(earlier))
        self._shown: set[str] = set()

    @property
    def is_enough(self) -> bool:
        """Whether what was shown is an answer."""
        return self.supported >= ENOUGH

    def sentences(self) -> Generator[SupportedSentence | None, None, None]:
        """Write, check each sentence, and yield those that a passage supports, each once.

        Yields:
            A supported sentence, or None where the model is still at one, so that the caller can stop it at any time.

        Raises:
            ModelError: the model's process failed; what was yielded before stays valid.
        """
        task = fitted(self._writer, self._task)
        self._hits = self._hits[: len(task.sources)]
        yield from self._attempt(task)
        if not self.is_enough and not self.declined:
            yield from self._attempt(fitted(self._writer, replace(task, firmly=True)))

    def _attempt(self, task: Task) -> Generator[SupportedSentence | None, None, None]:
        self.attempts += 1
        with closing(self._writer.stream(messages_for(task), max_tokens=MOST_TOKENS)) as pieces:
            for written in whole_sentences(pieces):
                if not written:
                    yield None
                    continue
                if says_not_found(written):
                    self.declined = not self.supported
                    return
                sentence = self._supported(written)
                if sentence is None:
                    self.removed += 1
                elif sentence.text not in self._shown:
                    self._shown.add(sentence.text)
                    self.supported += 1
                    yield sentence

    def _supported(self, written: str) -> SupportedSentence | None:
        found = support_of(written, [hit.passage.text for hit in self._hits])
        if found is None:
            return None
        position, span = found
        return SupportedSentence(cited_in(written)[0], self._hits[position], span)


def support_of(written: str, passages: Sequence[str]) -> tuple[int, tuple[int, int]] | None:
    """Which passage supports a sentence as it was written, and by which stretch; None where none does.

    Args:
        written: the sentence with its citation marks.
        passages: their texts; the mark [1] names the first.
    """
    # A grammar that admits only numbers of passages that there are would look through the model's whole vocabulary for
    # each token, and slow the text by half. A number that names no passage counts as none instead.
    text, cited = cited_in(written)
    known = [n - 1 for n in cited if 0 < n <= len(passages)]
    # A sentence without a mark may still be true to a passage: it then gets that passage's mark.
    for position in known or range(len(passages)):
        verdict = check(text, passages[position])
        if verdict.span is not None:
            return position, verdict.span
    return None


def says_not_found(written: str) -> bool:
    """Whether a sentence says that no passage holds the answer."""
    return bool(_NOT_FOUND.match(written))


def cited_in(written: str) -> tuple[str, list[int]]:
    """A sentence without its citation marks, and the numbers of those."""
    return _MARK.sub("", written).strip(), [int(n) for n in _MARK.findall(written)]


def whole_sentences(pieces: Iterable[str]) -> Iterator[str]:
    """Cut a stream into sentences, each with the marks behind it; an empty one where a piece completes none."""
    pending = ""
    for piece in pieces:
        if not _SENTENCE_END.search(pending := pending + piece):
            yield ""
        while (match := _SENTENCE_END.search(pending)) and match.end() < len(pending) - 1:
            if (marks := re.compile(r"(\s*\[\d+\])+").match(pending, match.end())) is not None:
                end = marks.end()
                if end >= len(pending) - 1:
                    break
            else:
                end = match.end()
            if sentence := pending[:end].strip():
                yield sentence
            pending = pending[end:]
    if sentence := pending.strip():
        yield sentence
