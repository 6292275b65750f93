"""Write supported sentences down as the text of an answer, with numbered marks."""

from __future__ import annotations

from collections.abc import Iterator

from medbot_desktop.domain import Citation, Cited, TextDelta
from medbot_desktop.generation.sentence import SupportedSentence
from medbot_desktop.text import STEP


class AnswerText:
    """Collects the text and the citations of one answer while it is streamed.

    Attributes:
        text: what was written so far.
    """

    def __init__(self) -> None:
        self.text = ""
        self._numbers: dict[str, int] = {}
        self._citations: list[Citation] = []
        self._last: SupportedSentence | None = None

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The sources so far, each with the sentences that were used."""
        return tuple(self._citations)

    def say(self, words: str) -> Iterator[TextDelta]:
        """Add MedBot's own words as a paragraph."""
        yield self._write(("\n\n" if self.text else "") + words)

    def sentence(self, sentence: SupportedSentence, *, opens: bool) -> Iterator[TextDelta | Cited]:
        """Add a supported sentence with its mark.

        Args:
            sentence: what to add; it goes on in the line of the one before where both are of one paragraph.
            opens: whether it begins a list of sentences.
        """
        n = self._cite(sentence)
        yield Cited(self._citations[n - 1])
        bullet = "" if STEP.match(sentence.text) else "- "
        if opens:
            before = ("\n\n" if self.text else "") + bullet
        elif self._last is not None and _same_paragraph(self._last, sentence):
            before = " "
        else:
            before = "\n" + bullet
        self._last = sentence
        yield self._write(f"{before}{sentence.text} [{n}]")

    def _write(self, words: str) -> TextDelta:
        self.text += words
        return TextDelta(words)

    def _cite(self, sentence: SupportedSentence) -> int:
        passage = sentence.hit.passage
        n = self._numbers.get(passage.id)
        if n is None:
            n = self._numbers[passage.id] = len(self._citations) + 1
            self._citations.append(Citation(n, passage, (sentence.span,), sentence.hit.score))
        else:
            known = self._citations[n - 1]
            quotes = tuple(dict.fromkeys((*known.quotes, sentence.span)))
            self._citations[n - 1] = Citation(n, passage, quotes, known.score)
        return n


def _same_paragraph(one: SupportedSentence, other: SupportedSentence) -> bool:
    passage = one.hit.passage
    return passage.id == other.hit.passage.id and "\n" not in passage.text[one.span[1] : other.span[0]]
