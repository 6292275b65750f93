"""Erase everything about one person: from every table, from the full text, from the file's free pages, from backups."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, delete, func, or_, select, text
from sqlalchemy.orm import Session

from medbot_desktop.domain import Person
from medbot_desktop.errors import MedBotError, VaultError
from medbot_desktop.text import name_key
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.backup import Backups, BackupState
from medbot_desktop.vault.erasing import compact, empty_log, erase_conversations
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.schema import CitationRow, ConversationRow, MessageRow, PersonRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased, or would be.

    Attributes:
        person_id: whom it was about.
        conversations: how many conversations, with
        messages: so many messages and
        citations: so many citations.
        backups: the names of the backups that were written anew without the person; in a preview those that there are.
        not_reached: the names of backups, of folders of backups that are not there, and of vaults that a restore has
            set aside, which could not be changed and may still hold the person.
        mentions: conversations about nobody, or about somebody else, in which the person's name is still written.
        compacted: whether there was room to rewrite the file without its free pages; see `compact`.
    """

    person_id: str
    conversations: int
    messages: int
    citations: int
    backups: tuple[str, ...]
    not_reached: tuple[str, ...]
    mentions: tuple[str, ...]
    compacted: bool = True


class Forgetting:
    """Erases people from a vault.

    The snapshots of the index hold the library only, and nothing of any person, so they stay.

    Args:
        vault: an open vault.
        access: who erases.
        backups: the backups from which people are erased too; None where there are none, as in memory.
        folder: where the vault lies; its own backups, such as those before an update, are then reached also where
            others go elsewhere, and what a restore has set aside is named.
    """

    def __init__(
        self, vault: Vault, access: Access, backups: Backups | None = None, folder: VaultFolder | None = None
    ) -> None:
        self._vault = vault
        self._access = access
        self._backups = backups
        self._folder = folder

    def preview(self, person: Person) -> Erasure:
        """Count what `forget` would erase; nothing is changed.

        Raises:
            PermissionRefusedError: this account may not erase.
        """
        self._access.require(Permission.ERASE)
        files, not_reached = self._files()
        with self._vault.transaction() as session:
            counts, mentions = _counts(session, ConversationRow.person_id == person.id), _mentions(session, person)
        return Erasure(person.id, *counts, tuple(file.name for file in files), tuple(not_reached), mentions)

    def forget(self, person: Person) -> Erasure:
        """Erase everything about a person, for good: first from the backups, so that a cut-off can be repeated.

        The audit trail keeps that it was done, with the person's identifier and no name.

        Raises:
            PermissionRefusedError: this account may not erase.
            DiskFullError: there is no room to begin; the person is still there.
            VaultError: the person is not there any more.
        """
        self._access.require(Permission.ERASE)
        empty_log(self._vault)  # its room is needed
        with self._vault.transaction() as session:
            if session.get(PersonRow, person.id) is None:
                raise VaultError("That person is not in the vault any more.", hint="Look at the list again.")
        done, left = self._erase_from_backups(person.id)
        with self._vault.transaction() as session:
            counts = _counts(session, ConversationRow.person_id == person.id)
            erase_person(session, person.id)
            mentions = _mentions(session, person)
            self._record(session, "person", person.id, counts, backups=len(done), not_reached=len(left))
        return Erasure(person.id, *counts, tuple(done), tuple(left), mentions, compact(self._vault))

    def erase_conversation(self, conversation_id: str) -> None:
        """Erase one conversation for good, from the vault only: backups let go of it as they are replaced.

        Raises:
            PermissionRefusedError: this account may not erase.
            VaultError: it is not there any more.
        """
        self._access.require(Permission.ERASE)
        with self._vault.transaction() as session:
            if session.get(ConversationRow, conversation_id) is None:
                raise VaultError("That conversation is not in the vault any more.", hint="Look at the list again.")
            counts = _counts(session, ConversationRow.id == conversation_id)
            erase_conversations(session, ConversationRow.id == conversation_id)
            self._record(session, "conversation", conversation_id, counts)
        compact(self._vault)

    def _record(self, session: Session, kind: str, record: str, counts: tuple[int, int, int], **more: int) -> None:
        conversations, messages, citations = counts
        self._access.record(
            session,
            Action.ERASED,
            kind,
            record,
            conversations=conversations,
            messages=messages,
            citations=citations,
            **more,
        )

    def _files(self) -> tuple[list[Path], list[str]]:
        """The backups of this vault, and the names of what cannot be looked into."""
        if self._backups is None:
            return [], []
        folders = dict.fromkeys([self._backups.folder, *([self._folder.backups] if self._folder else [])])
        files: list[Path] = []
        unknown = _set_aside(self._folder) if self._folder else []
        for folder in folders:
            try:
                found = self._backups.list(folder)
            except VaultError:
                unknown.append(folder.name)
                continue
            files += [info.file for info in found if info.state is not BackupState.OTHER_VAULT]
        return files, unknown

    def _erase_from_backups(self, person_id: str) -> tuple[list[str], list[str]]:
        def change(vault: Vault) -> None:
            with vault.transaction() as session:
                erase_person(session, person_id)

        files, left = self._files()
        done = []
        for file in files:
            assert self._backups is not None
            try:
                self._backups.rewrite(file, change)
                done.append(file.name)
            except MedBotError:
                left.append(file.name)
        return done, left


def erase_person(session: Session, person_id: str) -> None:
    """Erase a person and every conversation about them, in the transaction of ``session``."""
    erase_conversations(session, ConversationRow.person_id == person_id)
    session.execute(delete(PersonRow).where(PersonRow.id == person_id))


def _set_aside(folder: VaultFolder) -> list[str]:
    """The names of the folders in which restores have kept the vault that was here before."""
    return sorted(kept.name for kept in folder.path.parent.glob(f"{folder.path.name}.before-*"))


def _counts(session: Session, which: ColumnElement[bool]) -> tuple[int, int, int]:
    """How many conversations, messages and citations."""
    theirs = select(ConversationRow.id).where(which)
    messages = select(MessageRow.id).where(MessageRow.conversation_id.in_(theirs))
    citations = select(CitationRow.id).where(CitationRow.message_id.in_(messages))
    found = [
        session.scalar(select(func.count()).select_from(query.subquery())) for query in (theirs, messages, citations)
    ]
    return found[0] or 0, found[1] or 0, found[2] or 0


def _mentions(session: Session, person: Person) -> tuple[str, ...]:
    """Conversations that are not about a person, and have the name as a name, not as a part of a word.

    The full text finds it in any case and across line ends; the plain search also in a script without spaces.
    """
    of_others = func.coalesce(ConversationRow.person_id != person.id, True)
    by_words = text("messages.number IN (SELECT rowid FROM messages_fts WHERE messages_fts MATCH :phrase)")
    phrase = by_words.bindparams(phrase='"' + person.name.replace('"', " ") + '"')
    is_there = or_(phrase, MessageRow.text.contains(person.name, autoescape=True))
    said = (
        select(ConversationRow.id, MessageRow.text)
        .join(MessageRow, MessageRow.conversation_id == ConversationRow.id)
        .where(of_others, is_there)
    )
    titled = select(ConversationRow.id, ConversationRow.title).where(of_others)
    pattern = _as_name(person.name)
    rows = [row for query in (said, titled) for row in session.execute(query)]
    return tuple(sorted({row[0] for row in rows if pattern.search(name_key(row[1]))}))


def _as_name(name: str) -> re.Pattern[str]:
    """The name, which no letter may touch in a script that parts words, i.e. one with large and small letters."""
    key = name_key(name)
    before, after = (r"(?<!\w)" if key[0].upper() != key[0] else "", r"(?!\w)" if key[-1].upper() != key[-1] else "")
    return re.compile(before + re.escape(key) + after)
