"""Making a vault step by step: each step takes what is right, says what is wrong, and leads to the next."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from medbot_desktop.errors import DiskFullError, InputError, PassphraseError, VaultError
from medbot_desktop.vault.creation import Step, VaultCreation
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import LEAST_COST, SlotKind
from medbot_desktop.vault.opening import Credentials, open_vault
from medbot_desktop.vault.preferences import Preferences
from tests.disks import fill, read_only, small_disk

PASSPHRASE = "correct horse battery staple"
KILLS = 12
LONGEST_CREATION_S = 0.8
PATIENCE_S = 60


@pytest.fixture
def folder(tmp_path: Path) -> VaultFolder:
    return VaultFolder(tmp_path / "vault")


@pytest.fixture
def creation(folder: VaultFolder) -> Iterator[VaultCreation]:
    with closing(VaultCreation(folder, LEAST_COST)) as walked:
        yield walked


def to_passphrase(creation: VaultCreation) -> None:
    creation.begin()
    creation.name_account("admin")


def to_recovery(creation: VaultCreation) -> str:
    to_passphrase(creation)
    creation.choose_passphrase(PASSPHRASE, PASSPHRASE)
    return creation.create()


def groups_of(creation: VaultCreation, recovery_key: str) -> tuple[str, str]:
    groups = recovery_key.split("-")
    first, second = creation.groups_to_confirm
    return groups[first - 1], groups[second - 1]


def test_the_whole_way_leads_to_a_vault_that_opens(
    creation: VaultCreation, folder: VaultFolder, tmp_path: Path
) -> None:
    (tmp_path / "drive").mkdir()
    recovery_key = to_recovery(creation)
    creation.confirm_recovery(groups_of(creation, recovery_key))
    creation.choose_backups(str(tmp_path / "drive"))
    opened = creation.finish()
    assert creation.step is Step.DONE
    assert opened.account.name == "admin"
    assert Preferences(opened.vault, opened.access).read().backup.folder == str(tmp_path / "drive")
    opened.close()
    open_vault(folder, Credentials("admin", PASSPHRASE)).close()
    open_vault(folder, Credentials(None, recovery_key, SlotKind.RECOVERY)).close()


def test_nothing_is_on_the_disk_before_the_vault_is_made(creation: VaultCreation, folder: VaultFolder) -> None:
    to_passphrase(creation)
    creation.choose_passphrase(PASSPHRASE, PASSPHRASE)
    assert not folder.path.exists()


def test_whoever_stops_after_the_recovery_key_was_shown_has_a_vault_that_opens(
    creation: VaultCreation, folder: VaultFolder
) -> None:
    to_recovery(creation)
    creation.close()
    open_vault(folder, Credentials(None, PASSPHRASE)).close()


def test_a_vault_that_is_there_is_not_touched(creation: VaultCreation, folder: VaultFolder) -> None:
    to_recovery(creation)
    creation.close()
    before = folder.keyslots.read_bytes()
    with pytest.raises(VaultError, match="There is a vault in this home folder already"):
        VaultCreation(folder, LEAST_COST).begin()
    assert folder.keyslots.read_bytes() == before


@pytest.mark.parametrize("name", ["", "   ", "a" * 101, "a\x00b", "Recovery  KEY"])
def test_a_name_that_cannot_be_used_stays_on_its_step(creation: VaultCreation, name: str) -> None:
    creation.begin()
    with pytest.raises(InputError):
        creation.name_account(name)
    assert creation.step is Step.ACCOUNT
    creation.name_account("Ōwhiro  Clinic")
    assert creation.account_name == "Ōwhiro Clinic"


@pytest.mark.parametrize("passphrase", ["", "        ", "short", "a" * 100_001, "with\x07a bell"])
def test_a_passphrase_that_cannot_be_used_stays_on_its_step(creation: VaultCreation, passphrase: str) -> None:
    to_passphrase(creation)
    with pytest.raises(PassphraseError):
        creation.choose_passphrase(passphrase, passphrase)
    with pytest.raises(PassphraseError):
        creation.create()
    assert creation.step is Step.PASSPHRASE


def test_two_different_passphrases_are_refused_also_after_two_that_were_the_same(creation: VaultCreation) -> None:
    to_passphrase(creation)
    creation.choose_passphrase(PASSPHRASE, PASSPHRASE)
    with pytest.raises(PassphraseError, match="not the same"):
        creation.choose_passphrase(PASSPHRASE, PASSPHRASE + "r")
    with pytest.raises(PassphraseError):
        creation.create()


@pytest.mark.parametrize("passphrase", ["x" * 10_000, "верная лошадь батарея", "正しい馬の電池🔑"])
def test_a_passphrase_in_any_script_and_of_any_length_opens_the_vault(
    creation: VaultCreation, folder: VaultFolder, passphrase: str
) -> None:
    to_passphrase(creation)
    creation.choose_passphrase(passphrase, passphrase)
    creation.create()
    creation.close()
    open_vault(folder, Credentials(None, passphrase)).close()


def test_the_groups_of_the_recovery_key_may_be_typed_in_small_letters_and_with_space(creation: VaultCreation) -> None:
    first, second = groups_of(creation, to_recovery(creation))
    creation.confirm_recovery((f" {first.lower()} ", second.lower()))
    assert creation.step is Step.BACKUPS


def test_a_wrong_group_is_named_by_its_number(creation: VaultCreation) -> None:
    first, _second = groups_of(creation, to_recovery(creation))
    wrong = creation.groups_to_confirm[1]
    with pytest.raises(InputError, match=f"Group {wrong} is not as"):
        creation.confirm_recovery((first, "00000"))
    assert creation.step is Step.RECOVERY


def test_a_folder_of_backups_must_be_there_and_be_writable(creation: VaultCreation, tmp_path: Path) -> None:
    creation.confirm_recovery(groups_of(creation, to_recovery(creation)))
    (tmp_path / "file").write_text("not a folder")
    for bad in (str(tmp_path / "missing"), str(tmp_path / "file"), "a\x00b"):
        with pytest.raises(InputError, match="cannot be written to that folder"):
            creation.choose_backups(bad)
    assert creation.step is Step.BACKUPS
    creation.choose_backups("  ")
    assert creation.step is Step.DONE


def test_a_folder_of_backups_on_a_disk_that_cannot_be_written_is_refused(
    creation: VaultCreation, tmp_path: Path
) -> None:
    creation.confirm_recovery(groups_of(creation, to_recovery(creation)))
    (tmp_path / "drive").mkdir()
    with read_only(tmp_path / "drive") as drive, pytest.raises(InputError):
        creation.choose_backups(str(drive))


def test_a_home_folder_that_cannot_be_written_leaves_no_vault(creation: VaultCreation, tmp_path: Path) -> None:
    to_passphrase(creation)
    creation.choose_passphrase(PASSPHRASE, PASSPHRASE)
    with read_only(tmp_path), pytest.raises(VaultError, match="cannot be written"):
        creation.create()
    assert creation.step is Step.PASSPHRASE
    creation.create()


def test_a_disk_that_is_full_leaves_no_vault_and_lets_one_be_made_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=2_000) as disk:
        folder = VaultFolder(disk / "vault")
        with closing(VaultCreation(folder, LEAST_COST)) as creation:
            to_passphrase(creation)
            creation.choose_passphrase(PASSPHRASE, PASSPHRASE)
            fill(disk, leave=60_000)
            with pytest.raises(DiskFullError) as refused:
                creation.create()
            assert refused.value.hint
            assert creation.step is Step.PASSPHRASE
            assert not folder.exists()
            (disk / "filler").unlink()
            creation.create()
        open_vault(folder, Credentials("admin", PASSPHRASE)).close()


def test_a_creation_that_is_killed_leaves_no_vault_or_a_whole_one(
    spawning: ForkServerContext, folder: VaultFolder
) -> None:
    chance, made = random.Random(1), 0
    for _ in range(KILLS):
        mine, theirs = spawning.Pipe()
        other = spawning.Process(target=create_when_told, args=(folder.path, theirs), daemon=True)
        other.start()
        theirs.close()
        assert mine.poll(PATIENCE_S), "The other program did not begin."
        assert mine.recv() == "ready"
        time.sleep(chance.uniform(0, LONGEST_CREATION_S))
        other.kill()
        other.join(PATIENCE_S)
        if folder.exists():
            made += 1
            open_vault(folder, Credentials("admin", PASSPHRASE)).close()
            shutil.rmtree(folder.path)
    with closing(VaultCreation(folder, LEAST_COST)) as creation:
        to_recovery(creation)
    assert made < KILLS, "no creation was cut off"


def create_when_told(path: Path, told: Connection) -> None:
    creation = VaultCreation(VaultFolder(path), LEAST_COST)
    to_passphrase(creation)
    creation.choose_passphrase(PASSPHRASE, PASSPHRASE)
    told.send("ready")
    creation.create()
    time.sleep(PATIENCE_S)


def test_back_leads_to_the_step_before_but_not_behind_the_vault(creation: VaultCreation) -> None:
    assert not creation.can_go_back
    to_passphrase(creation)
    creation.back()
    assert creation.step is Step.ACCOUNT
    creation.name_account("other")
    creation.choose_passphrase(PASSPHRASE, PASSPHRASE)
    creation.create()
    assert creation.account_name == "other"
    with pytest.raises(RuntimeError):
        creation.back()


def test_going_back_from_the_passphrase_lets_another_be_chosen(creation: VaultCreation, folder: VaultFolder) -> None:
    to_passphrase(creation)
    creation.choose_passphrase("the first that was chosen", "the first that was chosen")
    creation.back()
    creation.name_account("admin")
    creation.choose_passphrase(PASSPHRASE, PASSPHRASE)
    creation.create()
    creation.close()
    open_vault(folder, Credentials("admin", PASSPHRASE)).close()


def test_a_step_out_of_turn_is_refused(creation: VaultCreation) -> None:
    with pytest.raises(RuntimeError):
        creation.name_account("admin")
    with pytest.raises(RuntimeError):
        creation.create()
    with pytest.raises(RuntimeError):
        creation.finish()
