"""Choose what a turn wants, and write the answer to it: each skill does one thing."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import chain
from typing import Protocol

from medbot_desktop.assistant.answering import Answering
from medbot_desktop.assistant.complaints import Complaints
from medbot_desktop.assistant.crises import Crises, Stage
from medbot_desktop.assistant.medicine_answers import MedicineAnswers, grounding_of
from medbot_desktop.assistant.medicine_questions import MEDICINE_INTENTS
from medbot_desktop.assistant.missed_pills import MissedPills
from medbot_desktop.assistant.recorded_medicines import RecordedMedicines
from medbot_desktop.assistant.turn import Clock, Draft, Turn
from medbot_desktop.assistant.wording import Wording
from medbot_desktop.domain import (
    Cited,
    Conversation,
    Disposition,
    Filters,
    ModelUse,
    Retrieved,
    TextDelta,
    ToolUsed,
    Triage,
    TurnEvent,
    Utterance,
)
from medbot_desktop.triage.numbers import EmergencyNumbers
from medbot_desktop.understanding.quoted import asks_of_picture

SUMMARY = "triage.summary"
"""The step of a turn whose detail is the summary for the clinician."""

_NEAREST_TITLES = 3


class Retriever(Protocol):
    """Finds passages."""

    def retrieve_each(self, message: str, *, filters: Filters) -> Sequence[Retrieved]:
        """What answers each question of a message, in the order in which they are asked; at least one."""


class History(Protocol):
    """Knows what was said in a conversation before."""

    def asked_before(self, conversation_id: str) -> Sequence[str]:
        """The last messages that the person wrote, oldest first."""


class Skills:
    """All that MedBot can answer with.

    Args:
        retriever: finds passages.
        answering: writes answers.
        wording: MedBot's own words.
        numbers: whom to call in this country.
        complaints: goes on with complaints.
        medicines: answers about medicines.
        record: checks medicines against what is kept of a person.
        pills: answers about missed contraceptive pills.
        history: what was asked before, for a model that composes.
    """

    def __init__(
        self,
        retriever: Retriever,
        answering: Answering,
        wording: Wording,
        numbers: EmergencyNumbers,
        complaints: Complaints,
        medicines: MedicineAnswers,
        record: RecordedMedicines,
        pills: MissedPills,
        history: History,
    ) -> None:
        self._retriever = retriever
        self._answering = answering
        self._wording = wording
        self._numbers = numbers
        self._complaints = complaints
        self._medicines = medicines
        self._crises = Crises(wording.crisis, wording.harm, numbers)
        self._record = record
        self._pills = pills
        self._history = history

    def answer(self, turn: Turn, draft: Draft, clock: Clock) -> Generator[TurnEvent, None, None]:
        """Write what a turn wants.

        Args:
            turn: what was said.
            draft: becomes the answer.
            clock: times the steps.
        """
        self._answering.take_work()  # of a turn that was stopped
        yield from self._chosen(turn, draft, clock)
        draft.work = self._answering.take_work(draft.grounding.mode == "composed")

    def _chosen(self, turn: Turn, draft: Draft, clock: Clock) -> Generator[TurnEvent, None, None]:
        utterance, intent, judged = turn.utterance, turn.utterance.intent.name, turn.judged
        is_clear = turn.triage.disposition is not Disposition.NONE
        stage = self._crises.hear(turn.conversation, utterance, turn.triage, is_answer=judged.is_answer)
        if stage is not None:
            yield from self._crisis(turn, stage, draft)
        elif utterance.language not in ("en", "und"):
            yield from self._in_other_language(turn, draft)
        elif self._pills.can_answer(utterance) and turn.triage.disposition is not Disposition.EMERGENCY:
            yield from self._missed_pill(turn, draft)
        elif judged.is_answer or (judged.is_doubt and intent not in MEDICINE_INTENTS):
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

    def _in_other_language(self, turn: Turn, draft: Draft) -> Generator[TurnEvent, None, None]:
        """Say that it was not understood, and before it whom to call where an emergency was."""
        draft.skill, language = "other_language", turn.utterance.language
        if turn.triage.disposition is Disposition.EMERGENCY and language in self._wording.emergency:
            yield from draft.answer.say(self._numbers.fill(self._wording.emergency[language]))
        for sentence in self._wording.other_language.sentences(language):
            yield from draft.answer.say(self._numbers.fill(sentence))

    def _is_about_medicines(self, turn: Turn) -> bool:
        """Whether that is what a message wants, or, beside no complaint, it asks about what is none that is known.

        Whoever tells of a dose that was missed, or taken twice, wants to know what to do about it.
        """
        if turn.utterance.intent.name in MEDICINE_INTENTS:
            return True
        is_emergency = turn.triage.disposition is Disposition.EMERGENCY
        if self._medicines.tells_of_dose(turn.utterance) and not is_emergency:
            return turn.utterance.intent.name != "symptom_report"
        is_complaint = turn.judged.question is not None
        if self._medicines.named(turn.utterance) and asks_of_picture(turn.utterance):
            return not is_complaint
        asks_unknown = self._medicines.named(turn.utterance) and self._medicines.unknown(turn.utterance)
        return bool(asks_unknown) and not is_complaint

    def _crisis(self, turn: Turn, stage: Stage, draft: Draft) -> Generator[TurnEvent, None, None]:
        """Stay with somebody in a crisis of mind; the turn is marked where they want a person."""
        draft.skill, draft.escalated = "crisis", stage is Stage.YES
        self._complaints.let_go(turn.conversation)  # the next yes or no is about the offer
        yield from self._crises.say(stage, draft.answer, turn.conversation)

    def _can_answer_on_medicine(self, turn: Turn) -> bool:
        recorded = self._record.check(turn.utterance, turn.conversation.person)
        has_found = recorded is not None and recorded.warns
        return has_found or self._medicines.can_answer(turn.utterance)

    def _medicine(self, turn: Turn, draft: Draft) -> Generator[TurnEvent, None, None]:
        medicines, utterance, person = self._medicines, turn.utterance, turn.conversation.person
        is_check = medicines.is_check(utterance)
        draft.skill = "interaction_check" if is_check else "medicine_question"
        used = ", ".join([*medicines.named(utterance), *(f"{name}?" for name in medicines.unknown(utterance))])
        yield ToolUsed(f"medicines.{'check' if is_check else 'show'}", used)
        recorded = self._record.check(utterance, person)
        if recorded is not None and person is not None:
            yield ToolUsed("medicines.check", "the record")
            yield from self._record.say(recorded, person, draft.answer)
        if is_check:
            told = recorded.found.allergies if recorded is not None else ()
            yield from medicines.together(utterance, draft.answer, told)
        else:
            yield from medicines.about(utterance, draft.answer)
        draft.grounding = grounding_of(draft.answer)
        yield from draft.answer.say(self._wording.disclaimer)
        if turn.judged.is_doubt and turn.judged.question is not None:
            yield from draft.answer.say(turn.judged.question.text)
            yield turn.judged.question

    def _missed_pill(self, turn: Turn, draft: Draft) -> Generator[TurnEvent, None, None]:
        """Say what to do about a missed contraceptive pill; what the complaint would ask is answered with it."""
        draft.skill = "medicine_question"
        self._complaints.let_go(turn.conversation)
        yield ToolUsed("medicines.show", "missed contraceptive pill")
        yield from self._pills.say(turn.utterance, draft.answer)
        draft.grounding = grounding_of(draft.answer)
        yield from draft.answer.say(self._wording.disclaimer)

    def _complaint(self, turn: Turn, draft: Draft, clock: Clock) -> Generator[TurnEvent, None, None]:
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

    def _health_question(self, turn: Turn, asked: str, draft: Draft, clock: Clock) -> Generator[TurnEvent, None, None]:
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
            yield from self._answer_one(turn.conversation, retrieved, asked, draft)
        if draft.grounding.mode == "composed":
            draft.model = self._answering.model
        yield from draft.answer.say(self._wording.disclaimer)

    def _answer_one(
        self, conversation: Conversation, retrieved: Retrieved, asked: str, draft: Draft
    ) -> Generator[TextDelta | Cited, None, None]:
        """Answer one of the questions of a message, or say that the library does not."""
        if not retrieved.answerable:
            yield from draft.answer.say(self._wording.not_found.text)
            return
        question = retrieved.question or asked
        earlier = self._history.asked_before(conversation.id) if self._answering.composes else ()
        draft.grounding += yield from self._answering.answer(question, retrieved, draft.answer, earlier)

    def _opening(self, utterance: Utterance, triage: Triage) -> tuple[str, ModelUse | None]:
        if triage.red_flags:
            return self._wording.after_alert.text, None
        return self._answering.open_with(utterance.own, self._wording.openings)

    def _not_found(self, found: Sequence[Retrieved], triage: Triage, draft: Draft) -> Generator[TextDelta, None, None]:
        draft.skill = "not_found"
        if triage.red_flags:
            yield from draft.answer.say(self._wording.after_alert.text)
        words = self._wording.not_found
        hits = chain.from_iterable(retrieved.hits for retrieved in found)
        titles = list(dict.fromkeys(hit.passage.title for hit in hits))[:_NEAREST_TITLES]
        nearest = " " + words.nearest.format(titles=", ".join(titles)) if titles else ""
        yield from draft.answer.say(f"{words.text} {words.next_step}{nearest}")
