"""Keep one conversation as the window sees it: what was said, what is typed but not sent, and how it is stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from medbot_desktop.domain import Conversation
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.transcript_model import Entry, TranscriptModel

_TITLE_LETTERS = 60


@dataclass(eq=False)
class Talk:
    """A conversation in the window.

    Attributes:
        conversation: the stored conversation; None until the first message is sent.
        transcript: what was said.
        draft: what is typed and not sent yet.
        is_loaded: whether the stored messages are in the transcript.
    """

    conversation: Conversation | None = None
    transcript: TranscriptModel = field(default_factory=TranscriptModel)
    draft: str = ""
    is_loaded: bool = True

    def is_new(self) -> bool:
        """Whether nothing was said yet."""
        return self.is_loaded and self.transcript.rowCount() == 0

    def title(self) -> str:
        """A name for lists, never empty."""
        stored = self.conversation.title if self.conversation else ""
        first = self.transcript.entry(0).text if self.transcript.rowCount() else ""
        words = " ".join(shown(stored or first).split())
        return words[:_TITLE_LETTERS] or "New conversation"

    def last_answer(self) -> Entry | None:
        """The newest answer, if there is one."""
        return next((entry for entry in reversed(self.transcript.entries()) if not entry.mine), None)

    def options(self) -> tuple[str, ...]:
        """Answers to offer to a question that the assistant has just asked."""
        count = self.transcript.rowCount()
        return self.transcript.entry(count - 1).options if count else ()


@dataclass(frozen=True, slots=True)
class Turn:
    """The turn that is being answered: its number, where it shows and what was asked."""

    number: int
    talk: Talk
    row: int
    text: str
