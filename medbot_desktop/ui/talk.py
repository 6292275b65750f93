"""Keep one conversation as the window sees it: what was said, what is typed but not sent, and how it is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from medbot_desktop.domain import Conversation, Message, Person
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.transcript_model import Entry, TranscriptModel, entries_of

_TITLE_LETTERS = 60


@dataclass(eq=False)
class Talk:
    """A conversation in the window.

    Attributes:
        conversation: the stored conversation; None until the first message is sent.
        transcript: what was said.
        draft: what is typed and not sent yet.
        is_loaded: whether the stored messages are in the transcript.
        off_at_first: the libraries that are not asked, as long as it is not stored.
    """

    conversation: Conversation | None = None
    transcript: TranscriptModel = field(default_factory=TranscriptModel)
    draft: str = ""
    is_loaded: bool = True
    off_at_first: tuple[str, ...] = ()

    def is_new(self) -> bool:
        """Whether nothing was said yet."""
        return self.is_loaded and self.transcript.rowCount() == 0

    def is_pinned(self) -> bool:
        """Whether it stands above the others."""
        return self.conversation is not None and self.conversation.pinned

    def is_deleted(self) -> bool:
        """Whether it was deleted and is erased when the day ends."""
        return self.conversation is not None and self.conversation.deleted is not None

    def person(self) -> Person | None:
        """Whom it is about."""
        return self.conversation.person if self.conversation else None

    def libraries_off(self) -> tuple[str, ...]:
        """The libraries that are not asked in it."""
        return self.conversation.libraries_off if self.conversation else self.off_at_first

    def moment(self) -> datetime | None:
        """When something was last said in it, in this computer's time zone; None while it is not stored."""
        return self.conversation.updated.astimezone() if self.conversation else None

    def title(self) -> str:
        """A name for lists, never empty."""
        stored = self.conversation.title if self.conversation else ""
        first = self.transcript.entry(0).text if self.transcript.rowCount() else ""
        return one_line(stored or first, _TITLE_LETTERS) or "New conversation"

    def spoken(self) -> str:
        """The conversation as a screen reader should name it in a list."""
        person = self.person()
        parts = [f"Conversation: {self.title()}", f"about {shown(person.name)}" if person else ""]
        parts += ["pinned" if self.is_pinned() else "", "deleted" if self.is_deleted() else ""]
        return ", ".join(part for part in parts if part)

    def change(self, **fields: Any) -> None:
        """Take over what has changed in the stored conversation."""
        assert self.conversation is not None
        self.conversation = replace(self.conversation, **fields)

    def take_in(self, messages: Sequence[Message]) -> int:
        """Put the stored messages before what was said meanwhile; returns how many rows came in above it."""
        entries = entries_of(messages)
        self.is_loaded = True
        if not self.transcript.rowCount():
            self.transcript = TranscriptModel(entries)
            return 0
        self.transcript.put_before(entries)
        return len(entries)

    def last_answer(self) -> Entry | None:
        """The newest answer, if there is one."""
        return next((entry for entry in reversed(self.transcript.entries()) if not entry.mine), None)

    def asked_back(self) -> tuple[tuple[str, ...], str, str]:
        """Answers to offer to a question that the assistant has just asked, the question, and why it is asked."""
        last = self.transcript.entry(-1) if self.transcript.rowCount() else Entry(mine=False)
        return last.options, last.question, last.question_why


@dataclass(frozen=True, slots=True)
class Turn:
    """The turn that is being answered: its number, where it shows and what was asked."""

    number: int
    talk: Talk
    row: int
    text: str


def one_line(text: str, letters: int) -> str:
    """Any text as one line that can be shown, cut after so many letters."""
    return " ".join(shown(text).split())[:letters]
