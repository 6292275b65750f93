"""Put a medicine's monograph together as people read it, in the window and in the terminal."""

from __future__ import annotations

from dataclasses import dataclass

from medbot_desktop.medicines.files import Medicine
from medbot_desktop.medicines.formulary import Formulary

NO_DOSES_FOR_CHILDREN = "Doses for children are not given here: ask a pharmacist or the prescriber."


@dataclass(frozen=True, slots=True)
class Monograph:
    """All that is published about one medicine.

    Attributes:
        title: what it is called.
        facts: its other names and its classes, a line each.
        sections: a heading and its lines, in the order in which they are read.
    """

    title: str
    facts: tuple[str, ...]
    sections: tuple[tuple[str, tuple[str, ...]], ...]


def monograph_of(medicine: Medicine, formulary: Formulary) -> Monograph:
    """Put a monograph together."""
    others, classes = ", ".join(medicine.names[1:]), ", ".join(formulary.title(name) for name in medicine.classes)
    ingredients = ", ".join(medicine.ingredients)
    facts = (
        f"Also called {others}" if others else "",
        f"Class: {classes}" if classes else "",
        f"Holds {ingredients}" if ingredients else "",
        f"Some products also hold: {', '.join(medicine.may_hold)}" if medicine.may_hold else "",
    )
    most = f"Most in a day: {medicine.max_daily}" if medicine.max_daily else ""
    sections = (
        ("What it is for", medicine.uses),
        ("Usual dose for adults", [medicine.adult_dose, most, NO_DOSES_FOR_CHILDREN]),
        ("Common side effects", medicine.common),
        ("Get help at once for", medicine.serious),
        ("Do not take it, or ask first, if you", medicine.avoid),
        ("Pregnancy", [medicine.pregnancy]),
        ("Breastfeeding", [medicine.breastfeeding]),
        ("Alcohol", [medicine.alcohol]),
        ("Driving", [medicine.driving]),
        ("Missed dose", [medicine.missed_dose]),
        ("Too much", [medicine.overdose]),
        ("Storage", [medicine.storage]),
        ("Sources", [*medicine.sources, f"Reviewed {medicine.reviewed.isoformat()}"]),
    )
    filled = ((heading, tuple(line for line in lines if line)) for heading, lines in sections)
    return Monograph(
        title=medicine.name[:1].upper() + medicine.name[1:],
        facts=tuple(fact for fact in facts if fact),
        sections=tuple((heading, lines) for heading, lines in filled if lines),
    )
