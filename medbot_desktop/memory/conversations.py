"""Keep conversations in the vault: a turn is stored whole or not at all."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from medbot_desktop.domain import Answer, Citation, Conversation, Message, Passage
from medbot_desktop.errors import VaultError
from medbot_desktop.vault.schema import CitationRow, ConversationRow, MessageRow
from medbot_desktop.vault.vault import Vault

_ANSWER = TypeAdapter(Answer)
_PASSAGE = TypeAdapter(Passage)
_TITLE_LENGTH = 60


class ConversationStore:
    """The conversations of one vault.

    Args:
        vault: an open vault.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def start(self) -> Conversation:
        """Begin a conversation; its title comes with its first message."""
        row = ConversationRow(id=uuid.uuid4().hex, title="", started=_now())
        with self._vault.transaction() as session:
            session.add(row)
        return _conversation(row)

    def list(self) -> Sequence[Conversation]:
        """All conversations, newest first."""
        with self._vault.transaction() as session:
            return [
                _conversation(row)
                for row in session.scalars(select(ConversationRow).order_by(ConversationRow.started.desc()))
            ]

    def messages(self, conversation_id: str) -> Sequence[Message]:
        """The messages of a conversation, in order."""
        with self._vault.transaction() as session:
            return [_message(row) for row in _conversation_row(session, conversation_id).messages]

    def record(self, conversation_id: str, answer: Answer) -> str:
        """Store one turn, the person's message and the answer with its citations, in one transaction.

        Returns:
            The identifier of the stored answer.
        """
        now = _now()
        with self._vault.transaction() as session:
            conversation = _conversation_row(session, conversation_id)
            position = session.scalar(
                select(func.count()).select_from(MessageRow).where(MessageRow.conversation_id == conversation_id)
            )
            assert position is not None
            if not conversation.title:
                conversation.title = _title(answer.question)
            asked = _row(conversation_id, position, "person", answer.question, now)
            answered = _row(conversation_id, position + 1, "medbot", answer.text, now)
            answered.answer = _ANSWER.dump_python(dataclasses.replace(answer, citations=()), mode="json")
            answered.citations = [_citation_row(citation) for citation in answer.citations]
            session.add_all([asked, answered])
        return answered.id

    def rate(self, message_id: str, rating: int | None) -> None:
        """Store what the person thinks of an answer: +1, -1, or None to take it back."""
        with self._vault.transaction() as session:
            row = session.get(MessageRow, message_id)
            if row is None:
                raise VaultError("That message is not in the vault any more.", hint="Open the conversation again.")
            row.rating = rating


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _title(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= _TITLE_LENGTH else line[: _TITLE_LENGTH - 1].rstrip() + "…"


def _conversation_row(session: Session, conversation_id: str) -> ConversationRow:
    row = session.get(ConversationRow, conversation_id)
    if row is None:
        raise VaultError("That conversation is not in the vault any more.", hint="Start a new one.")
    return row


def _row(conversation_id: str, position: int, role: str, text: str, created: datetime) -> MessageRow:
    return MessageRow(
        id=uuid.uuid4().hex,
        conversation_id=conversation_id,
        position=position,
        role=role,
        text=text,
        created=created,
        answer=None,
        rating=None,
    )


def _citation_row(citation: Citation) -> CitationRow:
    passage: dict[str, Any] = _PASSAGE.dump_python(citation.passage, mode="json")
    return CitationRow(
        n=citation.n, passage=passage, quotes=[list(span) for span in citation.quotes], score=citation.score
    )


def _conversation(row: ConversationRow) -> Conversation:
    return Conversation(row.id, row.title, row.started.replace(tzinfo=UTC))


def _message(row: MessageRow) -> Message:
    answer = None
    if row.answer is not None:
        citations = tuple(
            Citation(
                item.n, _PASSAGE.validate_python(item.passage), tuple((q[0], q[1]) for q in item.quotes), item.score
            )
            for item in row.citations
        )
        answer = dataclasses.replace(_ANSWER.validate_python(row.answer), citations=citations)
    created = row.created.replace(tzinfo=UTC)
    return Message(row.id, row.conversation_id, row.role, row.text, created, answer, row.rating)
