"""Take one message and answer it, step by step, as a stream of events."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Protocol

from medbot_desktop.assistant.answering import Answering
from medbot_desktop.assistant.render import AnswerText
from medbot_desktop.assistant.wording import Wording
from medbot_desktop.domain import (
    Alert,
    Answer,
    Cited,
    Conversation,
    Disposition,
    Failed,
    Filters,
    Finished,
    Grounding,
    ModelUse,
    Retrieved,
    TextDelta,
    ToolUsed,
    Triage,
    TurnEvent,
    Understood,
    Utterance,
)
from medbot_desktop.errors import MedBotError

_log = logging.getLogger(__name__)

_NEAREST_TITLES = 3
_NO_FLAG = Triage(
    Disposition.NONE, reasons=("No red flag was found. How soon help is needed is not judged beyond that.",)
)


class Reader(Protocol):
    """Reads a message."""

    def read(self, text: str) -> Utterance:
        """Clean and understand one message."""


class Watch(Protocol):
    """Looks for red flags."""

    def watch(self, utterance: Utterance) -> Triage | None:
        """The red flags of a message, or None."""


class Retriever(Protocol):
    """Finds passages."""

    def retrieve_each(self, message: str, *, filters: Filters) -> Sequence[Retrieved]:
        """What answers each question of a message, in the order in which they are asked; at least one."""


class Memory(Protocol):
    """Stores turns."""

    def note_emergency(self, conversation_id: str, triage: Triage) -> None:
        """Keep that an emergency was shown, whatever becomes of the turn."""

    def record(self, conversation_id: str, answer: Answer) -> str:
        """Store one turn whole; returns the identifier of the answer."""


@dataclass(slots=True)
class _Draft:
    """What a skill has written so far."""

    skill: str
    answer: AnswerText
    grounding: Grounding = field(default_factory=Grounding)
    model: ModelUse | None = None


class _Clock:
    """Milliseconds of each step of a turn."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self.timings_ms: dict[str, int] = {}

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.timings_ms[step] = round((now - self._last) * 1000)
        self._last = now

    def first_text(self) -> None:
        self.timings_ms.setdefault("first_text", self._since_start())

    def stop(self) -> dict[str, int]:
        self.timings_ms["total"] = self._since_start()
        return self.timings_ms

    def _since_start(self) -> int:
        return round((time.perf_counter() - self._start) * 1000)


class Assistant:
    """Answers messages, one turn at a time.

    Args:
        reader: reads a message.
        watch: looks for red flags.
        retriever: finds passages.
        answering: writes answers.
        memory: stores turns.
        wording: MedBot's own words.
        fill_numbers: fills the numbers of this country into a sentence.
    """

    def __init__(
        self,
        reader: Reader,
        watch: Watch,
        retriever: Retriever,
        answering: Answering,
        memory: Memory,
        wording: Wording,
        fill_numbers: Callable[[str], str],
    ) -> None:
        self._reader = reader
        self._watch = watch
        self._retriever = retriever
        self._answering = answering
        self._memory = memory
        self._wording = wording
        self._fill_numbers = fill_numbers

    def respond(self, conversation: Conversation, text: str) -> Generator[TurnEvent, None, None]:
        """Answer one message.

        Args:
            conversation: the talk that the message belongs to.
            text: the message as typed.

        Yields:
            The events of the turn, an `Alert` before any text; last `Finished`, or `Failed` where the turn could
            not be completed. Closing the generator cancels the turn, of which nothing is then stored.
        """
        try:
            yield from self._turn(conversation, text)
        except MedBotError as error:
            yield Failed(error.message, error.hint)
        except Exception as error:
            # The words of the turn, which an exception's own text may hold, stay out of the log.
            _log.error("turn failed", extra={"error": type(error).__name__}, exc_info=None)
            yield Failed("Something went wrong inside MedBot, so this message was not answered.", "Please ask again.")

    def _turn(self, conversation: Conversation, text: str) -> Generator[TurnEvent, None, None]:
        clock = _Clock()
        utterance = self._reader.read(text)
        clock.lap("understand")
        yield Understood(utterance)
        triage = self._with_numbers(self._watch.watch(utterance))
        clock.lap("triage")
        if triage is not None:
            try:
                yield Alert(triage)
            finally:  # also where the turn is cancelled at this very moment
                self._note_emergency(conversation, triage)
        draft = _Draft(utterance.intent.name, AnswerText())
        for event in self._skill(conversation, utterance, triage, draft, clock):
            if isinstance(event, TextDelta) and event.text:
                clock.first_text()
            yield event
        clock.lap("compose")
        answer = Answer(
            question=utterance.text,
            text=draft.answer.text,
            utterance=utterance,
            skill=draft.skill,
            triage=triage or _NO_FLAG,
            citations=draft.answer.citations,
            grounding=draft.grounding,
            model=draft.model,
            timings_ms=clock.stop(),
        )
        yield Finished(answer, self._memory.record(conversation.id, answer))

    def _note_emergency(self, conversation: Conversation, triage: Triage) -> None:
        """Keep that the alert was shown; where that fails, the turn goes on."""
        try:
            self._memory.note_emergency(conversation.id, triage)
        except MedBotError as error:
            _log.error("emergency not noted", extra={"error": type(error).__name__})

    def _with_numbers(self, triage: Triage | None) -> Triage | None:
        if triage is None:
            return None
        flags = tuple(
            replace(flag, why=self._fill_numbers(flag.why), do_now=tuple(map(self._fill_numbers, flag.do_now)))
            for flag in triage.red_flags
        )
        return replace(triage, red_flags=flags)

    def _skill(
        self, conversation: Conversation, utterance: Utterance, triage: Triage | None, draft: _Draft, clock: _Clock
    ) -> Generator[TurnEvent, None, None]:
        intent = utterance.intent.name
        if utterance.language not in ("en", "und"):
            draft.skill = "other_language"
            for sentence in self._wording.other_language.sentences(utterance.language):
                yield from draft.answer.say(self._fill_numbers(sentence))
        elif intent == "greeting" or intent == "thanks":
            choice = getattr(self._wording, intent)
            words, draft.model = self._answering.open_with(utterance.text, choice.choices)
            yield from draft.answer.say(words)
        elif intent == "small_talk":
            yield from draft.answer.say(self._wording.small_talk.text)
        elif intent == "speak_to_person":
            yield from draft.answer.say(self._fill_numbers(self._wording.speak_to_person.text))
        else:
            yield from self._health_question(conversation, utterance, triage, draft, clock)

    def _health_question(
        self, conversation: Conversation, utterance: Utterance, triage: Triage | None, draft: _Draft, clock: _Clock
    ) -> Generator[TurnEvent, None, None]:
        draft.skill = "health_question"
        if utterance.intent.name == "instruction_attempt":
            yield from draft.answer.say(self._wording.instruction_attempt.text)
        filters = Filters(without=frozenset(conversation.libraries_off))
        found = self._retriever.retrieve_each(utterance.text, filters=filters)
        clock.lap("retrieve")
        for retrieved in found:
            yield ToolUsed("library.search", f"{len(retrieved.hits)} passages, confidence {retrieved.confidence:.2f}")
        if not any(retrieved.answerable for retrieved in found):
            yield from self._not_found(found, triage, draft)
            return
        if not draft.answer.text:
            opening, draft.model = self._opening(utterance, triage)
            yield from draft.answer.say(opening)
        for retrieved in found:
            if len(found) > 1:
                yield from draft.answer.say(self._wording.asked.format(question=retrieved.question))
            yield from self._answer_one(retrieved, utterance, draft)
        if draft.grounding.mode == "composed":
            draft.model = self._answering.model
        yield from draft.answer.say(self._wording.disclaimer)

    def _answer_one(
        self, retrieved: Retrieved, utterance: Utterance, draft: _Draft
    ) -> Generator[TextDelta | Cited, None, None]:
        """Answer one of the questions of a message, or say that the library does not."""
        if not retrieved.answerable:
            yield from draft.answer.say(self._wording.not_found.text)
            return
        question = retrieved.question or utterance.text
        draft.grounding += yield from self._answering.answer(question, retrieved, draft.answer)

    def _opening(self, utterance: Utterance, triage: Triage | None) -> tuple[str, ModelUse | None]:
        if triage is not None:
            return self._wording.after_alert.text, None
        return self._answering.open_with(utterance.text, self._wording.openings)

    def _not_found(
        self, found: Sequence[Retrieved], triage: Triage | None, draft: _Draft
    ) -> Generator[TextDelta, None, None]:
        draft.skill = "not_found"
        if triage is not None:
            yield from draft.answer.say(self._wording.after_alert.text)
        words = self._wording.not_found
        hits = chain.from_iterable(retrieved.hits for retrieved in found)
        titles = list(dict.fromkeys(hit.passage.title for hit in hits))[:_NEAREST_TITLES]
        nearest = " " + words.nearest.format(titles=", ".join(titles)) if titles else ""
        yield from draft.answer.say(f"{words.text} {words.next_step}{nearest}")
