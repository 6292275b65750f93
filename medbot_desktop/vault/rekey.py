"""Give a vault a new data key, for when somebody who should not may have had the old one."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from medbot_desktop.errors import PermissionRefusedError, VaultError
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.atomic_file import writing_error
from medbot_desktop.vault.backup_making import backup_turn, require_sound
from medbot_desktop.vault.copying import Progress, copy_database, settle
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.database import file_salt
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.interrupted import discard_incoming, empty_incoming, exchange
from medbot_desktop.vault.keyslots import Keyslots, SlotKind
from medbot_desktop.vault.kiosk_key import kiosk_secret
from medbot_desktop.vault.opening import OpenedVault
from medbot_desktop.vault.passphrase import one_time_passphrase
from medbot_desktop.vault.recovery_key import new_recovery_key
from medbot_desktop.vault.roles import RECOVERY_ACCOUNT, Permission, Role
from medbot_desktop.vault.schema import AccountRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.unlocking import prove
from medbot_desktop.vault.vault import Vault, translated_errors


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """What has to be told once, after the data key was changed.

    Attributes:
        recovery_key: the new one; the old one opens only older backups.
        one_time: name of each other account to its one-time passphrase.
        dropped: names of kiosks whose key this computer's keyring does not hold; an administrator adds them again.
    """

    recovery_key: str = field(repr=False)
    one_time: dict[str, str] = field(repr=False)
    dropped: list[str]


def rekey(opened: OpenedVault, passphrase: str, progress: Progress | None = None) -> Rekeyed:
    """Encrypt the whole vault under a new random key.

    Nobody's passphrase is known, so only the account that does this keeps its own; every other one gets a one-time
    passphrase, and there is a new recovery key. The index snapshots are removed and built anew. Backups that were made
    before stay under the old key: they open with the passphrases and the recovery key of their time, and whoever had
    the old key can still read them, so they should be deleted once there is a new one.

    The new database and its keyslots are written whole beside the vault and checked before they take its place; a
    program that is killed on the way leaves a vault that this passphrase opens. The disk needs room for both.

    Args:
        opened: the vault. It is open under the new key afterwards; services that were given its former ``vault``,
            ``access`` or ``key`` must be made anew.
        passphrase: the one of the account that has it open.
        progress: told the pages written, of how many; what it raises ends the change, and nothing is changed.

    Raises:
        DiskFullError: there is no room; nothing was changed.
        PassphraseError: the passphrase is wrong.
        PermissionRefusedError: the account may not manage accounts, or has no passphrase.
        VaultError: the vault is damaged or cannot be written; nothing was changed.
    """
    opened.access.require(Permission.MANAGE_ACCOUNTS)
    if opened.account.id == RECOVERY_ACCOUNT.id:
        raise PermissionRefusedError(
            "The data key is changed by an account with a passphrase, not by the recovery key.",
            hint="Give your account a new passphrase first, and sign in with it.",
        )
    prove(opened, passphrase)
    folder, key = opened.folder, DataKey.random()
    try:
        with translated_errors(), backup_turn(folder):
            fresh = empty_incoming(folder)
            copy_database(folder.database, opened.key, fresh.database, key, progress)
            keyslots, rekeyed = _wrap(opened, fresh, key, passphrase)
            require_sound(fresh.database, key)
            _exchange(opened, key, keyslots)
    except OSError as error:
        discard_incoming(folder)
        raise writing_error(folder.database, error) from error
    except BaseException:
        discard_incoming(folder)
        raise
    return rekeyed


def _wrap(opened: OpenedVault, fresh: VaultFolder, key: DataKey, passphrase: str) -> tuple[Keyslots, Rekeyed]:
    """Write the keyslots of the new key, and note in the new database who got a one-time passphrase."""
    keyslots = Keyslots.read(opened.folder)
    for account_id in keyslots.account_ids():
        keyslots.remove(account_id)
    recovery_key = new_recovery_key()
    rekeyed = Rekeyed(recovery_key, {}, [])
    keyslots.add(RECOVERY_ACCOUNT.id, RECOVERY_ACCOUNT.name, recovery_key, key, SlotKind.RECOVERY)
    vault = Vault.open(fresh.database, key)
    try:
        with vault.transaction() as session:
            for row in session.scalars(select(AccountRow)):
                if row.id == opened.account.id:
                    keyslots.add(row.id, row.name, passphrase, key)
                else:
                    _add_slot(opened, row, keyslots, key, rekeyed)
            one_time, dropped = len(rekeyed.one_time), len(rekeyed.dropped)
            access = Access(vault, opened.account)
            access.record(session, Action.DATA_KEY_CHANGED, "vault", one_time=one_time, dropped=dropped)
        with vault.driver() as connection:
            settle(connection)
    finally:
        vault.close()
    keyslots.bind(file_salt(fresh.database))
    keyslots.write(fresh)
    if Keyslots.read(fresh).unlock(opened.account.name, passphrase).key.raw != key.raw:
        raise VaultError("The new keyslots do not open the new database. Nothing was changed.", hint="Try again.")
    return keyslots, rekeyed


def _add_slot(opened: OpenedVault, row: AccountRow, keyslots: Keyslots, key: DataKey, rekeyed: Rekeyed) -> None:
    """Wrap the key for somebody else's account: under a one-time passphrase, or the kiosk's own key if it is known."""
    if row.role != Role.KIOSK.value:
        one_time = rekeyed.one_time[row.name] = one_time_passphrase()
        keyslots.add(row.id, row.name, one_time, key)
        row.must_change = True
    elif (secret := _kiosk_secret(opened, row.name)) is not None:
        keyslots.add(row.id, row.name, secret, key, SlotKind.KEYRING)
    else:
        rekeyed.dropped.append(row.name)


def _kiosk_secret(opened: OpenedVault, name: str) -> str | None:
    """The secret of the kiosk, if this computer's keyring holds it and it is the right one."""
    try:
        secret = kiosk_secret(opened.keyslots.vault_id)
        opened.keyslots.unlock(name, secret, SlotKind.KEYRING).key.wipe()
    except VaultError:
        return None
    return secret


def _exchange(opened: OpenedVault, key: DataKey, keyslots: Keyslots) -> None:
    """Put the new files in place, and open the vault again, under whichever key holds then."""
    opened.vault.close()
    try:
        exchange(opened.folder, keep=False)
    except BaseException:
        if opened.folder.database.exists():
            _reopen(opened, opened.key)
        raise
    former, opened.key, opened.keyslots = opened.key, key, keyslots
    former.wipe()
    _reopen(opened, key)


def _reopen(opened: OpenedVault, key: DataKey) -> None:
    account = opened.account
    opened.vault = Vault.open(opened.folder.database, key)
    opened.access = Access(opened.vault, account)
