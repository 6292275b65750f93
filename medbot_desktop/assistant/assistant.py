"""Take one message and answer it, step by step, as a stream of events."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Protocol

from medbot_desktop.assistant.answering import Answering
from medbot_desktop.assistant.complaints import Complaints, Judged
from medbot_desktop.assistant.crises import Crises, Stage
from medbot_desktop.assistant.long_texts import SignReader, alarm_of
from medbot_desktop.assistant.medicine_answers import MedicineAnswers, grounding_of
from medbot_desktop.assistant.recorded_medicines import RecordedMedicines
from medbot_desktop.assistant.render import AnswerText
from medbot_desktop.assistant.wording import Wording
from medbot_desktop.domain import (
    Alert,
    Answer,
    Cited,
    Context,
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
    Triaged,
    TurnEvent,
    Understood,
    Utterance,
    context_of,
)
from medbot_desktop.errors import MedBotError, TooLongError
from medbot_desktop.triage.numbers import EmergencyNumbers
from medbot_desktop.understanding.labels import LabelMedicine, medicines_on
from medbot_desktop.understanding.quoted import asks_of_picture

_log = logging.getLogger(__name__)

SUMMARY = "triage.summary"
"""The step of a turn whose detail is the summary for the clinician."""

_NEAREST_TITLES = 3
_MEDICINE_INTENTS = frozenset({"medicine_question", "interaction_check"})


class Reader(SignReader, Protocol):
    """Reads a message."""

    def read(self, text: str, context: Context) -> Utterance:
        """Clean and understand one message, with what is known of the person."""


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
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class _Turn:
    """One turn: where it stands, what was said, and how urgent that is."""

    conversation: Conversation
    utterance: Utterance
    judged: Judged
    triage: Triage


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
        numbers: whom to call in this country.
        complaints: goes on with complaints.
        medicines: answers about medicines.
        record: checks medicines against what is kept of a person.
    """

    def __init__(
        self,
        reader: Reader,
        watch: Watch,
        retriever: Retriever,
        answering: Answering,
        memory: Memory,
        wording: Wording,
        numbers: EmergencyNumbers,
        complaints: Complaints,
        medicines: MedicineAnswers,
        record: RecordedMedicines,
    ) -> None:
        self._reader = reader
        self._watch = watch
        self._retriever = retriever
        self._answering = answering
        self._memory = memory
        self._wording = wording
        self._numbers = numbers
        self._complaints = complaints
        self._medicines = medicines
        self._crises = Crises(wording.crisis, wording.harm, numbers)
        self._record = record

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

    def alarm(self, text: str) -> Triage | None:
        """The emergency that a text of any length tells of, or None; nothing is stored."""
        found = alarm_of(self._reader, self._complaints, text)
        return found and self._numbers.filled(found)

    def medicines_in(self, text: str) -> tuple[LabelMedicine, ...]:
        """The medicines on a label, with their doses; nothing is stored."""
        return medicines_on(self._reader.signs, text)

    def _turn(self, conversation: Conversation, text: str) -> Generator[TurnEvent, None, None]:
        clock, known = _Clock(), context_of(conversation.person, datetime.now())
        try:
            utterance = self._reader.read(text, known)
        except TooLongError:
            yield from self._shown(conversation, self.alarm(text))
            raise
        clock.lap("understand")
        yield Understood(utterance)
        watched = self._watch.watch(utterance)
        alert = watched and self._filled(watched, utterance)
        clock.lap("triage")
        yield from self._shown(conversation, alert)
        judged = self._complaints.hear(conversation, utterance)
        triage = self._filled(judged.triage, utterance)
        if alert is not None and not triage.red_flags:
            triage = alert
        if alert is None and triage.disposition is Disposition.EMERGENCY:  # by a protocol, or with what was said before
            yield Alert(triage)
            self._note_emergency(conversation, triage)
        elif alert is None and triage.disposition is not Disposition.NONE:
            yield Triaged(triage)
        draft = _Draft(utterance.intent.name, AnswerText())
        self._answering.take_work()  # of a turn that was stopped
        for event in self._skill(_Turn(conversation, utterance, judged, triage), draft, clock):
            if isinstance(event, TextDelta) and event.text:
                clock.first_text()
            yield event
        clock.lap("compose")
        answer = Answer(
            question=utterance.text,
            text=draft.answer.text,
            utterance=utterance,
            skill=draft.skill,
            triage=triage,
            citations=draft.answer.citations,
            grounding=draft.grounding,
            model=draft.model,
            escalated=draft.escalated,
            timings_ms=clock.stop(),
            work=self._answering.take_work(draft.grounding.mode == "composed"),
        )
        yield Finished(answer, self._memory.record(conversation.id, answer))

    def _shown(self, conversation: Conversation, alarm: Triage | None) -> Generator[Alert, None, None]:
        """Show an emergency, where there is one, and keep that it was shown."""
        if alarm is not None:
            try:
                yield Alert(alarm)
            finally:  # also where the turn is cancelled at this very moment
                self._note_emergency(conversation, alarm)

    def _filled(self, triage: Triage, utterance: Utterance) -> Triage:
        """What was found, with the numbers to call, and in the tongue of the message what to do first."""
        return self._numbers.filled(self._wording.told(triage, utterance.language))

    def _note_emergency(self, conversation: Conversation, triage: Triage) -> None:
        """Keep that the alert was shown; where that fails, the turn goes on."""
        try:
            self._memory.note_emergency(conversation.id, triage)
        except MedBotError as error:
            _log.error("emergency not noted", extra={"error": type(error).__name__})

    def _skill(self, turn: _Turn, draft: _Draft, clock: _Clock) -> Generator[TurnEvent, None, None]:
        utterance, intent, judged = turn.utterance, turn.utterance.intent.name, turn.judged
        is_clear = turn.triage.disposition is not Disposition.NONE
        stage = self._crises.hear(turn.conversation, utterance, turn.triage, is_answer=judged.is_answer)
        if stage is not None:
            yield from self._crisis(turn, stage, draft)
        elif utterance.language not in ("en", "und"):
            yield from self._in_other_language(turn, draft)
        elif judged.is_answer or (judged.is_doubt and intent not in _MEDICINE_INTENTS):
            yield from self._complaint(turn, draft, clock)
        elif not is_clear and intent in ("greeting", "thanks"):
            choice = getattr(self._wording, intent)
            words, draft.model = self._answering.open_with(utterance.own, choice.choices)
            yield from draft.answer.say(words)
        elif not is_clear and intent in ("small_talk", "speak_to_person"):
            yield from draft.answer.say(self._numbers.fill(getattr(self._wording, intent).text))
        elif self._is_about_medicines(turn) and self._can_answer_on_medicine(turn):
            yield from self._medicine(turn, draft)
        elif not utterance.own:
            draft.skill = "picture"
            yield from draft.answer.say(self._wording.picture.text)
        elif judged.question is not None:
            yield from self._medicines.tell_unknown(utterance, draft.answer)
            yield from self._complaint(turn, draft, clock)
        else:
            yield from self._health_question(turn, utterance.own, draft, clock)

    def _in_other_language(self, turn: _Turn, draft: _Draft) -> Generator[TurnEvent, None, None]:
        """Say that it was not understood, and before it whom to call where an emergency was."""
        draft.skill, language = "other_language", turn.utterance.language
        if turn.triage.disposition is Disposition.EMERGENCY and language in self._wording.emergency:
            yield from draft.answer.say(self._numbers.fill(self._wording.emergency[language]))
        for sentence in self._wording.other_language.sentences(language):
            yield from draft.answer.say(self._numbers.fill(sentence))

    def _is_about_medicines(self, turn: _Turn) -> bool:
        """Whether that is what a message wants, or, beside no complaint, it asks about what is none that is known."""
        if turn.utterance.intent.name in _MEDICINE_INTENTS:
            return True
        is_complaint = turn.judged.question is not None
        if self._medicines.named(turn.utterance) and asks_of_picture(turn.utterance):
            return not is_complaint
        asks_unknown = self._medicines.named(turn.utterance) and self._medicines.unknown(turn.utterance)
        return bool(asks_unknown) and not is_complaint

    def _crisis(self, turn: _Turn, stage: Stage, draft: _Draft) -> Generator[TurnEvent, None, None]:
        """Stay with somebody in a crisis of mind; the turn is marked where they want a person."""
        draft.skill, draft.escalated = "crisis", stage is Stage.YES
        self._complaints.let_go(turn.conversation)  # the next yes or no is about the offer
        yield from self._crises.say(stage, draft.answer, turn.conversation)

    def _can_answer_on_medicine(self, turn: _Turn) -> bool:
        recorded = self._record.check(turn.utterance, turn.conversation.person)
        has_found = recorded is not None and recorded.warns
        return has_found or self._medicines.can_answer(turn.utterance)

    def _medicine(self, turn: _Turn, draft: _Draft) -> Generator[TurnEvent, None, None]:
        medicines, utterance, person = self._medicines, turn.utterance, turn.conversation.person
        is_check = medicines.is_check(utterance)
        draft.skill = "interaction_check" if is_check else "medicine_question"
        used = ", ".join([*medicines.named(utterance), *(f"{name}?" for name in medicines.unknown(utterance))])
        yield ToolUsed(f"medicines.{'check' if is_check else 'show'}", used)
        recorded = self._record.check(utterance, person)
        if recorded is not None and person is not None:
            yield ToolUsed("medicines.check", "the record")
            yield from self._record.say(recorded, person, draft.answer)
        answer = medicines.together if is_check else medicines.about
        yield from answer(utterance, draft.answer)
        draft.grounding = grounding_of(draft.answer)
        yield from draft.answer.say(self._wording.disclaimer)
        if turn.judged.is_doubt and turn.judged.question is not None:
            yield from draft.answer.say(turn.judged.question.text)
            yield turn.judged.question

    def _complaint(self, turn: _Turn, draft: _Draft, clock: _Clock) -> Generator[TurnEvent, None, None]:
        """Say what the library says of a complaint and ask what matters; once nothing is left to ask, sum it up."""
        draft.skill = "symptom_report"
        question = turn.judged.question
        if question is not None and (turn.judged.is_answer or turn.judged.is_doubt):
            yield from draft.answer.say(question.text)
            yield question
            return
        if turn.triage.disposition is Disposition.NONE:
            yield from draft.answer.say(self._wording.judged.nothing_yet)
            return
        if question is None:
            yield ToolUsed(SUMMARY, turn.judged.summary)
            is_emergency = turn.triage.disposition is Disposition.EMERGENCY
            if turn.judged.is_answer:  # what the library says of the complaint was said when it began
                closing = self._wording.after_alert if is_emergency else self._wording.judged
                yield from draft.answer.say(closing.text)
                yield from draft.answer.say(self._wording.disclaimer)
                return
            if not is_emergency:
                yield from draft.answer.say(self._wording.judged.text)
        yield from self._health_question(turn, turn.judged.complaint, draft, clock)
        if draft.skill != "not_found":
            draft.skill = "symptom_report"
        if question is not None:
            yield from draft.answer.say(question.text)
            yield question

    def _health_question(
        self, turn: _Turn, asked: str, draft: _Draft, clock: _Clock
    ) -> Generator[TurnEvent, None, None]:
        """Answer from the library what is asked: by the message itself, or by the one with which a complaint began."""
        utterance, triage = turn.utterance, turn.triage
        draft.skill = "health_question"
        if utterance.intent.name == "instruction_attempt":
            yield from draft.answer.say(self._wording.instruction_attempt.text)
        filters = Filters(without=frozenset(turn.conversation.libraries_off))
        found = self._retriever.retrieve_each(asked, filters=filters)
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
            yield from self._answer_one(retrieved, asked, draft)
        if draft.grounding.mode == "composed":
            draft.model = self._answering.model
        yield from draft.answer.say(self._wording.disclaimer)

    def _answer_one(self, retrieved: Retrieved, asked: str, draft: _Draft) -> Generator[TextDelta | Cited, None, None]:
        """Answer one of the questions of a message, or say that the library does not."""
        if not retrieved.answerable:
            yield from draft.answer.say(self._wording.not_found.text)
            return
        question = retrieved.question or asked
        draft.grounding += yield from self._answering.answer(question, retrieved, draft.answer)

    def _opening(self, utterance: Utterance, triage: Triage) -> tuple[str, ModelUse | None]:
        if triage.red_flags:
            return self._wording.after_alert.text, None
        return self._answering.open_with(utterance.own, self._wording.openings)

    def _not_found(self, found: Sequence[Retrieved], triage: Triage, draft: _Draft) -> Generator[TextDelta, None, None]:
        draft.skill = "not_found"
        if triage.red_flags:
            yield from draft.answer.say(self._wording.after_alert.text)
        words = self._wording.not_found
        hits = chain.from_iterable(retrieved.hits for retrieved in found)
        titles = list(dict.fromkeys(hit.passage.title for hit in hits))[:_NEAREST_TITLES]
        nearest = " " + words.nearest.format(titles=", ".join(titles)) if titles else ""
        yield from draft.answer.say(f"{words.text} {words.next_step}{nearest}")
