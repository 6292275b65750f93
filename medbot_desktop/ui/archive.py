"""Keep the window's conversations in step with the vault: each change shows at once, and is taken back if it fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QObject, Signal

from medbot_desktop.domain import Conversation, Failed, Person
from medbot_desktop.ui.talk import Talk
from medbot_desktop.ui.worker import Services, Worker
from medbot_desktop.vault.roles import Permission


@dataclass(frozen=True, slots=True)
class Rights:
    """What this account may do with conversations: have them kept and listed, and export them."""

    keep: bool = False
    export: bool = False


class Archive(QObject):
    """The conversations, as the window knows them.

    Args:
        worker: does what touches the vault.

    Attributes:
        talks: all but the deleted ones; the newest first, one that is not stored yet before all.
        deleted: those that were deleted today.
        rights: what this account may do.
        is_known: whether the rights have been read from the vault.

    Signals:
        changed: something about the conversations, their order or the rights is different.
        failed: a ``Failed`` that says what could not be stored; it was taken back.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self.talks: list[Talk] = []
        self.deleted: list[Talk] = []
        self.rights = Rights()
        self.is_known = False
        self._pending: Counter[Talk] = Counter()

    def open(self, stored: Sequence[Conversation]) -> None:
        """Take over what an opened vault holds; conversations that were begun meanwhile stay in front."""
        begun = [talk for talk in self.talks if talk.conversation is None]
        self.talks = begun + [Talk(conversation=conversation, is_loaded=False) for conversation in stored]
        self.deleted = []
        self._sort()
        self.changed.emit()
        self._worker.run(_rights_and_deleted, self._take_rights, self._fail)

    def update(self, conversations: Sequence[Conversation]) -> None:
        """Take over what the vault says now of the conversations that are known, newest first."""
        stored = {conversation.id: conversation for conversation in conversations}
        for talk in self.talks:
            is_settled = not self._pending[talk]  # else the list may be older than what was changed meanwhile
            if talk.conversation is not None and is_settled:
                talk.conversation = stored.get(talk.conversation.id, talk.conversation)
        self._sort()
        self.changed.emit()

    def find(self, conversation: Conversation) -> Talk | None:
        """The talk of a stored conversation that is not deleted."""
        stored = ((talk, talk.conversation) for talk in self.talks)
        return next((talk for talk, known in stored if known and known.id == conversation.id), None)

    def beside(self, talk: Talk) -> Talk | None:
        """The conversation after this one in order of time, or else the one before it."""
        at = self.talks.index(talk)
        others = self.talks[at + 1 : at + 2] or self.talks[max(at - 1, 0) : at]
        return others[0] if others else None

    def begin(self) -> Talk:
        """A conversation in which nothing was said yet; where none may be kept, those before it are dropped."""
        fresh = next((talk for talk in self.talks if talk.is_new()), None)
        if fresh is None:
            fresh = Talk()
            self.talks.insert(0, fresh)
        if self.is_known and not self.rights.keep:
            self.talks = [fresh]
        self.changed.emit()
        return fresh

    def take_in(self, conversation: Conversation) -> Talk:
        """The talk of a stored conversation, listed from now on if it was not."""
        known = self.find(conversation)
        if known is None:
            known = Talk(conversation=conversation, is_loaded=False)
            self.talks.append(known)
            self._sort()
            self.changed.emit()
        return known

    def rename(self, talk: Talk, title: str) -> None:
        """Give a conversation another name."""
        self._change(talk, lambda services, key: services.conversations.rename(key, title), title=title)

    def pin(self, talk: Talk, pinned: bool) -> None:
        """Put a conversation above the others, or back among them."""
        self._change(talk, lambda services, key: services.conversations.pin(key, pinned), pinned=pinned)

    def link(self, talk: Talk, person: Person | None) -> None:
        """Say whom a conversation is about."""
        person_id = person.id if person else None
        self._change(talk, lambda services, key: services.conversations.link(key, person_id), person=person)

    def know(self, person: Person) -> None:
        """Take over what is kept of somebody now, in every conversation about them."""
        for talk in (*self.talks, *self.deleted):
            known = talk.person()
            if known is not None and known.id == person.id:
                talk.change(person=person)
        self.changed.emit()

    def switch_off(self, talk: Talk, libraries: tuple[str, ...]) -> None:
        """Say which libraries are not asked in a conversation."""
        talk.off_at_first = libraries
        if talk.conversation is not None:
            self._change(
                talk,
                lambda services, key: services.conversations.set_libraries_off(key, libraries),
                libraries_off=libraries,
            )

    def delete(self, talk: Talk) -> None:
        """Delete a conversation; until the day ends it can be restored."""
        self.talks.remove(talk)
        self.deleted.insert(0, talk)
        self._change(
            talk,
            lambda services, key: services.conversations.delete(key),
            self._keep_after_all,
            deleted=datetime.now(UTC),
        )

    def restore(self, talk: Talk) -> None:
        """Take a deletion back."""
        self._keep_after_all(talk)
        self._change(
            talk, lambda services, key: services.conversations.undelete(key), self._delete_after_all, deleted=None
        )

    def forget(self) -> None:
        """Drop everything that was read."""
        self.talks, self.deleted, self.rights = [], [], Rights()
        self.is_known = False
        self._pending.clear()

    def _change(
        self,
        talk: Talk,
        job: Callable[[Services, str], object],
        take_back: Callable[[Talk], None] | None = None,
        **fields: Any,
    ) -> None:
        """Show a change at once, store it, and show it as it was before if that fails."""
        assert talk.conversation is not None
        key = talk.conversation.id
        before = {name: getattr(talk.conversation, name) for name in fields}

        def stored(_: object) -> None:
            self._pending[talk] -= 1

        def failed(failure: Failed) -> None:
            self._pending[talk] -= 1
            talk.change(**before)
            if take_back is not None:
                take_back(talk)
            self.changed.emit()
            self.failed.emit(failure)

        talk.change(**fields)
        self._pending[talk] += 1
        self.changed.emit()
        self._worker.run(lambda services: job(services, key), stored, failed)

    def _keep_after_all(self, talk: Talk) -> None:
        if talk in self.deleted:
            self.deleted.remove(talk)
            self.talks.append(talk)
            self._sort()

    def _delete_after_all(self, talk: Talk) -> None:
        if talk in self.talks:
            self.talks.remove(talk)
            self.deleted.insert(0, talk)

    def _sort(self) -> None:
        latest = datetime.max.replace(tzinfo=UTC)
        self.talks.sort(key=lambda talk: talk.conversation.updated if talk.conversation else latest, reverse=True)

    def _take_rights(self, found: tuple[Rights, Sequence[Conversation]]) -> None:
        self.rights, deleted = found
        self.is_known = True
        self.deleted = [Talk(conversation=conversation, is_loaded=False) for conversation in deleted]
        self.changed.emit()

    def _fail(self, failure: Failed) -> None:
        self.failed.emit(failure)


def _rights_and_deleted(services: Services) -> tuple[Rights, Sequence[Conversation]]:
    may = services.access.may
    rights = Rights(may(Permission.KEEP_CONVERSATIONS), may(Permission.EXPORT))
    return rights, services.conversations.list(deleted=True) if rights.keep else ()
