"""Answer a health question from what was found: composed where a model may, else in the library's own sentences."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from medbot_desktop.assistant.render import AnswerText
from medbot_desktop.assistant.wording import Wording
from medbot_desktop.domain import Cited, Grounding, ModelUse, Retrieved, TextDelta
from medbot_desktop.errors import ModelError
from medbot_desktop.generation.composing import Composition
from medbot_desktop.generation.extractive import ExtractiveComposer
from medbot_desktop.generation.phrasing import TextWriter, choose_phrase
from medbot_desktop.generation.sentence import SupportedSentence
from medbot_desktop.generation.support import check


@dataclass(frozen=True, slots=True)
class Pen:
    """A text model with what it was found fit for.

    Attributes:
        writer: the model.
        use: its name, tier and device.
    """

    writer: TextWriter
    use: ModelUse


class Answering:
    """Writes answers.

    Args:
        composer: finds the library's own sentences.
        wording: MedBot's own words.
        pen: the text model; None where there is none.
    """

    def __init__(self, composer: ExtractiveComposer, wording: Wording, pen: Pen | None) -> None:
        self._composer = composer
        self._wording = wording
        self._pen = pen

    def open_with(self, question: str, choices: list[str]) -> tuple[str, ModelUse | None]:
        """The sentence to begin with, chosen by the model where one is ready, and the model if it chose."""
        if self._pen is None or self._pen.use.tier == "silent":
            return choices[0], None
        chosen = choose_phrase(self._pen.writer, self._wording.phrase_instruction, question, choices)
        return (choices[0], None) if chosen is None else (chosen, self._pen.use)

    def answer(
        self, question: str, retrieved: Retrieved, answer: AnswerText
    ) -> Generator[TextDelta | Cited, None, Grounding]:
        """Write the body and what to do if it gets worse.

        Args:
            question: the question as cleaned.
            retrieved: what was found for it.
            answer: collects the text.

        Returns:
            How the answer came about.
        """
        extractive = self._composer.compose(question, retrieved.hits)
        body = [sentence for sentence in extractive if sentence.part == "body"]
        safety = [sentence for sentence in extractive if sentence.part == "safety_net"]
        grounding = Grounding()
        if self._pen is not None and self._pen.use.tier == "composes" and self._pen.writer.ready:
            grounding = yield from self._composed(question, retrieved, answer)
        if grounding.sentences == 0:
            yield from _list(body, answer)
            grounding = _extractive(body, grounding.removed)
        if safety:
            yield from answer.say(self._wording.safety_net)
            yield from _list(safety, answer)
            supported = _extractive(safety, 0)
            grounding = Grounding(
                grounding.mode,
                grounding.sentences + supported.sentences,
                grounding.supported + supported.supported,
                grounding.removed,
            )
        return grounding

    def _composed(
        self, question: str, retrieved: Retrieved, answer: AnswerText
    ) -> Generator[TextDelta | Cited, None, Grounding]:
        """What the model writes and a passage supports; no sentences where it wrote nothing that may be shown."""
        assert self._pen is not None
        composition = Composition(self._pen.writer, question, retrieved.hits)
        opens = True
        try:
            for sentence in composition.sentences():
                if sentence is None:
                    yield TextDelta("")
                    continue
                yield from answer.sentence(sentence, opens=opens)
                opens = False
        except ModelError:
            # What was shown is supported; the rest of the answer is the library's own.
            if composition.supported == 0:
                return Grounding(removed=composition.removed)
        return Grounding("composed", composition.supported, composition.supported, composition.removed)


def _list(sentences: list[SupportedSentence], answer: AnswerText) -> Generator[TextDelta | Cited, None, None]:
    for position, sentence in enumerate(sentences):
        yield from answer.sentence(sentence, opens=position == 0)


def _extractive(sentences: list[SupportedSentence], removed: int) -> Grounding:
    supported = sum(1 for sentence in sentences if check(sentence.text, sentence.hit.passage.text).holds)
    return Grounding("extractive", len(sentences), supported, removed)
