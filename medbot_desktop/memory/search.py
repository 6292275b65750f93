"""Find messages by their words, through the full-text table of the vault."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session
from Stemmer import Stemmer

from medbot_desktop.domain import Conversation

# Control characters do not occur in a stored message, so they can mark where a match begins and ends.
_OPEN, _CLOSE = "\x02", "\x03"
_SNIPPET_TOKENS = 28
"""About 160 letters."""

_MOST_WORDS = 20
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_TERM = re.compile(r'"([^"]*)"?|([^\s"]+)')
_SHORTEST_BEGINNING = 2
_ENDINGS = "able al ation ed es ful ing ion ity ive ly ment ness ous".split()
_porter = Stemmer("porter", 0)  # as the full-text table stems; it remembers nothing of what was searched for

_CONDITIONS = (
    " AND c.deleted IS NULL"
    " AND (:owner IS NULL OR c.account_id = :owner)"
    " AND (:person IS NULL OR c.person_id = :person)"
    " AND (:since IS NULL OR c.updated >= :since) AND (:until IS NULL OR c.started < :until)"
)
# The unary plus keeps SQLite from asking the full-text table once for each number.
_NARROWED = (
    " AND +messages_fts.rowid IN (SELECT n.number FROM conversations c"
    f" CROSS JOIN messages n ON n.conversation_id = c.id WHERE 1 {_CONDITIONS})"
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


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a search may look.

    Attributes:
        owner: only conversations of this account; None: of all.
        person_id: only conversations about this person.
        since: only messages of this moment or later, as stored.
        until: only messages before this moment, as stored.
    """

    owner: str | None = None
    person_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def parameters(self) -> dict[str, str | None]:
        """The values for SQL."""
        moments = {"since": self.since, "until": self.until}
        written = {
            name: None if moment is None else moment.isoformat(" ", timespec="microseconds")
            for name, moment in moments.items()
        }
        return {"owner": self.owner, "person": self.person_id, **written}


def find_messages(session: Session, words: str, limit: int, scope: Scope) -> list[Hit]:
    """Messages that hold every word, the newest first.

    The newest first is also what costs least: the full-text table gives its rows in that order and stops early, while
    the best first would have to look at every message with a common word.

    Args:
        session: a transaction.
        words: as typed.
        limit: how many at most.
        scope: where to look.
    """
    query = full_text_query(words)
    if not query:
        return []
    narrowed = "" if scope == Scope() else _NARROWED
    statement = text(
        "SELECT m.conversation_id, m.id, snippet(messages_fts, 0, :open, :close, '…', :tokens) FROM messages_fts"
        " CROSS JOIN messages m ON m.number = messages_fts.rowid CROSS JOIN conversations d ON d.id = m.conversation_id"
        f" WHERE messages_fts MATCH :query {narrowed} AND d.deleted IS NULL"
        " AND (:since IS NULL OR m.created >= :since) AND (:until IS NULL OR m.created < :until)"
        " ORDER BY messages_fts.rowid DESC LIMIT :limit"
    )
    parameters: dict[str, Any] = {
        "query": query,
        "open": _OPEN,
        "close": _CLOSE,
        "tokens": _SNIPPET_TOKENS,
        "limit": limit,
    }
    found = session.execute(statement, parameters | scope.parameters())
    return [Hit(row[0], row[1], *_plain(row[2])) for row in found]


def find_titles(session: Session, words: str, limit: int, scope: Scope) -> list[Hit]:
    """Conversations whose title holds every word, the newest first; takes what `find_messages` takes."""
    terms = _terms(words)
    if not terms:
        return []
    likes = "".join(f" AND c.title LIKE :term{number} ESCAPE '\\'" for number in range(len(terms)))
    statement = text(
        f"SELECT c.id FROM conversations c WHERE 1 {likes} {_CONDITIONS}"
        " ORDER BY c.updated DESC, c.rowid DESC LIMIT :limit"
    )
    patterns = {f"term{number}": f"%{_escaped(term)}%" for number, term in enumerate(terms)}
    found = session.execute(statement, patterns | {"limit": limit} | scope.parameters())
    return [Hit(row[0], "", "", ()) for row in found]


def full_text_query(words: str) -> str:
    """The FTS5 query for what a person typed: every word or quoted phrase must occur, the last word may be begun."""
    terms = _terms(words)
    if not terms:
        return ""
    quoted = [f'"{term}"' for term in terms]
    is_begun = words[-1] not in '"' and not words[-1].isspace()
    if is_begun and (len(terms[-1]) >= _SHORTEST_BEGINNING or not terms[-1].isascii()):
        quoted[-1] = "(" + " OR ".join([f"{quoted[-1]} *", *(f'"{word}"' for word in _completions(terms[-1]))]) + ")"
    return " AND ".join(quoted)


def _completions(word: str) -> list[str]:
    """What a begun word may become that the full-text table knows by a stem shorter than what is typed.

    It has "itching" as "itch", which does not begin with "itchin".
    """
    found: dict[str, str] = {}
    for ending in _ENDINGS:
        for length in range(1, len(ending)):
            if word.lower().endswith(ending[:length]):
                whole = word.lower() + ending[length:]
                if not _porter.stemWord(whole).startswith(_porter.stemWord(word.lower())):
                    found.setdefault(_porter.stemWord(whole), whole)
    return list(found.values())


def _terms(words: str) -> list[str]:
    found = [(phrase or word).strip() for phrase, word in _TERM.findall(_UNREADABLE.sub(" ", words))]
    return [term for term in found if any(character.isalnum() for character in term)][:_MOST_WORDS]


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
