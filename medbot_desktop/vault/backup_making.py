"""Make a backup file from a database in use, or anew from an older one; half a backup is never left behind.

Everything is built in a hidden folder of the target, which is removed at the end, or by the next backup where a program
was killed. While a backup is made, the target holds two copies of the database.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout
from sqlcipher3 import dbapi2

from medbot_desktop import __version__
from medbot_desktop.errors import DiskFullError, MedBotError, VaultError
from medbot_desktop.vault.atomic_file import flush_folder, writing_error
from medbot_desktop.vault.backup_file import SUFFIX, Manifest, unpack, verify_backup_file, write_backup_file
from medbot_desktop.vault.copying import Progress, copy_database, second_connection, settle
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.integrity import database_faults
from medbot_desktop.vault.keyslots import Keyslots
from medbot_desktop.vault.vault import Vault

_STAGES = 3
_UNITS = 1_000
_LEFT = "The backups that are there were left as they were."


def write_backup(
    folder: VaultFolder, key: DataKey, target: Path, progress: Progress | None = None, reason: str = ""
) -> Path:
    """Write a backup of a vault, which may be in use by this program meanwhile, and check it by opening it again.

    Args:
        folder: the vault.
        key: its data key.
        target: the folder of the backup. It must be there, so that nothing is written where a drive should be; only the
            vault's own folder of backups is made.
        progress: told how much of how much is done; what it raises ends the backup, and nothing is left of it.
        reason: why it is made, in the program's words.

    Returns:
        The file.

    Raises:
        DiskFullError: there is no room in the target.
        VaultError: the target is not there or cannot be written, the database is damaged, or another backup is being
            made. No file is left in any of these cases, and older backups are as they were.
    """
    keyslots = Keyslots.read(folder)
    with explained(), backup_turn(folder):
        _require_target(folder, target)
        with scratch_folder(target, keyslots.vault_id) as scratch:
            created = _free_moment(target)
            copy_database(folder.database, key, scratch.database, progress=_part(progress, 0))
            keyslots.write(scratch)
            manifest = _described(scratch, key, created, keyslots.vault_id, reason)
            return _finished(scratch, manifest, target / _name(created), progress)


def rewrite_backup(
    folder: VaultFolder, key: DataKey, file: Path, change: Callable[[Vault], None], progress: Progress | None = None
) -> None:
    """Change what a backup holds; its file is replaced when the new one is whole, and stays as it was otherwise.

    Args:
        folder: the vault that it is of.
        key: the vault's data key.
        file: the backup.
        change: is given the database of the backup at the newest schema, and does what is wanted with it.
        progress: told how much of how much is done.

    Raises:
        DiskFullError: there is no room beside the file.
        VaultError: the backup is damaged, or was made under an older data key.
    """
    with explained(), backup_turn(folder), scratch_folder(file.parent, Keyslots.read(folder).vault_id) as scratch:
        before = unpack_into(file, scratch, _part(progress, 0))
        if not opens(scratch.database, key):
            raise VaultError(
                f"The backup {file.name} was made under an older data key, so it cannot be changed.",
                hint="Delete the file if nothing of it may stay.",
            )
        _change(scratch.database, key, change)
        manifest = _described(scratch, key, before.created, before.vault_id, before.reason)
        _finished(scratch, manifest, file, progress)


@contextmanager
def scratch_folder(target: Path, vault_id: str) -> Iterator[VaultFolder]:
    """A hidden folder of one's own in ``target``, in place of one that a killed program left; gone at the end."""
    scratch = VaultFolder(target / f".medbot-{vault_id}")
    if scratch.path.exists():
        shutil.rmtree(scratch.path)
    scratch.path.mkdir(mode=0o700)
    try:
        yield scratch
    finally:
        with suppress(OSError):  # what hindered the work is what a person should read; the next backup clears it away
            shutil.rmtree(scratch.path)


def unpack_into(file: Path, scratch: VaultFolder, progress: Progress | None = None) -> Manifest:
    """Write the database and the keyslots of a backup to a folder.

    Raises:
        OSError: they cannot be written.
        VaultError: the backup is damaged or cannot be read.
    """
    whole = file.stat().st_size if file.exists() else 0
    manifest, keyslots = unpack(file, scratch.database, _counted(progress, whole))
    scratch.keyslots.touch(mode=0o600)
    scratch.keyslots.write_bytes(keyslots)
    return manifest


def opens(database: Path, key: DataKey) -> bool:
    """Whether a database belongs to a key."""
    try:
        with second_connection(database, key) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except dbapi2.DatabaseError as error:
        if "not a database" in str(error):
            return False
        raise
    return True


def require_sound(database: Path, key: DataKey) -> None:
    """Refuse a copy of the database that is damaged.

    Raises:
        VaultError: it is damaged.
    """
    faults = database_faults(database, key)
    if faults:
        raise VaultError(
            f"The copy of the vault did not pass its check, so it was not used. {faults[0]}",
            hint="Check the vault with `medbot vault verify`, and the disk.",
        )


@contextmanager
def explained() -> Iterator[None]:
    """Say in words what the disk or the database reports while a backup is made or read."""
    try:
        yield
    except (OSError, dbapi2.DatabaseError) as error:
        raise _in_words(error) from error


def _in_words(error: Exception) -> MedBotError:
    said = str(error).lower()
    full = "is full" in said or (isinstance(error, OSError) and isinstance(writing_error(Path(), error), DiskFullError))
    if full:
        return DiskFullError("There is no room left for the backup.", hint=f"Free some space there. {_LEFT}")
    if "malformed" in said or "not a database" in said:
        return VaultError(
            "The vault's database is damaged, so it cannot be backed up.",
            hint="Check it with `medbot vault verify`, and restore the latest backup.",
        )
    what = (isinstance(error, OSError) and error.strerror) or "the disk did not take it"
    return VaultError(
        f"The folder of backups cannot be used: {what}.", hint=f"Check the drive and its permissions. {_LEFT}"
    )


@contextmanager
def backup_turn(folder: VaultFolder) -> Iterator[None]:
    """One backup at a time, whichever thread makes it."""
    try:
        with FileLock(folder.path / "backup.lock", timeout=0, thread_local=False):
            yield
    except Timeout as error:
        raise VaultError("A backup of this vault is being made already.", hint="Wait until it is done.") from error


def _require_target(folder: VaultFolder, target: Path) -> None:
    if target == folder.backups:
        target.mkdir(mode=0o700, exist_ok=True)
    if not target.is_dir():
        raise VaultError(
            "The folder of backups is not there.", hint=f"Plug its drive in, or choose another folder. {_LEFT}"
        )


def _described(scratch: VaultFolder, key: DataKey, created: datetime, vault_id: str, reason: str) -> Manifest:
    """What the copy is, once it has passed its check and fits its keyslots."""
    require_sound(scratch.database, key)
    Keyslots.read(scratch)
    with second_connection(scratch.database, key) as connection:
        [revision] = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        [messages] = connection.execute("SELECT count(*) FROM messages").fetchone()
    return Manifest(
        created=created,
        program=__version__,
        schema_revision=revision,
        vault_id=vault_id,
        reason=reason,
        messages=messages,
    )


def _finished(scratch: VaultFolder, manifest: Manifest, file: Path, progress: Progress | None) -> Path:
    """Write the backup file, read it back, and only then give it its name."""
    written = scratch.path / f"backup{SUFFIX}"
    size = scratch.database.stat().st_size
    manifest = write_backup_file(
        written, manifest, scratch.database, scratch.keyslots.read_bytes(), _counted(_part(progress, 1), size)
    )
    scratch.database.unlink()
    whole = sum(member.size for member in manifest.members.values())
    if verify_backup_file(written, _counted(_part(progress, 2), whole)) != manifest:
        raise VaultError("The backup could not be read back as it was written.", hint=f"Check the drive. {_LEFT}")
    written.replace(file)
    with suppress(OSError):  # some network drives flush no folder; the file itself was flushed
        flush_folder(file.parent)
    return file


def _change(database: Path, key: DataKey, change: Callable[[Vault], None]) -> None:
    vault = Vault.open(database, key)
    try:
        vault.migrate()
        change(vault)
        vault.vacuum()
        with vault.driver() as connection:
            settle(connection)
    finally:
        vault.close()


def _free_moment(target: Path) -> datetime:
    """Now, to the millisecond; a little later where a backup of that name is there."""
    now = datetime.now(UTC)
    moment = now.replace(microsecond=now.microsecond // 1000 * 1000)
    while (target / _name(moment)).exists():
        moment += timedelta(milliseconds=1)
    return moment


def _name(created: datetime) -> str:
    stamp = created.strftime("%Y-%m-%dT%H-%M-%S")
    return f"medbot-{stamp}-{created.microsecond // 1000:03d}Z{SUFFIX}"


def _part(progress: Progress | None, stage: int) -> Progress | None:
    """Progress in one of the three stages of a backup: copying, writing, reading back."""
    if progress is None:
        return None

    def tell(done: int, total: int) -> None:
        progress(stage * _UNITS + (done * _UNITS // total if total else _UNITS), _STAGES * _UNITS)

    return tell


def _counted(progress: Progress | None, total: int) -> Callable[[int], None]:
    """Add up bytes and tell the sum."""
    done = 0

    def add(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress(min(done, total), total)

    return add
