"""Restoring: a backup takes its place whole, what was there is kept, and whatever fails changes nothing."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import text

from medbot_desktop.errors import DiskFullError, PassphraseError, PermissionRefusedError, VaultError
from medbot_desktop.vault.attempts import FREE_TRIES, Attempts
from medbot_desktop.vault.audit import AuditTrail
from medbot_desktop.vault.backup import write_backup
from medbot_desktop.vault.backup_file import SUFFIX, read_manifest
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.database import file_salt
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.interrupted import incoming
from medbot_desktop.vault.keyslots import LEAST_COST, Keyslots, SlotKind
from medbot_desktop.vault.migrating import NEWEST
from medbot_desktop.vault.opening import Credentials, open_vault
from medbot_desktop.vault.restore import check, restore
from medbot_desktop.vault.vault import Vault
from tests.disks import fill, read_only, small_disk
from tests.unit.vault.vaults import (
    CLINICIAN,
    FIRST,
    PASSPHRASE,
    RIGHT,
    backups_of,
    files_in,
    found,
    make_vault,
    messages,
    write,
)

LATER = "written after the backup"


@dataclass(frozen=True)
class Made:
    """A vault, a backup of it from before its second message, and its recovery key."""

    path: Path
    file: Path
    recovery_key: str


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = VaultFolder(tmp_path_factory.mktemp("made") / "vault")
    recovery_key = make_vault(folder)
    opened = open_vault(folder, RIGHT)
    file = backups_of(opened).make().file
    write(opened.vault, LATER)
    opened.close()
    return Made(folder.path, file, recovery_key)


@pytest.fixture
def folder(made: Made, tmp_path: Path) -> VaultFolder:
    """The vault as it is after the backup."""
    shutil.copytree(made.path, tmp_path / "vault")
    return VaultFolder(tmp_path / "vault")


@pytest.fixture
def empty(tmp_path: Path) -> VaultFolder:
    return VaultFolder(tmp_path / "empty" / "vault")


def stored(folder: VaultFolder, credentials: Credentials = RIGHT) -> list[str]:
    opened = open_vault(folder, credentials)
    try:
        assert AuditTrail(opened.vault, opened.access).verify().ok
        return messages(opened.vault)
    finally:
        opened.close()


def unchanged(folder: VaultFolder, act: Callable[[], object], error: type[Exception], match: str) -> None:
    """Nothing in the folder or beside it changes when ``act`` is refused."""
    before, beside = files_in(folder.path), sorted(folder.path.parent.iterdir())
    with pytest.raises(error, match=match) as refused:
        act()
    assert getattr(refused.value, "hint", "")
    assert files_in(folder.path) == before
    assert sorted(folder.path.parent.iterdir()) == beside


class TestIntoAnEmptyPlace:
    def test_the_vault_is_as_it_was_when_it_was_backed_up(self, made: Made, empty: VaultFolder) -> None:
        restored = restore(made.file, empty, RIGHT)
        assert restored.set_aside is None
        assert restored.created == read_manifest(made.file).created
        assert stored(empty) == [FIRST]
        assert sorted(path.name for path in empty.path.parent.iterdir()) == ["vault"]

    def test_the_recovery_key_restores_too(self, made: Made, empty: VaultFolder) -> None:
        restore(made.file, empty, Credentials(None, made.recovery_key, SlotKind.RECOVERY))
        assert stored(empty) == [FIRST]

    def test_the_full_text_search_finds_what_was_restored(self, made: Made, empty: VaultFolder) -> None:
        restore(made.file, empty, RIGHT)
        opened = open_vault(empty, RIGHT)
        write(opened.vault, "another cough")
        assert found(opened.vault, "cough") == 2
        opened.close()

    def test_every_account_can_sign_in_again(self, made: Made, empty: VaultFolder) -> None:
        restore(made.file, empty, RIGHT)
        assert stored_as(empty, CLINICIAN) == "eva"

    def test_the_restore_is_in_the_trail(self, made: Made, empty: VaultFolder) -> None:
        restore(made.file, empty, RIGHT)
        opened = open_vault(empty, RIGHT)
        entry = AuditTrail(opened.vault, opened.access).entries()[1]
        assert (entry.action, entry.account, entry.details["messages"]) == ("restored", "admin", 1)
        opened.close()

    def test_nothing_readable_lies_there(self, made: Made, empty: VaultFolder) -> None:
        def look(_done: int, _total: int) -> None:
            assert all(b"private" not in content for content in files_in(empty.path.parent).values())

        restore(made.file, empty, RIGHT, progress=look)
        look(1, 1)
        assert (empty.database.stat().st_mode & 0o077, empty.keyslots.stat().st_mode & 0o077) == (0, 0)


def stored_as(folder: VaultFolder, credentials: Credentials) -> str:
    opened = open_vault(folder, credentials)
    opened.close()
    return opened.account.name


class TestOverAVault:
    def test_what_was_there_is_kept_and_still_opens(self, made: Made, folder: VaultFolder) -> None:
        restored = restore(made.file, folder, RIGHT)
        assert stored(folder) == [FIRST]
        assert restored.set_aside is not None
        assert restored.set_aside.name.startswith("vault.before-")
        assert stored(VaultFolder(restored.set_aside)) == [FIRST, LATER]

    def test_its_backups_stay_and_its_index_goes_with_it(self, made: Made, folder: VaultFolder) -> None:
        folder.index.mkdir()
        (folder.index / "core.index").write_bytes(b"sealed")
        before = {path.name for path in folder.backups.iterdir()}
        restored = restore(made.file, folder, RIGHT)
        assert {path.name for path in folder.backups.iterdir()} == before
        assert not folder.index.exists()
        assert restored.set_aside is not None
        assert (restored.set_aside / "index" / "core.index").exists()

    def test_twice_keeps_both(self, made: Made, folder: VaultFolder) -> None:
        first = restore(made.file, folder, RIGHT).set_aside
        second = restore(made.file, folder, RIGHT).set_aside
        assert first is not None
        assert second is not None
        assert first != second
        assert stored(VaultFolder(first)) == [FIRST, LATER]

    def test_a_damaged_vault_is_replaced_and_kept_as_it_is(self, made: Made, folder: VaultFolder) -> None:
        folder.keyslots.unlink()
        folder.database.write_bytes(b"damaged")
        restored = restore(made.file, folder, RIGHT)
        assert stored(folder) == [FIRST]
        assert restored.set_aside is not None
        assert (restored.set_aside / "vault.db").read_bytes() == b"damaged"

    def test_a_vault_behind_a_link_is_replaced_where_it_lies(self, made: Made, folder: VaultFolder) -> None:
        link = folder.path.parent / "elsewhere" / "vault"
        link.parent.mkdir()
        link.symlink_to(folder.path)
        restored = restore(made.file, VaultFolder(link), RIGHT)
        assert stored(folder) == [FIRST]
        assert restored.set_aside is not None
        assert restored.set_aside.parent == folder.path.parent


class TestWhatIsRefused:
    def test_a_backup_of_another_vault(self, made: Made, tmp_path: Path) -> None:
        other = VaultFolder(tmp_path / "other" / "vault")
        make_vault(other)
        unchanged(other, lambda: restore(made.file, other, RIGHT), VaultError, "another vault than the one here")
        restored = restore(made.file, other, RIGHT, other_vault=True)
        assert restored.set_aside is not None
        assert stored(other) == [FIRST]

    @pytest.mark.parametrize("secret", ["not this one", "", "x" * 10_000, "верная лошадь батарея"])
    def test_a_wrong_passphrase(self, made: Made, folder: VaultFolder, secret: str) -> None:
        wrong = Credentials("admin", secret)
        unchanged(folder, lambda: restore(made.file, folder, wrong), PassphraseError, "does not open")
        assert stored(folder) == [FIRST, LATER]

    def test_many_wrong_passphrases_make_even_the_right_one_wait(self, made: Made, folder: VaultFolder) -> None:
        with pytest.raises(PassphraseError):
            restore(made.file, folder, Credentials("admin", "not this one"))
        attempts = Attempts(folder)
        for _ in range(FREE_TRIES + 2):
            attempts.begin(Keyslots.read(folder).slot_id("admin", SlotKind.PASSPHRASE))
        with pytest.raises(PassphraseError, match="next try") as refused:
            restore(made.file, folder, RIGHT)
        assert refused.value.wait_seconds > 0

    def test_an_account_that_may_not_restore(self, made: Made, folder: VaultFolder) -> None:
        unchanged(folder, lambda: restore(made.file, folder, CLINICIAN), PermissionRefusedError, "may not restore")

    def test_a_backup_cut_short(self, made: Made, folder: VaultFolder, tmp_path: Path) -> None:
        file = tmp_path / f"cut{SUFFIX}"
        file.write_bytes(made.file.read_bytes()[:-300])
        unchanged(folder, lambda: restore(file, folder, RIGHT), VaultError, "damaged or was cut short")

    def test_a_backup_with_a_changed_byte(self, made: Made, folder: VaultFolder, tmp_path: Path) -> None:
        file = tmp_path / f"changed{SUFFIX}"
        content = bytearray(made.file.read_bytes())
        content[50_000] ^= 1
        file.write_bytes(content)
        unchanged(folder, lambda: restore(file, folder, RIGHT), VaultError, "damaged")

    def test_a_file_that_is_no_backup(self, folder: VaultFolder, tmp_path: Path) -> None:
        file = tmp_path / "letter.txt"
        file.write_text("dear all")
        unchanged(folder, lambda: restore(file, folder, RIGHT), VaultError, "no backup of MedBot")

    def test_a_file_that_is_not_there(self, folder: VaultFolder, tmp_path: Path) -> None:
        unchanged(folder, lambda: restore(tmp_path / "gone", folder, RIGHT), VaultError, "There is no file")

    def test_a_restore_that_is_cancelled(self, made: Made, folder: VaultFolder) -> None:
        class CancelledError(RuntimeError):
            hint = "It was cancelled."

        def cancel(_done: int, _total: int) -> None:
            raise CancelledError("cancelled")

        unchanged(folder, lambda: restore(made.file, folder, RIGHT, progress=cancel), CancelledError, "cancelled")


class TestChecking:
    def test_what_opens_the_backup_is_let_in_and_changes_nothing(self, made: Made, folder: VaultFolder) -> None:
        before = files_in(folder.path.parent)
        check(made.file, folder, RIGHT)
        check(made.file, folder, Credentials(None, made.recovery_key, SlotKind.RECOVERY))
        assert files_in(folder.path.parent) == before

    def test_it_works_while_the_vault_is_open(self, made: Made, folder: VaultFolder) -> None:
        opened = open_vault(folder, RIGHT)
        check(made.file, folder, RIGHT)
        assert messages(opened.vault) == [FIRST, LATER]
        opened.close()

    @pytest.mark.parametrize(
        "wrong",
        [Credentials("admin", "not this one"), Credentials("nobody", PASSPHRASE)],
        ids=["passphrase", "account"],
    )
    def test_what_does_not_open_it_is_refused(self, made: Made, folder: VaultFolder, wrong: Credentials) -> None:
        unchanged(folder, lambda: check(made.file, folder, wrong), PassphraseError, "does not open")

    def test_many_wrong_passphrases_make_even_the_right_one_wait(self, made: Made, folder: VaultFolder) -> None:
        for _ in range(FREE_TRIES):
            with pytest.raises(PassphraseError, match="does not open"):
                check(made.file, folder, Credentials("admin", "not this one"))
        attempts = Attempts(folder)
        for _ in range(3):
            attempts.begin(Keyslots.read(folder).slot_id("admin", SlotKind.PASSPHRASE))
        with pytest.raises(PassphraseError, match="next try"):
            check(made.file, folder, RIGHT)

    def test_a_backup_that_is_damaged_is_told(self, made: Made, folder: VaultFolder, tmp_path: Path) -> None:
        file = tmp_path / f"cut{SUFFIX}"
        file.write_bytes(made.file.read_bytes()[:-300])
        unchanged(folder, lambda: check(file, folder, RIGHT), VaultError, "damaged or was cut short")


class TestVersions:
    def older(self, folder: VaultFolder, revision: str) -> Path:
        """A backup as the version before would have made it, and the vault beside it."""
        key = DataKey.random()
        folder.path.mkdir(parents=True)
        vault = Vault.open(folder.database, key)
        vault.migrate(revision)
        with vault.transaction() as session:
            columns = "id, name, name_key, role, created, must_change"
            values = "'a1', 'admin', 'admin', 'administrator', '2026-01-01 12:00:00.000000', 0"
            session.execute(text(f"INSERT INTO accounts ({columns}) VALUES ({values})"))
        vault.close()
        keyslots = Keyslots.new(LEAST_COST)
        keyslots.bind(file_salt(folder.database))
        keyslots.add("a1", "admin", PASSPHRASE, key)
        keyslots.write(folder)
        return write_backup(folder, key, folder.backups)

    def test_a_backup_of_an_older_version_is_brought_up_to_date(self, empty: VaultFolder, tmp_path: Path) -> None:
        file = self.older(VaultFolder(tmp_path / "older"), "0002")
        assert read_manifest(file).schema_revision == "0002"
        restore(file, empty, RIGHT)
        opened = open_vault(empty, RIGHT)
        assert opened.vault.revision() == NEWEST
        actions = [entry.action for entry in AuditTrail(opened.vault, opened.access).entries()]
        assert actions == ["opened", "restored", "migrated"]
        opened.close()

    def test_a_backup_of_a_newer_version_is_refused(self, made: Made, folder: VaultFolder, tmp_path: Path) -> None:
        opened = open_vault(folder, RIGHT)
        with opened.vault.transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        file = write_backup(folder, opened.key, folder.backups)
        with opened.vault.transaction() as session:
            session.execute(text(f"UPDATE alembic_version SET version_num = '{NEWEST}'"))
        opened.close()
        unchanged(folder, lambda: restore(file, folder, RIGHT), VaultError, "newer version of MedBot")


class TestTwoProgramsOnOneVault:
    def test_a_vault_that_another_program_has_open_is_not_replaced(self, made: Made, folder: VaultFolder) -> None:
        context = multiprocessing.get_context("spawn")
        mine, theirs = context.Pipe()
        other = context.Process(target=hold_open, args=(folder.path, theirs))
        other.start()
        assert mine.recv() == "open"
        with pytest.raises(VaultError, match="Another MedBot has this vault open"):
            restore(made.file, folder, RIGHT)
        mine.send("close")
        other.join()
        assert stored(folder) == [FIRST, LATER, "from the other program"]

    def test_nobody_opens_a_vault_that_is_being_replaced(self, made: Made, folder: VaultFolder) -> None:
        context = multiprocessing.get_context("spawn")
        answers: list[str] = []

        def let_another_try(done: int, total: int) -> None:
            if not answers:
                mine, theirs = context.Pipe()
                other = context.Process(target=try_to_open, args=(folder.path, theirs))
                other.start()
                answers.append(mine.recv())
                other.join()

        restore(made.file, folder, RIGHT, progress=let_another_try)
        assert answers == ["Another MedBot has this vault open."]
        assert stored(folder) == [FIRST]


def hold_open(path: Path, told: Connection) -> None:
    opened = open_vault(VaultFolder(path), RIGHT)
    write(opened.vault, "from the other program")
    told.send("open")
    told.recv()
    opened.close()


def try_to_open(path: Path, told: Connection) -> None:
    try:
        open_vault(VaultFolder(path), RIGHT).close()
        told.send("open")
    except VaultError as error:
        told.send(error.message)


class TestDisks:
    def test_a_full_disk_leaves_the_vault_that_is_there(self, made: Made, tmp_path: Path) -> None:
        with small_disk(tmp_path / "disk", kilobytes=3_000) as disk:
            shutil.copytree(made.path, disk / "vault")
            folder = VaultFolder(disk / "vault")
            fill(disk, leave=60_000)
            with pytest.raises(DiskFullError, match="no room left") as refused:
                restore(made.file, folder, RIGHT)
            assert refused.value.hint
            assert not incoming(folder).path.exists()
            (disk / "filler").unlink()
            assert stored(folder) == [FIRST, LATER]
            restore(made.file, folder, RIGHT)
            assert stored(folder) == [FIRST]

    def test_a_home_folder_that_cannot_be_written_is_named(self, made: Made, folder: VaultFolder) -> None:
        with read_only(folder.path.parent), pytest.raises(VaultError, match="cannot be written") as refused:
            restore(made.file, folder, RIGHT)
        assert refused.value.hint
        assert stored(folder) == [FIRST, LATER]

    def test_a_vault_on_a_disk_of_its_own_is_left_as_it_is(self, made: Made, tmp_path: Path) -> None:
        # Its files cannot be moved to another disk, and copying them could be cut off.
        with small_disk(tmp_path / "vault", kilobytes=3_000) as disk:
            shutil.copytree(made.path, disk, dirs_exist_ok=True)
            folder = VaultFolder(disk)
            with pytest.raises(VaultError, match="left as it was"):
                restore(made.file, folder, RIGHT)
            assert stored(folder) == [FIRST, LATER]
            assert sorted(path.name for path in tmp_path.iterdir()) == ["vault"]
