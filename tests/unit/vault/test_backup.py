"""Keeping backups: listing, verifying, letting old ones go, the plan, and erasing from what was backed up."""

from __future__ import annotations

import random
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from medbot_desktop.errors import DiskFullError, MedBotError, PermissionRefusedError, VaultError
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.backup import Backups, BackupState, write_backup
from medbot_desktop.vault.backup_file import SUFFIX, read_manifest
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.database import file_salt
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST, Keyslots
from medbot_desktop.vault.migrating import NEWEST
from medbot_desktop.vault.opening import OpenedVault, open_vault
from medbot_desktop.vault.preferences import BackupPlan, ClinicSettings, Preferences
from medbot_desktop.vault.roles import Account, Role
from medbot_desktop.vault.schema import MessageRow
from medbot_desktop.vault.vault import Vault
from tests.disks import fill, small_disk
from tests.unit.vault.vaults import (
    FIRST,
    RIGHT,
    another_vaults_backup,
    backups_of,
    content_of,
    copy_of,
    files_in,
    flip,
    found,
    make_vault,
    messages,
    write,
)

BIG = ["x" * 50_000] * 60
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
Step = Callable[[int, int], None]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> VaultFolder:
    folder = VaultFolder(tmp_path_factory.mktemp("made") / "vault")
    make_vault(folder)
    return folder


@pytest.fixture
def opened(made: VaultFolder, tmp_path: Path) -> Iterator[OpenedVault]:
    shutil.copytree(made.path, tmp_path / "vault")
    vault = open_vault(VaultFolder(tmp_path / "vault"), RIGHT)
    yield vault
    vault.close()


@pytest.fixture
def backups(opened: OpenedVault) -> Backups:
    return backups_of(opened)


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """An empty folder for backups."""
    (tmp_path / "drive").mkdir()
    return tmp_path / "drive"


def plan(opened: OpenedVault, **changes: object) -> None:
    settings = ClinicSettings(backup=BackupPlan.model_validate(changes))
    Preferences(opened.vault, opened.access).change(settings)


class TestTheList:
    def test_is_empty_where_none_was_made(self, backups: Backups) -> None:
        assert backups.list() == []

    def test_begins_with_the_newest(self, opened: OpenedVault, backups: Backups) -> None:
        first = backups.make()
        write(opened.vault, "a second one")
        second = backups.make()
        assert backups.list() == [second, first]
        assert (second.messages, first.messages) == (2, 1)

    def test_tells_damaged_ones_and_those_of_another_vault_apart(
        self, backups: Backups, drive: Path, tmp_path: Path
    ) -> None:
        sound = backups.make(drive).file
        whole = sound.read_bytes()
        cut = drive / f"cut{SUFFIX}"
        cut.write_bytes(whole[:-100])
        (drive / f"other{SUFFIX}").write_bytes(b"no zip at all")
        foreign = another_vaults_backup(tmp_path, drive)
        states = {info.file: info.state for info in backups.list(drive)}
        assert states == {
            sound: BackupState.SOUND,
            cut: BackupState.DAMAGED,
            drive / f"other{SUFFIX}": BackupState.DAMAGED,
            foreign: BackupState.OTHER_VAULT,
        }
        assert all(info.fault for info in backups.list(drive) if info.file != sound)

    def test_of_a_folder_that_is_not_there_says_so(self, backups: Backups, tmp_path: Path) -> None:
        with pytest.raises(VaultError, match="not there"):
            backups.list(tmp_path / "no drive")


class TestVerifying:
    def test_a_sound_backup_is_opened_and_found_sound(self, backups: Backups) -> None:
        info = backups.make()
        assert backups.verify(info.file) == info

    def test_one_cut_short_anywhere_is_found(self, backups: Backups, tmp_path: Path) -> None:
        whole = backups.make().file.read_bytes()
        file = tmp_path / f"cut{SUFFIX}"
        for length in (0, 1, 4, 5_000, len(whole) // 2, len(whole) - 1):
            file.write_bytes(whole[:length])
            assert backups.verify(file).state is BackupState.DAMAGED

    def test_a_byte_changed_anywhere_is_found_or_does_no_harm(self, backups: Backups, tmp_path: Path) -> None:
        info = backups.make()
        whole = info.file.read_bytes()
        chance = random.Random(3)
        tail = range(len(whole) - 1_300, len(whole))
        places = [*chance.sample(range(len(whole)), 60), *chance.sample(tail, 100), *range(40)]
        file = tmp_path / f"changed{SUFFIX}"
        for place in places:
            file.write_bytes(whole)
            flip(file, place)
            found = backups.verify(file)
            if found.state is BackupState.SOUND:  # a time or a right that the zip notes, and nobody reads
                assert (found.created, found.messages, found.vault_id) == (info.created, 1, info.vault_id)
                assert content_of(file) == content_of(info.file)

    def test_one_of_another_vault_is_told_and_not_opened(self, backups: Backups, drive: Path, tmp_path: Path) -> None:
        assert backups.verify(another_vaults_backup(tmp_path, drive)).state is BackupState.OTHER_VAULT

    def test_nothing_is_left_of_it(self, opened: OpenedVault, backups: Backups) -> None:
        file = backups.make().file
        before = {path for path in files_in(opened.folder.path) if "vault.db" not in path.name}
        backups.verify(file)
        assert {path for path in files_in(opened.folder.path) if "vault.db" not in path.name} == before


class TestRotation:
    def test_lets_the_oldest_of_a_day_go(self, opened: OpenedVault, backups: Backups) -> None:
        plan(opened, keep=2)
        made = [backups.make() for _ in range(4)]
        assert backups.list() == [made[3], made[2]]

    def test_touches_nothing_that_is_no_sound_backup_of_this_vault(
        self, opened: OpenedVault, backups: Backups, drive: Path, tmp_path: Path
    ) -> None:
        plan(opened, keep=1)
        foreign = another_vaults_backup(tmp_path, drive)
        damaged, other = drive / f"damaged{SUFFIX}", drive / "letter.txt"
        damaged.write_bytes(foreign.read_bytes()[:-50])
        other.write_text("mine")
        backups.make(drive)
        last = backups.make(drive).file
        assert set(drive.iterdir()) == {foreign, damaged, other, last}

    def test_keeps_the_one_just_made_when_the_clock_was_set_back(self, opened: OpenedVault, backups: Backups) -> None:
        plan(opened, keep=1)
        future = backups.make().file
        backdate(future, NOW + timedelta(days=3_000))
        made = backups.make()
        assert {info.file for info in backups.list()} == {future, made.file}


def backdate(file: Path, created: datetime) -> None:
    """Let a backup say that it was made at another time."""
    manifest = read_manifest(file).model_copy(update={"created": created})
    with zipfile.ZipFile(file) as archive:
        kept = {name: archive.read(name) for name in ("vault.db", "keyslots.json")}
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in kept.items():
            archive.writestr(name, content)
        archive.writestr("manifest.json", manifest.model_dump_json())


class TestThePlan:
    def test_asks_for_a_backup_when_there_was_none(self, backups: Backups) -> None:
        assert backups.is_due(NOW)

    def test_asks_again_after_its_hours(self, opened: OpenedVault, backups: Backups) -> None:
        plan(opened, every_hours=6)
        made = backups.make().created
        assert not backups.is_due(made + timedelta(hours=5, minutes=59))
        assert backups.is_due(made + timedelta(hours=6))

    def test_asks_when_the_clock_was_set_back(self, backups: Backups) -> None:
        made = backups.make().created
        assert backups.is_due(made - timedelta(days=400))

    def test_never_asks_when_backups_are_made_on_demand_only(self, opened: OpenedVault, backups: Backups) -> None:
        plan(opened, every_hours=0)
        assert not backups.is_due(NOW)

    def test_is_not_fulfilled_by_a_backup_to_another_folder(self, backups: Backups, drive: Path) -> None:
        backups.make(drive)
        assert backups.is_due(datetime.now(UTC))

    def test_is_fulfilled_whoever_is_signed_in(self, opened: OpenedVault, backups: Backups, drive: Path) -> None:
        plan(opened, folder=str(drive))
        opened.access = Access(opened.vault, Account("k", "kiosk", Role.KIOSK))
        made = backups.make_due(datetime.now(UTC))
        assert made is not None
        assert made.file.parent == drive
        assert backups.make_due(made.created) is None


class TestRewriting:
    def erase(self, vault: Vault) -> None:
        with vault.transaction() as session:
            session.execute(delete(MessageRow).where(MessageRow.text == FIRST))

    def test_changes_what_it_holds_and_leaves_the_rest(
        self, opened: OpenedVault, backups: Backups, tmp_path: Path
    ) -> None:
        write(opened.vault, "stays")
        info = backups.make()
        keyslots = content_of(info.file)[1]
        backups.rewrite(info.file, self.erase)
        [after] = backups.list()
        assert (after.file, after.created, after.messages, after.reason) == (info.file, info.created, 1, info.reason)
        assert content_of(info.file)[1] == keyslots
        assert backups.verify(info.file).state is BackupState.SOUND
        vault = copy_of(info.file, opened.key, tmp_path)
        assert (messages(vault), found(vault, "cough"), found(vault, "stays")) == (["stays"], 0, 1)
        vault.close()

    def test_leaves_the_backup_as_it_was_when_the_change_fails(self, backups: Backups) -> None:
        file = backups.make().file
        before = file.read_bytes()

        def fail(_vault: Vault) -> None:
            raise MedBotError("It cannot be changed.")

        with pytest.raises(MedBotError, match="cannot be changed"):
            backups.rewrite(file, fail)
        assert list(files_in(file.parent).values()) == [before]

    def test_leaves_the_backup_as_it_was_when_the_disk_is_full(self, opened: OpenedVault, tmp_path: Path) -> None:
        write(opened.vault, *BIG)
        with small_disk(tmp_path / "usb", kilobytes=12_000) as usb:
            backups = backups_of(opened)
            file = backups.make(usb).file
            before = file.read_bytes()
            fill(usb, leave=4_000_000)
            with pytest.raises(DiskFullError):
                backups.rewrite(file, self.erase)
            assert file.read_bytes() == before
            assert sorted(path.name for path in usb.iterdir()) == sorted(["filler", file.name])

    def test_brings_an_older_one_to_the_newest_schema_first(self, tmp_path: Path) -> None:
        folder, key = VaultFolder(tmp_path / "older"), DataKey.random()
        folder.path.mkdir()
        vault = Vault.open(folder.database, key)
        vault.migrate("0002")
        vault.close()
        keyslots = Keyslots.new(LEAST_COST)
        keyslots.bind(file_salt(folder.database))
        keyslots.add("a1", "admin", RIGHT.secret, key)
        keyslots.write(folder)
        file = write_backup(folder, key, folder.backups)
        assert read_manifest(file).schema_revision == "0002"
        vault = Vault.open(folder.database, key)
        vault.migrate()
        with vault.transaction() as session:
            columns = "id, name, name_key, role, created, must_change"
            values = "'a1', 'admin', 'admin', 'administrator', '2026-01-01 12:00:00.000000', 0"
            session.execute(text(f"INSERT INTO accounts ({columns}) VALUES ({values})"))
        vault.close()
        opened = open_vault(folder, RIGHT)
        backups_of(opened).rewrite(file, self.erase)
        assert read_manifest(file).schema_revision == NEWEST
        opened.close()

    def test_is_for_those_who_may_erase(self, opened: OpenedVault, backups: Backups) -> None:
        file = backups.make().file
        opened.access = Access(opened.vault, Account("c", "eva", Role.CLINICIAN))
        with pytest.raises(PermissionRefusedError):
            backups.rewrite(file, self.erase)

    def test_refuses_a_backup_of_another_vault(self, backups: Backups, drive: Path, tmp_path: Path) -> None:
        file = another_vaults_backup(tmp_path, drive)
        before = file.read_bytes()
        with pytest.raises(VaultError, match="another vault"):
            backups.rewrite(file, self.erase)
        assert file.read_bytes() == before
