"""Read, verify and export the audit trail; the program has no way to change it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import func, select

from medbot_desktop.vault import trail
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.atomic_file import write_atomically
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.schema import AuditRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry: who did what to which record, and when; never what was said.

    Attributes:
        seq: the entry's number, from 1.
        at: ISO 8601 in UTC.
        account: the name of who did it.
        action: a value of `Action`.
        kind: kind of the record.
        record: identifier of the record.
        details: counts and kinds.
        hash: SHA-256 of the entry together with the hash of the one before.
    """

    seq: int
    at: str
    account: str
    action: str
    kind: str
    record: str
    details: Mapping[str, int | str]
    hash: str


@dataclass(frozen=True, slots=True)
class AuditFault:
    """A break in the chain: the number of the entry, and a sentence about it."""

    seq: int
    sentence: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What verifying the trail found."""

    entries: int
    faults: tuple[AuditFault, ...]

    @property
    def ok(self) -> bool:
        """Whether every entry is where and what it was."""
        return not self.faults


class AuditTrail:
    """The audit trail of a vault, for those who may read it.

    Args:
        vault: the open vault.
        access: who reads.
    """

    def __init__(self, vault: Vault, access: Access) -> None:
        self._vault = vault
        self._access = access

    def entries(
        self, limit: int = 200, before: int | None = None, action: Action | None = None
    ) -> Sequence[AuditEntry]:
        """Entries, newest first.

        Args:
            limit: how many.
            before: only entries with a smaller number, to page on.
            action: only entries of this action.

        Raises:
            PermissionRefusedError: the account may not read the trail.
        """
        self._access.require(Permission.READ_AUDIT)
        query = select(AuditRow).order_by(AuditRow.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(AuditRow.seq < before)
        if action is not None:
            query = query.where(AuditRow.action == action.value)
        with self._vault.transaction() as session:
            return [_entry(row) for row in session.scalars(query)]

    def verify(self) -> AuditReport:
        """Follow the chain from the first entry to the last.

        Raises:
            PermissionRefusedError: the account may not read the trail.
        """
        self._access.require(Permission.READ_AUDIT)
        with self._vault.transaction() as session:
            count = session.scalar(select(func.count()).select_from(AuditRow)) or 0
            return AuditReport(count, tuple(AuditFault(*fault) for fault in trail.faults(session)))

    def export(self, file: Path) -> int:
        """Write every entry to a file, one JSON object a line, oldest first; returns how many.

        Raises:
            PermissionRefusedError: the account may not read the trail.
            VaultError: the file cannot be written.
        """
        self._access.require(Permission.READ_AUDIT)
        self._access.note(Action.EXPORTED, "audit")
        lines = [json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in self._oldest_first()]
        write_atomically(file, "".join(lines).encode())
        return len(lines)

    def _oldest_first(self) -> Iterator[AuditEntry]:
        with self._vault.transaction() as session:
            yield from [_entry(row) for row in session.scalars(select(AuditRow).order_by(AuditRow.seq))]


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(row.seq, row.at, row.account_name, row.action, row.kind, row.record, row.details, row.hash)
