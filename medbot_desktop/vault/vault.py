"""Open the encrypted database and hand out transactions on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

from medbot_desktop.errors import DiskFullError, MedBotError, VaultError
from medbot_desktop.text import name_key
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.database import IN_MEMORY, READS_ONLY, connect, engine_on, keep_pages, write_ahead
from medbot_desktop.vault.migrating import NEWEST, migrate, require_known, revision
from medbot_desktop.vault.roles import DEMO_ACCOUNT, Account
from medbot_desktop.vault.schema import AccountRow

_BACKUP_HINT = "Restore the latest backup with `medbot vault restore`."


class Vault:
    """A SQLCipher database.

    All use of one vault must come from one thread at a time.

    Args:
        engine: a SQLAlchemy engine on one keyed connection; use `open` or `open_in_memory` to make one.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_closed = False

    @classmethod
    def open_in_memory(cls) -> Vault:
        """Open an empty vault that never touches the disk, under a key that nobody knows."""
        vault = cls(engine_on(connect(IN_MEMORY, DataKey.random())))
        vault.migrate()
        with vault.transaction() as session:
            session.add(account_row(DEMO_ACCOUNT))
        return vault

    @classmethod
    def open(cls, file: Path, key: DataKey) -> Vault:
        """Open a vault's file, or make it where there is none; the schema is left as it is.

        Raises:
            VaultError: the file is damaged, belongs to another key, or comes from a newer version.
        """
        with translated_errors():
            connection = connect(file, key)
            try:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                write_ahead(connection)
                keep_pages(connection)
                vault = cls(engine_on(connection))
                require_known(vault.revision())
            except BaseException:
                connection.close()
                raise
        return vault

    def revision(self) -> str:
        """The revision of the schema; empty for a new file."""
        with self._engine.connect() as connection:
            return revision(connection)

    def migrate(self, target: str = NEWEST) -> None:
        """Bring the schema to a revision, in one transaction."""
        with translated_errors():
            migrate(self._engine, target)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is stored whole when the block ends, or not at all when it raises.

        Raises:
            DiskFullError: there is no room left.
            VaultError: the file cannot be read or written.
        """
        with translated_errors(), Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that writes nothing: it sees one state of the vault, and other connections may write meanwhile."""
        engine = self._engine.execution_options(**{READS_ONLY: True})
        with translated_errors(), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def driver(self) -> Iterator[dbapi2.Connection]:
        """The driver's connection outside any transaction, for what SQL's pragmas and the backup interface do."""
        with translated_errors(), self._engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            yield driver

    def vacuum(self) -> None:
        """Rewrite the file without the pages that nothing uses, and empty the write-ahead log."""
        with self.driver() as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the database; one in memory is gone then."""
        if self._is_closed:
            return
        self._is_closed = True
        self._engine.dispose()


@contextmanager
def translated_errors() -> Iterator[None]:
    """Say in words what the database reports of the disk; other errors pass as they are."""
    try:
        yield
    except (dbapi2.DatabaseError, DBAPIError) as error:
        meaning = _in_words(error)
        if meaning is None:
            raise
        raise meaning from error


def account_row(account: Account, created: datetime | None = None) -> AccountRow:
    """The row of an account that is new."""
    created = (created or datetime.now(UTC)).replace(tzinfo=None)
    return AccountRow(
        id=account.id,
        name=account.name,
        name_key=name_key(account.name),
        role=account.role.value,
        created=created,
        last_opened=None,
        must_change=account.must_change,
    )


def _in_words(error: BaseException | None) -> MedBotError | None:
    said = str(error).lower()
    for words, meaning in _MEANINGS.items():
        if words in said:
            return meaning()
    return None


_MEANINGS: dict[str, Callable[[], MedBotError]] = {
    "is full": lambda: DiskFullError(
        "There is no room left on the disk, so this was not stored.", hint="Free some space and try again."
    ),
    "readonly": lambda: VaultError(
        "The vault's folder cannot be written to, so this was not stored.", hint="Check the folder's permissions."
    ),
    "disk i/o": lambda: VaultError(
        "The disk did not take the change, so this was not stored.", hint="Check the disk and its free space."
    ),
    "unable to open": lambda: VaultError(
        "The vault's file cannot be opened.", hint="Check that its folder exists and may be written to."
    ),
    "not a database": lambda: VaultError(
        "The vault's file is damaged, or it belongs to other keyslots.", hint=_BACKUP_HINT
    ),
    "malformed": lambda: VaultError("The vault's file is damaged.", hint=_BACKUP_HINT),
    "closed database": lambda: VaultError("The vault is closed.", hint="Open it again."),
    "locked": lambda: VaultError("Another program is using the vault.", hint="Close it and try again."),
}
