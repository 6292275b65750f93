"""Add, change and remove the accounts of a vault: the row in the database and the keyslot beside it."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from medbot_desktop.errors import InputError, MedBotError, PermissionRefusedError, VaultError
from medbot_desktop.text import name_key
from medbot_desktop.vault.keyslots import Keyslots, SlotKind
from medbot_desktop.vault.kiosk_key import remove_kiosk_secret, store_kiosk_secret
from medbot_desktop.vault.opening import OpenedVault, account_of
from medbot_desktop.vault.passphrase import check_new, one_time_passphrase
from medbot_desktop.vault.recovery_key import new_recovery_key
from medbot_desktop.vault.roles import RECOVERY_ACCOUNT, Account, Permission, Role
from medbot_desktop.vault.schema import AccountRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.unlocking import prove
from medbot_desktop.vault.vault import account_row

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One line of the list of accounts; ``last_opened`` is None where it never opened the vault."""

    account: Account
    created: datetime
    last_opened: datetime | None


class Accounts:
    """The accounts of an open vault.

    A keyslot is written before the row of a new account and removed after the row of an old one, so that a program
    that is cut off in between leaves at most a slot that opens nothing.

    Args:
        opened: the open vault.
    """

    def __init__(self, opened: OpenedVault) -> None:
        self._opened = opened
        self._vault = opened.vault
        self._access = opened.access

    def list(self) -> Sequence[AccountLine]:
        """Every account, by name.

        Raises:
            PermissionRefusedError: the account may not manage accounts.
        """
        self._access.require(Permission.MANAGE_ACCOUNTS)
        with self._vault.transaction() as session:
            rows = session.scalars(select(AccountRow).order_by(AccountRow.name_key)).all()
        return [
            AccountLine(account_of(row), _utc(row.created), row.last_opened and _utc(row.last_opened)) for row in rows
        ]

    def add(self, name: str, role: Role, passphrase: str | None = None) -> tuple[Account, str | None]:
        """Add an account.

        Args:
            name: what they type to sign in.
            role: what they may do.
            passphrase: theirs; None: a one-time passphrase is made, which they must change when they first use it.

        Returns:
            The account, and its one-time passphrase where one was made.

        Raises:
            InputError: the name is taken or cannot be used.
            PassphraseError: the passphrase cannot be used.
            PermissionRefusedError: the account may not manage accounts.
        """
        self._access.require(Permission.MANAGE_ACCOUNTS)
        if role is Role.KIOSK:
            raise InputError("A kiosk signs in by itself and has no passphrase.", hint="Add it as a kiosk.")
        name = checked_account_name(name)
        one_time = one_time_passphrase() if passphrase is None else None
        secret = passphrase if one_time is None else one_time
        assert secret is not None
        check_new(secret)
        account = Account(uuid.uuid4().hex, name, role, must_change=one_time is not None)
        self._require_free(name)
        self._write_slot(account, secret)
        with self._vault.transaction() as session:
            session.add(account_row(account))
            self._access.record(session, Action.ACCOUNT_ADDED, "account", account.id, role=role.value)
        return account, one_time

    def change_role(self, account_id: str, role: Role) -> None:
        """Give an account another role.

        Raises:
            InputError: it is the last administrator, or a kiosk.
            PermissionRefusedError: the account may not manage accounts.
        """
        self._access.require(Permission.MANAGE_ACCOUNTS)
        with self._vault.transaction() as session:
            row = _row(session, account_id)
            if Role.KIOSK in (row.role, role):
                raise InputError("A kiosk stays a kiosk, and nobody else becomes one.", hint="Add or remove a kiosk.")
            if role is not Role.ADMINISTRATOR:
                _require_other_administrator(session, row)
            if row.role != role.value:
                self._access.record(
                    session, Action.ACCOUNT_CHANGED, "account", row.id, before=row.role, after=role.value
                )
            row.role = role.value

    def remove(self, account_id: str) -> None:
        """Remove an account; the conversations that it held stay.

        Raises:
            InputError: it is one's own, or the last administrator.
            PermissionRefusedError: the account may not manage accounts.
        """
        self._access.require(Permission.MANAGE_ACCOUNTS)
        if account_id == self._opened.account.id:
            raise InputError("Nobody can remove their own account.", hint="Ask another administrator.")
        with self._vault.transaction() as session:
            row = _row(session, account_id)
            _require_other_administrator(session, row)
            is_kiosk = row.role == Role.KIOSK.value
            session.delete(row)
            self._access.record(session, Action.ACCOUNT_REMOVED, "account", account_id)
        self._opened.keyslots.remove(account_id)
        self._opened.keyslots.write(self._opened.folder)
        if is_kiosk:
            remove_kiosk_secret(self._opened.keyslots.vault_id)

    def reset_passphrase(self, account_id: str) -> str:
        """Give an account a one-time passphrase, which its owner must change when they first use it.

        Returns:
            The one-time passphrase, to show once.

        Raises:
            PermissionRefusedError: the account may not manage accounts.
        """
        self._access.require(Permission.MANAGE_ACCOUNTS)
        with self._vault.transaction() as session:
            account = account_of(_row(session, account_id))
        if account.role is Role.KIOSK:
            raise InputError("A kiosk has no passphrase.", hint="Remove it and add it again.")
        one_time = one_time_passphrase()
        self._write_slot(account, one_time)
        self._note_passphrase(account.id, must_change=True)
        return one_time

    def change_passphrase(self, old: str, new: str) -> None:
        """Change one's own passphrase.

        Raises:
            PassphraseError: ``old`` is wrong, which is counted and noted as at the door, or ``new`` cannot be used.
            PermissionRefusedError: a kiosk or the recovery key has none to change.
        """
        account = self._opened.account
        if account.role is Role.KIOSK or account.id == RECOVERY_ACCOUNT.id:
            raise PermissionRefusedError(
                "This account has no passphrase of its own.", hint="Sign in with a person's account."
            )
        prove(self._opened, old)
        check_new(new)
        self._write_slot(account, new)
        self._note_passphrase(account.id, must_change=False)
        self._access.account = replace(account, must_change=False)

    def set_passphrase_after_recovery(self, name: str, new: str) -> None:
        """Give an account a new passphrase; only for whoever opened the vault with the recovery key.

        Raises:
            InputError: there is no such account.
            PassphraseError: ``new`` cannot be used.
            PermissionRefusedError: the vault was not opened with the recovery key.
        """
        if self._opened.account.id != RECOVERY_ACCOUNT.id:
            raise PermissionRefusedError("Only the recovery key can do that.", hint="Change your own passphrase.")
        check_new(new)
        account = self.find(name)
        self._write_slot(account, new)
        self._note_passphrase(account.id, must_change=False)

    def new_recovery_key(self) -> str:
        """Make a new recovery key, to show once; the old one opens nothing any more.

        Raises:
            PermissionRefusedError: the account may not manage accounts.
        """
        self._access.require(Permission.MANAGE_ACCOUNTS)
        recovery_key = new_recovery_key()
        self._write_slot(RECOVERY_ACCOUNT, recovery_key, SlotKind.RECOVERY)
        self._access.note(Action.RECOVERY_KEY_CHANGED, "vault")
        return recovery_key

    def add_kiosk(self, name: str | None = None) -> Account:
        """Let a kiosk on this computer open the vault with a key in the system's keyring.

        Args:
            name: what the audit trail calls it; None: ``kiosk``, with a number behind where an account is called so.

        Raises:
            InputError: the name is taken.
            PermissionRefusedError: the account may not manage accounts.
            VaultError: this computer has no keyring that can be used.
        """
        self._access.require(Permission.MANAGE_ACCOUNTS)
        name = checked_account_name(name) if name is not None else self._free_kiosk_name()
        self._require_free(name)
        with self._vault.transaction() as session:
            if session.scalar(select(AccountRow.id).where(AccountRow.role == Role.KIOSK.value)):
                raise InputError("This computer's kiosk has an account already.", hint="Remove it first.")
        account = Account(uuid.uuid4().hex, name, Role.KIOSK)
        self._write_slot(account, store_kiosk_secret(self._opened.keyslots.vault_id), SlotKind.KEYRING)
        with self._vault.transaction() as session:
            session.add(account_row(account))
            self._access.record(session, Action.ACCOUNT_ADDED, "account", account.id, role=Role.KIOSK.value)
        return account

    def find(self, name: str) -> Account:
        """The account of a name.

        Raises:
            InputError: there is none.
        """
        self._access.require(Permission.MANAGE_ACCOUNTS)
        with self._vault.transaction() as session:
            row = session.scalar(select(AccountRow).where(AccountRow.name_key == name_key(name)))
        if row is None:
            raise InputError("There is no account with that name.", hint="`medbot vault accounts` lists them.")
        return account_of(row)

    def _free_kiosk_name(self) -> str:
        with self._vault.transaction() as session:
            taken = set(session.scalars(select(AccountRow.name_key)))
        names = ("kiosk", *(f"kiosk {number}" for number in range(2, len(taken) + 3)))
        return next(name for name in names if name_key(name) not in taken)

    def _require_free(self, name: str) -> None:
        with self._vault.transaction() as session:
            taken = session.scalar(select(AccountRow.id).where(AccountRow.name_key == name_key(name)))
        if taken or name_key(name) == name_key(RECOVERY_ACCOUNT.name):
            raise InputError("There is an account with that name already.", hint="Choose another name.")

    def _write_slot(self, account: Account, secret: str, kind: SlotKind = SlotKind.PASSPHRASE) -> None:
        self._opened.keyslots.add(account.id, account.name, secret, self._opened.key, kind)
        try:
            self._opened.keyslots.write(self._opened.folder)
        except MedBotError:
            self._opened.keyslots = Keyslots.read(self._opened.folder)  # what lies on the disk is what holds
            raise

    def _note_passphrase(self, account_id: str, must_change: bool) -> None:
        with self._vault.transaction() as session:
            _row(session, account_id).must_change = must_change
            self._access.record(session, Action.PASSPHRASE_CHANGED, "account", account_id)


def checked_account_name(name: str) -> str:
    """The name without space around it.

    Raises:
        InputError: it is empty, too long, or holds characters that cannot be seen.
    """
    name = " ".join(name.split())
    if not name or len(name) > _LONGEST_NAME:
        raise InputError(f"An account's name has 1 to {_LONGEST_NAME} characters.", hint="Choose another name.")
    if any(unicodedata.category(character).startswith("C") for character in name):
        raise InputError("That name holds characters that cannot be seen.", hint="Type it with letters and numbers.")
    return name


def _row(session: Session, account_id: str) -> AccountRow:
    row = session.get(AccountRow, account_id)
    if row is None:
        raise VaultError("That account is not in the vault any more.", hint="Look at the list of accounts again.")
    return row


def _require_other_administrator(session: Session, row: AccountRow) -> None:
    if row.role != Role.ADMINISTRATOR.value:
        return
    others = session.scalar(
        select(func.count()).where(AccountRow.role == Role.ADMINISTRATOR.value, AccountRow.id != row.id)
    )
    if not others:
        raise InputError("A vault needs at least one administrator.", hint="Make another account administrator first.")


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)
