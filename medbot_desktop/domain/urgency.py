"""How soon which help is needed, and what decided."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Disposition(StrEnum):
    """How soon which help is needed; NONE where the message reports nothing that calls for any."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    ROUTINE = "routine"
    SELF_CARE = "self_care"
    NONE = "none"

    @property
    def advice(self) -> str:
        """What it calls for, in a few words; an emergency names its number itself."""
        return _ADVICE.get(self, "")


_ADVICE = {
    Disposition.URGENT: "See a clinician today",
    Disposition.ROUTINE: "Book an appointment",
    Disposition.SELF_CARE: "You can look after this yourself",
}


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One sign, or combination of signs, that calls for the emergency number.

    Attributes:
        name: stable identifier, e.g. ``chest_pain_cardiac``.
        why: one plain sentence that a patient can read.
        source: the guideline that the rule follows, with its year.
        do_now: what to do while help comes, plain sentences.
        words: the words of the message that decided.
        names: the signs and measures that they were read as.
    """

    name: str
    why: str
    source: str
    do_now: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Because:
    """One thing that decided how urgent a message is.

    Attributes:
        level: how urgent it makes it.
        rule: the rule that held.
        why: one plain sentence that a patient can read.
        source: the guideline that the rule follows, with its year.
        words: the words of the message that decided.
        names: the signs and measures that they were read as.
        detail: what the words come to where they alone do not tell it, such as the points of each vital sign.
    """

    level: Disposition
    rule: str
    why: str
    source: str
    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Triage:
    """The urgency of one message, with its reasons; red flags come weightiest first.

    Attributes:
        disposition: how soon which help is needed.
        red_flags: the signs of an emergency.
        reasons: plain sentences, the weightiest first.
        follow_up: what to ask next.
        follow_up_why: why that is asked, one plain sentence; empty where it needs none.
        because: everything that decided, the most urgent first.
        do_now: what to do, where no red flag says so.
        safety_net: when to come back.
        complaint: what the leading protocol is about; empty where none led.
        kept_off: the rules of a higher level that would hold if nothing were denied, with the words that are denied.
    """

    disposition: Disposition = Disposition.NONE
    red_flags: tuple[RedFlag, ...] = ()
    reasons: tuple[str, ...] = ()
    follow_up: str | None = None
    follow_up_why: str = ""
    because: tuple[Because, ...] = ()
    do_now: tuple[str, ...] = ()
    safety_net: tuple[str, ...] = ()
    complaint: str = ""
    kept_off: tuple[Because, ...] = ()

    @property
    def main_reasons(self) -> tuple[str, ...]:
        """The weightiest two reasons: a frightened person reads no list."""
        return tuple(dict.fromkeys(flag.why for flag in self.red_flags))[:2] or self.reasons

    @property
    def steps(self) -> tuple[str, ...]:
        """What to do now: the steps of the weightiest red flag, since those of two mixed up help nobody."""
        return self.red_flags[0].do_now if self.red_flags else self.do_now
