"""Tell a question about medicines from a complaint: "can I take ibuprofen with my asthma?" tells of nobody unwell."""

from __future__ import annotations

import re
from collections.abc import Iterable

from medbot_desktop.assistant.asked_medicines import NAMES
from medbot_desktop.assistant.complaints import Judged
from medbot_desktop.domain import Assertion, Disposition, Entity, Utterance

MEDICINE_INTENTS = frozenset({"medicine_question", "interaction_check"})
"""What a message wants that asks about medicines."""

_HELD = (Assertion.PRESENT, Assertion.UNCERTAIN)
_TELLING = ("symptom", "event")
_NOT_PRESSING = (Disposition.ROUTINE, Disposition.SELF_CARE)
_ASKING = re.compile(r"\b(?:can|could|may|should|is|are|ok(?:ay)?|safe|would|will|does)\b", re.IGNORECASE)


def asks_of_medicines_alone(utterance: Utterance, judged: Judged) -> bool:
    """Whether a message asks about medicines, and its triage rests on nothing but what the question names.

    A condition that the person has, and a medicine that is mostly taken for one, are no complaint; a sign that is there
    now, a dose that was missed or taken twice, and whatever is urgent or an emergency are one.

    Args:
        utterance: the message.
        judged: what triage made of it.
    """
    triage = judged.triage
    if utterance.intent.name not in MEDICINE_INTENTS or judged.is_answer or judged.is_doubt:
        return False
    if triage.disposition not in _NOT_PRESSING or triage.red_flags:
        return False
    medicines = [entity for entity in utterance.entities if entity.kind in NAMES]
    named = [*medicines, *(entity for entity in utterance.entities if entity.kind == "condition")]
    if not medicines:
        return False
    told = [entity for entity in utterance.entities if entity.kind in _TELLING and entity.by_rules in _HELD]
    decided = {name for because in triage.because for name in because.names}
    deciding = [entity for entity in utterance.entities if entity.name in decided]
    return all(_is_of_question(entity, named, medicines) for entity in (*told, *deciding))


def _is_of_question(entity: Entity, named: Iterable[Entity], medicines: Iterable[Entity]) -> bool:
    """Whether an entity is a condition or medicine by its words, or the question itself: "is it ok to take Advil"."""
    if any(one.start <= entity.start and entity.end <= one.end for one in named):
        return True
    holds = any(entity.start <= one.start and one.end <= entity.end for one in medicines)
    return holds and entity.kind != "event" and _ASKING.search(entity.text) is not None
