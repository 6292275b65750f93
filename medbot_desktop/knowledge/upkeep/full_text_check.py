"""Tell whether the full-text index holds the words of every passage and of no other, and put right what differs.

The index keeps no text of its own. So another one is made of the passages in memory, and the two are read side by side,
word by word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

from medbot_desktop.vault.vault import Vault

_ROWS_AT_ONCE = 500
_FIND = text("SELECT 1 FROM passages_fts WHERE passages_fts MATCH :query AND rowid = :row")
_INSERT = text("INSERT INTO passages_fts (rowid, names, section, text) VALUES (:row, :names, :section, :text)")
_DELETE = text("DELETE FROM passages_fts WHERE rowid = :row")
_WITHOUT_PASSAGE = text("SELECT id FROM passages_fts_docsize WHERE id NOT IN (SELECT id FROM passages)")

_VOCABULARIES = ("beside_words", "index_words")
_BESIDE = (
    "CREATE VIRTUAL TABLE temp.beside_fts USING fts5(names, section, text, content='', contentless_delete=1,"
    " tokenize='porter unicode61 remove_diacritics 2')",
    "CREATE VIRTUAL TABLE temp.beside_words USING fts5vocab('temp', 'beside_fts', 'instance')",
    "CREATE VIRTUAL TABLE temp.index_words USING fts5vocab('main', 'passages_fts', 'instance')",
)

_Place = tuple[str, int, str, int]
PassageWords = tuple[int, str, str, str]
"""The row of a passage; the names of its document, each on a line; its section; its text."""


def is_sound(vault: Vault) -> bool:
    """Whether the index is whole by its own rules."""
    with vault.driver() as connection:
        connection.execute("BEGIN IMMEDIATE")  # SQL has the check as an insertion; it inserts nothing
        try:
            connection.execute("INSERT INTO passages_fts (passages_fts) VALUES ('integrity-check')")
        except dbapi2.DatabaseError:
            return False
        finally:
            connection.execute("ROLLBACK")
    return True


def differing(vault: Vault) -> set[int]:
    """The rows of which the index holds other words, or at other places, than their passages have."""
    with vault.driver() as connection:
        connection.execute("BEGIN")  # one state of the vault; what is made in memory goes with the rollback
        try:
            for statement in _BESIDE:
                connection.execute(statement)
            connection.execute(_fill("temp.beside_fts"), {"after": 0, "limit": -1})
            ours, theirs = (
                connection.execute(f"SELECT term, doc, col, offset FROM temp.{name}") for name in _VOCABULARIES
            )
            return set(_of_one_alone(ours, theirs))
        finally:
            connection.execute("ROLLBACK")


def _of_one_alone(ours: Iterator[_Place], theirs: Iterator[_Place]) -> Iterator[int]:
    """The rows of words that only one of two indexes holds at a place; both come by word, row, column and place."""
    one, other = next(ours, None), next(theirs, None)
    while one is not None or other is not None:
        if one == other:
            one, other = next(ours, None), next(theirs, None)
        elif other is None or (one is not None and one < other):
            yield one[1] if one else 0
            one = next(ours, None)
        else:
            yield other[1]
            other = next(theirs, None)


def strangers(session: Session) -> list[int]:
    """The rows of the index that belong to no passage."""
    return [row[0] for row in session.execute(_WITHOUT_PASSAGE)]


def holds(session: Session, passage: PassageWords) -> bool:
    """Whether the index holds exactly these words for a passage."""
    row, *columns = passage
    phrases = [
        f'{name} : "{_quoted(words)}"'
        for name, words in zip(("names", "section", "text"), columns, strict=True)
        if _has_words(words)
    ]
    if not phrases:
        return True
    return session.execute(_FIND, {"query": " AND ".join(phrases), "row": row}).first() is not None


def put_right(session: Session, passages: Sequence[PassageWords]) -> None:
    """Index the words of passages anew."""
    forget(session, [row for row, *_ in passages])
    for row, names, section, words in passages:
        session.execute(_INSERT, {"row": row, "names": names, "section": section, "text": words})


def forget(session: Session, rows: Sequence[int]) -> None:
    """Take rows out of the index."""
    for row in rows:
        session.execute(_DELETE, {"row": row})


def make_anew(vault: Vault) -> Iterator[int]:
    """Empty the index and fill it from the passages; yields how many are in. What a kill leaves out is found later."""
    with vault.transaction() as session:
        session.execute(text("INSERT INTO passages_fts (passages_fts) VALUES ('delete-all')"))
    fill = text(_fill("passages_fts"))
    after = done = 0
    while True:
        with vault.transaction() as session:
            session.execute(fill, {"after": after, "limit": _ROWS_AT_ONCE})
            rows = text(
                "SELECT max(id), count(*) FROM (SELECT id FROM passages WHERE id > :after ORDER BY id LIMIT :limit)"
            )
            last, count = session.execute(rows, {"after": after, "limit": _ROWS_AT_ONCE}).one()
        if not count:
            return
        after, done = last, done + count
        yield done


def _fill(table: str) -> str:
    names = "SELECT text FROM names WHERE document_id = p.document_id ORDER BY id"
    return (
        f"INSERT INTO {table} (rowid, names, section, text) SELECT p.id,"
        f" coalesce((SELECT group_concat(text, char(10)) FROM ({names})), ''), p.section, p.text"
        " FROM passages p WHERE p.id > :after ORDER BY p.id LIMIT :limit"
    )


def _quoted(words: str) -> str:
    return words.replace('"', '""').replace("\0", " ")


def _has_words(words: str) -> bool:
    """Whether the tokenizer, ``unicode61``, finds any word in it."""
    return any(unicodedata.category(character)[0] in "LN" for character in words)
