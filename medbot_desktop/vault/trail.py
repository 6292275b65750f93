"""Chain the entries of the audit trail by hash, so that one that is changed, removed or moved is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from medbot_desktop.vault.roles import Account
from medbot_desktop.vault.schema import AuditHeadRow, AuditRow

FIRST_PREVIOUS = "0" * 64
"""What the first entry has in place of the hash of the one before."""


class Action(StrEnum):
    """What an entry of the audit trail tells about."""

    VAULT_CREATED = "vault_created"
    OPENED = "opened"
    LOCKED = "locked"
    WRONG_PASSPHRASES = "wrong_passphrases"
    REFUSED = "refused"
    CLOCK_SET_BACK = "clock_set_back"
    MIGRATED = "migrated"
    EMERGENCY_SHOWN = "emergency_shown"
    EXPORTED = "exported"
    DELETED = "deleted"
    UNDELETED = "undeleted"
    ERASED = "erased"
    RETENTION_RUN = "retention_run"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_REMOVED = "account_removed"
    PASSPHRASE_CHANGED = "passphrase_changed"
    RECOVERY_KEY_CHANGED = "recovery_key_changed"
    DATA_KEY_CHANGED = "data_key_changed"
    SETTINGS_CHANGED = "settings_changed"
    LIBRARY_CHANGED = "library_changed"
    MODELS_CHANGED = "models_changed"
    BACKED_UP = "backed_up"
    RESTORED = "restored"


def append(
    session: Session, account: Account, action: Action, kind: str, record: str, details: Mapping[str, int | str]
) -> AuditRow:
    """Add one entry behind the last one, in the transaction of ``session``."""
    head = session.get(AuditHeadRow, 1)
    if head is None:
        head = AuditHeadRow(id=1, entries=0, hash=FIRST_PREVIOUS)
        session.add(head)
    row = AuditRow(
        seq=head.entries + 1,
        at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        account_id=account.id,
        account_name=account.name,
        action=action.value,
        kind=kind,
        record=record,
        details=dict(details),
        previous=head.hash,
        hash="",
    )
    row.hash = entry_hash(row)
    head.entries, head.hash = row.seq, row.hash
    session.add(row)
    session.flush()
    return row


def entry_hash(row: AuditRow) -> str:
    """SHA-256, in hexadecimal, over every field of an entry and the hash of the one before."""
    fields = [
        row.seq, row.at, row.account_id, row.account_name, row.action, row.kind, row.record, row.details, row.previous,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def faults(session: Session) -> Iterator[tuple[int, str]]:
    """Yield (number of the entry, what is wrong with it) for every break of the chain, in order."""
    expected, previous = 1, FIRST_PREVIOUS
    for row in session.scalars(select(AuditRow).order_by(AuditRow.seq)):
        if row.seq != expected:
            missing = f"{expected}" if row.seq == expected + 1 else f"{expected} to {row.seq - 1}"
            yield expected, f"Entry {missing} was removed."
        elif row.previous != previous:
            yield row.seq, f"Entry {row.seq} does not follow the one before it: one of them was replaced or moved."
        if entry_hash(row) != row.hash:
            yield row.seq, f"Entry {row.seq} was changed after it was written."
        expected, previous = row.seq + 1, row.hash
    head = session.get(AuditHeadRow, 1)
    stored = 0 if head is None else head.entries
    if stored > expected - 1:
        yield expected, f"The last entries, from {expected} to {stored}, were removed."
    elif head is not None and (stored < expected - 1 or head.hash != previous):
        yield expected - 1, f"Entry {expected - 1} is not the one that was written last."
