"""Find the medicines that a label or a letter names, each with the strength or dose that stands with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from medbot_desktop.domain import Assertion, Entity, Utterance
from medbot_desktop.understanding.cleaning import pieces
from medbot_desktop.understanding.quoted import ON_LABELS

_STRENGTH = re.compile(
    r"\b\d+(?:[.,]\d+)?\s*(?:mg|mcg|micrograms?|µg|g|ml|units?|iu|%)(?:\s*/\s*(?:\d+(?:[.,]\d+)?\s*)?(?:mg|mls?|g|dose))?"
    r"(?![\w/])",
    re.IGNORECASE,
)
_REACH = 80  # characters behind a name in which its strength may stand: "Hydrochloride prolonged-release tablets BP"


@dataclass(frozen=True, slots=True)
class LabelMedicine:
    """A medicine on a label.

    Attributes:
        name: the international name.
        written: as it stands there.
        dose: strength or dose as it stands there; empty where there is none.
        is_allergy: whether it says that somebody is allergic to it.
    """

    name: str
    written: str
    dose: str = ""
    is_allergy: bool = False

    @property
    def words(self) -> str:
        """As it is shown to a person."""
        return f"allergic to {self.name}" if self.is_allergy else f"{self.name} {self.dose}".strip()


def medicines_on(signs: Callable[[str], Utterance], text: str) -> tuple[LabelMedicine, ...]:
    """The medicines of a text, each once, in order; what is only warned of ("do not take with") is left out.

    Args:
        signs: finds what a piece of a text reports.
        text: of any length.
    """
    found: dict[tuple[str, bool], LabelMedicine] = {}
    for _, piece in pieces(text):
        entities = [one for one in signs(piece).entities if one.kind in ON_LABELS]
        for number, entity in enumerate(entities):
            if entity.assertion is not Assertion.PRESENT:
                continue
            until = entities[number + 1].start if number + 1 < len(entities) else len(piece)
            medicine = _medicine(entity, piece[entity.end : min(until, entity.end + _REACH)])
            key = (medicine.name, medicine.is_allergy)
            if key not in found or (medicine.dose and not found[key].dose):
                found[key] = medicine
    return tuple(found.values())


def _medicine(entity: Entity, behind: str) -> LabelMedicine:
    is_allergy = entity.kind == "allergy"
    strength = _STRENGTH.search(behind)
    dose = strength.group() if strength else entity.value or ""
    return LabelMedicine(entity.name, entity.text, "" if is_allergy else " ".join(dose.split()), is_allergy)
