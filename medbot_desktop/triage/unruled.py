"""Say what a message is that no rule decides: what is not understood is never taken for nothing."""

from __future__ import annotations

from collections.abc import Sequence

from medbot_desktop.domain import Assertion, Disposition, Entity, Triage
from medbot_desktop.triage.because import because_of

_NO_PROTOCOL = "Something was said for which there is no rule, so somebody should look at it."
_DENIED_ALONE = "What is wrong was not understood, only what is not, so somebody should look at it."
_COURSE_ALONE = "What is wrong was not understood, only for how long, so somebody should look at it."
_NOTHING_SAID = "Nothing was said that calls for help."
# Who denies so many signs and tells an age, or since when, reports something: "spotting since May. no pain, no fever".
_DENIALS_OF_A_REPORT = 2
_REPORTED = ("symptom", "event")

NAMED = (*_REPORTED, "condition")
"""Kinds of what a message names as wrong."""

HELD = (Assertion.PRESENT, Assertion.UNCERTAIN)
"""What is said like this counts."""


def without_protocol(entities: Sequence[Entity]) -> Triage:
    """What a message is that no rule decides: routine where somebody reports something, else nothing.

    Args:
        entities: all that the message names.
    """
    symptoms = [entity for entity in entities if entity.kind in _REPORTED and entity.by_rules in HELD]
    if symptoms:
        return _of_no_rule("no protocol", _NO_PROTOCOL, symptoms)
    denials = _denials_of_a_report(entities)
    if denials:
        return _of_no_rule("denials alone", _DENIED_ALONE, denials)
    course = _course_of_a_patient(entities)
    if course:
        return _of_no_rule("a course alone", _COURSE_ALONE, course)
    return Triage(Disposition.NONE, reasons=(_NOTHING_SAID,))


def _of_no_rule(name: str, why: str, decided: Sequence[Entity]) -> Triage:
    """What is routine because no protocol knows it."""
    because = because_of(Disposition.ROUTINE, name, why, "", decided)
    return Triage(Disposition.ROUTINE, reasons=(why,), because=(because,))


def _denials_of_a_report(entities: Sequence[Entity]) -> list[Entity]:
    """The denials of a message that tells of a patient, or since when, and of no sign that is known; else nothing."""
    is_report = any(one.name in ("age", "duration") and one.by_rules in HELD for one in entities)
    denied = [one for one in entities if one.kind in _REPORTED and one.by_rules is Assertion.NEGATED]
    apart = [one for n, one in enumerate(denied) if all(one.start >= other.end for other in denied[:n])]
    return denied if is_report and len(apart) >= _DENIALS_OF_A_REPORT else []


def _course_of_a_patient(entities: Sequence[Entity]) -> list[Entity]:
    """The age and the time of a message that tells both, and names no sign and no medicine that is known."""
    if any(one.kind in NAMED or one.kind.startswith("medicine") for one in entities):
        return []
    told = {one.name: one for one in entities if one.name in ("age", "duration") and one.by_rules in HELD}
    return list(told.values()) if len(told) > 1 else []
