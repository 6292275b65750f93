"""Answer a health question from what was found: composed where a model may, else in the library's own sentences."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from medbot_desktop.assistant.metering import Meter
from medbot_desktop.assistant.render import AnswerText
from medbot_desktop.assistant.wording import Wording
from medbot_desktop.domain import Cited, Grounding, ModelUse, ModelWork, Retrieved, TextDelta
from medbot_desktop.errors import ModelError
from medbot_desktop.generation.composing import Composition
from medbot_desktop.generation.extractive import ExtractiveComposer
from medbot_desktop.generation.phrasing import TextWriter, choose_phrase
from medbot_desktop.generation.sentence import SupportedSentence
from medbot_desktop.generation.support import check

Writer = TypeVar("Writer", bound=TextWriter, covariant=True)


@dataclass(frozen=True)
class Pen(Generic[Writer]):
    """A text model with what it was found fit for.

    Attributes:
        writer: the model.
        name: what it is called.
        tier: ``composes``, ``phrases`` or ``silent``.
        titles: what the models are called that the writer stands for, by their identities.
        phrasing: the one that phrases while this one, which composes, cannot be asked; None where there is none.
    """

    writer: Writer
    name: str
    tier: str
    titles: Mapping[str, str] = field(default_factory=dict)
    phrasing: Pen[Writer] | None = None

    @property
    def use(self) -> ModelUse:
        """Who wrote last; the device is known once the model has been loaded."""
        return ModelUse(self.titles.get(self.writer.identity, self.name), self.tier, self.writer.device)


class Answering:
    """Writes answers.

    Args:
        composer: finds the library's own sentences.
        wording: MedBot's own words.
        pen: the text model; None where there is none.
    """

    def __init__(self, composer: ExtractiveComposer, wording: Wording, pen: Pen[TextWriter] | None) -> None:
        self._composer = composer
        self._wording = wording
        self.use(pen)

    def use(self, pen: Pen[TextWriter] | None) -> None:
        """Let another text model write from the next turn on; None: none."""
        spare = pen.phrasing if pen else None
        self._meter = Meter(pen.writer) if pen else None
        self._pen = replace(pen, writer=self._meter, phrasing=None) if pen and self._meter else None
        self._spare_meter = Meter(spare.writer) if spare else None
        self._spare = replace(spare, writer=self._spare_meter) if spare and self._spare_meter else None

    def take_work(self, composed: bool = False) -> tuple[ModelWork, ...]:
        """What text models did since this was last asked for.

        Args:
            composed: whether the answer has sentences that a model wrote.
        """
        work = self._meter.take(composed) if self._meter else ()
        return (*work, *(self._spare_meter.take() if self._spare_meter else ()))

    @property
    def model(self) -> ModelUse | None:
        """The text model, where there is one."""
        return self._pen.use if self._pen else None

    @property
    def composes(self) -> bool:
        """Whether there is a text model that may write answers."""
        return self._pen is not None and self._pen.tier == "composes"

    def open_with(self, question: str, choices: list[str]) -> tuple[str, ModelUse | None]:
        """The sentence to begin with, chosen by a model that only phrases where one is ready, and the model if so."""
        pen, meter = self._pen, self._meter
        if pen is not None and pen.tier == "composes" and not pen.writer.ready:
            pen, meter = self._spare, self._spare_meter
        if pen is None or meter is None or pen.tier != "phrases":
            # A model that composes reads the passages meanwhile; a larger one would not choose in time anyway.
            return choices[0], None
        chosen = choose_phrase(pen.writer, self._wording.phrase_instruction, question, choices)
        if chosen is None:
            meter.fell_back = True
            return choices[0], None
        return chosen, pen.use

    def answer(
        self, question: str, retrieved: Retrieved, answer: AnswerText, earlier: Sequence[str] = ()
    ) -> Generator[TextDelta | Cited, None, Grounding]:
        """Write the body and what to do if it gets worse.

        Args:
            question: the question as cleaned.
            retrieved: what was found for it.
            answer: collects the text.
            earlier: what the person asked before, oldest first.

        Returns:
            How the answer came about.
        """
        extractive = self._composer.compose(question, retrieved.hits)
        body = [sentence for sentence in extractive if sentence.part == "body"]
        safety = [sentence for sentence in extractive if sentence.part == "safety_net"]
        composed, removed, is_enough = 0, 0, False
        if self._meter is not None and self.composes:
            if self._meter.ready:
                composition = Composition(self._meter, question, retrieved.hits, self._composer.embed, earlier=earlier)
                is_enough = yield from _write(composition, answer)
                composed, removed = composition.supported, composition.removed
            else:
                self._meter.start()  # for the next question
            self._meter.fell_back |= not is_enough
        if not is_enough:
            body = [sentence for sentence in body if sentence.text not in answer.text]
            yield from _list(body, answer)
        safety = [sentence for sentence in safety if sentence.text not in answer.text]
        if safety:
            yield from answer.say(self._wording.safety_net)
            yield from _list(safety, answer)
        own = [*([] if is_enough else body), *safety]
        supported = sum(1 for sentence in own if check(sentence.text, sentence.hit.passage.text).holds)
        return Grounding("composed" if composed else "extractive", composed + len(own), composed + supported, removed)


def _write(composition: Composition, answer: AnswerText) -> Generator[TextDelta | Cited, None, bool]:
    """Show what the model writes and a passage supports.

    Returns:
        Whether that is an answer: the model came to its end, and enough of what it wrote was supported.
    """
    opens = True
    try:
        for sentence in composition.sentences():
            if sentence is None:
                yield TextDelta("")
                continue
            yield from answer.sentence(sentence, opens=opens)
            opens = False
    except ModelError:
        return False
    return composition.is_enough


def _list(sentences: list[SupportedSentence], answer: AnswerText) -> Generator[TextDelta | Cited, None, None]:
    for position, sentence in enumerate(sentences):
        yield from answer.sentence(sentence, opens=position == 0)
