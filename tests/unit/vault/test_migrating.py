"""Migrations: a vault of each older version comes to the newest one with all that it holds, or stays as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

import medbot_desktop.vault.migrating as migrating
from build.newest_schema import statements
from medbot_desktop.errors import VaultError
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.database import IN_MEMORY, connect, engine_on
from medbot_desktop.vault.roles import DEMO_ACCOUNT
from medbot_desktop.vault.schema import CitationRow, ConversationRow, LibraryRow, MessageRow, PersonRow
from medbot_desktop.vault.vault import Vault, account_row

TRIAGE = {"disposition": "emergency", "red_flags": [], "reasons": ["blue lips"], "follow_up": None}
ANSWER = {"question": "What is asthma?", "text": "Asthma is common. [1]", "triage": TRIAGE, "timings_ms": {"total": 31}}


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(migrating.__file__).parent / "migrations"))
    return ScriptDirectory.from_config(config)


OLDER = [script.revision for script in scripts().walk_revisions() if script.revision != migrating.NEWEST]


def fill_0001(session: Session) -> None:
    """What a vault of the first version may hold."""
    for statement in (
        "INSERT INTO libraries (id, name) VALUES (1, 'clinic')",
        "INSERT INTO conversations VALUES ('talk', 'Asthma', '2026-01-01 12:00:00.000000')",
        "INSERT INTO conversations VALUES ('empty', '', '2026-01-02 12:00:00.000000')",
        "INSERT INTO messages VALUES ('m1', 'talk', 0, 'person', 'What is asthma?', '2026-01-01 12:05:00.000000', NULL,"
        " NULL)",
    ):
        session.execute(text(statement))
    session.execute(
        text(
            "INSERT INTO messages VALUES"
            " ('m2', 'talk', 1, 'medbot', 'Asthma is common. [1]', '2026-01-01 12:06:00.000000', :answer, 1)"
        ),
        {"answer": json.dumps(ANSWER)},
    )
    session.execute(text("INSERT INTO citations VALUES (7, 'm2', 1, '{\"id\": \"core/asthma/0\"}', '[[0, 3]]', 0.5)"))


def fill_0002(session: Session) -> None:
    """What a vault of the second version may hold besides."""
    fill_0001(session)
    session.add(account_row(DEMO_ACCOUNT))
    session.execute(text("INSERT INTO settings VALUES ('kept', '3')"))


def fill_0003(session: Session) -> None:
    """What a vault of the third version holds of the same."""
    for statement in (
        "INSERT INTO libraries (id, name) VALUES (1, 'clinic')",
        "INSERT INTO documents VALUES (5, 1, 'asthma', 'Asthma', 'adults', '2026-01-01', '[]', 'Rest.', 'hash')",
        "INSERT INTO passages (id, document_id, ordinal, section, text, start, end, embedder, vector)"
        " VALUES (9, 5, 0, 'Care', 'Rest.', 0, 5, 'minilm', x'00')",
        "INSERT INTO conversations VALUES"
        " ('talk', 'Asthma', '2026-01-01 12:00:00.000000', '2026-01-01 12:06:00.000000', 0, NULL, 0, NULL, NULL)",
        "INSERT INTO conversations VALUES ('empty', '', '2026-01-02 12:00:00.000000', '2026-01-02 12:00:00.000000', 0,"
        " NULL, 0, NULL, NULL)",
        "INSERT INTO messages VALUES"
        " (1, 'm1', 'talk', 0, 'person', 'What is asthma?', '2026-01-01 12:05:00.000000', NULL, NULL, NULL, NULL, NULL,"
        " NULL)",
    ):
        session.execute(text(statement))
    _answer_to_it(session)


def _answer_to_it(session: Session) -> None:
    session.execute(
        text(
            "INSERT INTO messages VALUES (2, 'm2', 'talk', 1, 'medbot', 'Asthma is common. [1]',"
            " '2026-01-01 12:06:00.000000', :answer, 'emergency', :triage, '{\"total\": 31}', 1, NULL)"
        ),
        {
            "answer": json.dumps({name: ANSWER[name] for name in ("question", "text")}),
            "triage": json.dumps(TRIAGE),
        },
    )
    session.execute(text("INSERT INTO citations VALUES (7, 'm2', 1, '{\"id\": \"core/asthma/0\"}', '[[0, 3]]', 0.5)"))


def fill_0004(session: Session) -> None:
    """What a vault of the fourth version holds of the same, and a person."""
    for statement in (
        "INSERT INTO libraries (id, name) VALUES (1, 'clinic')",
        "INSERT INTO people (id, name, name_key, born, reference, created) VALUES"
        " ('ann', 'Ann', 'ann', '1980-05-06', 'A-17', '2026-01-01 12:00:00.000000')",
        "INSERT INTO conversations (id, title, started, updated, pinned, at_kiosk) VALUES"
        " ('talk', 'Asthma', '2026-01-01 12:00:00.000000', '2026-01-01 12:06:00.000000', 0, 0)",
        "INSERT INTO conversations (id, title, started, updated, pinned, at_kiosk) VALUES"
        " ('empty', '', '2026-01-02 12:00:00.000000', '2026-01-02 12:00:00.000000', 0, 0)",
        "INSERT INTO messages (number, id, conversation_id, position, role, text, created) VALUES"
        " (1, 'm1', 'talk', 0, 'person', 'What is asthma?', '2026-01-01 12:05:00.000000')",
    ):
        session.execute(text(statement))
    _answer_to_it(session)


def fill_0005(session: Session) -> None:
    """What a vault of the fifth version holds of the same."""
    session.execute(
        text(
            "INSERT INTO people (id, name, name_key, reference, allergies, created)"
            " VALUES ('bob', 'Bob', 'bob', '', '[\"penicillin\"]', '2026-01-01 12:00:00.000000')"
        )
    )
    fill_0004(session)


FILL = {"0001": fill_0001, "0002": fill_0002, "0003": fill_0003, "0004": fill_0004, "0005": fill_0005}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "vault.db"


def older_vault(file: Path, key: DataKey, revision: str) -> Vault:
    vault = Vault.open(file, key)
    vault.migrate(revision)
    with vault.transaction() as session:
        FILL[revision](session)
    return vault


def test_the_newest_revision_is_the_last_migration() -> None:
    assert scripts().get_current_head() == migrating.NEWEST
    assert set(OLDER) == set(FILL)


def test_a_new_vault_is_what_the_migrations_make() -> None:
    made, migrated = (connect(IN_MEMORY, DataKey.random()) for _ in range(2))
    migrating.migrate(engine_on(made))
    migrating.upgrade(engine_on(migrated))
    assert list(statements(made)) == list(statements(migrated)), "run build/newest_schema.py"
    assert tables(made) == tables(migrated)


def tables(connection: dbapi2.Connection) -> set[tuple[str, str]]:
    """All that is in a schema, what its full-text indexes make included."""
    return set(connection.execute("SELECT type, name FROM sqlite_master"))


@pytest.mark.parametrize("revision", OLDER)
def test_a_vault_of_an_older_version_keeps_all_that_it_holds(file: Path, revision: str) -> None:
    key = DataKey.random()
    older_vault(file, key, revision).close()
    vault = Vault.open(file, key)
    vault.migrate()
    assert vault.revision() == migrating.NEWEST
    with vault.transaction() as session:
        assert session.scalars(select(LibraryRow.name)).all() == ["clinic"]
        talk, empty = (session.get_one(ConversationRow, id_) for id_ in ("talk", "empty"))
        assert (talk.title, talk.pinned, talk.deleted, talk.person) == ("Asthma", False, None, None)
        assert talk.updated.isoformat() == "2026-01-01T12:06:00"
        assert empty.updated == empty.started
        asked, answered = talk.messages
        assert (asked.text, asked.answer, asked.triage, asked.disposition) == ("What is asthma?", None, None, None)
        assert (answered.id, answered.rating, answered.disposition) == ("m2", 1, "emergency")
        assert (answered.triage, answered.timings) == (TRIAGE, {"total": 31})
        assert answered.answer == {"question": "What is asthma?", "text": "Asthma is common. [1]"}
        (citation,) = answered.citations
        assert (citation.id, citation.quotes, citation.score) == (7, [[0, 3]], 0.5)
        found = text("SELECT rowid FROM messages_fts WHERE messages_fts MATCH 'common'")
        assert session.scalars(found).all() == [answered.number]
    vault.close()


def test_a_row_still_goes_with_what_it_belongs_to_after_a_migration(file: Path) -> None:
    vault = older_vault(file, DataKey.random(), "0001")
    vault.migrate()
    with vault.transaction() as session:
        session.execute(text("DELETE FROM conversations WHERE id = 'talk'"))
    with vault.transaction() as session:
        assert session.scalars(select(MessageRow)).all() == []
        assert session.scalars(select(CitationRow)).all() == []
        assert session.scalars(text("SELECT rowid FROM messages_fts WHERE messages_fts MATCH 'asthma'")).all() == []
        session.execute(text("INSERT INTO messages_fts (messages_fts, rank) VALUES ('integrity-check', 1)"))
    vault.close()


def test_the_documents_of_an_older_vault_stay_with_their_passages(file: Path) -> None:
    vault = older_vault(file, DataKey.random(), "0003")
    vault.migrate()
    with vault.transaction() as session:
        (library,) = session.scalars(select(LibraryRow)).all()
        (document,) = library.documents
        assert (library.readable_by, document.key, document.tags, document.is_staged) == ([], "asthma", [], False)
        assert [(passage.id, passage.text, passage.terms) for passage in document.passages] == [(9, "Rest.", b"")]
        session.execute(text("DELETE FROM documents"))
        assert session.scalar(text("SELECT count(*) FROM passages")) == 0
    vault.close()


def test_the_people_of_an_older_vault_have_an_empty_record(file: Path) -> None:
    vault = older_vault(file, DataKey.random(), "0004")
    vault.migrate()
    with vault.transaction() as session:
        ann = session.get_one(PersonRow, "ann")
        assert (ann.name, ann.reference) == ("Ann", "A-17")
        assert (ann.allergies, ann.medicines, ann.conditions, ann.due) == ([], [], [], None)
    vault.close()


def test_a_migration_that_fails_leaves_the_vault_as_it_was(file: Path) -> None:
    key = DataKey.random()
    vault = older_vault(file, key, "0001")
    with vault.driver() as connection:  # a citation of a message that is not there: something must have gone wrong
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("INSERT INTO citations VALUES (8, 'nobody', 1, '{}', '[]', 0.5)")
    with pytest.raises(VaultError, match="left as it was"):
        vault.migrate()
    assert vault.revision() == "0001"
    vault.close()
    again = Vault.open(file, key)
    with again.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM messages")) == 2
        assert session.scalar(text("SELECT count(*) FROM citations")) == 2
    again.close()


def test_a_vault_from_a_newer_version_is_refused_and_left_as_it_is(file: Path) -> None:
    key = DataKey.random()
    vault = Vault.open(file, key)
    vault.migrate()
    with vault.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    vault.close()
    before = file.read_bytes()
    with pytest.raises(VaultError, match="newer version of MedBot") as refused:
        Vault.open(file, key)
    assert "Install" in refused.value.hint
    assert file.read_bytes() == before
