"""Check the permission table for whoever has the vault open, and write the audit trail as they act."""

from __future__ import annotations

from sqlalchemy.orm import Session

from medbot_desktop.errors import PassphraseError, PermissionRefusedError
from medbot_desktop.vault import trail
from medbot_desktop.vault.roles import PERMISSIONS, Account, Permission
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import Vault


class Access:
    """One account's use of one open vault; every service is given it.

    Args:
        vault: the open vault.
        account: who opened it.
    """

    def __init__(self, vault: Vault, account: Account) -> None:
        self._vault = vault
        self.account = account

    def may(self, permission: Permission) -> bool:
        """Whether the account's role allows it."""
        return permission in PERMISSIONS[self.account.role]

    def require(self, permission: Permission) -> None:
        """Go on only if the account's role allows it; call this before a transaction, not inside one.

        Raises:
            PassphraseError: the account has a one-time passphrase, and must choose its own before anything else.
            PermissionRefusedError: the role does not allow it; the attempt is in the audit trail.
        """
        if self.account.must_change:
            raise PassphraseError(
                "This passphrase was made for one use: choose your own before anything else.",
                hint="`medbot vault passphrase` changes it.",
            )
        if self.may(permission):
            return
        self.note(Action.REFUSED, "permission", permission.value)
        raise PermissionRefusedError(
            f"An account with the role {self.account.role.words} may not {permission.words}.",
            hint="Ask an administrator.",
        )

    def record(self, session: Session, action: Action, kind: str, record: str = "", **details: int | str) -> None:
        """Append an entry to the audit trail in the transaction of what it tells about.

        Args:
            session: the transaction.
            action: what is done.
            kind: what kind of record it is done to, e.g. ``conversation``.
            record: the record's identifier; never a name of a patient or any text.
            details: counts and kinds worth keeping; never text.
        """
        trail.append(session, self.account, action, kind, record, details)

    def note(self, action: Action, kind: str, record: str = "", **details: int | str) -> None:
        """Append an entry in a transaction of its own."""
        with self._vault.transaction() as session:
            self.record(session, action, kind, record, **details)
