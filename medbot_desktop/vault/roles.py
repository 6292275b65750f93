"""Say what each role may do; services ask this table before they act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What an account is for."""

    ADMINISTRATOR = "administrator"
    CLINICIAN = "clinician"
    FRONT_DESK = "front_desk"
    KIOSK = "kiosk"

    @property
    def words(self) -> str:
        """The role as people say it."""
        return self.value.replace("_", " ")


class Permission(StrEnum):
    """Something that only some roles may do."""

    CONVERSE = "converse"
    KEEP_CONVERSATIONS = "keep_conversations"
    READ_OTHERS = "read_others"
    SEE_INSIGHTS = "see_insights"
    EDIT_LIBRARY = "edit_library"
    MANAGE_ACCOUNTS = "manage_accounts"
    READ_AUDIT = "read_audit"
    EXPORT = "export"
    ERASE = "erase"
    CHANGE_SETTINGS = "change_settings"
    BACK_UP = "back_up"
    RESTORE = "restore"
    LEAVE_KIOSK = "leave_kiosk"

    @property
    def words(self) -> str:
        """What is done, so that it reads after "may not"."""
        return _IN_WORDS[self]


_IN_WORDS = {
    Permission.CONVERSE: "ask questions",
    Permission.KEEP_CONVERSATIONS: "look at kept conversations",
    Permission.READ_OTHERS: "read the conversations of others",
    Permission.SEE_INSIGHTS: "see the insights",
    Permission.EDIT_LIBRARY: "change the library",
    Permission.MANAGE_ACCOUNTS: "manage accounts",
    Permission.READ_AUDIT: "read the audit trail",
    Permission.EXPORT: "export conversations",
    Permission.ERASE: "erase a person's records",
    Permission.CHANGE_SETTINGS: "change the settings",
    Permission.BACK_UP: "make backups",
    Permission.RESTORE: "restore a backup",
    Permission.LEAVE_KIOSK: "leave the kiosk",
}

PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.ADMINISTRATOR: frozenset(Permission),
        Role.CLINICIAN: frozenset(
            {
                Permission.CONVERSE,
                Permission.KEEP_CONVERSATIONS,
                Permission.READ_OTHERS,
                Permission.SEE_INSIGHTS,
                Permission.EDIT_LIBRARY,
                Permission.EXPORT,
                Permission.BACK_UP,
                Permission.LEAVE_KIOSK,
            }
        ),
        Role.FRONT_DESK: frozenset(
            {Permission.CONVERSE, Permission.KEEP_CONVERSATIONS, Permission.BACK_UP, Permission.LEAVE_KIOSK}
        ),
        # Many patients share one kiosk: none may see what another one said.
        Role.KIOSK: frozenset({Permission.CONVERSE}),
    }
)
"""Role to what it may do. Everything that is not here is refused."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody, or a kiosk, who can open the vault.

    Attributes:
        id: stable identifier.
        name: what they type to sign in, and what the audit trail calls them.
        role: decides what they may do.
        must_change: the passphrase was given by somebody else and is to be replaced at the next opening.
    """

    id: str
    name: str
    role: Role
    must_change: bool = False


DEMO_ACCOUNT = Account("demo", "demo", Role.ADMINISTRATOR)
"""Who uses the demo profile, where nothing is kept."""

RECOVERY_ACCOUNT = Account("recovery", "recovery key", Role.ADMINISTRATOR)
"""Whoever opens the vault with the recovery key."""
