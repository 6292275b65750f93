"""Take conversations out of the database so that no word of them stays in its file."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import delete, text
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from medbot_desktop.errors import DiskFullError
from medbot_desktop.vault.schema import ConversationRow
from medbot_desktop.vault.vault import Vault


def erase_conversations(session: Session, which: ColumnElement[bool]) -> None:
    """Erase conversations with their messages, citations, triage and full text, in the transaction of ``session``.

    The full text is built anew without them, in about a second for 100,000 messages. To take the words out of it
    message by message, such that nothing stays, would take more than a minute where many are erased.

    Args:
        session: the transaction.
        which: a condition on `ConversationRow`.
    """
    _full_text(session, "(messages_fts, rank) VALUES ('secure-delete', 0)")
    session.execute(delete(ConversationRow).where(which), execution_options={"synchronize_session": False})
    _full_text(session, "(messages_fts) VALUES ('rebuild')")
    _full_text(session, "(messages_fts, rank) VALUES ('secure-delete', 1)")


def empty_log(vault: Vault) -> None:
    """Bring the write-ahead log into the file and empty it: what was erased still stands in its older pages."""
    with vault.driver() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def compact(vault: Vault) -> bool:
    """Rewrite the file without the pages that nothing uses, where there is room for that.

    Returns:
        Whether there was. Where there was not, those pages hold zeros, since SQLite overwrites what is erased; but
        older ones may stay in the write-ahead log, encrypted, until the vault is closed.
    """
    try:
        vault.vacuum()
    except DiskFullError:
        with suppress(DiskFullError):
            empty_log(vault)
        return False
    return True


def _full_text(session: Session, command: str) -> None:
    session.execute(text(f"INSERT INTO messages_fts {command}"))
