"""List the questions for which the libraries held nothing: what a clinic could add next."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from medbot_desktop.text import name_key
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.moments import stored_now
from medbot_desktop.vault.preferences import mark, set_mark
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.vault import Vault

_DISMISSED = "dismissed_questions"
"""The mark that says when which questions were taken off the list; it holds their hashes, never their words."""

_NOT_FOUND = text(
    "SELECT json_extract(m.answer, '$.question'), m.created FROM messages m"
    " JOIN conversations c ON c.id = m.conversation_id"
    " WHERE c.deleted IS NULL AND m.answer IS NOT NULL AND json_extract(m.answer, '$.skill') = 'not_found'"
    " ORDER BY m.number"
)


@dataclass(frozen=True, slots=True)
class UnansweredQuestion:
    """A question that found nothing.

    Attributes:
        text: as it was last asked.
        count: how often it was asked since it was last dismissed.
        last_asked: when it was last asked.
    """

    text: str
    count: int
    last_asked: datetime


class Unanswered:
    """The questions of one vault that found nothing, those of deleted conversations left out.

    Args:
        vault: an open vault.
        access: who uses it; they have to be allowed to read the conversations of others.
    """

    def __init__(self, vault: Vault, access: Access) -> None:
        self._vault = vault
        self._access = access

    def list(self, limit: int = 200) -> Sequence[UnansweredQuestion]:
        """The questions, the one that was asked most often first, and of two the one that was asked later.

        Questions that differ only in capitals, spaces and the marks at their end are one.

        Raises:
            PermissionRefusedError: the account may not read the conversations of others.
        """
        self._access.require(Permission.READ_OTHERS)
        with self._vault.reading() as session:
            asked = _asked(session)
        found = [UnansweredQuestion(times[-1][0], len(times), _utc(times[-1][1])) for times in asked.values()]
        found.sort(key=lambda question: (question.count, question.last_asked), reverse=True)
        return found[:limit]

    def dismiss(self, question: str) -> None:
        """Take a question off the list, until somebody asks it again.

        Raises:
            PermissionRefusedError: the account may not read the conversations of others, or not change the library.
        """
        self._access.require(Permission.READ_OTHERS)
        self._access.require(Permission.EDIT_LIBRARY)
        now = stored_now().isoformat()
        with self._vault.transaction() as session:
            kept = {_hash(key) for key in _asked(session, all_of_them=True)}  # of what was erased, nothing stays
            dismissed = {key: moment for key, moment in _dismissed(session).items() if key in kept}
            set_mark(session, _DISMISSED, dismissed | {_hash(_key(question)): now})


def _asked(session: Session, all_of_them: bool = False) -> dict[str, list[tuple[str, str]]]:
    """The key of each question to its words and moments, the oldest first.

    Args:
        session: a transaction.
        all_of_them: whether those count that were dismissed since they were asked.
    """
    dismissed = {} if all_of_them else _dismissed(session)
    hidden_until: dict[str, str] = {}
    found: dict[str, list[tuple[str, str]]] = {}
    for question, created in session.execute(_NOT_FOUND):
        key = _key(question)
        if key not in hidden_until:
            hidden_until[key] = dismissed.get(_hash(key), "")
        if not hidden_until[key] or _utc(created) > _utc(hidden_until[key]):
            found.setdefault(key, []).append((question, created))
    return found


def _dismissed(session: Session) -> dict[str, str]:
    stored = mark(session, _DISMISSED)
    return stored if isinstance(stored, dict) else {}


def _key(question: str) -> str:
    return name_key(question).rstrip(" ?!.…")


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)
