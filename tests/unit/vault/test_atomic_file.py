"""A file is written whole or not at all, also where the disk is full or the program is killed in the middle."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from medbot_desktop.errors import DiskFullError, VaultError
from medbot_desktop.vault.atomic_file import replacing, write_atomically
from tests.disks import fill, read_only, small_disk

OLD, NEW = b"the old content", b"the new content"
SIZE = 200_000
KILLS = 12
PATIENCE_S = 30


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "file.json"
    file.write_bytes(OLD)
    return file


def only(file: Path) -> bool:
    """Whether nothing else lies beside a file."""
    return [other.name for other in file.parent.iterdir()] == [file.name]


def test_the_new_content_takes_the_place_of_the_old(file: Path) -> None:
    write_atomically(file, NEW)
    assert file.read_bytes() == NEW
    assert only(file)


def test_a_file_that_is_not_there_yet_is_made(tmp_path: Path) -> None:
    write_atomically(tmp_path / "file.json", NEW)
    assert (tmp_path / "file.json").read_bytes() == NEW


def test_nothing_is_content_too(file: Path) -> None:
    write_atomically(file, b"")
    assert file.read_bytes() == b""


@pytest.mark.skipif(os.name != "posix", reason="only POSIX systems keep rights in a mode")
def test_only_its_owner_may_read_it_whatever_the_system_would_allow(file: Path) -> None:
    file.chmod(0o644)
    before = os.umask(0)
    try:
        write_atomically(file, NEW)
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o600


def test_until_the_block_ends_the_old_content_stands(file: Path) -> None:
    with replacing(file) as stream:
        stream.write(NEW)
        stream.flush()
        assert file.read_bytes() == OLD
    assert file.read_bytes() == NEW


@pytest.mark.parametrize("failure", [ValueError("a failure of the writer"), KeyboardInterrupt()])
def test_a_writer_that_fails_leaves_the_old_content_and_no_scratch_file(file: Path, failure: BaseException) -> None:
    with pytest.raises(type(failure)):
        write_half(file, failure)
    assert file.read_bytes() == OLD
    assert only(file)


def write_half(file: Path, failure: BaseException) -> None:
    with replacing(file) as stream:
        stream.write(NEW)
        raise failure


def test_a_full_disk_leaves_the_old_content_and_says_so(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=64) as disk:
        file = disk / "file.json"
        file.write_bytes(OLD)
        fill(disk, leave=8_192)
        with pytest.raises(DiskFullError, match=r"no room left .* file\.json") as refused:
            write_atomically(file, bytes(50_000))
        assert refused.value.hint
        assert file.read_bytes() == OLD
        assert sorted(other.name for other in disk.iterdir()) == ["file.json", "filler"]
        (disk / "filler").unlink()
        write_atomically(file, NEW)
        assert file.read_bytes() == NEW


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux is a fork of this process safe")
def test_the_system_s_limit_on_a_file_s_size_is_a_full_disk_too(file: Path) -> None:
    child = multiprocessing.get_context("fork").Process(target=write_too_much, args=(file,), daemon=True)
    child.start()
    child.join(PATIENCE_S)
    assert child.exitcode == 0
    assert file.read_bytes() == OLD
    assert only(file)


def write_too_much(file: Path) -> None:
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
    with pytest.raises(DiskFullError):
        write_atomically(file, bytes(SIZE))


def test_a_read_only_folder_leaves_the_old_content_and_says_so(file: Path) -> None:
    with (
        read_only(file.parent),
        pytest.raises(VaultError, match=r"file\.json cannot be written: Read-only") as refused,
    ):
        write_atomically(file, NEW)
    assert refused.value.hint
    assert file.read_bytes() == OLD


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match="cannot be written: No such file"):
        write_atomically(tmp_path / "nowhere" / "file.json", NEW)


def test_a_folder_in_the_file_s_place_stays(tmp_path: Path) -> None:
    (tmp_path / "file.json").mkdir()
    with pytest.raises(VaultError, match="cannot be written"):
        write_atomically(tmp_path / "file.json", NEW)
    assert (tmp_path / "file.json").is_dir()
    assert only(tmp_path / "file.json")


def test_what_a_killed_program_left_does_not_hinder_the_next_writing(file: Path) -> None:
    file.with_name("file.json.part").write_bytes(bytes(SIZE))
    write_atomically(file, NEW)
    assert file.read_bytes() == NEW
    assert only(file)


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux is a fork of this process safe")
def test_a_program_that_is_killed_while_it_writes_leaves_a_whole_file(file: Path) -> None:
    sampling = random.Random(7)
    write_atomically(file, bytes(SIZE))
    context = multiprocessing.get_context("fork")
    for _ in range(KILLS):
        mine, theirs = context.Pipe()
        child = context.Process(target=write_without_end, args=(file, theirs), daemon=True)
        child.start()
        assert mine.poll(PATIENCE_S), "The child did not begin to write."
        time.sleep(sampling.uniform(0, 0.02))
        child.kill()
        child.join(PATIENCE_S)
        assert child.exitcode == -signal.SIGKILL
        content = file.read_bytes()
        assert content == content[:1] * SIZE


def write_without_end(file: Path, told: Connection) -> None:
    for number in range(1, 1_000_000):
        write_atomically(file, bytes([number % 256]) * SIZE)
        if number == 1:
            told.send("writing")
