"""Judge which symptoms and medicines of a message were found, and which were found where there are none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from medbot_desktop.domain import Entity
from medbot_desktop.errors import InputError
from medbot_desktop.evaluation.cases import Case, Judged, field
from medbot_desktop.understanding.reader import Reader

NOTHING = "nothing"
LABELS = ("symptom", "symptom_typo", "medicine", "medicine_typo", NOTHING)
"""What a message may name, in messages without and with typing errors; nothing, where something was found in vain."""

_FITTING: Mapping[str, frozenset[str]] = {
    "symptom": frozenset({"symptom", "condition", "event", "context"}),
    # What somebody is allergic to is a medicine that the message names.
    "medicine": frozenset({"medicine", "medicine_class", "allergy"}),
}
# The sets label signs, conditions and medicines alone: an age or a fall that is found beside them is no mistake.
_IN_VAIN: Mapping[str, str] = {"symptom": "symptom", "condition": "symptom", "medicine": "medicine"}
ENOUGH = 0.5
"""The share of the shorter of two stretches that has to lie in the other."""


def judge_entities(reader: Reader, case: Case) -> list[Judged]:
    """Judge one message: one item for each entity that it is labelled with, and one for each found in vain.

    A labelled entity is found where one of a fitting kind covers at least half of the shorter of the two. What overlaps
    no labelled one was found in vain.

    Args:
        reader: reads the message.
        case: has ``text``, ``typos`` and ``entities``, each with ``kind`` and offsets in the text.

    Raises:
        InputError: the case lacks one of these.
    """
    ending = "_typo" if field(case, "typos", bool) else ""
    labelled = [_labelled(case, entry) for entry in field(case, "entities", list)]
    read = reader.read(case["text"]).entities
    judged = []
    for kind, start, end in labelled:
        near = [entity for entity in read if overlap(entity, start, end) >= ENOUGH]
        found = _kind_of(near, kind)
        because = f"{case['text'][start:end]!r} read as {', '.join(entity.name for entity in near) or 'nothing'}"
        judged.append(
            Judged(str(case["id"]), case["text"], kind + ending, found + ending if found else NOTHING, because)
        )
    for entity in _in_vain(read, labelled):
        because = f"{entity.text!r} read as {entity.name}"
        judged.append(Judged(str(case["id"]), case["text"], NOTHING, _IN_VAIN[entity.kind] + ending, because))
    return judged


def _kind_of(near: Iterable[Entity], expected: str) -> str | None:
    """What the words were taken for: what is expected if one of the entities fits it; None where for nothing."""
    kinds = [entity.kind for entity in near]
    if _FITTING[expected].intersection(kinds):
        return expected
    return next((_IN_VAIN[kind] for kind in kinds if kind in _IN_VAIN), None)


def _labelled(case: Case, entry: Mapping[str, Any]) -> tuple[str, int, int]:
    if entry.get("kind") not in _FITTING:
        raise InputError(
            f"The case {case['id']} has an entity of an unknown kind.", hint=f"Use one of: {', '.join(_FITTING)}."
        )
    named = {"id": case["id"], **entry}
    return entry["kind"], field(named, "start", int), field(named, "end", int)


def overlap(entity: Entity, start: int, end: int) -> float:
    """The share of the shorter of two stretches that lies in the other."""
    common = min(end, entity.end) - max(start, entity.start)
    return common / min(end - start, entity.end - entity.start)


def _in_vain(read: Iterable[Entity], labelled: Iterable[tuple[str, int, int]]) -> list[Entity]:
    """What overlaps nothing that is labelled; once, however many things the same words were taken for."""
    places = [(start, end) for _, start, end in labelled]
    alone = [
        entity
        for entity in read
        if entity.kind in _IN_VAIN and not any(start < entity.end and entity.start < end for start, end in places)
    ]
    return list({(entity.start, entity.end, _IN_VAIN[entity.kind]): entity for entity in alone}.values())
