"""Making a backup: whole, encrypted, while the vault is in use; whatever fails leaves the older ones alone."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from medbot_desktop.errors import DiskFullError, PermissionRefusedError, VaultError
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.audit import AuditTrail
from medbot_desktop.vault.backup import Backups, BackupState, write_backup
from medbot_desktop.vault.backup_file import SUFFIX
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.migrating import NEWEST
from medbot_desktop.vault.opening import OpenedVault, open_vault
from medbot_desktop.vault.roles import Account, Role
from tests.disks import fill, read_only, small_disk
from tests.unit.vault.vaults import (
    FIRST,
    RIGHT,
    backups_of,
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


def messages_in(file: Path, opened: OpenedVault, folder: Path) -> list[str]:
    vault = copy_of(file, opened.key, folder)
    try:
        return messages(vault)
    finally:
        vault.close()


def at_first(act: Callable[[], object]) -> Step:
    """Progress that does something when it is told of the first step."""
    done: list[int] = []

    def tell(_done: int, _total: int) -> None:
        if not done:
            done.append(1)
            act()

    return tell


class TestABackup:
    def test_holds_all_that_was_stored_and_its_full_text(
        self, opened: OpenedVault, drive: Path, tmp_path: Path
    ) -> None:
        info = backups_of(opened).make(drive)
        vault = copy_of(info.file, opened.key, tmp_path)
        assert messages(vault) == [FIRST]
        assert found(vault, "coughing") == 1
        assert vault.revision() == NEWEST
        vault.close()

    def test_says_what_it_is_and_names_nobody(self, opened: OpenedVault, backups: Backups) -> None:
        info = backups.make()
        assert (info.messages, info.schema, info.state) == (1, NEWEST, BackupState.SOUND)
        assert info.vault_id == opened.keyslots.vault_id
        content = info.file.read_bytes().lower()
        for word in (b"private", b"cough", b"admin"):
            assert word not in content

    def test_holds_the_keyslots_as_they_are(self, opened: OpenedVault, backups: Backups) -> None:
        with zipfile.ZipFile(backups.make().file) as archive:
            assert archive.read("keyslots.json") == opened.folder.keyslots.read_bytes()

    def test_may_be_read_by_its_owner_only(self, backups: Backups) -> None:
        assert backups.make().file.stat().st_mode & 0o077 == 0

    def test_has_a_name_that_every_system_takes(self, backups: Backups) -> None:
        name = backups.make().file.name
        datetime.strptime(name, f"medbot-%Y-%m-%dT%H-%M-%S-%fZ{SUFFIX}")

    def test_never_shows_a_readable_word_while_it_is_made(self, opened: OpenedVault, drive: Path) -> None:
        write(opened.vault, *BIG)
        seen: set[str] = set()

        def look(_done: int, _total: int) -> None:
            for file, content in files_in(drive).items():
                seen.add(file.name)
                assert b"private" not in content
                assert b"xxxxxxxx" not in content

        backups_of(opened).make(drive, look)
        assert "vault.db" in seen

    def test_goes_on_while_others_write_and_holds_the_moment_that_it_began(
        self, opened: OpenedVault, drive: Path, tmp_path: Path
    ) -> None:
        write(opened.vault, *BIG)
        before = messages(opened.vault)
        told: list[int] = []

        def write_meanwhile(done: int, _total: int) -> None:
            told.append(done)
            write(opened.vault, f"meanwhile {len(told)}")

        info = backups_of(opened).make(drive, write_meanwhile)
        assert told == sorted(told)  # it never had to begin again
        assert messages_in(info.file, opened, tmp_path) == before
        assert len(messages(opened.vault)) == len(before) + len(told)

    def test_is_in_the_trail_with_counts(self, opened: OpenedVault, backups: Backups) -> None:
        info = backups.make()
        entry = AuditTrail(opened.vault, opened.access).entries(limit=1)[0]
        assert (entry.action, entry.record) == ("backed_up", info.file.stem)
        assert entry.details == {"messages": 1, "bytes": info.size, "removed": 0}

    def test_is_refused_to_a_kiosk(self, opened: OpenedVault, backups: Backups) -> None:
        opened.access = Access(opened.vault, Account("k", "kiosk", Role.KIOSK))
        with pytest.raises(PermissionRefusedError):
            backups.make()
        assert not opened.folder.backups.exists()

    def test_of_the_same_moment_gets_a_name_of_its_own(self, opened: OpenedVault, backups: Backups) -> None:
        files = {backups.make().file for _ in range(3)}
        assert len(files) == len(backups.list()) == 3


class TestWhatFails:
    @pytest.fixture
    def older(self, backups: Backups, drive: Path) -> bytes:
        """The content of a backup that is in the drive's folder already."""
        return backups.make(drive).file.read_bytes()

    def only(self, drive: Path, older: bytes) -> None:
        assert list(files_in(drive).values()) == [older]

    def test_a_cancelled_backup_leaves_nothing(self, opened: OpenedVault, drive: Path, older: bytes) -> None:
        class CancelledError(RuntimeError):
            pass

        for cancelled_at in (1, 1_000, 2_001):

            def cancel(done: int, _total: int, at: int = cancelled_at) -> None:
                if done >= at:
                    raise CancelledError

            with pytest.raises(CancelledError):
                backups_of(opened).make(drive, cancel)
            self.only(drive, older)

    def test_a_full_disk_leaves_no_half_file(self, opened: OpenedVault, tmp_path: Path) -> None:
        write(opened.vault, *BIG)
        size = opened.folder.database.stat().st_size
        with small_disk(tmp_path / "usb", kilobytes=12_000) as usb:
            backups = backups_of(opened)
            older = backups.make(usb).file.read_bytes()
            for room in (size // 2, size + size // 2):  # full while copying, full while writing the file
                fill(usb, leave=room)
                with pytest.raises(DiskFullError, match="no room left") as refused:
                    backups.make(usb)
                assert refused.value.hint
                (usb / "filler").unlink()
                self.only(usb, older)
            assert backups.make(usb).state is BackupState.SOUND

    def test_a_folder_that_cannot_be_written_is_named(self, opened: OpenedVault, drive: Path, older: bytes) -> None:
        with read_only(drive), pytest.raises(VaultError, match="cannot be used") as refused:
            backups_of(opened).make(drive)
        assert "permissions" in refused.value.hint
        self.only(drive, older)

    def test_a_drive_that_is_pulled_in_the_middle_is_named(self, opened: OpenedVault, drive: Path) -> None:
        with pytest.raises(VaultError, match="folder of backups") as refused:
            backups_of(opened).make(drive, at_first(lambda: shutil.rmtree(drive)))
        assert refused.value.hint
        assert messages(opened.vault) == [FIRST]

    def test_a_drive_that_is_not_there_is_not_made(self, opened: OpenedVault, tmp_path: Path) -> None:
        with pytest.raises(VaultError, match="not there"):
            backups_of(opened).make(tmp_path / "no drive")
        assert not (tmp_path / "no drive").exists()

    def test_a_file_in_place_of_the_folder_is_named(self, opened: OpenedVault, backups: Backups) -> None:
        opened.folder.backups.write_text("in the way")
        with pytest.raises(VaultError, match="folder of backups"):
            backups.make()

    def test_two_at_once_are_refused(self, opened: OpenedVault, drive: Path) -> None:
        backups = backups_of(opened)

        def make_another() -> None:
            with pytest.raises(VaultError, match="being made already"):
                backups.make(drive)

        backups.make(drive, at_first(make_another))
        assert len(backups.list(drive)) == 1

    def test_a_damaged_vault_is_not_backed_up_over_a_sound_backup(
        self, opened: OpenedVault, drive: Path, older: bytes
    ) -> None:
        write(opened.vault, *BIG)
        opened.vault.vacuum()
        flip(opened.folder.database, -2_000)  # in the last page, which only the seals protect
        with pytest.raises(VaultError, match="damaged") as refused:
            backups_of(opened).make(drive)
        assert "verify" in refused.value.hint
        self.only(drive, older)

    def test_what_a_killed_backup_left_is_removed_by_the_next_one(
        self, opened: OpenedVault, drive: Path, older: bytes
    ) -> None:
        write(opened.vault, *BIG)
        context = multiprocessing.get_context("spawn")
        child = context.Process(target=die_while_backing_up, args=(opened.folder.path, opened.key.raw, drive))
        child.start()
        child.join()
        assert child.exitcode == -signal.SIGKILL
        assert len(files_in(drive)) > 1
        file = backups_of(opened).make(drive).file
        assert set(files_in(drive).values()) == {older, file.read_bytes()}
        assert [path for path in drive.iterdir() if path.is_dir()] == []


def die_while_backing_up(path: Path, key: bytes, target: Path) -> None:
    def die(done: int, _total: int) -> None:
        if done > 500:
            os.kill(os.getpid(), signal.SIGKILL)

    write_backup(VaultFolder(path), DataKey(key), target, die)
