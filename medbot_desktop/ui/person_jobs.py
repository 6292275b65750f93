"""Store people for the window, and say what of their record cannot be checked; only the worker thread calls these."""

from __future__ import annotations

from dataclasses import dataclass

from medbot_desktop.domain import Person
from medbot_desktop.ui.record_words import listed
from medbot_desktop.ui.services import Services


@dataclass(frozen=True, slots=True)
class Stored:
    """A person as they are kept now; ``unknown`` is a sentence about what of the record the formulary does not know."""

    person: Person
    unknown: str


def add_person(services: Services, person: Person) -> Stored:
    """Keep somebody new.

    Raises:
        MedBotError: they cannot be kept, or this account may not.
    """
    return _told(
        services.people.add(
            person.name,
            person.born,
            person.reference,
            allergies=person.allergies,
            medicines=person.medicines,
            conditions=person.conditions,
            due=person.due,
        )
    )


def change_person(services: Services, person: Person) -> Stored:
    """Keep what was corrected of somebody; raises what `add_person` raises."""
    return _told(services.people.change(person))


def _told(person: Person) -> Stored:
    from medbot_desktop.medicines.formulary import Formulary  # slow to import
    from medbot_desktop.medicines.record_entries import UNKNOWN, unknown_entries
    from medbot_desktop.settings import resources_folder

    unknown = unknown_entries(Formulary.load(resources_folder()), person)
    return Stored(person, UNKNOWN.format(entries=listed(unknown)) if unknown else "")
