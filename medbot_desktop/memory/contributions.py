"""Say what a document has contributed to answers, without telling anybody what was said in front of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text

from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.vault import Vault

_MOST_MOMENTS = 5

_COUNT = text(
    "SELECT count(DISTINCT q.message_id) FROM citations q"
    " WHERE json_extract(q.passage, '$.document_id') = :document AND json_extract(q.passage, '$.library') = :library"
)
_COUNTS = text(
    "SELECT json_extract(q.passage, '$.document_id'), count(DISTINCT q.message_id) FROM citations q"
    " WHERE json_extract(q.passage, '$.library') = :library GROUP BY 1"
)
_LAST = text(
    "SELECT m.created, c.id, (SELECT asked.text FROM messages asked"
    " WHERE asked.conversation_id = c.id AND asked.position = m.position - 1)"
    " FROM messages m JOIN conversations c ON c.id = m.conversation_id"
    " WHERE m.id IN (SELECT q.message_id FROM citations q WHERE json_extract(q.passage, '$.document_id') = :document"
    " AND json_extract(q.passage, '$.library') = :library)"
    " AND c.deleted IS NULL AND (:owner IS NULL OR c.account_id = :owner)"
    " ORDER BY m.number DESC LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class Use:
    """An answer that cited the document.

    Attributes:
        moment: when it was given.
        conversation_id: where.
        question: what had been asked.
    """

    moment: datetime
    conversation_id: str
    question: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a document has contributed.

    Attributes:
        answers: how many answers cited it, whoever asked.
        last: the newest of them that the account may see, the newest first.
    """

    answers: int
    last: tuple[Use, ...]


class Contributions:
    """What the documents of one vault have contributed, as one account may see it.

    Args:
        vault: an open vault.
        access: who uses it; without `Permission.READ_OTHERS` it is told only of answers in its own conversations.
    """

    def __init__(self, vault: Vault, access: Access) -> None:
        self._vault = vault
        self._access = access

    def counts(self, library: str) -> dict[str, int]:
        """How many answers cited each document of a library that any cited, by its identifier.

        Raises:
            PermissionRefusedError: the account may not ask questions.
        """
        self._access.require(Permission.CONVERSE)
        with self._vault.reading() as session:
            return {row[0]: row[1] for row in session.execute(_COUNTS, {"library": library})}

    def of(self, library: str, document: str) -> Contribution:
        """What one document has contributed.

        Args:
            library: the library's name.
            document: the document's identifier inside it.

        Raises:
            PermissionRefusedError: the account may not ask questions.
        """
        self._access.require(Permission.CONVERSE)
        which = {"library": library, "document": document}
        keeps = self._access.may(Permission.KEEP_CONVERSATIONS)
        owner = None if self._access.may(Permission.READ_OTHERS) else self._access.account.id
        with self._vault.reading() as session:
            answers = session.execute(_COUNT, which).scalar_one()
            rows = session.execute(_LAST, which | {"owner": owner, "most": _MOST_MOMENTS}) if keeps else ()
            last = tuple(Use(datetime.fromisoformat(row[0]).replace(tzinfo=UTC), row[1], row[2] or "") for row in rows)
        return Contribution(answers, last)
