"""Judge how bad the medicines of a message are found to be together."""

from __future__ import annotations

from typing import get_args

from medbot_desktop.evaluation.cases import Case, Judged, field
from medbot_desktop.medicines.checking import Check, check
from medbot_desktop.medicines.files import Severity
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.understanding.reader import Reader

NONE = "none"
LABELS = (*get_args(Severity), NONE)
"""How bad it may be, the worst first."""


def judge_medicines(reader: Reader, formulary: Formulary, case: Case) -> Judged:
    """Judge one message.

    Args:
        reader: reads which medicines it names, and what it says that somebody is allergic to.
        formulary: what is published about them.
        case: has ``text``, ``severity``, and ``allergies``: those on the person's record, beside what the text says.

    Raises:
        InputError: the case lacks one of these.
    """
    read = reader.read(case["text"]).entities
    names = list(dict.fromkeys(entity.name for entity in read if entity.kind in ("medicine", "substance")))
    said = [entity.name for entity in read if entity.kind == "allergy"]
    found = check(formulary, names, [*field(case, "allergies", list), *said])
    because = f"read {', '.join(names) or 'nothing'}" + "".join(f"; {line}" for line in _reasons(found))
    return Judged(str(case["id"]), case["text"], field(case, "severity", str), found.worst or NONE, because)


def _reasons(found: Check) -> list[str]:
    return [
        *(f"{one.medicine} against an allergy to {one.allergy.to}" for one in found.allergies),
        *(f"{one.first} with {one.second}: {one.interaction.severity}" for one in found.interactions),
        *(f"{one.first} and {one.second}: both {one.shared}" for one in found.duplicates),
    ]
