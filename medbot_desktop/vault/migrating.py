"""Bring a new vault, or one of an older version, to the newest schema, in one transaction."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine

from medbot_desktop.errors import VaultError

NEWEST = "0006"
"""The newest revision; a test compares it with the migrations themselves."""

_MIGRATIONS = Path(__file__).parent / "migrations"

NEWEST_SCHEMA = _MIGRATIONS / "newest.sql"
"""What all migrations together make of an empty vault, by ``build/newest_schema.py``; one statement a line."""


def revision(connection: Connection) -> str:
    """The revision of a vault's schema; empty for a new one."""
    tables = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").all()
    if not tables:
        return ""
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return str(found or "")


def require_known(found: str) -> None:
    """Refuse a vault that a newer program has changed.

    Raises:
        VaultError: the revision is none that this program knows.
    """
    if found and found > NEWEST:
        raise VaultError(
            "This vault was last used by a newer version of MedBot, and this version cannot read it.",
            hint="Install that version or a newer one. The vault was not changed.",
        )


def migrate(engine: Engine, target: str = NEWEST) -> None:
    """Bring the schema to ``target``; wholly or, if something fails, not at all.

    Raises:
        VaultError: a migration left rows that refer to nothing; nothing was changed.
    """
    with engine.begin() as connection:
        is_made = target == NEWEST and not revision(connection)
        if is_made:
            _make(connection)
    if not is_made:
        upgrade(engine, target)


def _make(connection: Connection) -> None:
    """Make the newest schema where there is none; Alembic would take 11 MB of memory for it."""
    driver = connection.connection.driver_connection
    assert driver is not None
    for statement in NEWEST_SCHEMA.read_text(encoding="utf-8").splitlines():
        driver.execute(statement)


def upgrade(engine: Engine, target: str = NEWEST) -> None:
    """Run the migrations up to ``target``; all of them or, if one fails, none.

    Raises:
        VaultError: a migration left rows that refer to nothing; nothing was changed.
    """
    from alembic import command  # loaded only when there is something to migrate: it takes longer than opening
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.connect() as connection:
        # A migration rebuilds tables that others refer to; this can be switched off only outside a transaction.
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                config.attributes["connection"] = connection
                command.upgrade(config, target)
                _require_whole(connection)
        finally:
            driver.execute("PRAGMA foreign_keys = ON")


def _require_whole(connection: Connection) -> None:
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise VaultError(
            "The vault could not be brought to the new version, and was left as it was.", hint="Run `medbot doctor`."
        )
