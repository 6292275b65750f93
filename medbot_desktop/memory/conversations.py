"""Keep conversations in the vault: a turn is stored whole or not at all, and nobody sees what is not theirs."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import Select, func, literal_column, select, true
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.sql import ColumnElement

from medbot_desktop.domain import Answer, Conversation, Message, Triage
from medbot_desktop.errors import InputError, VaultError
from medbot_desktop.memory.rows import answer_row, conversation_of, message_of, question_row
from medbot_desktop.memory.search import Found, Scope, find_messages, find_titles
from medbot_desktop.memory.usage import count_work
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.moments import stored, stored_now
from medbot_desktop.vault.roles import Permission, Role
from medbot_desktop.vault.schema import ConversationRow, MessageRow, PersonRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import Vault

_TITLE_LENGTH = 60
_LONGEST_TITLE = 200


class ConversationStore:
    """The conversations of one vault, as one account may see them.

    An account sees its own, and with `Permission.READ_OTHERS` also those of others. Without
    `Permission.KEEP_CONVERSATIONS`, as at a kiosk that many people use, it sees only what this very object has begun.
    Where a method is given a conversation that the account may not see, it raises `PermissionRefusedError`, and for one
    that is not there any more `VaultError`.

    Args:
        vault: an open vault.
        access: who uses it.
    """

    def __init__(self, vault: Vault, access: Access) -> None:
        self._vault = vault
        self._access = access
        self._begun: set[str] = set()

    def start(self, person_id: str | None = None) -> Conversation:
        """Begin a conversation; its title comes with its first message.

        Args:
            person_id: whom it is about.

        Raises:
            VaultError: that person is not there any more.
        """
        self._access.require(Permission.CONVERSE if person_id is None else Permission.KEEP_CONVERSATIONS)
        now = stored_now()
        row = ConversationRow(
            id=uuid.uuid4().hex,
            title="",
            started=now,
            updated=now,
            pinned=False,
            at_kiosk=self._access.account.role is Role.KIOSK,
            account_id=self._access.account.id,
            person_id=person_id,
        )
        with self._vault.transaction() as session:
            _require_person(session, person_id)
            session.add(row)
            session.flush()
            conversation = conversation_of(row)
        self._begun.add(row.id)
        return conversation

    def list(
        self,
        person_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        deleted: bool = False,
    ) -> Sequence[Conversation]:
        """The conversations that may be seen: pinned ones first, then the one with the newest message first.

        A moment without a zone is local, so the bounds of a local day are its midnight and the next one.

        Args:
            person_id: only those about this person.
            since: only those with a message at this moment or later.
            until: only those that began before this moment.
            deleted: those that were deleted today, in place of those that were not.
        """
        self._access.require(Permission.CONVERSE)
        is_deleted = ConversationRow.deleted.is_not(None) if deleted else ConversationRow.deleted.is_(None)
        query = _with_names(select(ConversationRow).where(is_deleted, self._is_visible())).order_by(
            ConversationRow.pinned.desc(), ConversationRow.updated.desc(), literal_column("conversations.rowid").desc()
        )
        if person_id is not None:
            query = query.where(ConversationRow.person_id == person_id)
        if since is not None:
            query = query.where(ConversationRow.updated >= stored(since))
        if until is not None:
            query = query.where(ConversationRow.started < stored(until))
        with self._vault.transaction() as session:
            return [conversation_of(row) for row in session.scalars(query)]

    def get(self, conversation_id: str) -> Conversation:
        """One conversation, also one that was deleted and is not erased yet."""
        with self._seen(conversation_id, deleted_too=True) as (_, row):
            return conversation_of(row)

    def messages(self, conversation_id: str) -> Sequence[Message]:
        """The messages of a conversation, in order, also of one that was deleted and is not erased yet."""
        query = (
            select(MessageRow)
            .where(MessageRow.conversation_id == conversation_id)
            .order_by(MessageRow.position)
            .options(selectinload(MessageRow.citations))
        )
        with self._seen(conversation_id, deleted_too=True) as (session, _):
            return [message_of(row) for row in session.scalars(query)]

    def asked_before(self, conversation_id: str, most: int = 2) -> Sequence[str]:
        """The last messages that the person wrote in a conversation, oldest first; no more than ``most``."""
        query = (
            select(MessageRow.text)
            .where(MessageRow.conversation_id == conversation_id, MessageRow.role == "person")
            .order_by(MessageRow.position.desc())
            .limit(most)
        )
        with self._seen(conversation_id) as (session, _):
            return session.scalars(query).all()[::-1]

    def record(self, conversation_id: str, answer: Answer) -> str:
        """Store one turn, the message and the answer with its citations, triage and timings, in one transaction.

        What the text models did for it is counted in the same one.

        Returns:
            The identifier of the stored answer.
        """
        now = stored_now()
        with self._seen(conversation_id) as (session, conversation):
            last = session.scalar(
                select(func.max(MessageRow.position)).where(MessageRow.conversation_id == conversation_id)
            )
            position = 0 if last is None else last + 1
            if not conversation.title:
                conversation.title = _title(answer.question)
            conversation.updated = max(now, conversation.updated)  # where the clock was set back, it stays
            answered = answer_row(conversation_id, position + 1, answer, now)
            session.add_all([question_row(conversation_id, position, answer, now), answered])
            count_work(session, answer.work, date.today())
        return answered.id

    def note_emergency(self, conversation_id: str, triage: Triage) -> None:
        """Write into the audit trail that an emergency was shown, also where the turn is then not completed.

        Raises:
            VaultError: it cannot be written.
        """
        flags = ",".join(sorted({flag.name for flag in triage.red_flags}))
        try:
            self._access.note(Action.EMERGENCY_SHOWN, "conversation", conversation_id, red_flags=flags)
        except SQLAlchemyError as error:
            raise VaultError("The audit trail cannot be written.", hint="Verify the vault.") from error

    def rate(self, message_id: str, rating: int | None) -> None:
        """Store what the person thinks of an answer: +1, -1, or None to take it back."""
        with self._vault.transaction() as session:
            conversation_id = session.scalar(select(MessageRow.conversation_id).where(MessageRow.id == message_id))
        if conversation_id is None:
            raise VaultError("That message is not in the vault any more.", hint="Open the conversation again.")
        with self._seen(conversation_id) as (session, _):
            row = session.scalars(select(MessageRow).where(MessageRow.id == message_id)).one()
            row.rating = rating
            row.rated = None if rating is None else stored_now()

    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title.

        Raises:
            InputError: the title is empty or too long.
        """
        self._access.require(Permission.KEEP_CONVERSATIONS)
        seen = "".join(" " if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") else letter for letter in title)
        title = " ".join(seen.split())
        if not title or len(title) > _LONGEST_TITLE:
            raise InputError(f"A title has 1 to {_LONGEST_TITLE} characters.", hint="Choose another one.")
        with self._seen(conversation_id) as (_, row):
            row.title = title

    def pin(self, conversation_id: str, pinned: bool) -> None:
        """Put a conversation above the others, or back among them; no rule erases one that is pinned."""
        self._access.require(Permission.KEEP_CONVERSATIONS)
        with self._seen(conversation_id) as (_, row):
            row.pinned = pinned

    def link(self, conversation_id: str, person_id: str | None) -> None:
        """Say whom a conversation is about; None: nobody."""
        self._access.require(Permission.KEEP_CONVERSATIONS)
        with self._seen(conversation_id) as (session, row):
            _require_person(session, person_id)
            row.person_id = person_id

    def set_libraries_off(self, conversation_id: str, names: Iterable[str]) -> None:
        """Say which libraries are not asked in a conversation; every other one that may be read is."""
        with self._seen(conversation_id) as (_, row):
            row.libraries_off = sorted(set(names))

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation; until the local day ends `undelete` brings it back, then it is erased."""
        self._access.require(Permission.KEEP_CONVERSATIONS)
        with self._seen(conversation_id) as (session, row):
            row.deleted = max(stored_now(), row.updated)  # where the clock was set back, its day is not over early
            self._access.record(session, Action.DELETED, "conversation", conversation_id)

    def undelete(self, conversation_id: str) -> None:
        """Take a deletion back."""
        self._access.require(Permission.KEEP_CONVERSATIONS)
        with self._seen(conversation_id, deleted_too=True) as (session, row):
            if row.deleted is not None:
                row.deleted = None
                self._access.record(session, Action.UNDELETED, "conversation", conversation_id)

    def search(
        self,
        text: str,
        limit: int = 50,
        person_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Sequence[Found]:
        """Find messages and titles that hold every word of ``text``; the last word may be only begun.

        Args:
            text: words as a person types them; what stands in double quotes is looked for as it stands.
            limit: how many titles, and how many messages, to return at most.
            person_id: only conversations about this person.
            since: only messages of this moment or later; without a zone it is local.
            until: only messages before this moment.

        Returns:
            Conversations whose title matches, then messages, each the newest first.

        Raises:
            PermissionRefusedError: this account keeps no conversations.
        """
        self._access.require(Permission.KEEP_CONVERSATIONS)
        owner = None if self._access.may(Permission.READ_OTHERS) else self._access.account.id
        scope = Scope(owner, person_id, since and stored(since), until and stored(until))
        with self._vault.transaction() as session:
            hits = [*find_titles(session, text, limit, scope), *find_messages(session, text, limit, scope)]
            ids = {hit.conversation_id for hit in hits}
            rows = session.scalars(_with_names(select(ConversationRow).where(ConversationRow.id.in_(ids))))
            conversations = {row.id: conversation_of(row) for row in rows}
        return [Found(conversations[hit.conversation_id], hit.message_id, hit.snippet, hit.highlights) for hit in hits]

    def _is_visible(self) -> ColumnElement[bool]:
        if self._access.may(Permission.READ_OTHERS):
            return true()
        if self._access.may(Permission.KEEP_CONVERSATIONS):
            return ConversationRow.account_id == self._access.account.id
        return ConversationRow.id.in_(self._begun)

    @contextmanager
    def _seen(self, conversation_id: str, deleted_too: bool = False) -> Iterator[tuple[Session, ConversationRow]]:
        """A transaction on a conversation that this account may see; a refusal is noted outside it."""
        self._access.require(Permission.CONVERSE)
        with self._vault.transaction() as session:
            row = session.get(ConversationRow, conversation_id)
            if row is None or self._may_see(row):
                if row is None or (row.deleted is not None and not deleted_too):
                    raise VaultError("That conversation is not in the vault any more.", hint="Start a new one.")
                yield session, row
                return
        self._access.require(Permission.READ_OTHERS)

    def _may_see(self, row: ConversationRow) -> bool:
        is_own = row.account_id == self._access.account.id and self._access.may(Permission.KEEP_CONVERSATIONS)
        return is_own or row.id in self._begun or self._access.may(Permission.READ_OTHERS)


def _with_names(query: Select[ConversationRow]) -> Select[ConversationRow]:
    return query.options(joinedload(ConversationRow.account), joinedload(ConversationRow.person))


def _require_person(session: Session, person_id: str | None) -> None:
    if person_id is not None and session.get(PersonRow, person_id) is None:
        raise VaultError("That person is not in the vault any more.", hint="Choose somebody else.")


def _title(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= _TITLE_LENGTH else line[: _TITLE_LENGTH - 1].rstrip() + "…"
