"""Opening a vault: with the right secret it opens, with anything else it says why, and nothing is lost."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import select, text

from medbot_desktop.errors import DiskFullError, PassphraseError, VaultError
from medbot_desktop.vault.audit import AuditTrail
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.database import file_salt
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST, Keyslots, SlotKind
from medbot_desktop.vault.migrating import NEWEST
from medbot_desktop.vault.opening import Credentials, OpenedVault, create_vault, open_vault
from medbot_desktop.vault.preferences import set_mark
from medbot_desktop.vault.roles import RECOVERY_ACCOUNT, Account, Role
from medbot_desktop.vault.schema import AuditHeadRow, AuditRow, SettingRow
from medbot_desktop.vault.trail import entry_hash
from medbot_desktop.vault.vault import Vault, account_row
from tests.disks import fill, read_only, small_disk

PASSPHRASE = "correct horse battery staple"
RIGHT = Credentials("admin", PASSPHRASE)
Opening = Callable[..., OpenedVault]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[VaultFolder, str]:
    """A vault that the tests copy, and its recovery key."""
    folder = VaultFolder(tmp_path_factory.mktemp("made") / "vault")
    opened, recovery_key = create_vault(folder, "admin", PASSPHRASE, LEAST_COST)
    keep(opened, "kept")
    opened.close()
    return folder, recovery_key


@pytest.fixture
def folder(made: tuple[VaultFolder, str], tmp_path: Path) -> VaultFolder:
    shutil.copytree(made[0].path, tmp_path / "vault")
    return VaultFolder(tmp_path / "vault")


@pytest.fixture
def opening(folder: VaultFolder) -> Iterator[Opening]:
    """Opens the vault, and closes at the end what was opened."""
    held: list[OpenedVault] = []

    def open_it(credentials: Credentials = RIGHT) -> OpenedVault:
        held.append(open_vault(folder, credentials))
        return held[-1]

    yield open_it
    for opened in held:
        opened.close()


def keep(opened: OpenedVault, value: str) -> None:
    with opened.vault.transaction() as session:
        set_mark(session, "kept", value)


def kept(opened: OpenedVault) -> object:
    with opened.vault.transaction() as session:
        return session.get_one(SettingRow, "kept").value


def test_a_made_vault_has_one_administrator_and_a_whole_trail(opening: Opening) -> None:
    opened = opening()
    assert (opened.account.name, opened.account.role) == ("admin", Role.ADMINISTRATOR)
    trail = AuditTrail(opened.vault, opened.access)
    assert trail.verify().ok
    assert [entry.action for entry in trail.entries()] == ["opened", "vault_created"]
    assert opened.notices == []


def test_nothing_readable_lies_in_the_folder(opening: Opening, folder: VaultFolder) -> None:
    keep(opening(), "a very private word")
    for file in folder.path.rglob("*"):
        if file.is_file():
            content = file.read_bytes().lower()
            assert b"private" not in content
            assert b"admin" not in content, file.name


def test_only_its_owner_may_read_the_files(folder: VaultFolder) -> None:
    assert (folder.path.stat().st_mode & 0o077) == 0
    assert (folder.keyslots.stat().st_mode & 0o077) == 0


def test_the_recovery_key_opens_the_vault_as_an_administrator(opening: Opening, made: tuple[VaultFolder, str]) -> None:
    opened = opening(Credentials(None, made[1].lower().replace("-", " "), SlotKind.RECOVERY))
    assert opened.account == RECOVERY_ACCOUNT
    assert kept(opened) == "kept"


def test_without_a_name_the_only_account_is_meant(opening: Opening) -> None:
    assert opening(Credentials(None, PASSPHRASE)).account.name == "admin"


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("admin", "wrong horse battery staple"),
        ("admin", ""),
        ("admin", "x" * 10_000),
        ("admin", "верная лошадь батарея скоба"),
        ("admin", "正しい馬の電池🔑"),
        ("nobody", PASSPHRASE),
        ("", PASSPHRASE),
    ],
)
def test_a_wrong_passphrase_or_name_opens_nothing_and_loses_nothing(opening: Opening, name: str, secret: str) -> None:
    with pytest.raises(PassphraseError) as refused:
        opening(Credentials(name, secret))
    assert refused.value.hint
    assert secret == "" or secret not in str(refused.value)
    assert kept(opening()) == "kept"


def test_wrong_passphrases_are_told_to_whoever_opens_the_vault_next(opening: Opening) -> None:
    for _ in range(2):
        with pytest.raises(PassphraseError):
            opening(Credentials("admin", "not this one"))
    opened = opening()
    assert opened.notices == ["2 wrong passphrases were tried for this account since it was last opened."]
    entry = AuditTrail(opened.vault, opened.access).entries()[1]
    assert (entry.action, entry.record, entry.details) == ("wrong_passphrases", opened.account.id, {"count": 2})


def test_many_wrong_passphrases_make_even_the_right_one_wait_also_after_a_restart(opening: Opening) -> None:
    refused = []
    for _ in range(8):
        with pytest.raises(PassphraseError) as error:
            opening(Credentials("admin", "not this one"))
        refused.append(error.value)
        if error.value.wait_seconds > 5:
            break
    with pytest.raises(PassphraseError, match="next try is possible in"):
        opening()


def test_a_vault_that_another_program_has_open_is_refused(folder: VaultFolder) -> None:
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    other = context.Process(target=hold_open, args=(folder.path, theirs), daemon=True)
    other.start()
    theirs.close()
    assert mine.poll(60), "The other program did not open the vault."
    assert mine.recv() == "open"
    with pytest.raises(VaultError, match="Another MedBot has this vault open") as refused:
        open_vault(folder, RIGHT)
    assert refused.value.hint
    mine.send("close")
    other.join(60)
    opened = open_vault(folder, RIGHT)
    assert kept(opened) == "kept by the other"
    opened.close()


def hold_open(path: Path, told: Connection) -> None:
    opened = open_vault(VaultFolder(path), RIGHT)
    keep(opened, "kept by the other")
    told.send("open")
    told.recv()
    opened.close()


def test_where_there_is_no_vault_the_command_that_makes_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="no vault") as refused:
        open_vault(VaultFolder(tmp_path / "vault"), RIGHT)
    assert "medbot vault create" in refused.value.hint


def test_a_second_vault_is_not_made_over_the_first(opening: Opening, folder: VaultFolder) -> None:
    with pytest.raises(VaultError, match="left as it is"):
        create_vault(folder, "other", PASSPHRASE, LEAST_COST)
    assert kept(opening()) == "kept"


def test_a_creation_that_was_cut_off_can_be_begun_again(tmp_path: Path) -> None:
    folder = VaultFolder(tmp_path / "vault")
    opened, _ = create_vault(folder, "admin", PASSPHRASE, LEAST_COST)
    opened.close()
    folder.database.replace(folder.unfinished)  # as a pulled plug leaves it before the last step
    assert not folder.exists()
    opened, _ = create_vault(folder, "admin", "another passphrase", LEAST_COST)
    opened.close()
    open_vault(folder, Credentials("admin", "another passphrase")).close()


def test_a_missing_keyslot_file_is_named(opening: Opening, folder: VaultFolder) -> None:
    kept_aside = folder.keyslots.read_bytes()
    folder.keyslots.unlink()
    with pytest.raises(VaultError, match="keyslot") as refused:
        opening()
    assert refused.value.hint
    folder.keyslots.write_bytes(kept_aside)
    assert kept(opening()) == "kept"


def test_a_truncated_keyslot_file_is_named(opening: Opening, folder: VaultFolder) -> None:
    whole = folder.keyslots.read_bytes()
    folder.keyslots.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(VaultError, match="damaged"):
        opening()


def test_an_edited_keyslot_file_is_named(opening: Opening, folder: VaultFolder) -> None:
    content = json.loads(folder.keyslots.read_text(encoding="utf-8"))
    folder.keyslots.write_text(json.dumps(content).replace(content["vault_id"][:4], "ffff"), encoding="utf-8")
    with pytest.raises(VaultError):
        opening()


def test_the_keyslots_of_another_vault_are_named(opening: Opening, folder: VaultFolder, tmp_path: Path) -> None:
    other = VaultFolder(tmp_path / "other")
    opened, _ = create_vault(other, "admin", PASSPHRASE, LEAST_COST)
    opened.close()
    shutil.copy(other.keyslots, folder.keyslots)
    with pytest.raises(VaultError, match="another vault"):
        opening()


def test_a_database_with_flipped_bytes_at_its_start_is_refused_and_left_as_it_is(
    opening: Opening, folder: VaultFolder
) -> None:
    content = bytearray(folder.database.read_bytes())
    content[100:110] = bytes(byte ^ 0xFF for byte in content[100:110])
    folder.database.write_bytes(content)
    with pytest.raises(VaultError, match="damaged") as refused:
        opening()
    assert "backup" in refused.value.hint
    assert folder.database.read_bytes() == bytes(content)


def test_a_missing_database_is_named(opening: Opening, folder: VaultFolder) -> None:
    folder.database.unlink()
    with pytest.raises(VaultError, match="missing") as refused:
        opening()
    assert "backup" in refused.value.hint
    assert not folder.database.exists()


def test_a_clock_that_was_set_back_is_told_and_kept_in_the_trail(opening: Opening, folder: VaultFolder) -> None:
    opened = opening()
    later = (datetime.now(UTC) + timedelta(days=3)).isoformat(timespec="milliseconds")
    with opened.vault.transaction() as session:
        session.execute(text("DROP TRIGGER audit_keeps_update"))
        row = session.scalars(select(AuditRow).order_by(AuditRow.seq.desc())).first()
        assert row is not None
        row.at = later
        row.hash = entry_hash(row)
        session.get_one(AuditHeadRow, 1).hash = row.hash
    opened.close()
    again = opening()
    assert "clock" in again.notices[0]
    trail = AuditTrail(again.vault, again.access)
    assert [entry.action for entry in trail.entries(limit=2)] == ["opened", "clock_set_back"]
    assert trail.verify().ok


def test_a_vault_of_an_older_version_is_backed_up_and_brought_up_to_date(tmp_path: Path) -> None:
    folder = VaultFolder(tmp_path / "older")
    make_older(folder)
    opened = open_vault(folder, RIGHT)
    assert opened.vault.revision() == NEWEST
    assert kept(opened) == "kept"
    assert any("newest version" in notice for notice in opened.notices)
    assert len(list(folder.backups.glob("*.medbot-backup"))) == 1
    opened.close()


def test_a_full_disk_in_the_middle_of_a_migration_leaves_the_older_vault(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=3_000) as disk:
        folder = VaultFolder(disk / "vault")
        make_older(folder)
        before = folder.database.read_bytes()
        fill(disk, leave=100_000)
        with pytest.raises((DiskFullError, VaultError)) as refused:
            open_vault(folder, RIGHT)
        assert refused.value.hint
        assert folder.database.read_bytes() == before
        (disk / "filler").unlink()
        opened = open_vault(folder, RIGHT)
        assert opened.vault.revision() == NEWEST
        opened.close()


def make_older(folder: VaultFolder) -> None:
    """Make a vault as the version before the newest one would have."""
    key, account = DataKey.random(), Account("a1", "admin", Role.ADMINISTRATOR)
    folder.path.mkdir(parents=True)
    vault = Vault.open(folder.database, key)
    vault.migrate("0002")
    with vault.transaction() as session:
        session.add(account_row(account))
        session.execute(text("INSERT INTO settings VALUES ('kept', '\"kept\"')"))
        for number in range(300):
            session.execute(
                text("INSERT INTO conversations VALUES (:id, :title, '2026-01-01 12:00:00.000000')"),
                {"id": str(number), "title": "x" * 1_000},
            )
    vault.close()
    keyslots = Keyslots.new(LEAST_COST)
    keyslots.bind(file_salt(folder.database))
    keyslots.add(account.id, account.name, PASSPHRASE, key)
    keyslots.write(folder)


def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_lost(opening: Opening, folder: VaultFolder) -> None:
    with read_only(folder.path), pytest.raises(VaultError, match="cannot be written"):
        opening()
    assert kept(opening()) == "kept"


def test_a_disk_that_is_full_in_the_middle_of_a_write_keeps_what_was_stored(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=3_000) as disk:
        folder = VaultFolder(disk / "vault")
        opened, _ = create_vault(folder, "admin", PASSPHRASE, LEAST_COST)
        keep(opened, "kept")
        fill(disk, leave=30_000)
        with pytest.raises(DiskFullError, match="no room") as refused:
            keep(opened, "x" * 2_000_000)
        assert refused.value.hint
        assert kept(opened) == "kept"
        (disk / "filler").unlink()
        keep(opened, "kept again")
        opened.close()
        opened = open_vault(folder, RIGHT)
        assert kept(opened) == "kept again"
        opened.close()
