"""What is known before a message is read: the moment, and what a record holds of the person whom it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from medbot_desktop.domain.kept import Person

_DAYS_OF_A_YEAR = 365.25
_CARRIED = timedelta(weeks=40)
_OVERDUE = timedelta(weeks=2)
"""How long after the day it is due a child may come."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a message is read with; what is not known stays as it is here.

    Attributes:
        now: the moment that "tomorrow" is relative to, as a clock on the wall shows it; None: this one.
        age: in years.
        pregnant: whether the record says so.
        allergies: what the person is allergic to, as the record writes it.
        medicines: what they take.
        conditions: the lasting conditions that they have.
    """

    now: datetime | None = None
    age: float | None = None
    pregnant: bool = False
    allergies: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()


def context_of(person: Person | None, now: datetime) -> Context:
    """What is known of somebody at a moment.

    Args:
        person: whom a message is about, where that is known.
        now: the moment, as a clock on the wall shows it.
    """
    if person is None:
        return Context(now)
    age = (now.date() - person.born).days / _DAYS_OF_A_YEAR if person.born else None
    pregnant = person.due is not None and person.due - _CARRIED <= now.date() <= person.due + _OVERDUE
    return Context(now, age, pregnant, person.allergies, person.medicines, person.conditions)
