"""Connect to a SQLCipher database with its key, and set how it writes."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2

from medbot_desktop.vault.data_key import DataKey

IN_MEMORY = ":memory:"
SALT_BYTES = 16
"""The first bytes of a database file are its random salt, the only ones that are not encrypted (SQLCipher 4)."""

READS_ONLY = "medbot_reads_only"
"""The execution option of a transaction that writes nothing."""

_BUSY_MS = 5_000


def connect(database: Path | str, key: DataKey) -> dbapi2.Connection:
    """Open one connection; nothing is read before its first statement.

    Args:
        database: the file, or `IN_MEMORY`.
        key: the raw key; SQLCipher derives nothing from it.
    """
    connection = dbapi2.connect(str(database), check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA cipher_log_level = NONE")  # its log goes to standard error; errors are raised anyway
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    # SQLCipher's memory security stays off: it locks and wipes each small allocation, holds for the whole program once
    # it is on, and makes a search forty times slower. What is freed is overwritten when the vault locks.
    connection.execute("PRAGMA cipher_memory_security = OFF")
    configure(connection)
    return connection


def configure(connection: dbapi2.Connection) -> None:
    """Keep references whole, temporary tables off the disk, and nothing of what is erased in the file."""
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")


def write_ahead(connection: dbapi2.Connection) -> None:
    """Write through a log that is flushed at each commit: a turn that was reported as stored survives a pulled plug."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def keep_pages(connection: dbapi2.Connection) -> None:
    """Keep up to 32 MB of pages decrypted: those that searches of a large library read again and again."""
    connection.execute("PRAGMA cache_size = -32000")


def engine_on(connection: dbapi2.Connection) -> Engine:
    """A SQLAlchemy engine that has this one connection, and transactions that also hold changes of the schema."""
    # Without hidden parameters the text of an error would hold what was to be stored.
    engine = create_engine(
        "sqlite://", module=dbapi2, creator=lambda: connection, poolclass=StaticPool, hide_parameters=True
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    # Whoever only reads keeps nobody from writing; whoever writes takes the lock at once, before anything is read.
    connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get(READS_ONLY) else "BEGIN IMMEDIATE")


def file_salt(database: Path) -> bytes:
    """The salt of a database file, by which its keyslots know it; empty where there is no such file yet."""
    try:
        with database.open("rb") as stream:
            return stream.read(SALT_BYTES)
    except FileNotFoundError:
        return b""
