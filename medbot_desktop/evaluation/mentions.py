"""Judge which dates, onsets, people, names, contacts and body parts of a message were found, and read rightly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from medbot_desktop.domain import Context, Entity
from medbot_desktop.errors import InputError
from medbot_desktop.evaluation.cases import Case, Judged, field
from medbot_desktop.evaluation.entities import ENOUGH, NOTHING, overlap
from medbot_desktop.understanding.mentions.finding import KINDS
from medbot_desktop.understanding.reader import Reader

_VALUE = "_value"
_READ_AS = ("value", "name")
LABELS = (*KINDS, *(f"{kind}{_VALUE}" for kind in KINDS), NOTHING)
"""What a message may mention, and whether what was found there was read rightly; nothing, where something was found in
vain."""


def judge_mentions(reader: Reader, case: Case) -> list[Judged]:
    """Judge one message: an item for each mention, one for the value of each found, and one for each found in vain.

    Args:
        reader: reads the message.
        case: has ``text``, ``now`` (ISO 8601) and ``entities``, each with ``kind``, offsets in the text, and the
            ``value`` or ``name`` that it should have.

    Raises:
        InputError: the case lacks one of these, or names an unknown kind.
    """
    now = _moment(case)
    left = [entity for entity in reader.read(case["text"], Context(now)).entities if entity.kind in KINDS]
    judged = []
    for entry in field(case, "entities", list):
        kind, start, end = _labelled(case, entry)
        found = next((one for one in left if one.kind == kind and overlap(one, start, end) >= ENOUGH), None)
        judged.append(_judged(case, kind, kind if found else NOTHING, f"{case['text'][start:end]!r}"))
        if found is not None:
            left.remove(found)
            judged += _values(case, entry, found)
    return judged + [_judged(case, NOTHING, one.kind, f"{one.text!r} read as {one.name}") for one in left]


def _values(case: Case, entry: Mapping[str, Any], found: Entity) -> Sequence[Judged]:
    """Whether what was found was read rightly, where that is labelled."""
    expected = {name: entry[name] for name in _READ_AS if name in entry}
    if not expected:
        return []
    read = {name: getattr(found, name) for name in expected}
    label = f"{found.kind}{_VALUE}"
    because = f"{found.text!r} read as {', '.join(map(str, read.values()))}"
    return [_judged(case, label, label if read == expected else NOTHING, because)]


def _judged(case: Case, expected: str, found: str, because: str) -> Judged:
    return Judged(str(case["id"]), case["text"], expected, found, because)


def _moment(case: Case) -> datetime:
    try:
        return datetime.fromisoformat(field(case, "now", str))
    except ValueError as error:
        raise InputError(f"The case {case['id']} has no moment of ISO 8601.", hint="Write 2026-03-10T10:30.") from error


def _labelled(case: Case, entry: Mapping[str, Any]) -> tuple[str, int, int]:
    if entry.get("kind") not in KINDS:
        raise InputError(
            f"The case {case['id']} has a mention of an unknown kind.", hint=f"Use one of: {', '.join(KINDS)}."
        )
    named = {"id": case["id"], **entry}
    return entry["kind"], field(named, "start", int), field(named, "end", int)
