"""Take one message and answer it, step by step, as a stream of events."""

from __future__ import annotations

import logging
from collections.abc import Generator
from datetime import datetime
from typing import Protocol

from medbot_desktop.assistant.complaints import Complaints, Judged
from medbot_desktop.assistant.long_texts import SignReader, alarm_of
from medbot_desktop.assistant.medicine_questions import asks_of_medicines_alone
from medbot_desktop.assistant.render import AnswerText
from medbot_desktop.assistant.skills import Skills
from medbot_desktop.assistant.told_before import ToldBefore
from medbot_desktop.assistant.turn import Clock, Draft, Turn
from medbot_desktop.assistant.wording import Wording
from medbot_desktop.domain import (
    Alert,
    Answer,
    Context,
    Conversation,
    Disposition,
    Failed,
    Finished,
    TextDelta,
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

_log = logging.getLogger(__name__)


class Reader(SignReader, Protocol):
    """Reads a message."""

    def read(self, text: str, context: Context) -> Utterance:
        """Clean and understand one message, with what is known of the person."""


class Watch(Protocol):
    """Looks for red flags."""

    def watch(self, utterance: Utterance) -> Triage | None:
        """The red flags of a message, or None."""


class Memory(Protocol):
    """Stores turns."""

    def note_emergency(self, conversation_id: str, triage: Triage) -> None:
        """Keep that an emergency was shown, whatever becomes of the turn."""

    def record(self, conversation_id: str, answer: Answer) -> str:
        """Store one turn whole; returns the identifier of the answer."""


class Assistant:
    """Answers messages, one turn at a time.

    Args:
        reader: reads a message.
        watch: looks for red flags.
        complaints: tells how urgent it is, with what was said before.
        skills: write the answers.
        memory: stores turns.
        wording: MedBot's own words.
        numbers: whom to call in this country.
    """

    def __init__(
        self,
        reader: Reader,
        watch: Watch,
        complaints: Complaints,
        skills: Skills,
        memory: Memory,
        wording: Wording,
        numbers: EmergencyNumbers,
    ) -> None:
        self._reader = reader
        self._watch = watch
        self._complaints = complaints
        self._skills = skills
        self._memory = memory
        self._wording = wording
        self._numbers = numbers
        self._before = ToldBefore()

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
        clock, known = Clock(), context_of(conversation.person, datetime.now())
        try:
            read = self._reader.read(text, known)
        except TooLongError:
            yield from self._shown(conversation, self.alarm(text))
            raise
        utterance = self._before.beside(conversation, read)
        clock.lap("understand")
        yield Understood(utterance)
        watched = self._watch.watch(utterance)
        alert = watched and self._filled(watched, utterance)
        clock.lap("triage")
        yield from self._shown(conversation, alert)
        judged = self._complaints.hear(conversation, utterance)
        if asks_of_medicines_alone(utterance, judged):
            self._complaints.let_go(conversation)
            judged = Judged(Triage(), None, False, utterance.own)
        triage = self._filled(judged.triage, utterance)
        if alert is not None and not triage.red_flags:
            triage = alert
        if alert is None and triage.disposition is Disposition.EMERGENCY:  # by a protocol, or with what was said before
            yield Alert(triage)
            self._note_emergency(conversation, triage)
        elif alert is None and triage.disposition is not Disposition.NONE:
            yield Triaged(triage)
        draft = Draft(utterance.intent.name, AnswerText())
        for event in self._skills.answer(Turn(conversation, utterance, judged, triage), draft, clock):
            if isinstance(event, TextDelta) and event.text:
                clock.first_text()
            yield event
        clock.lap("compose")
        answer = Answer(
            question=utterance.text,
            text=draft.answer.text,
            utterance=read,
            skill=draft.skill,
            triage=triage,
            citations=draft.answer.citations,
            grounding=draft.grounding,
            model=draft.model,
            escalated=draft.escalated,
            timings_ms=clock.stop(),
            work=draft.work,
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
