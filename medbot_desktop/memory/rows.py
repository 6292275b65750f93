"""Turn the vault's rows into the words of the domain, and back."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from medbot_desktop.domain import Answer, Citation, Conversation, Message, Passage, Person, Triage
from medbot_desktop.vault.schema import CitationRow, ConversationRow, MessageRow, PersonRow

_ANSWER = TypeAdapter(Answer)
_PASSAGE = TypeAdapter(Passage)
_TRIAGE = TypeAdapter(Triage)
_NOT_IN_ANSWER: Any = {
    "citations": True, "triage": True, "timings_ms": True, "work": True, "utterance": {"known": True}
}  # fmt: skip
"""What has a column of its own or is counted by day, and what the record of the person holds, which stays there."""


def person_of(row: PersonRow) -> Person:
    """The person of a row."""
    lists = (tuple(row.allergies or ()), tuple(row.medicines or ()), tuple(row.conditions or ()))
    return Person(row.id, row.name, row.born, row.reference, *lists, row.due)


def conversation_of(row: ConversationRow) -> Conversation:
    """The conversation of a row."""
    return Conversation(
        id=row.id,
        title=row.title,
        started=_utc(row.started),
        updated=_utc(row.updated),
        pinned=row.pinned,
        account=row.account.name if row.account else "",
        person=person_of(row.person) if row.person else None,
        deleted=_utc(row.deleted) if row.deleted else None,
        libraries_off=tuple(row.libraries_off or ()),
    )


def question_row(conversation_id: str, position: int, answer: Answer, now: datetime) -> MessageRow:
    """The row of what the person said."""
    return _message_row(conversation_id, position, "person", answer.question, now)


def answer_row(conversation_id: str, position: int, answer: Answer, now: datetime) -> MessageRow:
    """The row of an answer, with its citations, triage and timings."""
    row = _message_row(conversation_id, position, "medbot", answer.text, now)
    bare = dataclasses.replace(answer, citations=(), triage=Triage(), timings_ms={})
    row.answer = _ANSWER.dump_python(bare, mode="json", exclude=_NOT_IN_ANSWER)
    row.disposition = answer.triage.disposition.value
    row.triage = _TRIAGE.dump_python(answer.triage, mode="json")
    row.timings = answer.timings_ms
    row.citations = [_citation_row(citation) for citation in answer.citations]
    return row


def message_of(row: MessageRow) -> Message:
    """The message of a row, with what stands behind it."""
    return Message(row.id, row.conversation_id, row.role, row.text, _utc(row.created), _answer_of(row), row.rating)


def _answer_of(row: MessageRow) -> Answer | None:
    if row.answer is None:
        return None
    citations = tuple(
        Citation(item.n, _PASSAGE.validate_python(item.passage), tuple((q[0], q[1]) for q in item.quotes), item.score)
        for item in row.citations
    )
    answer = _ANSWER.validate_python({**row.answer, "triage": row.triage or {}, "timings_ms": row.timings or {}})
    return dataclasses.replace(answer, citations=citations)


def _message_row(conversation_id: str, position: int, role: str, text: str, created: datetime) -> MessageRow:
    return MessageRow(
        id=uuid.uuid4().hex,
        conversation_id=conversation_id,
        position=position,
        role=role,
        text=text,
        created=created,
    )


def _citation_row(citation: Citation) -> CitationRow:
    passage: dict[str, Any] = _PASSAGE.dump_python(citation.passage, mode="json")
    return CitationRow(
        n=citation.n, passage=passage, quotes=[list(span) for span in citation.quotes], score=citation.score
    )


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)
