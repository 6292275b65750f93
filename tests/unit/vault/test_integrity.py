"""Verifying a vault: a sound one passes, and each kind of damage is found and named."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from medbot_desktop.errors import PermissionRefusedError
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.integrity import verify_vault
from medbot_desktop.vault.opening import OpenedVault, open_vault
from medbot_desktop.vault.roles import Account, Role
from tests.unit.vault.vaults import RIGHT, make_vault, messages, write


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> VaultFolder:
    folder = VaultFolder(tmp_path_factory.mktemp("made") / "vault")
    make_vault(folder)
    opened = open_vault(folder, RIGHT)
    write(opened.vault, *["x" * 20_000] * 10)
    opened.close()
    return folder


@pytest.fixture
def opened(made: VaultFolder, tmp_path: Path) -> Iterator[OpenedVault]:
    shutil.copytree(made.path, tmp_path / "vault")
    vault = open_vault(VaultFolder(tmp_path / "vault"), RIGHT)
    yield vault
    vault.close()


def sql(opened: OpenedVault, *statements: str) -> None:
    with opened.vault.transaction() as session:
        for statement in statements:
            session.execute(text(statement))


def damage(opened: OpenedVault, page: int) -> None:
    """Change a byte of a page, counted from 1, in the file itself."""
    with opened.vault.driver() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with opened.folder.database.open("r+b") as stream:
        stream.seek((page - 1) * 4096 + 1_000)
        byte = stream.read(1)
        stream.seek(-1, 1)
        stream.write(bytes([byte[0] ^ 1]))


def test_a_sound_vault_passes(opened: OpenedVault) -> None:
    report = verify_vault(opened)
    assert (report.ok, report.faults) == (True, ())
    assert report.pages * 4096 == opened.folder.database.stat().st_size


def test_it_changes_nothing_and_the_vault_goes_on(opened: OpenedVault) -> None:
    before = messages(opened.vault)
    verify_vault(opened)
    write(opened.vault, "afterwards")
    assert messages(opened.vault) == [*before, "afterwards"]


def test_it_tells_how_far_it_is(opened: OpenedVault) -> None:
    told: list[tuple[int, int]] = []
    verify_vault(opened, lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] == len(told) - 1


@pytest.mark.parametrize("page", [5, -1])
def test_a_flipped_byte_is_found_and_its_page_named(opened: OpenedVault, page: int) -> None:
    page = page if page > 0 else opened.folder.database.stat().st_size // 4096
    damage(opened, page)
    report = verify_vault(opened)
    assert not report.ok
    assert any(f"page {page}" in fault for fault in report.faults)


def test_many_damaged_pages_are_counted_not_listed(opened: OpenedVault) -> None:
    for page in range(4, 40):
        damage(opened, page)
    report = verify_vault(opened)
    assert any(fault.startswith("36 pages") for fault in report.faults)
    assert len(report.faults) < 30


def test_rows_that_refer_to_nothing_are_found(opened: OpenedVault) -> None:
    with opened.vault.driver() as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("INSERT INTO citations VALUES (1, 'nobody', 1, '{}', '[]', 0.5)")
    assert verify_vault(opened).faults == ("The table citations holds rows that refer to nothing.",)


def test_a_full_text_table_that_does_not_fit_its_messages_is_found(opened: OpenedVault) -> None:
    sql(opened, "DROP TRIGGER messages_changed", "UPDATE messages SET text = 'other words' WHERE number = 1")
    [fault] = verify_vault(opened).faults
    assert "messages_fts" in fault


def test_an_edited_entry_of_the_trail_is_found(opened: OpenedVault) -> None:
    sql(opened, "DROP TRIGGER audit_keeps_update", "UPDATE audit SET account_name = 'nobody' WHERE seq = 2")
    [fault] = verify_vault(opened).faults
    assert "Entry 2" in fault


def test_damaged_keyslots_are_found(opened: OpenedVault) -> None:
    opened.folder.keyslots.write_bytes(opened.folder.keyslots.read_bytes()[:-20])
    [fault] = verify_vault(opened).faults
    assert "keyslot file" in fault


def test_an_account_without_a_keyslot_is_found(opened: OpenedVault) -> None:
    columns = "id, name, name_key, role, created, must_change"
    values = "'a9', 'ida', 'ida', 'clinician', '2026-01-01 12:00:00.000000', 0"
    sql(opened, f"INSERT INTO accounts ({columns}) VALUES ({values})")
    [fault] = verify_vault(opened).faults
    assert fault.startswith("1 of the accounts")


def test_a_kiosk_does_not_look_after_the_vault(opened: OpenedVault) -> None:
    opened.access = Access(opened.vault, Account("k", "kiosk", Role.KIOSK))
    with pytest.raises(PermissionRefusedError):
        verify_vault(opened)
