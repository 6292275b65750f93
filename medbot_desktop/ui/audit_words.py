"""Say in plain words what the entries of the audit trail tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medbot_desktop.vault.audit import AuditEntry

GROUPS: Mapping[str, Mapping[str, str]] = {
    "Opening": {
        "vault_created": "Made the vault",
        "opened": "Opened the vault",
        "locked": "Locked the vault",
        "wrong_passphrases": "Typed wrong passphrases",
        "clock_set_back": "Opened it with a clock set back",
        "refused": "Was refused something",
    },
    "Conversations": {
        "emergency_shown": "Was shown an emergency",
        "exported": "Exported records",
        "deleted": "Deleted a conversation",
        "undeleted": "Restored a conversation",
    },
    "Erasure": {
        "erased": "Erased a person",
        "retention_run": "Erased by the rules of retention",
    },
    "Accounts and keys": {
        "account_added": "Added an account",
        "account_changed": "Changed a role",
        "account_removed": "Removed an account",
        "passphrase_changed": "Changed a passphrase",
        "recovery_key_changed": "Made a new recovery key",
        "data_key_changed": "Changed the vault's key",
    },
    "Settings and library": {
        "settings_changed": "Changed settings",
        "library_changed": "Changed the library",
        "models_changed": "Changed the models",
    },
    "Backups": {
        "backed_up": "Made a backup",
        "restored": "Restored a backup",
        "migrated": "Brought the vault to a newer version",
    },
}
"""Kinds of action, and the words for each action of `vault.trail.Action` by its value."""

_WORDS = {action: words for group in GROUPS.values() for action, words in group.items()}


_LONG_ID = re.compile("[0-9a-f]{32}")
_DIGITS = 6


def action_words(entry: AuditEntry) -> str:
    """What was done."""
    return _WORDS.get(entry.action, entry.action.replace("_", " "))


def record_words(entry: AuditEntry) -> str:
    """To what it was done; an identifier by its first digits."""
    is_long_id = _LONG_ID.fullmatch(entry.record) is not None
    return _named(entry.kind, f"{entry.record[:_DIGITS]}…" if is_long_id else entry.record)


def whole_record_words(entry: AuditEntry) -> str:
    """To what it was done."""
    return _named(entry.kind, entry.record)


def detail_words(entry: AuditEntry) -> str:
    """The counts and kinds that were kept with it."""
    return ", ".join(f"{name} {value}".replace("_", " ") for name, value in entry.details.items())


def _named(kind: str, record: str) -> str:
    return f"{kind} {record}".strip().replace("_", " ")
