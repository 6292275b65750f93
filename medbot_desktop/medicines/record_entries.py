"""Tell which entries of a person's record nothing can be checked against."""

from __future__ import annotations

from medbot_desktop.domain import Person
from medbot_desktop.medicines.checking import allergen
from medbot_desktop.medicines.formulary import Formulary

UNKNOWN = "Kept, but not known to the formulary, so not checked against medicines: {entries}."
"""What whoever writes a record is told of such entries."""


def unknown_entries(formulary: Formulary, person: Person) -> tuple[str, ...]:
    """The allergies and medicines of a record that nothing can be checked against, as far as their words tell.

    Args:
        formulary: what is published.
        person: whose record it is.
    """
    allergies = [entry for entry in person.allergies if allergen(formulary, entry) is None]
    medicines = [entry for entry in person.medicines if not _names_medicine(formulary, entry)]
    return (*allergies, *medicines)


def _names_medicine(formulary: Formulary, entry: str) -> bool:
    """Whether an entry begins with a medicine, before its strength and how it is taken."""
    words = entry.split()
    return any(formulary.find(" ".join(words[:count])) is not None for count in range(1, len(words) + 1))
