"""The vault: really encrypted, at the newest schema, and whole or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlcipher3 import dbapi2

import medbot_desktop.vault.vault as vault_module
from medbot_desktop.vault.schema import Base, CitationRow, ConversationRow, DocumentRow, LibraryRow
from medbot_desktop.vault.vault import Vault

NOON = datetime(2026, 1, 1, 12)


@pytest.fixture
def vault() -> Iterator[Vault]:
    opened = Vault.open_in_memory()
    yield opened
    opened.close()


def test_the_database_is_sqlcipher(vault: Vault) -> None:
    with vault.transaction() as session:
        assert session.scalar(text("PRAGMA cipher_version"))


def test_a_copy_of_the_database_shows_no_readable_word(vault: Vault, tmp_path: Path) -> None:
    with vault.transaction() as session:
        session.add(LibraryRow(name="a very private library"))
    connection = dbapi2.connect(str(tmp_path / "copy.db"))
    connection.execute("PRAGMA key = \"x'" + "ab" * 32 + "'\"")
    connection.execute("CREATE TABLE kept (name)")
    connection.execute("INSERT INTO kept VALUES ('a very private library')")
    connection.commit()
    connection.close()
    assert b"private" not in (tmp_path / "copy.db").read_bytes()
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(tmp_path / "copy.db").execute("SELECT * FROM kept")


def test_the_schema_is_at_its_newest_migration(vault: Vault) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(vault_module.__file__).parent / "migrations"))
    with vault.transaction() as session:
        current = MigrationContext.configure(session.connection()).get_current_revision()
    assert current == ScriptDirectory.from_config(config).get_current_head()


def test_the_migrations_make_the_tables_and_columns_that_the_models_name(vault: Vault) -> None:
    with vault.transaction() as session:
        inspector = inspect(session.connection())
        made = {name: {column["name"] for column in inspector.get_columns(name)} for name in Base.metadata.tables}
    assert made == {name: {column.name for column in table.columns} for name, table in Base.metadata.tables.items()}


def test_a_transaction_that_ends_is_stored(vault: Vault) -> None:
    with vault.transaction() as session:
        session.add(LibraryRow(name="core"))
    with vault.transaction() as session:
        assert session.scalars(select(LibraryRow.name)).all() == ["core"]


def test_a_transaction_that_raises_leaves_nothing(vault: Vault) -> None:
    def add_two_and_fail() -> None:
        with vault.transaction() as session:
            session.add(LibraryRow(name="one"))
            session.flush()
            session.add(LibraryRow(name="two"))
            session.flush()
            raise KeyError

    with pytest.raises(KeyError):
        add_two_and_fail()
    with vault.transaction() as session:
        assert session.scalars(select(LibraryRow.name)).all() == []


def test_a_transaction_that_raises_takes_back_a_change_of_the_schema(vault: Vault) -> None:
    def change_and_fail() -> None:
        with vault.transaction() as session:
            session.execute(text("CREATE TABLE passing (id INTEGER)"))
            raise KeyError

    with pytest.raises(KeyError):
        change_and_fail()
    with vault.transaction() as session:
        assert "passing" not in inspect(session.connection()).get_table_names()


def test_a_row_cannot_belong_to_something_that_is_not_there(vault: Vault) -> None:
    orphan = CitationRow(message_id="nobody", n=1, passage={}, quotes=[], score=0.5)
    with pytest.raises(IntegrityError), vault.transaction() as session:
        session.add(orphan)


def test_what_belongs_to_a_library_goes_with_it(vault: Vault) -> None:
    with vault.transaction() as session:
        library = LibraryRow(name="clinic")
        library.documents = [
            DocumentRow(
                key="a",
                title="A",
                audience="adults",
                last_reviewed="2026-01-01",
                sources=[],
                body="",
                content_sha256="",
            )
        ]
        session.add(library)
    with vault.transaction() as session:
        session.execute(text("DELETE FROM libraries"))
    with vault.transaction() as session:
        assert session.scalars(select(DocumentRow)).all() == []


def test_two_vaults_in_memory_know_nothing_of_each_other(vault: Vault) -> None:
    other = Vault.open_in_memory()
    with other.transaction() as session:
        session.add(LibraryRow(name="other"))
    with vault.transaction() as session:
        assert session.scalars(select(LibraryRow)).all() == []
    other.close()


def test_the_full_text_table_finds_words_whatever_their_form(vault: Vault) -> None:
    with vault.transaction() as session:
        session.execute(
            text("INSERT INTO passages_fts (rowid, names, section, text) VALUES (7, '', '', 'Coughing café')")
        )
        for asked in ("cough", "coughs", "cafe"):
            query = text("SELECT rowid FROM passages_fts WHERE passages_fts MATCH :asked")
            assert session.scalars(query, {"asked": asked}).all() == [7]


def test_nothing_of_a_vault_in_memory_lies_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    opened = Vault.open_in_memory()
    with opened.transaction() as session:
        session.add_all(ConversationRow(id=str(n), title="x" * 1_000, started=NOON, updated=NOON) for n in range(500))
    opened.close()
    assert list(tmp_path.iterdir()) == []
