"""A restore or a change of the key that is killed at any moment leaves the old vault or the new one, and both whole."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from medbot_desktop.errors import VaultError
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.integrity import verify_vault
from medbot_desktop.vault.interrupted import discard_incoming, exchange, finish_interrupted, incoming
from medbot_desktop.vault.keyslots import LEAST_COST
from medbot_desktop.vault.opening import Credentials, create_vault, open_vault
from medbot_desktop.vault.rekey import rekey
from medbot_desktop.vault.restore import restore
from tests.disks import small_disk
from tests.unit.vault.vaults import FIRST, PASSPHRASE, RIGHT, backups_of, make_vault, messages, write

LATER = "written after the backup"
OLD, NEW = [FIRST, LATER], [FIRST]
STEPS = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree"}
"""What Python tells its audit hooks before it changes names on the disk."""


@dataclass(frozen=True)
class Made:
    path: Path
    file: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A vault, and a backup of it from before its second message."""
    folder = VaultFolder(tmp_path_factory.mktemp("made") / "vault")
    make_vault(folder)
    opened = open_vault(folder, RIGHT)
    file = backups_of(opened).make(folder.path.parent).file
    write(opened.vault, LATER)
    opened.close()
    folder.index.mkdir()
    (folder.index / "core.index").write_bytes(b"sealed")
    return Made(folder.path, file)


def fresh_copy(made: Made, place: Path) -> VaultFolder:
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(made.path, place / "vault")
    return VaultFolder(place / "vault")


def die_at(step: int) -> None:
    """Let this process be killed just before it changes a name on the disk for the ``step``th time."""
    left = [step]

    def count(event: str, _arguments: object) -> None:
        if event in STEPS:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def restore_in_child(path: Path, file: Path, step: int) -> None:
    die_at(step)
    restore(file, VaultFolder(path), RIGHT)


def exchange_in_child(path: Path, keep: bool, step: int) -> None:
    die_at(step)
    exchange(VaultFolder(path), keep)


def rekey_in_child(path: Path, step: int) -> None:
    opened = open_vault(VaultFolder(path), RIGHT)
    die_at(step)
    rekey(opened, PASSPHRASE)
    opened.close()


def ended(child: BaseProcess) -> bool:
    """Wait for a child; whether it came to its end rather than being killed."""
    child.start()
    child.join()
    assert child.exitcode in (0, -signal.SIGKILL)
    return child.exitcode == 0


def stored(folder: VaultFolder) -> list[str]:
    """What the vault holds, once it is found to be whole and nothing half lies beside it."""
    opened = open_vault(folder, RIGHT)
    try:
        assert verify_vault(opened).faults == ()
        assert not incoming(folder).path.exists()
        assert not (folder.path / "exchange.json").exists()
        return messages(opened.vault)
    finally:
        opened.close()


def set_aside(folder: VaultFolder) -> list[Path]:
    return list(folder.path.parent.glob("vault.before-*"))


@pytest.mark.slow
def test_a_restore_killed_before_any_step_leaves_the_old_vault_or_the_new_one(
    spawning: ForkServerContext, made: Made, tmp_path: Path
) -> None:
    seen = []
    for step in range(200):
        folder = fresh_copy(made, tmp_path / "home")
        done = ended(spawning.Process(target=restore_in_child, args=(folder.path, made.file, step)))
        seen.append(stored(folder))
        assert seen[-1] in (OLD, NEW), step
        if seen[-1] == NEW:
            [aside] = set_aside(folder)
            assert (aside / "index" / "core.index").exists(), step
        else:
            assert set_aside(folder) == [], step
            assert (folder.index / "core.index").exists(), step
        if done:
            break
    assert done
    assert OLD in seen
    assert seen.count(NEW) > 5  # from the note on, there is no way back
    assert seen.index(NEW) == len(seen) - seen.count(NEW)


def test_what_a_killed_restore_set_aside_still_opens(spawning: ForkServerContext, made: Made, tmp_path: Path) -> None:
    for step in range(200):
        folder = fresh_copy(made, tmp_path / "home")
        done = ended(spawning.Process(target=restore_in_child, args=(folder.path, made.file, step)))
        if any((folder.path.parent / aside).exists() for aside in set_aside(folder)):
            break
    assert not done
    finish_interrupted(folder)
    [aside] = set_aside(folder)
    assert stored(VaultFolder(aside)) == OLD
    assert stored(folder) == NEW


def test_a_restore_killed_at_random_moments_leaves_the_old_vault_or_the_new_one(
    spawning: ForkServerContext, made: Made, tmp_path: Path
) -> None:
    chance = random.Random(5)
    for _ in range(12):
        folder = fresh_copy(made, tmp_path / "home")
        child = spawning.Process(target=restore_in_child, args=(folder.path, made.file, 10_000))
        child.start()
        time.sleep(chance.uniform(0, 0.4))
        child.kill()
        child.join()
        assert stored(folder) in (OLD, NEW)


@pytest.mark.parametrize("keep", [True, False])
def test_finishing_can_be_killed_too(spawning: ForkServerContext, made: Made, tmp_path: Path, keep: bool) -> None:
    for step in range(30):
        folder = fresh_copy(made, tmp_path / "home")
        shutil.copytree(made.path, incoming(folder).path, ignore=shutil.ignore_patterns("index", "*.lock"))
        if ended(spawning.Process(target=exchange_in_child, args=(folder.path, keep, step))):
            break
        for second in range(30):
            if ended(spawning.Process(target=finish_in_child, args=(folder.path, second))):
                break
        assert stored(folder) == OLD, step
        assert all((aside / "vault.db").exists() for aside in set_aside(folder)), step
    assert step > 5


def finish_in_child(path: Path, step: int) -> None:
    die_at(step)
    finish_interrupted(VaultFolder(path))


@pytest.mark.slow
def test_a_change_of_the_key_killed_before_any_step_leaves_a_vault_that_its_passphrase_opens(
    spawning: ForkServerContext, made: Made, tmp_path: Path
) -> None:
    kept_keyslots = (made.path / "keyslots.json").read_bytes()
    changed = []
    for step in range(200):
        folder = fresh_copy(made, tmp_path / "home")
        done = ended(spawning.Process(target=rekey_in_child, args=(folder.path, step)))
        assert stored(folder) == OLD, step
        assert set_aside(folder) == [], step
        changed.append(folder.keyslots.read_bytes() != kept_keyslots)
        assert folder.index.exists() != changed[-1], step  # the old snapshots go with the old key
        if done:
            break
    assert done
    assert changed == sorted(changed)
    assert set(changed) == {False, True}


def test_making_a_vault_after_a_killed_restore_finishes_the_restore_instead(
    spawning: ForkServerContext, made: Made, tmp_path: Path
) -> None:
    folder = killed_half_way(spawning, made, tmp_path / "home")
    with pytest.raises(VaultError, match="a vault in this home folder already"):
        create_vault(folder, "somebody", "a passphrase of their own", LEAST_COST)
    assert stored(folder) == NEW
    [old] = set_aside(folder)
    assert stored(VaultFolder(old)) == OLD


def test_a_vault_put_in_by_hand_after_a_killed_restore_does_not_cost_the_old_one(
    spawning: ForkServerContext, made: Made, tmp_path: Path
) -> None:
    folder = killed_half_way(spawning, made, tmp_path / "home")
    elsewhere = VaultFolder(tmp_path / "elsewhere" / "vault")
    create_vault(elsewhere, "somebody", "a passphrase of their own", LEAST_COST)[0].close()
    for file in (elsewhere.database, elsewhere.keyslots):
        shutil.copy(file, folder.path)
    finish_interrupted(folder)
    assert stored(folder) == NEW
    old, put_in = sorted(set_aside(folder))
    assert stored(VaultFolder(old)) == OLD
    open_vault(VaultFolder(put_in), Credentials("somebody", "a passphrase of their own")).close()


def killed_half_way(spawning: ForkServerContext, made: Made, home: Path) -> VaultFolder:
    """A vault's folder whose restore was killed when the old files had left it and no new one was there."""
    for step in range(200):
        folder = fresh_copy(made, home)
        ended(spawning.Process(target=restore_in_child, args=(folder.path, made.file, step)))
        if not folder.exists():
            return folder
    raise AssertionError("The restore has no such moment.")


def test_a_note_that_was_damaged_since_loses_nothing(made: Made, tmp_path: Path) -> None:
    folder = fresh_copy(made, tmp_path / "home")
    shutil.copytree(made.path, incoming(folder).path, ignore=shutil.ignore_patterns("index", "*.lock"))
    (folder.path / "exchange.json").write_bytes(b"{")
    assert stored(folder) == OLD
    [aside] = set_aside(folder)
    assert stored(VaultFolder(aside)) == OLD


def test_files_that_cannot_be_moved_are_put_back(made: Made, tmp_path: Path) -> None:
    with small_disk(tmp_path / "home" / "vault", kilobytes=3_000) as disk:  # files cannot move to another disk
        shutil.copytree(made.path, disk, dirs_exist_ok=True)
        folder = VaultFolder(disk)
        shutil.copytree(made.path, incoming(folder).path, ignore=shutil.ignore_patterns("index", "*.lock"))
        with pytest.raises(VaultError, match="left as it was"):
            exchange(folder, keep=True)
        discard_incoming(folder)
        assert stored(folder) == OLD
        assert set_aside(folder) == []


def test_where_nothing_was_interrupted_nothing_changes(made: Made, tmp_path: Path) -> None:
    folder = fresh_copy(made, tmp_path / "home")
    finish_interrupted(folder)
    assert stored(folder) == OLD
    assert set_aside(folder) == []


def test_an_exchange_that_cannot_be_finished_now_says_so(made: Made, tmp_path: Path) -> None:
    folder = fresh_copy(made, tmp_path / "home")
    incoming(folder).path.write_text("a file where a folder should be")
    with pytest.raises(VaultError, match="cannot be finished now") as refused:
        finish_interrupted(folder)
    assert "Nothing is lost" in refused.value.hint
