"""The words that every room uses: what was said, how urgent it is, what supports the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum


class Assertion(StrEnum):
    """Whether and for whom a sign holds (after ConText, Harkema et al. 2009)."""

    PRESENT = "present"
    NEGATED = "negated"
    UNCERTAIN = "uncertain"
    PAST = "past"
    HYPOTHETICAL = "hypothetical"
    OTHER = "other"


GONE = "gone"
"""The value of a sign that was there lately and is said to have gone: past, and still a sign of danger."""


@dataclass(frozen=True, slots=True)
class Entity:
    """Something of clinical meaning that the text names.

    Attributes:
        text: the words as written.
        kind: ``symptom``, ``condition``, ``medicine``, ``context`` and the like.
        name: stable identifier of what is meant, e.g. ``chest_pain``.
        start: offset of the first character in the utterance's text.
        end: offset behind the last character.
        assertion: whether it holds now.
        value: a measured value in words, where there is one.
        number: the same as a number, in the unit of its name; None where there is none, or it cannot be.
    """

    text: str
    kind: str
    name: str
    start: int
    end: int
    assertion: Assertion
    value: str | None = None
    number: float | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """What the person wants.

    Attributes:
        name: e.g. ``health_question``, ``greeting``.
        confidence: calibrated probability in 0..1, or None where a rule decided.
    """

    name: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Utterance:
    """One message as it was understood.

    Attributes:
        text: the message, cleaned of what cannot be read or shown safely.
        language: code of its language, ``und`` where that cannot be told.
        intent: what the person wants.
        entities: what it names, in its order.
        emotion: what the person feels; ``neutral`` where nothing shows, None where it was not looked for.
        emotion_strength: how strongly, in 0..1.
    """

    text: str
    language: str
    intent: Intent
    entities: tuple[Entity, ...] = ()
    emotion: str | None = None
    emotion_strength: float = 0.0


class Disposition(StrEnum):
    """How soon which help is needed; NONE where the message reports nothing that calls for any."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    ROUTINE = "routine"
    SELF_CARE = "self_care"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One sign, or combination of signs, that calls for the emergency number.

    Attributes:
        name: stable identifier, e.g. ``chest_pain_cardiac``.
        why: one plain sentence that a patient can read.
        source: the guideline that the rule follows, with its year.
        do_now: what to do while help comes, plain sentences.
        words: the words of the message that decided.
    """

    name: str
    why: str
    source: str
    do_now: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Because:
    """One thing that decided how urgent a message is.

    Attributes:
        level: how urgent it makes it.
        rule: the rule that held.
        why: one plain sentence that a patient can read.
        source: the guideline that the rule follows, with its year.
        words: the words of the message that decided.
    """

    level: Disposition
    rule: str
    why: str
    source: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Triage:
    """The urgency of one message, with its reasons; red flags come weightiest first.

    Attributes:
        disposition: how soon which help is needed.
        red_flags: the signs of an emergency.
        reasons: plain sentences, the weightiest first.
        follow_up: what to ask next.
        because: everything that decided, the most urgent first.
        do_now: what to do, where no red flag says so.
        safety_net: when to come back.
        complaint: what the leading protocol is about; empty where none led.
    """

    disposition: Disposition = Disposition.NONE
    red_flags: tuple[RedFlag, ...] = ()
    reasons: tuple[str, ...] = ()
    follow_up: str | None = None
    because: tuple[Because, ...] = ()
    do_now: tuple[str, ...] = ()
    safety_net: tuple[str, ...] = ()
    complaint: str = ""

    @property
    def main_reasons(self) -> tuple[str, ...]:
        """The weightiest two reasons: a frightened person reads no list."""
        return tuple(dict.fromkeys(flag.why for flag in self.red_flags))[:2] or self.reasons

    @property
    def steps(self) -> tuple[str, ...]:
        """What to do now: the steps of the weightiest red flag, since those of two mixed up help nobody."""
        return self.red_flags[0].do_now if self.red_flags else self.do_now


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of one section of one document, as it can be cited.

    Attributes:
        id: stable identifier, unique over all libraries.
        library: name of the library that holds it.
        document_id: identifier of the document inside its library.
        title: the document's title.
        section: heading of the section.
        text: the passage's own words.
        start: offset of ``text`` in the document's body, in characters.
        end: offset behind it.
        page: page number where the document has pages.
    """

    id: str
    library: str
    document_id: str
    title: str
    section: str
    text: str
    start: int
    end: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found for a question; ``score`` orders the hits of one search."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a search of the libraries gave.

    Attributes:
        hits: passages, best first.
        confidence: calibrated probability in 0..1 that the best document answers the question.
        answerable: whether ``confidence`` is high enough to answer from these passages.
        question: what was searched for, where a message held more than that.
    """

    hits: tuple[Hit, ...]
    confidence: float
    answerable: bool
    question: str = ""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents are searched; what is empty or None lets every one through.

    Attributes:
        libraries: names of libraries.
        without: names of libraries that are left out.
        audience: whom a document is for, e.g. ``adults``; what is for everyone is for them too.
        language: code of a language, e.g. ``en``; documents that do not say theirs are let through.
        since: ISO day on which or after which a document was reviewed, or added where it does not say.
        tag: a tag that a document has.
    """

    libraries: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    audience: str = ""
    language: str = ""
    since: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """The passage behind a numbered mark in an answer.

    Attributes:
        n: the number shown, from 1.
        passage: what is cited.
        quotes: the sentences of the passage that support the answer, as (start, end) offsets in ``passage.text``.
        score: probability in 0..1 that the passage answers the question.
    """

    n: int
    passage: Passage
    quotes: tuple[tuple[int, int], ...]
    score: float

    @property
    def quote(self) -> str:
        """The first supporting sentence."""
        start, end = self.quotes[0] if self.quotes else (0, len(self.passage.text))
        return self.passage.text[start:end]


@dataclass(frozen=True, slots=True)
class Grounding:
    """How the answer came about: ``mode`` is ``extractive``, ``composed`` or ``none``."""

    mode: str = "none"
    sentences: int = 0
    supported: int = 0
    removed: int = 0

    def __add__(self, other: Grounding) -> Grounding:
        """How an answer in two parts came about: composed if one of them was."""
        modes = (self.mode, other.mode)
        return Grounding(
            next((mode for mode in ("composed", "extractive") if mode in modes), "none"),
            self.sentences + other.sentences,
            self.supported + other.supported,
            self.removed + other.removed,
        )


@dataclass(frozen=True, slots=True)
class ModelUse:
    """The text model that served, its tier (``composes``, ``phrases``, ``silent``) and its device."""

    name: str
    tier: str
    device: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole turn, as it is shown, stored and printed.

    Attributes:
        question: the message as cleaned.
        text: the answer with its numbered marks; paragraphs are parted by an empty line.
        skill: which skill answered.
        timings_ms: milliseconds by step; ``total`` is the whole turn.
    """

    question: str
    text: str
    utterance: Utterance
    skill: str
    triage: Triage
    citations: tuple[Citation, ...] = ()
    grounding: Grounding = Grounding()
    model: ModelUse | None = None
    escalated: bool = False
    timings_ms: dict[str, int] = field(default_factory=dict)


_LONG_AGO = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom conversations are about.

    Attributes:
        id: stable identifier.
        name: as the clinic writes it.
        born: date of birth, where it is known.
        reference: the clinic's own number for them; empty where there is none.
    """

    id: str
    name: str
    born: date | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A talk between one person and the assistant.

    Attributes:
        id: stable identifier.
        title: what it is called; empty until something was said.
        started: when it began.
        updated: when the last message was stored, or when it began where there is none.
        pinned: whether it stands above the others.
        account: the name of the account that held it; empty where that account is gone.
        person: whom it is about.
        deleted: when it was deleted; it is erased when that day ends.
        libraries_off: the names of the libraries that are not asked in it.
    """

    id: str
    title: str
    started: datetime
    updated: datetime = _LONG_AGO
    pinned: bool = False
    account: str = ""
    person: Person | None = None
    deleted: datetime | None = None
    libraries_off: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One stored message; ``answer`` is there for the assistant's own, ``rating`` is +1, -1 or None."""

    id: str
    conversation_id: str
    role: str
    text: str
    created: datetime
    answer: Answer | None = None
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """The message was read."""

    utterance: Utterance


@dataclass(frozen=True, slots=True)
class Alert:
    """Red flags were found: show this before anything else."""

    triage: Triage


@dataclass(frozen=True, slots=True)
class Triaged:
    """How urgent the complaint is, where it is no emergency: the care card above the answer."""

    triage: Triage


@dataclass(frozen=True, slots=True)
class Question:
    """The assistant asks back; ``options`` are answers to offer as buttons."""

    text: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the answer's text; empty while a model is still at a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """A source that the answer's text refers to by its number."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class ToolUsed:
    """A step behind the answer, for whoever wants to see how it came about."""

    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The turn is complete and stored; ``message_id`` names the stored answer."""

    answer: Answer
    message_id: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The turn could not be completed; the next one can."""

    message: str
    hint: str


TurnEvent = Understood | Alert | Triaged | Question | TextDelta | Cited | ToolUsed | Finished | Failed
