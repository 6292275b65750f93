"""Erase everything about one person: from every table, from the full text, from the file's free pages, from backups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from medbot_desktop.domain import Person
from medbot_desktop.errors import MedBotError, VaultError
from medbot_desktop.memory.search import find_messages, find_titles
from medbot_desktop.text import name_key
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.schema import CitationRow, ConversationRow, MessageRow, PersonRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import Vault

_MOST_MENTIONS = 1_000


class BackupFile(Protocol):
    """A backup, as far as erasing needs to know it."""

    @property
    def file(self) -> Path:
        """Where it lies."""


class BackupFiles(Protocol):
    """The backups of the vault."""

    def list(self) -> Sequence[BackupFile]:
        """Those in the folder of the plan."""

    def rewrite(self, file: Path, change: Callable[[Vault], None]) -> None:
        """Change what a backup holds."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased, or would be.

    Attributes:
        person_id: whom it was about.
        conversations: how many conversations, with
        messages: so many messages and
        citations: so many citations.
        backups: the names of the backups that were written anew without the person; in a preview those that there are.
        not_reached: the names of the backups that could not be changed, and still hold the person.
        mentions: conversations about nobody, or about somebody else, in which the person's name is still written.
    """

    person_id: str
    conversations: int
    messages: int
    citations: int
    backups: tuple[str, ...]
    not_reached: tuple[str, ...]
    mentions: tuple[str, ...]


class Forgetting:
    """Erases people from a vault.

    The snapshots of the index hold the library only, and nothing of any person, so they stay.

    Args:
        vault: an open vault.
        access: who erases.
        backups: the backups from which people are erased too; None where there are none, as in memory.
    """

    def __init__(self, vault: Vault, access: Access, backups: BackupFiles | None = None) -> None:
        self._vault = vault
        self._access = access
        self._backups = backups

    def preview(self, person: Person) -> Erasure:
        """Count what `forget` would erase; nothing is changed.

        Raises:
            PermissionRefusedError: this account may not erase.
        """
        self._access.require(Permission.ERASE)
        with self._vault.transaction() as session:
            counts, mentions = _counts(session, person.id), _mentions(session, person)
        return Erasure(person.id, *counts, tuple(file.name for file in self._files()), (), mentions)

    def forget(self, person: Person) -> Erasure:
        """Erase everything about a person, for good.

        The audit trail keeps that it was done, with the person's identifier and no name.

        Raises:
            PermissionRefusedError: this account may not erase.
            VaultError: the person is not there any more.
        """
        self._access.require(Permission.ERASE)
        with self._vault.transaction() as session:
            if session.get(PersonRow, person.id) is None:
                raise VaultError("That person is not in the vault any more.", hint="Look at the list again.")
            counts = _counts(session, person.id)
            erase_person(session, person.id)
            mentions = _mentions(session, person)
            self._access.record(
                session, Action.ERASED, "person", person.id, conversations=counts[0], messages=counts[1]
            )
        self._vault.vacuum()
        done, left = self._erase_from_backups(person.id)
        return Erasure(person.id, *counts, done, left, mentions)

    def _files(self) -> list[Path]:
        return [backup.file for backup in self._backups.list()] if self._backups else []

    def _erase_from_backups(self, person_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        def change(vault: Vault) -> None:
            with vault.transaction() as session:
                erase_person(session, person_id)

        done, left = [], []
        for file in self._files():
            assert self._backups is not None
            try:
                self._backups.rewrite(file, change)
                done.append(file.name)
            except MedBotError:
                left.append(file.name)
        return tuple(done), tuple(left)


def erase_person(session: Session, person_id: str) -> None:
    """Erase a person and every conversation about them, in the transaction of ``session``.

    Messages, citations and the full text go with a conversation, by the rules of the database itself.
    """
    session.execute(delete(ConversationRow).where(ConversationRow.person_id == person_id))
    session.execute(delete(PersonRow).where(PersonRow.id == person_id))


def _counts(session: Session, person_id: str) -> tuple[int, int, int]:
    theirs = select(ConversationRow.id).where(ConversationRow.person_id == person_id)
    messages = select(MessageRow.id).where(MessageRow.conversation_id.in_(theirs))
    citations = select(CitationRow.id).where(CitationRow.message_id.in_(messages))
    found = [
        session.scalar(select(func.count()).select_from(query.subquery())) for query in (theirs, messages, citations)
    ]
    return found[0] or 0, found[1] or 0, found[2] or 0


def _mentions(session: Session, person: Person) -> tuple[str, ...]:
    quoted = f'"{person.name}"'
    hits = find_messages(session, quoted, _MOST_MENTIONS, None, None, None, None)
    titles = find_titles(session, quoted, _MOST_MENTIONS, None, None, None, None)
    ids = [hit.message_id for hit in hits]
    texts = dict(iter(session.execute(select(MessageRow.id, MessageRow.text).where(MessageRow.id.in_(ids)))))
    about_them = set(session.scalars(select(ConversationRow.id).where(ConversationRow.person_id == person.id)))
    found = [hit.conversation_id for hit in hits if name_key(person.name) in name_key(texts[hit.message_id])]
    found += [hit.conversation_id for hit in titles]
    return tuple(sorted(set(found) - about_them))
