"""Open the encrypted database and hand out transactions on it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

_MIGRATIONS = Path(__file__).parent / "migrations"


class Vault:
    """A SQLCipher database with the newest schema.

    All use of one vault must come from one thread at a time.

    Args:
        engine: a SQLAlchemy engine whose connections are keyed; use `open_in_memory` to make one.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open_in_memory(cls) -> Vault:
        """Open an empty vault that never touches the disk, under a key that nobody knows."""
        engine = _engine(":memory:", key=secrets.token_bytes(32))
        _migrate(engine)
        return cls(engine)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is stored whole when the block ends, or not at all when it raises."""
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close the database; an in-memory vault is gone then."""
        self._engine.dispose()


def _engine(database: str, key: bytes) -> Engine:
    def connect() -> dbapi2.Connection:
        connection = dbapi2.connect(database, check_same_thread=False, isolation_level=None)
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        return connection

    engine = create_engine("sqlite://", module=dbapi2, creator=connect, poolclass=StaticPool)
    # The driver is told to leave transactions alone, so that they also hold changes of the schema.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
