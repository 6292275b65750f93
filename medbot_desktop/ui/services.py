"""Name the part of an open workspace that the window uses."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from medbot_desktop.domain import Conversation, Triage, TurnEvent

if TYPE_CHECKING:  # what keeps things is slow to load, and the window must not wait for it
    from medbot_desktop.inference.fallback import FallbackTextModel
    from medbot_desktop.knowledge.documents import Documents
    from medbot_desktop.knowledge.importing.importing import Importing
    from medbot_desktop.knowledge.importing.queue import ImportQueue
    from medbot_desktop.knowledge.library import Libraries
    from medbot_desktop.knowledge.packs.packs import Packs
    from medbot_desktop.knowledge.search.retrieval import Retriever
    from medbot_desktop.knowledge.upkeep.reembedding import Reembedding
    from medbot_desktop.knowledge.upkeep.upkeep import Upkeep
    from medbot_desktop.memory.contributions import Contributions
    from medbot_desktop.memory.conversations import ConversationStore
    from medbot_desktop.memory.export import Exporting
    from medbot_desktop.memory.forgetting import Forgetting
    from medbot_desktop.memory.people import People
    from medbot_desktop.memory.unanswered import Unanswered
    from medbot_desktop.memory.usage import Usage
    from medbot_desktop.understanding.labels import LabelMedicine
    from medbot_desktop.vault.access import Access
    from medbot_desktop.vault.accounts import Accounts
    from medbot_desktop.vault.audit import AuditTrail
    from medbot_desktop.vault.backup import Backups
    from medbot_desktop.vault.opening import OpenedVault
    from medbot_desktop.vault.preferences import Preferences
    from medbot_desktop.vault.retention import Retention


class Responder(Protocol):
    """What answers one message, event by event."""

    def respond(self, conversation: Conversation, text: str) -> Generator[TurnEvent, None, None]:
        """Answer ``text``; closing the generator cancels the turn."""

    def alarm(self, text: str) -> Triage | None:
        """The emergency that a text of any length tells of, or None."""

    def medicines_in(self, text: str) -> Sequence[LabelMedicine]:
        """The medicines on a label, with their doses."""


class Services(Protocol):
    """The part of a workspace that the window uses."""

    @property
    def assistant(self) -> Responder:
        """What answers."""

    @property
    def conversations(self) -> ConversationStore:
        """What was said."""

    @property
    def libraries(self) -> Libraries:
        """What answers are made of."""

    @property
    def documents(self) -> Documents:
        """The documents of the libraries, one by one."""

    @property
    def queue(self) -> ImportQueue:
        """The files that were added to the libraries, or are to be."""

    def importing(self) -> AbstractContextManager[Importing]:
        """What works through the queue; on a connection of its own where the vault lies on the disk."""

    def packs(self) -> AbstractContextManager[Packs]:
        """What makes and installs packs; on a connection of its own where the vault lies on the disk."""

    @property
    def retriever(self) -> Retriever:
        """Finds passages."""

    @property
    def unanswered(self) -> Unanswered:
        """Questions that found nothing."""

    @property
    def usage(self) -> Usage:
        """What the text models did, by day."""

    @property
    def text_model(self) -> FallbackTextModel | None:
        """The text model that serves; None where none does."""

    def text_model_at_rest(self) -> AbstractContextManager[None]:
        """Ends the text model while something about it changes; then the chosen one is started."""

    @property
    def contributions(self) -> Contributions:
        """What documents have contributed to answers."""

    @property
    def people(self) -> People:
        """Whom conversations are about."""

    @property
    def exporting(self) -> Exporting:
        """Conversations on their way into files."""

    @property
    def access(self) -> Access:
        """Who uses it, and what they may do."""

    @property
    def audit(self) -> AuditTrail:
        """Who did what."""

    @property
    def preferences(self) -> Preferences:
        """What the clinic has decided."""

    @property
    def retention(self) -> Retention:
        """Erases what is old enough."""

    @property
    def forgetting(self) -> Forgetting:
        """Erases everything about one person."""

    @property
    def accounts(self) -> Accounts | None:
        """Who can open the vault; None where nothing is kept."""

    @property
    def backups(self) -> Backups | None:
        """Copies of the vault; None where nothing is kept."""

    @property
    def opened(self) -> OpenedVault | None:
        """The vault on the disk; None where nothing is kept."""

    @property
    def embedders(self) -> Mapping[str, str]:
        """The embedders of this computer: name to title."""

    @property
    def embedder(self) -> str:
        """The name of the embedder in use."""

    def embedder_marks(self, name: str) -> Mapping[str, str]:
        """What is noted in the vault as another embedder takes over."""

    def library_upkeep(self) -> AbstractContextManager[Upkeep]:
        """What finds and mends what is wrong with the libraries, for another thread."""

    def reembedding(self, name: str) -> AbstractContextManager[Reembedding]:
        """What embeds the libraries again, for another thread."""

    @property
    def notices(self) -> Sequence[str]:
        """What whoever opened the vault should read."""

    @property
    def sample_questions(self) -> Sequence[str]:
        """Questions to offer on the empty page."""

    @property
    def emergency_number(self) -> str:
        """The number to call, e.g. ``999``."""

    def upkeep(self, now: datetime) -> list[str]:
        """Do what is due today; returns sentences that somebody should read."""

    def close(self) -> None:
        """Let everything go."""
