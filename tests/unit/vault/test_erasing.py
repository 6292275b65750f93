"""Erasing conversations: they go with all that hangs on them, and the full text forgets their words and no others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.erasing import compact, empty_log, erase_conversations
from medbot_desktop.vault.schema import CitationRow, ConversationRow, MessageRow
from medbot_desktop.vault.vault import Vault
from tests.unit.vault.vaults import NOON, found


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    opened = Vault.open(tmp_path / "vault.db", DataKey.random())
    opened.migrate()
    with opened.transaction() as session:
        for name in ("one", "two"):
            session.add(ConversationRow(id=name, title=name, started=NOON, updated=NOON, pinned=False))
            session.flush()
            message = MessageRow(
                id=f"{name}-1", conversation_id=name, position=0, role="medbot", text=f"a cough of {name}", created=NOON
            )
            message.citations = [CitationRow(n=1, passage={}, quotes=[], score=0.5)]
            session.add(message)
    yield opened
    opened.close()


def erase(vault: Vault, name: str) -> None:
    with vault.transaction() as session:
        erase_conversations(session, ConversationRow.id == name)


def test_messages_citations_and_words_go_with_a_conversation(vault: Vault) -> None:
    erase(vault, "one")
    with vault.transaction() as session:
        assert session.scalars(select(MessageRow.id)).all() == ["two-1"]
        assert session.scalar(select(func.count()).select_from(CitationRow)) == 1
    assert (found(vault, "one"), found(vault, "two"), found(vault, "cough")) == (0, 1, 1)


def test_the_full_text_takes_new_words_out_by_itself_again(vault: Vault) -> None:
    erase(vault, "one")
    with vault.transaction() as session:
        kept = "SELECT v FROM messages_fts_config WHERE k = 'secure-delete'"
        assert session.execute(text(kept)).scalar() == 1
        session.execute(text("INSERT INTO messages_fts (messages_fts, rank) VALUES ('integrity-check', 1)"))


def test_what_is_cut_off_half_way_changes_nothing(vault: Vault) -> None:
    def cut_off() -> None:
        with vault.transaction() as session:
            erase_conversations(session, ConversationRow.id == "one")
            raise KeyError

    with pytest.raises(KeyError):
        cut_off()
    assert (found(vault, "one"), found(vault, "two")) == (1, 1)


def test_the_log_is_empty_afterwards(vault: Vault, tmp_path: Path) -> None:
    erase(vault, "one")
    empty_log(vault)
    assert (tmp_path / "vault.db-wal").stat().st_size == 0


def test_the_file_becomes_smaller_by_what_was_erased(vault: Vault, tmp_path: Path) -> None:
    with vault.transaction() as session:
        for position in range(1, 400):
            long = {"position": position, "role": "person", "text": f"{position} " * 300, "created": NOON}
            session.add(MessageRow(id=f"long-{position}", conversation_id="one", **long))
    empty_log(vault)
    before = (tmp_path / "vault.db").stat().st_size
    erase(vault, "one")
    assert compact(vault)
    assert (tmp_path / "vault.db").stat().st_size < before / 2
