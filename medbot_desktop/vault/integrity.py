"""Check that nothing of a vault is damaged: each page, each row, the full-text tables, the keyslots and the trail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlcipher3 import dbapi2

from medbot_desktop.errors import VaultError
from medbot_desktop.vault import trail
from medbot_desktop.vault.copying import Progress, second_connection
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.database import engine_on
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import Keyslots
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.schema import AccountRow
from medbot_desktop.vault.vault import translated_errors

if TYPE_CHECKING:
    from medbot_desktop.vault.opening import OpenedVault

_MOST_FAULTS_OF_A_KIND = 20
_DAMAGED = ("malformed", "not a database")
_FULL_TEXT_CHECKS = (
    "INSERT INTO passages_fts (passages_fts) VALUES ('integrity-check')",
    "INSERT INTO messages_fts (messages_fts, rank) VALUES ('integrity-check', 1)",  # against the messages themselves
)

Check = Callable[[dbapi2.Connection], Iterator[str]]


@dataclass(frozen=True, slots=True)
class IntegrityReport:
    """What was found out about a vault.

    Attributes:
        pages: how many pages the database has.
        faults: one sentence for each thing that is wrong.
    """

    pages: int
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify_vault(opened: OpenedVault, progress: Progress | None = None) -> IntegrityReport:
    """Check every file of an open vault; nothing is changed.

    Args:
        opened: the vault.
        progress: told how many of the checks are done; what it raises ends the verification.

    Raises:
        PermissionRefusedError: the account may not look after the vault.
        VaultError: the disk does not answer.
    """
    opened.access.require(Permission.BACK_UP)
    faults: list[str] = []
    pages = 0
    checks: list[Check] = [_pages, _rows, _full_text, _trail, lambda connection: _keyslots(opened.folder, connection)]
    for done, check in enumerate(checks):
        if progress is not None:
            progress(done, len(checks))
        if check is _full_text and faults:
            continue  # it could not tell damage from words that do not fit
        # A connection that has met a damaged page answers nothing any more, so each check has its own.
        with translated_errors(), second_connection(opened.folder.database, opened.key) as connection:
            faults += [fault for fault in _guarded(check, connection) if fault not in faults]
            pages = pages or _page_count(connection)
    if progress is not None:
        progress(len(checks), len(checks))
    return IntegrityReport(pages, tuple(faults))


def database_faults(database: Path, key: DataKey) -> list[str]:
    """What is wrong with a database by its own rules: its seals, its structure, its references; a sentence for each."""
    faults: list[str] = []
    for check in (_pages, _rows):
        with second_connection(database, key) as connection:
            faults += [fault for fault in _guarded(check, connection) if fault not in faults]
    return faults


def _guarded(check: Check, connection: dbapi2.Connection) -> Iterator[str]:
    try:
        yield from check(connection)
    except (dbapi2.DatabaseError, DBAPIError) as error:
        if not any(words in str(error) for words in _DAMAGED):
            raise
        yield "The database cannot be read to its end: it is damaged."
    except VaultError as error:
        yield error.message


def _pages(connection: dbapi2.Connection) -> Iterator[str]:
    with suppress(dbapi2.DatabaseError):  # where the tables' own pages are damaged
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")  # only what has reached the file itself is checked
    found = [row[0] for row in connection.execute("PRAGMA cipher_integrity_check").fetchall()]
    for words in found[:_MOST_FAULTS_OF_A_KIND]:
        yield f"A page of the database was damaged or changed: {words}."
    if len(found) > _MOST_FAULTS_OF_A_KIND:
        yield f"{len(found)} pages of the database were damaged or changed."


def _rows(connection: dbapi2.Connection) -> Iterator[str]:
    [first] = connection.execute(f"PRAGMA integrity_check({_MOST_FAULTS_OF_A_KIND})").fetchone()
    if first != "ok":
        yield "The structure of the database is damaged."
    tables = {row[0] for row in connection.execute("PRAGMA foreign_key_check").fetchall()}
    for table in sorted(tables):
        yield f"The table {table} holds rows that refer to nothing."


def _full_text(connection: dbapi2.Connection) -> Iterator[str]:
    for check in _FULL_TEXT_CHECKS:
        connection.execute("BEGIN IMMEDIATE")  # SQL has the check as an insertion; it inserts nothing
        try:
            connection.execute(check)
        except dbapi2.DatabaseError:
            table = check.split()[2]
            yield f"The full-text table {table} does not fit what it was made of."
        finally:
            connection.execute("ROLLBACK")


def _trail(connection: dbapi2.Connection) -> Iterator[str]:
    with Session(engine_on(connection)) as session:
        for number, (_entry, fault) in enumerate(trail.faults(session)):
            if number == _MOST_FAULTS_OF_A_KIND:
                yield "The audit trail has more faults than are shown here."
                return
            yield f"The audit trail: {fault}"


def _keyslots(folder: VaultFolder, connection: dbapi2.Connection) -> Iterator[str]:
    having = Keyslots.read(folder).account_ids()
    with Session(engine_on(connection)) as session:
        without = [id_ for id_ in session.scalars(select(AccountRow.id)) if id_ not in having]
    if without:
        yield f"{len(without)} of the accounts have no keyslot, so nobody can sign in with them."


def _page_count(connection: dbapi2.Connection) -> int:
    try:
        return int(connection.execute("PRAGMA page_count").fetchone()[0])
    except dbapi2.DatabaseError:
        return 0
