"""Restore a backup into an empty place, or in the place of the vault that is there, which is kept beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from medbot_desktop.errors import PassphraseError, VaultError
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.atomic_file import writing_error
from medbot_desktop.vault.backup_file import Manifest, read_keyslots, read_manifest
from medbot_desktop.vault.backup_making import require_sound, unpack_into
from medbot_desktop.vault.copying import Progress, settle
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.interrupted import discard_incoming, empty_incoming, exchange, finish_interrupted
from medbot_desktop.vault.keyslot_file import content_of, parsed
from medbot_desktop.vault.keyslots import Keyslots, SlotKind, Unlocked
from medbot_desktop.vault.migrating import NEWEST, require_known
from medbot_desktop.vault.opening import account_of, take_lock
from medbot_desktop.vault.roles import RECOVERY_ACCOUNT, Account, Permission
from medbot_desktop.vault.schema import AccountRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.unlocking import Credentials, unlock
from medbot_desktop.vault.vault import Vault, translated_errors

__all__ = ["Restored", "check", "finish_interrupted", "restore"]


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Attributes:
        folder: where the restored vault lies; it is closed.
        set_aside: the folder with the files of the vault that was there, which still opens; None where there was none.
        created: when the backup was made, in UTC.
    """

    folder: VaultFolder
    set_aside: Path | None
    created: datetime


def check(file: Path, folder: VaultFolder, credentials: Credentials) -> None:
    """See whether something opens a backup, before the vault that is here is closed to restore it.

    Args:
        file: the backup.
        folder: of the vault that is here; wrong tries are counted in it.
        credentials: what `restore` will be given.

    Raises:
        PassphraseError: the secret does not open the backup.
        VaultError: the backup is damaged or from a newer version.
    """
    require_known(read_manifest(file).schema_revision)
    unlocked, _ = unlock(folder, Keyslots(content_of(read_keyslots(file))), credentials)
    unlocked.key.wipe()


def restore(
    file: Path,
    folder: VaultFolder,
    credentials: Credentials,
    other_vault: bool = False,
    progress: Progress | None = None,
) -> Restored:
    """Put the vault of a backup in place; nothing is overwritten, and nothing changes here until all is checked.

    The files of a vault that is here are kept beside the folder; its backups stay in it. A backup of an older version
    is brought to the newest schema on the way. A program that is killed on the way leaves the old vault or the new one.

    Args:
        file: the backup.
        folder: where; no program has a vault open there.
        credentials: an account's passphrase of the time of the backup, or the recovery key of that time.
        other_vault: whether the backup may be of another vault than the one that is here.
        progress: told the bytes unpacked, of how many; what it raises ends the restore, and nothing is left of it.

    Raises:
        DiskFullError: there is no room to unpack the backup.
        PassphraseError: the secret does not open the backup.
        PermissionRefusedError: the account may not restore.
        VaultError: the backup is damaged, of another vault or from a newer version, another program has the vault
            open, or the folder cannot be written.
    """
    manifest = read_manifest(file)
    require_known(manifest.schema_revision)
    lock = take_lock(folder)
    try:
        finish_interrupted(folder)
        if not other_vault:
            _require_same(folder, manifest)
        with translated_errors():
            fresh = _unpacked(file, folder, progress)
            _prepare(fresh, folder, credentials, manifest)
        set_aside = exchange(folder, keep=True)
    except BaseException:
        discard_incoming(folder)
        raise
    finally:
        lock.release()
    return Restored(folder, set_aside, manifest.created.astimezone(UTC))


def _require_same(folder: VaultFolder, manifest: Manifest) -> None:
    """Refuse the backup of another vault; where the keyslots here are lost, nobody can tell, and it is let in."""
    for file in (folder.keyslots, folder.previous_keyslots):
        try:
            here = parsed(file).vault_id
        except VaultError:
            continue
        if folder.exists() and here != manifest.vault_id:
            raise VaultError(
                "This backup is of another vault than the one here.",
                hint="Restore it to another home folder, or say that it shall take this vault's place.",
            )
        return


def _unpacked(file: Path, folder: VaultFolder, progress: Progress | None) -> VaultFolder:
    try:
        fresh = empty_incoming(folder)
        unpack_into(file, fresh, progress)
    except OSError as error:
        raise writing_error(folder.database, error) from error
    return fresh


def _prepare(fresh: VaultFolder, folder: VaultFolder, credentials: Credentials, manifest: Manifest) -> None:
    """Open what was unpacked, check it and whether it may be restored, and note the restore in its trail."""
    keyslots = Keyslots.read(fresh)
    unlocked, failures = unlock(folder, keyslots, credentials)
    require_sound(fresh.database, unlocked.key)
    vault = Vault.open(fresh.database, unlocked.key)
    try:
        before = vault.revision()
        vault.migrate()
        access = Access(vault, _account(vault, unlocked))
        access.require(Permission.RESTORE)
        with vault.transaction() as session:
            if before != NEWEST:
                access.record(session, Action.MIGRATED, "vault", NEWEST, before=before)
            if failures is not None:
                access.record(session, Action.WRONG_PASSPHRASES, "account", access.account.id, count=failures.count)
            created = manifest.created.isoformat(timespec="seconds")
            access.record(session, Action.RESTORED, "vault", created=created, messages=manifest.messages)
        with vault.driver() as connection:
            settle(connection)
    finally:
        vault.close()
        unlocked.key.wipe()


def _account(vault: Vault, unlocked: Unlocked) -> Account:
    if unlocked.kind is SlotKind.RECOVERY:
        return RECOVERY_ACCOUNT
    with vault.transaction() as session:
        row = session.get(AccountRow, unlocked.account_id)
    if row is None:
        raise PassphraseError("This account was removed before the backup was made.", hint="Use another account.")
    return replace(account_of(row), must_change=False)  # a backup's passphrase cannot be changed
