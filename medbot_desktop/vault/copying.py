"""Copy an encrypted database page by page while it is in use; no readable byte reaches the disk on the way."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlcipher3 import dbapi2

from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.database import connect

Progress = Callable[[int, int], None]
"""Told how much of how much is done; what it raises ends the work, and nothing half is left."""

_PAGES_A_STEP = 256


@contextmanager
def second_connection(database: Path, key: DataKey) -> Iterator[dbapi2.Connection]:
    """A connection of one's own to a database that another one may be writing to."""
    with closing(connect(database, key)) as connection:
        yield connection


def copy_database(
    source: Path,
    key: DataKey,
    target: Path,
    target_key: DataKey | None = None,
    progress: Progress | None = None,
) -> None:
    """Copy a database as it stands now into a new file; writers on other connections neither wait nor disturb it.

    The copy has the same tables, triggers and full-text indexes, since pages are copied, not rows. Under the same key
    it also has the same salt, so that the same keyslots belong to it. It has no write-ahead log.

    Args:
        source: the database.
        key: its key.
        target: the file to make, readable by its owner only; there is none of that name.
        target_key: the key of the copy; None: the same.
        progress: told the pages copied and how many there are.

    Raises:
        OSError: the file cannot be made.
        sqlcipher3.dbapi2.DatabaseError: the source cannot be read, or the target cannot be written.
    """

    def tell(_status: int, left: int, total: int) -> None:
        if progress is not None:
            progress(total - left, total)

    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with second_connection(source, key) as reader:
        reader.execute("BEGIN")
        [salt] = reader.execute("PRAGMA cipher_salt").fetchone()  # reads the file, and so holds this moment's state
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with closing(_scratch(target, key.hex() + salt if target_key is None else target_key.hex())) as writer:
            reader.backup(writer, pages=_PAGES_A_STEP, progress=tell, sleep=0.01)
            _require_read(reader)
            settle(writer)


def settle(connection: dbapi2.Connection) -> None:
    """Bring all that is in the write-ahead log into the file itself, and do without the log from now on."""
    [mode] = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    if mode != "delete":
        raise dbapi2.OperationalError("database is locked")


def _require_read(reader: dbapi2.Connection) -> None:
    """Raise if a page of the source was damaged: SQLCipher gives the backup zeroes then, and refuses later reads."""
    reader.execute("PRAGMA shrink_memory")  # so that the next line must read from the file
    reader.execute("SELECT version_num FROM alembic_version").fetchone()


def _scratch(file: Path, key_and_salt: str) -> dbapi2.Connection:
    """A connection to a new file that is thrown away if anything fails, and so needs no journal."""
    connection = dbapi2.connect(str(file), check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key_and_salt}'\"")
    for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = OFF", "synchronous = OFF"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
