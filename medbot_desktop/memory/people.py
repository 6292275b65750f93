"""Keep whom conversations are about."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import or_, select

from medbot_desktop.domain import Person
from medbot_desktop.errors import InputError, VaultError
from medbot_desktop.memory.rows import person_of
from medbot_desktop.text import name_key
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.moments import stored_now
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.schema import PersonRow
from medbot_desktop.vault.vault import Vault

_LONGEST_NAME = 200
_LONGEST_REFERENCE = 100
_LONGEST_ENTRY = 100
_MOST_ENTRIES = 50
_EARLIEST_BIRTH = date(1880, 1, 1)
_FARTHEST_DUE = timedelta(weeks=60)


class People:
    """The people of one vault.

    Args:
        vault: an open vault.
        access: who uses it; a kiosk sees none of them.
    """

    def __init__(self, vault: Vault, access: Access) -> None:
        self._vault = vault
        self._access = access

    def add(
        self,
        name: str,
        born: date | None = None,
        reference: str = "",
        *,
        allergies: Iterable[str] = (),
        medicines: Iterable[str] = (),
        conditions: Iterable[str] = (),
        due: date | None = None,
    ) -> Person:
        """Add a person.

        Args:
            name: as the clinic writes it, in any script.
            born: date of birth.
            reference: the clinic's own number for them.
            allergies: what they are allergic to.
            medicines: what they take.
            conditions: the lasting conditions that they have.
            due: the day on which a child that they carry is due.

        Raises:
            InputError: the name, a date, the number or an entry cannot be used.
        """
        self._access.require(Permission.KEEP_CONVERSATIONS)
        lists = (tuple(allergies), tuple(medicines), tuple(conditions))
        person = _checked(Person(uuid.uuid4().hex, name, born, reference, *lists, due))
        with self._vault.transaction() as session:
            row = PersonRow(id=person.id, created=stored_now())
            _write(row, person)
            session.add(row)
        return person

    def change(self, person: Person) -> Person:
        """Correct what is kept of a person; raises what `add` raises."""
        self._access.require(Permission.KEEP_CONVERSATIONS)
        changed = _checked(person)
        with self._vault.transaction() as session:
            row = session.get(PersonRow, person.id)
            if row is None:
                raise VaultError("That person is not in the vault any more.", hint="Look at the list again.")
            _write(row, changed)
        return changed

    def list(self) -> Sequence[Person]:
        """Everybody, by name."""
        self._access.require(Permission.KEEP_CONVERSATIONS)
        with self._vault.transaction() as session:
            return [person_of(row) for row in session.scalars(select(PersonRow).order_by(PersonRow.name_key))]

    def find(self, name_or_id: str) -> Person:
        """The person of a name, an identifier or the clinic's own number.

        Raises:
            VaultError: there is none, or several have that name.
        """
        self._access.require(Permission.KEEP_CONVERSATIONS)
        is_meant = or_(
            PersonRow.id == name_or_id.strip(),
            PersonRow.name_key == name_key(name_or_id),
            (PersonRow.reference == name_or_id.strip()) & (PersonRow.reference != ""),
        )
        with self._vault.transaction() as session:
            found = [
                person_of(row) for row in session.scalars(select(PersonRow).where(is_meant).order_by(PersonRow.id))
            ]
        if not found:
            raise VaultError("There is nobody with that name in the vault.", hint="`medbot vault people` lists them.")
        if len(found) > 1:
            which = ", ".join(f"{person.id} (born {person.born or 'unknown'})" for person in found)
            raise VaultError(f"{len(found)} people have that name.", hint=f"Give the identifier: {which}.")
        return found[0]


def _write(row: PersonRow, person: Person) -> None:
    row.name, row.name_key = person.name, name_key(person.name)
    row.born, row.reference, row.due = person.born, person.reference, person.due
    row.allergies, row.medicines = list(person.allergies), list(person.medicines)
    row.conditions = list(person.conditions)


def _checked(person: Person) -> Person:
    """A person whose entries can be kept, with their spaces made even.

    Raises:
        InputError: one cannot be used.
    """
    name, reference = " ".join(person.name.split()), " ".join(person.reference.split())
    if not name or len(name) > _LONGEST_NAME:
        raise InputError(f"A person's name has 1 to {_LONGEST_NAME} characters.", hint="Write it shorter.")
    if len(reference) > _LONGEST_REFERENCE:
        raise InputError(f"A reference has at most {_LONGEST_REFERENCE} characters.", hint="Write it shorter.")
    if _has_unseen(name + reference):
        raise InputError("The name or reference holds characters that cannot be seen.", hint="Type it again.")
    if person.born is not None and not _EARLIEST_BIRTH <= person.born <= date.today():
        raise InputError("That cannot be a date of birth.", hint="Check the year.")
    if person.due is not None and abs(person.due - date.today()) > _FARTHEST_DUE:
        raise InputError("A child cannot be due on that day.", hint="Check the year.")
    return replace(
        person,
        name=name,
        reference=reference,
        allergies=_entries("allergy", "allergies", person.allergies),
        medicines=_entries("medicine", "medicines", person.medicines),
        conditions=_entries("condition", "conditions", person.conditions),
    )


def _entries(kind: str, several: str, written: Iterable[str]) -> tuple[str, ...]:
    """The entries of a list, each once."""
    entries = tuple(dict.fromkeys(" ".join(one.split()) for one in written))
    if len(entries) > _MOST_ENTRIES:
        raise InputError(
            f"A record holds at most {_MOST_ENTRIES} {several}, and these are {len(entries):,}.", hint="Leave some out."
        )
    if any(not one or len(one) > _LONGEST_ENTRY for one in entries):
        raise InputError(f"Each {kind} has 1 to {_LONGEST_ENTRY} characters.", hint="Write one at a time.")
    if any(_has_unseen(one) for one in entries):
        raise InputError(f"One of the {several} holds characters that cannot be seen.", hint="Type it again.")
    return entries


def _has_unseen(text: str) -> bool:
    return any(unicodedata.category(character) in ("Cc", "Cs") for character in text)
