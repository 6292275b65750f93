"""Bring a vault of an older version to the newest schema, in one transaction."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine

from medbot_desktop.errors import VaultError

NEWEST = "0006"
"""The newest revision; a test compares it with the migrations themselves."""

_MIGRATIONS = Path(__file__).parent / "migrations"


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
