"""Find messages by their words, through the full-text table of the vault."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from medbot_desktop.domain import Conversation

# Control characters do not occur in a stored message, so they can mark where a match begins and ends.
_OPEN, _CLOSE = "\x02", "\x03"
_SNIPPET_TOKENS = 28
_MOST_WORDS = 20
_TERM = re.compile(r'"([^"]*)"?|(\S+)')

_CONDITIONS = (
    " AND c.deleted IS NULL"
    " AND (:owner IS NULL OR c.account_id = :owner)"
    " AND (:person IS NULL OR c.person_id = :person)"
)


@dataclass(frozen=True, slots=True)
class Found:
    """One place that a search found.

    Attributes:
        conversation: where.
        message_id: the message; empty where the title matches.
        snippet: some words around the match, plain text; empty where the title matches.
        highlights: the matches, as (start, end) offsets in ``snippet``.
    """

    conversation: Conversation
    message_id: str
    snippet: str
    highlights: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """What the full-text table gives, before the conversation is read."""

    conversation_id: str
    message_id: str
    snippet: str
    highlights: tuple[tuple[int, int], ...]


def find_messages(
    session: Session,
    words: str,
    limit: int,
    owner: str | None,
    person_id: str | None,
    since: datetime | None,
    until: datetime | None,
) -> list[Hit]:
    """Messages that hold every word, the newest first.

    Args:
        session: a transaction.
        words: as typed.
        limit: how many at most.
        owner: only conversations of this account; None: of all.
        person_id: only conversations about this person.
        since: only messages of this moment or later, as stored.
        until: only messages before this moment, as stored.
    """
    query = full_text_query(words)
    if not query:
        return []
    # The newest first is also what costs least: the full-text table gives its rows in that order, and stops early.
    statement = text(
        "SELECT m.conversation_id, m.id, snippet(messages_fts, 0, :open, :close, '…', :tokens) FROM messages_fts"
        " CROSS JOIN messages m ON m.number = messages_fts.rowid CROSS JOIN conversations c ON c.id = m.conversation_id"
        " WHERE messages_fts MATCH :query"
        f"{_CONDITIONS} AND (:since IS NULL OR m.created >= :since) AND (:until IS NULL OR m.created < :until)"
        " ORDER BY messages_fts.rowid DESC LIMIT :limit"
    )
    parameters: dict[str, Any] = {"query": query, "open": _OPEN, "close": _CLOSE, "tokens": _SNIPPET_TOKENS}
    return [
        Hit(row[0], row[1], *_plain(row[2]))
        for row in session.execute(statement, parameters | _parameters(limit, owner, person_id, since, until))
    ]


def find_titles(
    session: Session,
    words: str,
    limit: int,
    owner: str | None,
    person_id: str | None,
    since: datetime | None,
    until: datetime | None,
) -> list[Hit]:
    """Conversations whose title holds every word, the newest first; takes what `find_messages` takes."""
    terms = _terms(words)
    if not terms:
        return []
    likes = "".join(f" AND c.title LIKE :term{number} ESCAPE '\\'" for number in range(len(terms)))
    statement = text(
        f"SELECT c.id FROM conversations c WHERE 1 {likes} {_CONDITIONS}"
        " AND (:since IS NULL OR c.updated >= :since) AND (:until IS NULL OR c.started < :until)"
        " ORDER BY c.updated DESC LIMIT :limit"
    )
    patterns = {f"term{number}": f"%{_escaped(term)}%" for number, term in enumerate(terms)}
    parameters = patterns | _parameters(limit, owner, person_id, since, until)
    return [Hit(row[0], "", "", ()) for row in session.execute(statement, parameters)]


def full_text_query(words: str) -> str:
    """The FTS5 query for what a person typed: every word or quoted phrase must occur, the last word may be begun."""
    terms = [f'"{term}"' for term in _terms(words)]
    if terms and words[-1:].isalnum():
        terms[-1] += " *"
    return " ".join(terms)


def _terms(words: str) -> list[str]:
    found = [phrase or word.replace('"', " ").strip() for phrase, word in _TERM.findall(words)]
    return [term for term in found if any(character.isalnum() for character in term)][:_MOST_WORDS]


def _parameters(
    limit: int, owner: str | None, person_id: str | None, since: datetime | None, until: datetime | None
) -> dict[str, Any]:
    moments = {"since": since, "until": until}
    return {"limit": limit, "owner": owner, "person": person_id} | {
        name: moment and moment.isoformat(" ", timespec="microseconds") for name, moment in moments.items()
    }


def _escaped(term: str) -> str:
    return re.sub(r"([%_\\])", r"\\\1", term)


def _plain(marked: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text without the marks, and where they were."""
    plain, spans, begun = "", [], 0
    for piece in re.split(f"([{_OPEN}{_CLOSE}])", marked):
        if piece == _OPEN:
            begun = len(plain)
        elif piece == _CLOSE:
            spans.append((begun, len(plain)))
        else:
            plain += piece
    return plain, tuple(spans)
