"""What is remembered: people, conversations and their messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from medbot_desktop.domain.answered import Answer

_LONG_AGO = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom conversations are about.

    Attributes:
        id: stable identifier.
        name: as the clinic writes it.
        born: date of birth, where it is known.
        reference: the clinic's own number for them; empty where there is none.
        allergies: what they are allergic to, as the clinic writes it.
        medicines: what they take.
        conditions: the lasting conditions that they have.
        due: the day on which a child that they carry is due.
    """

    id: str
    name: str
    born: date | None = None
    reference: str = ""
    allergies: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A talk between one person and the assistant.

    Attributes:
        id: stable identifier.
        title: what it is called; empty until something was said.
        started: when it began.
        updated: when the last message was stored, or when it began where there is none.
        pinned: whether it stands above the others.
        account: the name of the account that held it; empty where that account is gone.
        person: whom it is about.
        deleted: when it was deleted; it is erased when that day ends.
        libraries_off: the names of the libraries that are not asked in it.
    """

    id: str
    title: str
    started: datetime
    updated: datetime = _LONG_AGO
    pinned: bool = False
    account: str = ""
    person: Person | None = None
    deleted: datetime | None = None
    libraries_off: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One stored message; ``answer`` is there for the assistant's own, ``rating`` is +1, -1 or None."""

    id: str
    conversation_id: str
    role: str
    text: str
    created: datetime
    answer: Answer | None = None
    rating: int | None = None
