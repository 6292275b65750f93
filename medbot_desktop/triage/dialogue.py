"""Go on with the judgement of one complaint, question by question, until no answer could change how urgent it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from medbot_desktop.domain import CLINICAL_KINDS, Assertion, Disposition, Entity, Intent, Question, Triage, Utterance
from medbot_desktop.triage.answers import MEASURES, TOLD, Answer, answer_of, is_number, measured
from medbot_desktop.triage.doubts import Doubt, doubted
from medbot_desktop.triage.findings import Findings
from medbot_desktop.triage.judging import MOST_QUESTIONS, Judge
from medbot_desktop.triage.protocols import Asked
from medbot_desktop.triage.recorded import with_record

_INTENT = Intent("symptom_report")
_FAR = 100_000
"""How far apart the messages of a dialogue lie in their common offsets, so that nothing in two of them is near."""


@dataclass(slots=True)
class Dialogue:
    """What was said about one complaint so far.

    Attributes:
        entities: everything that was understood, in the order of the messages.
        messages: what the person wrote.
        asked: the names that were asked for.
        pending: the question that waits for its answer.
        questions: how many were asked.
        settled: the offsets of numbers that cannot be and were asked about.
        known: what the record of the person tells.
        heard: the text of each message, and what it says, with offsets in it.
    """

    entities: list[Entity] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    pending: Asked | None = None
    questions: int = 0
    settled: set[int] = field(default_factory=set)
    known: tuple[Entity, ...] = ()
    heard: list[tuple[str, Sequence[Entity]]] = field(default_factory=list)

    def hear(self, utterance: Utterance) -> None:
        """Take in a message: what it says, and what it answers."""
        shift = _FAR * len(self.messages)
        self.known = utterance.known
        self.messages.append(utterance.own)
        said = list(utterance.entities)
        if self.pending is not None:
            said = [*self._answered(self.pending, utterance), *said]
            self.pending = None
        self.heard.append((utterance.text, said))
        heard = [replace(entity, start=entity.start + shift, end=entity.end + shift) for entity in said]
        self._put_right({entity.name for entity in heard if entity.number is not None})
        self.entities += heard

    def is_answer(self, utterance: Utterance) -> bool:
        """Whether a message answers the question that waits: a yes, a no, a measure, or a report of signs."""
        if self.pending is None:
            return False
        text = utterance.own
        if answer_of(text) is not Answer.OTHER or text in self.pending.buttons:
            return True
        if any(name in MEASURES for name in self.pending.asks) and is_number(text):
            return True
        if isinstance(self.pending, Doubt) and any(one.name in self.pending.asks for one in utterance.entities):
            return True
        return utterance.intent.name == _INTENT.name and not text.rstrip().endswith("?")

    def is_aside(self, utterance: Utterance) -> bool:
        """Whether a message says nothing to the question that waits, and nothing new either: it may be asked again."""
        says_something = any(entity.kind in CLINICAL_KINDS for entity in utterance.entities)
        return self.pending is not None and not says_something

    def judge(self, judge: Judge) -> tuple[Triage, Question | None]:
        """How urgent it is by all that was said, and the next question; None where nothing is left to ask."""
        together = Utterance(" ".join(self.messages), "en", _INTENT, tuple(self.entities), known=self.known)
        triage = judge.judge(together)
        self.pending = None
        if triage.red_flags or self.questions >= MOST_QUESTIONS:
            return replace(triage, follow_up=None, follow_up_why=""), None
        self.pending = self._next(judge, Findings.of(with_record(self.entities, self.known)), triage)
        if self.pending is None:
            return replace(triage, follow_up=None, follow_up_why=""), None
        self.asked.update(self.pending.asks)
        self.questions += 1
        text, why = self.pending.text, self.pending.why
        return replace(triage, follow_up=text, follow_up_why=why), Question(text, tuple(self.pending.buttons), why)

    def _next(self, judge: Judge, findings: Findings, triage: Triage) -> Asked | None:
        """What to ask next: about a number that cannot be before all else, each of which is asked about once."""
        doubt = doubted(findings, self.settled) if triage.disposition is not Disposition.EMERGENCY else None
        if doubt is None:
            return judge.next_question(findings, self.asked, self.heard)
        self.settled.add(next(entity.start for entity in findings.strange if entity.start not in self.settled))
        return doubt

    def _put_right(self, names: Collection[str]) -> None:
        """Take away the numbers that could not be and are given anew, with the signs that their own words told."""
        wrong = [entity for entity in self.entities if entity.name in names and _cannot_be(entity)]
        signs = {sign for sign, _, told in TOLD if told.name in names}
        self.entities = [
            entity
            for entity in self.entities
            if entity not in wrong
            and not (entity.name in signs and any(one.start < entity.end and entity.start < one.end for one in wrong))
        ]

    def _answered(self, question: Asked, utterance: Utterance) -> list[Entity]:
        """What a message says to the question that was asked."""
        text = utterance.own
        said = {entity.name for entity in utterance.entities}
        numbers = [name for name in question.asks if name in MEASURES]
        if numbers:
            return measured(numbers[0], text, 0) if numbers[0] not in said else []
        answer = answer_of(text)
        if answer not in (Answer.YES, Answer.NO):
            return []
        assertion = Assertion.PRESENT if answer is Answer.YES else Assertion.NEGATED
        return [Entity(text, "symptom", name, 0, len(text), assertion) for name in question.asks if name not in said]


def _cannot_be(entity: Entity) -> bool:
    return entity.kind == "measure" and entity.number is None
