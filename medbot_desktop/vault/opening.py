"""Make a vault, and open one with a passphrase, a recovery key or a kiosk's key."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from filelock import FileLock, Timeout
from sqlalchemy import select

from medbot_desktop.errors import PassphraseError, VaultError
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.attempts import Failures
from medbot_desktop.vault.backup import write_backup
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.database import file_salt
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.interrupted import finish_interrupted
from medbot_desktop.vault.keyslots import KeyCost, Keyslots, SlotKind, Unlocked, tune_cost
from medbot_desktop.vault.kiosk_key import kiosk_secret
from medbot_desktop.vault.migrating import NEWEST
from medbot_desktop.vault.passphrase import check_new
from medbot_desktop.vault.recovery_key import new_recovery_key
from medbot_desktop.vault.roles import RECOVERY_ACCOUNT, Account, Role
from medbot_desktop.vault.schema import AccountRow, AuditRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.unlocking import Credentials, unlock
from medbot_desktop.vault.vault import Vault, account_row

__all__ = ["Credentials", "OpenedVault", "account_of", "create_vault", "kiosk_credentials", "open_vault", "take_lock"]

_CLOCK_TOLERANCE = timedelta(minutes=2)


class OpenedVault:
    """A vault that is open for one account, and everything that belongs to it; made by `open_vault`.

    Attributes:
        vault: the database.
        access: who has it open, and what they may do.
        folder: where it lies.
        key: the data key; wiped by `close`.
        keyslots: the wrapped copies of the key.
        notices: sentences that whoever opened it should read.
    """

    def __init__(
        self, vault: Vault, access: Access, folder: VaultFolder, key: DataKey, keyslots: Keyslots, lock: FileLock
    ) -> None:
        self.vault = vault
        self.access = access
        self.folder = folder
        self.key = key
        self.keyslots = keyslots
        self.notices: list[str] = []
        self._lock = lock

    @property
    def account(self) -> Account:
        """Who has it open."""
        return self.access.account

    @contextmanager
    def beside(self) -> Iterator[OpenedVault]:
        """The same vault on a connection of its own, for long work on another thread; it must end before `close`."""
        vault = Vault.open(self.folder.database, self.key)
        try:
            yield OpenedVault(vault, Access(vault, self.account), self.folder, self.key, self.keyslots, self._lock)
        finally:
            vault.close()

    def close(self) -> None:
        """Close the database, wipe the key and let other programs open the vault."""
        try:
            self.vault.close()
        finally:
            self.key.wipe()
            self._lock.release()


def create_vault(
    folder: VaultFolder, account_name: str, passphrase: str, cost: KeyCost | None = None
) -> tuple[OpenedVault, str]:
    """Make a vault with one administrator's account.

    Args:
        folder: where; it must hold no vault.
        account_name: the administrator's name.
        passphrase: theirs.
        cost: of deriving a key from a passphrase; None: tuned to this machine, which takes a few seconds.

    Returns:
        The open vault, and its recovery key, which is kept nowhere and shown once.

    Raises:
        PassphraseError: the passphrase cannot be used.
        VaultError: there is a vault already, or the folder cannot be written.
    """
    check_new(passphrase)
    lock = take_lock(folder)
    try:
        finish_interrupted(folder)
        _require_empty(folder)
        key, account = DataKey.random(), Account(uuid.uuid4().hex, account_name.strip(), Role.ADMINISTRATOR)
        vault = Vault.open(folder.unfinished, key)
        vault.migrate()
        with vault.transaction() as session:
            session.add(account_row(account))
            Access(vault, account).record(session, Action.VAULT_CREATED, "vault")
        vault.close()
        recovery_key = new_recovery_key()
        keyslots = Keyslots.new(cost or tune_cost())
        keyslots.bind(file_salt(folder.unfinished))
        keyslots.add(account.id, account.name, passphrase, key)
        keyslots.add(RECOVERY_ACCOUNT.id, RECOVERY_ACCOUNT.name, recovery_key, key, SlotKind.RECOVERY)
        keyslots.write(folder)
        folder.unfinished.replace(folder.database)
        vault = Vault.open(folder.database, key)
    except OSError as error:
        lock.release()
        raise _unwritable() from error
    except BaseException:
        lock.release()
        raise
    return OpenedVault(vault, Access(vault, account), folder, key, keyslots, lock), recovery_key


def open_vault(folder: VaultFolder, credentials: Credentials) -> OpenedVault:
    """Open a vault; an older one is backed up and brought to the newest schema first.

    Raises:
        PassphraseError: the secret does not open it, or too many wrong ones were tried.
        VaultError: there is no vault, another program has it open, a file of it is damaged, or it comes from a
            newer version.
    """
    lock = take_lock(folder)
    try:
        finish_interrupted(folder)
        if not folder.exists():
            raise VaultError("There is no vault in this home folder yet.", hint="Make one with `medbot vault create`.")
        keyslots = Keyslots.read(folder)
        unlocked, failures = unlock(folder, keyslots, credentials)
        if not folder.database.exists():
            raise VaultError("The vault's database is missing.", hint="Restore a backup with `medbot vault restore`.")
        vault = Vault.open(folder.database, unlocked.key)
        try:
            migrated_from = _bring_up_to_date(vault, folder, unlocked.key)
            account = _account(vault, unlocked)
        except BaseException:
            vault.close()
            raise
    except BaseException:
        lock.release()
        raise
    opened = OpenedVault(vault, Access(vault, account), folder, unlocked.key, keyslots, lock)
    _note_opening(opened, failures, migrated_from)
    return opened


def kiosk_credentials(folder: VaultFolder) -> Credentials:
    """With what the kiosk of this computer opens the vault by itself: its role, and nothing more.

    Raises:
        VaultError: the keyslots cannot be read, or this computer's keyring holds no key for them.
    """
    return Credentials(None, kiosk_secret(Keyslots.read(folder).vault_id), SlotKind.KEYRING)


def take_lock(folder: VaultFolder) -> FileLock:
    """Become the one program that uses the vault of a folder, which is made if need be.

    Raises:
        VaultError: another program has it open, or the folder cannot be written.
    """
    try:
        folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(folder.lock, timeout=0, thread_local=False)
        lock.acquire()
    except Timeout as error:
        raise VaultError("Another MedBot has this vault open.", hint="Close it and try again.") from error
    except OSError as error:
        raise _unwritable() from error
    return lock


def _unwritable() -> VaultError:
    return VaultError("The vault's folder cannot be written to.", hint="Check its permissions and the free space.")


def _require_empty(folder: VaultFolder) -> None:
    """Refuse a folder with a vault; what a creation that was cut off left behind is cleared away."""
    if folder.exists():
        raise VaultError(
            "There is a vault in this home folder already, and it is left as it is.",
            hint="Open it, or choose another home folder with MEDBOT_HOME.",
        )
    leftovers = [folder.keyslots, *folder.path.glob(folder.unfinished.name + "*")]
    for file in leftovers:
        file.unlink(missing_ok=True)


def _bring_up_to_date(vault: Vault, folder: VaultFolder, key: DataKey) -> str:
    """Migrate an older vault, with a backup before it; returns the revision that it had, empty if it was new enough."""
    found = vault.revision()
    if found == NEWEST:
        return ""
    write_backup(folder, key, folder.backups, reason="before the update of the vault")
    vault.migrate()
    return found


def _account(vault: Vault, unlocked: Unlocked) -> Account:
    if unlocked.kind is SlotKind.RECOVERY:
        return RECOVERY_ACCOUNT
    with vault.transaction() as session:
        row = session.get(AccountRow, unlocked.account_id)
    if row is None:
        raise PassphraseError("This account was removed.", hint="Ask an administrator for a new one.")
    return account_of(row)


def account_of(row: AccountRow) -> Account:
    """The account of a row."""
    return Account(row.id, row.name, Role(row.role), row.must_change)


def _note_opening(opened: OpenedVault, failures: Failures | None, migrated_from: str) -> None:
    now = datetime.now(UTC)
    with opened.vault.transaction() as session:
        last = session.scalar(select(AuditRow.at).order_by(AuditRow.seq.desc()).limit(1))
        if last is not None and datetime.fromisoformat(last) > now + _CLOCK_TOLERANCE:
            opened.access.record(session, Action.CLOCK_SET_BACK, "vault")
            opened.notices.append(
                "The computer's clock stands earlier than when the vault was last used. Please check date and time: "
                "nothing is erased by age until the clock is right."
            )
        if migrated_from:
            opened.access.record(session, Action.MIGRATED, "vault", NEWEST, before=migrated_from)
            opened.notices.append("The vault was brought to the newest version, after a backup.")
        if failures is not None:
            opened.access.record(session, Action.WRONG_PASSPHRASES, "account", opened.account.id, count=failures.count)
            opened.notices.append(_failures_notice(failures))
        opened.access.record(session, Action.OPENED, "vault")
        row = session.get(AccountRow, opened.account.id)
        if row is not None:
            row.last_opened = now.replace(tzinfo=None)


def _failures_notice(failures: Failures) -> str:
    tries = "A wrong passphrase was" if failures.count == 1 else f"{failures.count} wrong passphrases were"
    return f"{tries} tried for this account since it was last opened."
