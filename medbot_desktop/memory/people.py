"""Keep whom conversations are about."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Sequence
from datetime import date

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
_EARLIEST_BIRTH = date(1880, 1, 1)


class People:
    """The people of one vault.

    Args:
        vault: an open vault.
        access: who uses it; a kiosk sees none of them.
    """

    def __init__(self, vault: Vault, access: Access) -> None:
        self._vault = vault
        self._access = access

    def add(self, name: str, born: date | None = None, reference: str = "") -> Person:
        """Add a person.

        Args:
            name: as the clinic writes it, in any script.
            born: date of birth.
            reference: the clinic's own number for them.

        Raises:
            InputError: the name, the date or the number cannot be used.
        """
        self._access.require(Permission.KEEP_CONVERSATIONS)
        person = Person(uuid.uuid4().hex, *_checked(name, born, reference))
        with self._vault.transaction() as session:
            session.add(
                PersonRow(
                    id=person.id,
                    name=person.name,
                    name_key=name_key(person.name),
                    born=person.born,
                    reference=person.reference,
                    created=stored_now(),
                )
            )
        return person

    def change(self, person: Person) -> Person:
        """Correct what is kept of a person; raises what `add` raises."""
        self._access.require(Permission.KEEP_CONVERSATIONS)
        changed = Person(person.id, *_checked(person.name, person.born, person.reference))
        with self._vault.transaction() as session:
            row = session.get(PersonRow, person.id)
            if row is None:
                raise VaultError("That person is not in the vault any more.", hint="Look at the list again.")
            row.name, row.name_key = changed.name, name_key(changed.name)
            row.born, row.reference = changed.born, changed.reference
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


def _checked(name: str, born: date | None, reference: str) -> tuple[str, date | None, str]:
    name, reference = " ".join(name.split()), " ".join(reference.split())
    if not name or len(name) > _LONGEST_NAME:
        raise InputError(f"A person's name has 1 to {_LONGEST_NAME} characters.", hint="Write it shorter.")
    if len(reference) > _LONGEST_REFERENCE:
        raise InputError(f"A reference has at most {_LONGEST_REFERENCE} characters.", hint="Write it shorter.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name + reference):
        raise InputError("The name or reference holds characters that cannot be seen.", hint="Type it again.")
    if born is not None and not _EARLIEST_BIRTH <= born <= date.today():
        raise InputError("That cannot be a date of birth.", hint="Check the year.")
    return name, born, reference
