"""The audit trail: who did what, in a chain that shows every change, and that the program cannot change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from medbot_desktop.errors import PermissionRefusedError, VaultError
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.audit import AuditTrail
from medbot_desktop.vault.roles import DEMO_ACCOUNT, Account, Role
from medbot_desktop.vault.schema import AuditRow
from medbot_desktop.vault.trail import Action
from medbot_desktop.vault.vault import Vault

DESK = Account("ruth", "Ruth", Role.FRONT_DESK)


@pytest.fixture
def vault() -> Iterator[Vault]:
    opened = Vault.open_in_memory()
    yield opened
    opened.close()


@pytest.fixture
def access(vault: Vault) -> Access:
    return Access(vault, DEMO_ACCOUNT)


@pytest.fixture
def trail(vault: Vault, access: Access) -> AuditTrail:
    for number in range(1, 7):
        access.note(Action.EXPORTED, "conversation", f"c{number}", messages=number)
    return AuditTrail(vault, access)


def tamper(vault: Vault, *statements: str) -> None:
    """Do what the program cannot: change the table without its guards, as somebody with the key might."""
    with vault.transaction() as session:
        for guard in ("audit_keeps_update", "audit_keeps_delete"):
            session.execute(text(f"DROP TRIGGER IF EXISTS {guard}"))
        for statement in statements:
            session.execute(text(statement))


def test_an_entry_tells_who_what_and_which_record(trail: AuditTrail) -> None:
    newest = trail.entries(limit=1)[0]
    assert (newest.seq, newest.account, newest.action, newest.kind) == (6, "demo", "exported", "conversation")
    assert (newest.record, newest.details) == ("c6", {"messages": 6})
    assert newest.at.endswith("+00:00")


def test_entries_come_newest_first_and_by_pages(trail: AuditTrail) -> None:
    assert [entry.seq for entry in trail.entries(limit=2)] == [6, 5]
    assert [entry.seq for entry in trail.entries(limit=2, before=5)] == [4, 3]
    assert trail.entries(action=Action.ERASED) == []


def test_a_trail_that_nobody_touched_is_whole(trail: AuditTrail) -> None:
    report = trail.verify()
    assert report.ok
    assert report.entries == 6


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "'2020-01-01T00:00:00.000+00:00'"),
        ("account_id", "'somebody'"),
        ("account_name", "'somebody'"),
        ("action", "'opened'"),
        ("kind", "'person'"),
        ("record", "'c9'"),
        ("details", "'{}'"),
    ],
)
def test_a_changed_entry_is_named(vault: Vault, trail: AuditTrail, column: str, value: str) -> None:
    tamper(vault, f"UPDATE audit SET {column} = {value} WHERE seq = 3")
    assert [(fault.seq, fault.sentence) for fault in trail.verify().faults] == [
        (3, "Entry 3 was changed after it was written.")
    ]


def test_a_changed_entry_with_a_hash_that_fits_is_named_by_the_next(vault: Vault, trail: AuditTrail) -> None:
    from medbot_desktop.vault.trail import entry_hash

    tamper(vault, "UPDATE audit SET record = 'c9' WHERE seq = 3")
    with vault.transaction() as session:
        row = session.get_one(AuditRow, 3)
        row.hash = entry_hash(row)
    assert [fault.seq for fault in trail.verify().faults] == [4]


def test_a_removed_entry_is_named(vault: Vault, trail: AuditTrail) -> None:
    tamper(vault, "DELETE FROM audit WHERE seq IN (1, 3, 4)")
    assert [fault.sentence for fault in trail.verify().faults] == [
        "Entry 1 was removed.",
        "Entry 3 to 4 was removed.",
    ]


def test_removed_last_entries_are_named(vault: Vault, trail: AuditTrail) -> None:
    tamper(vault, "DELETE FROM audit WHERE seq > 4")
    assert [fault.sentence for fault in trail.verify().faults] == ["The last entries, from 5 to 6, were removed."]


def test_an_emptied_trail_is_no_whole_trail(vault: Vault, trail: AuditTrail) -> None:
    tamper(vault, "DELETE FROM audit")
    assert [fault.sentence for fault in trail.verify().faults] == ["The last entries, from 1 to 6, were removed."]


def test_reordered_entries_are_named(vault: Vault, trail: AuditTrail) -> None:
    tamper(
        vault,
        "UPDATE audit SET seq = 99 WHERE seq = 2",
        "UPDATE audit SET seq = 2 WHERE seq = 3",
        "UPDATE audit SET seq = 3 WHERE seq = 99",
    )
    assert {fault.seq for fault in trail.verify().faults} == {2, 3, 4}


def test_an_entry_slipped_in_behind_the_last_is_named(vault: Vault, trail: AuditTrail) -> None:
    tamper(
        vault,
        "INSERT INTO audit SELECT 7, at, account_id, account_name, action, kind, record, details, hash, '' FROM audit"
        " WHERE seq = 6",
    )
    assert {fault.seq for fault in trail.verify().faults} == {7}


@pytest.mark.parametrize("statement", ["UPDATE audit SET record = 'x' WHERE seq = 2", "DELETE FROM audit"])
def test_the_program_itself_cannot_change_the_trail(vault: Vault, trail: AuditTrail, statement: str) -> None:
    with pytest.raises(IntegrityError, match="cannot be changed"), vault.transaction() as session:
        session.execute(text(statement))
    assert trail.verify().ok


def test_an_entry_is_kept_only_with_what_it_tells_about(vault: Vault, access: Access, trail: AuditTrail) -> None:
    def fail_inside() -> None:
        with vault.transaction() as session:
            access.record(session, Action.ERASED, "person", "p1")
            raise KeyError

    with pytest.raises(KeyError):
        fail_inside()
    assert trail.verify().entries == 6


def test_the_trail_is_exported_one_object_a_line_and_says_so(trail: AuditTrail, tmp_path: Path) -> None:
    assert trail.export(tmp_path / "trail.jsonl") == 7
    lines = [json.loads(line) for line in (tmp_path / "trail.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, 8))
    assert (lines[-1]["action"], lines[-1]["kind"]) == ("exported", "audit")


def test_exporting_to_a_folder_that_is_not_there_is_a_clear_error(trail: AuditTrail, tmp_path: Path) -> None:
    with pytest.raises(VaultError):
        trail.export(tmp_path / "nowhere" / "trail.jsonl")


def test_only_administrators_read_the_trail(vault: Vault, trail: AuditTrail, tmp_path: Path) -> None:
    theirs = AuditTrail(vault, Access(vault, DESK))
    for use in (theirs.entries, theirs.verify, lambda: theirs.export(tmp_path / "trail.jsonl")):
        with pytest.raises(PermissionRefusedError):
            use()
    assert not (tmp_path / "trail.jsonl").exists()
    with vault.transaction() as session:
        refused = session.scalars(select(AuditRow.account_name).where(AuditRow.action == "refused")).all()
    assert refused == ["Ruth"] * 3
