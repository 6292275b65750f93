"""Let a model that may compose write the answer, and show only those of its sentences that a passage supports."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from contextlib import closing

from medbot_desktop.domain import Hit
from medbot_desktop.generation.drafting import MARK, Draft, answer_from, copied_from, draft_of
from medbot_desktop.generation.extractive import EmbedTexts
from medbot_desktop.generation.phrasing import TextWriter
from medbot_desktop.generation.prompting import fitted, prepared
from medbot_desktop.generation.sentence import SupportedSentence
from medbot_desktop.generation.support import check
from medbot_desktop.generation.task import Source, Task
from medbot_desktop.generation.unsaid import unsaid

_PASSAGES = 4
_FRAME = re.compile(
    r"^(?:(?:one|another|the (?:other|first|second|third|fourth))(?: passage)?|passage \d) says (?:that )?",
    re.IGNORECASE,
)


class Composition:
    """One answer that a model writes; counts what was shown and what was removed.

    Where it is no answer, because too little of it is supported, the model is asked once more, more firmly. What it
    left out of its passages that is nearer to the question, or urgent, is added in their own words.

    Args:
        writer: the model.
        question: the question as cleaned.
        hits: passages, best first.
        embed: texts to unit vectors.
        persona: how answers should sound.
        earlier: what the person asked before, oldest first.

    Attributes:
        supported: sentences that a passage supports.
        removed: sentences that were dropped.
        attempts: how often the model wrote an answer.
        declined: whether nothing was found that tells what was asked.
    """

    def __init__(
        self,
        writer: TextWriter,
        question: str,
        hits: Sequence[Hit],
        embed: EmbedTexts,
        persona: str = "",
        earlier: Sequence[str] = (),
    ) -> None:
        self.supported = 0
        self.removed = 0
        self.attempts = 0
        self.declined = False
        self._writer = writer
        self._embed = embed
        self._hits = list(hits[:_PASSAGES])
        sources = tuple(Source(hit.passage.title, hit.passage.text) for hit in self._hits)
        self._task = Task(question, sources, persona, tuple(earlier))
        self._shown: dict[str, int] = {}  # each with the number of its passage
        self._dropped = 0  # in the last attempt

    @property
    def is_enough(self) -> bool:
        """Whether what was shown is an answer: more than had to be dropped from the last attempt."""
        return self.supported > self._dropped

    def sentences(self) -> Generator[SupportedSentence | None, None, None]:
        """Write, check each sentence, and yield those that a passage supports, each once.

        Yields:
            A supported sentence, or None where the model is still at one, so that the caller can stop it at any time.

        Raises:
            ModelError: the model's process failed; what was yielded before stays valid.
        """
        task = fitted(self._writer, prepared(self._task))
        self._hits = self._hits[: len(task.sources)]
        copied = ""
        with closing(copied_from(self._writer, task)) as pieces:
            for piece in pieces:
                copied += piece
                yield None
        draft = draft_of(task, copied, self._embed)
        self.declined = not draft.found
        if not self.declined:
            yield from self._attempt(draft)
            if not self.is_enough:
                yield from self._attempt(draft, firmly=True)
            if self.is_enough:
                yield from self._left_out(task)

    def _attempt(self, draft: Draft, firmly: bool = False) -> Generator[SupportedSentence | None, None, None]:
        self.attempts += 1
        self._dropped = 0
        for written in answer_from(self._writer, draft, firmly=firmly):
            if not written:
                yield None
                continue
            sentence = self._supported(written)
            if sentence is None:
                self.removed += 1
                self._dropped += 1
            elif sentence.text not in self._shown:
                yield self._show(sentence)

    def _left_out(self, task: Task) -> Generator[SupportedSentence, None, None]:
        said, used = list(self._shown), list(self._shown.values())
        for one in unsaid(task.question, task.sources, said, used, self._embed):
            sentence = self._supported(f"{one.text} [{one.number}]")
            if sentence is not None and sentence.text not in self._shown:
                yield self._show(sentence)

    def _show(self, sentence: SupportedSentence) -> SupportedSentence:
        self._shown[sentence.text] = self._hits.index(sentence.hit) + 1
        self.supported += 1
        return sentence

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
        verdict = check(_FRAME.sub("", text), passages[position])
        if verdict.span is not None:
            return position, verdict.span
    return None


def cited_in(written: str) -> tuple[str, list[int]]:
    """A sentence without its citation marks, and the numbers of those."""
    return MARK.sub("", written).strip(), [int(n) for n in MARK.findall(written)]
