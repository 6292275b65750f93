"""What a message says: what it names, whether each thing holds, and what the person wants."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Assertion(StrEnum):
    """Whether and for whom a sign holds (after ConText, Harkema et al. 2009)."""

    PRESENT = "present"
    NEGATED = "negated"
    UNCERTAIN = "uncertain"
    PAST = "past"
    HYPOTHETICAL = "hypothetical"
    OTHER = "other"


CLINICAL_KINDS = frozenset(
    ("symptom", "condition", "event", "context", "measure", "medicine", "medicine_class", "substance", "allergy")
)
"""The kinds of entities that say something of somebody's health; dates, names and the like do not."""

UNKNOWN_MEDICINE = "unknown_medicine"
"""The kind of a word that is asked about as medicines are, and is none that is known."""

RECORDED = -1
"""The offset of an entity that a record tells of, and not the message."""

FROM_RECORD = " (from the record)"
"""What stands behind the words of such an entity."""

GONE = "gone"
"""The value of a sign that was there lately and is said to have gone: past, and still a sign of danger."""


@dataclass(frozen=True, slots=True)
class Entity:
    """Something of clinical meaning that the text names.

    Attributes:
        text: the words as written.
        kind: ``symptom``, ``condition``, ``medicine``, ``context`` and the like.
        name: stable identifier of what is meant, e.g. ``chest_pain``.
        start: offset of the first character in the utterance's text, or ``RECORDED``.
        end: offset behind the last character.
        assertion: whether it holds now.
        value: a measured value in words, where there is one.
        number: the same as a number, in the unit of its name; None where there is none, or it cannot be.
        because: the words of the message that decide whether it holds; empty where none says otherwise.
        ruled: what the rules say where the words around it, weighed, say otherwise. Red flags go by the rules.
    """

    text: str
    kind: str
    name: str
    start: int
    end: int
    assertion: Assertion
    value: str | None = None
    number: float | None = None
    because: str = field(default="", compare=False)
    ruled: Assertion | None = None

    @property
    def by_rules(self) -> Assertion:
        """Whether it holds now by the rules alone."""
        return self.ruled or self.assertion

    @property
    def is_recorded(self) -> bool:
        """Whether the record of the person tells of it, and not the message."""
        return self.start == RECORDED


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
        known: what the record of the person tells besides; the message's own words go before it.
        quotes: where the text quotes a picture, as offsets of the first character and behind the last. Of what stands
            there only the medicines are among the entities.
    """

    text: str
    language: str
    intent: Intent
    entities: tuple[Entity, ...] = ()
    emotion: str | None = None
    emotion_strength: float = 0.0
    known: tuple[Entity, ...] = ()
    quotes: tuple[tuple[int, int], ...] = ()

    @property
    def own(self) -> str:
        """What the person says: the text without what it quotes."""
        if not self.quotes:
            return self.text
        starts, ends = zip(*self.quotes, strict=True)
        between = zip((0, *ends), (*starts, len(self.text)), strict=True)
        return "".join(self.text[start:end] for start, end in between).strip()
