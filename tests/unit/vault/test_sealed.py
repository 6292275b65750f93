"""A sealed file gives back what was put in, or says that it cannot, and shows nothing to anybody else."""

from __future__ import annotations

import random
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from medbot_desktop.errors import DiskFullError, VaultError
from medbot_desktop.vault.sealed import seal, unseal
from tests.disks import small_disk

KEY = bytes(range(32))
MIB = 1 << 20
TAG = 16
HEADER = b"what is told before the content"
BEFORE_CHUNKS = 8 + 32 + 4 + len(HEADER) + TAG


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def chunks_of(sealed: bytes) -> list[bytes]:
    body = sealed[BEFORE_CHUNKS:]
    return [body[at : at + MIB + TAG] for at in range(0, len(body), MIB + TAG)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small sealed file."""
    seal(tmp_path / "kept", b"the content", KEY, HEADER)
    return tmp_path / "kept"


@pytest.fixture
def long_file(tmp_path: Path) -> Path:
    """A sealed file of four chunks, the last one short."""
    seal(tmp_path / "long", noise(3 * MIB + 100), KEY, HEADER)
    return tmp_path / "long"


@pytest.mark.parametrize("size", [0, 1, 15, MIB - 1, MIB, MIB + 1, 2 * MIB, 2 * MIB + 7])
def test_what_was_sealed_comes_back(tmp_path: Path, size: int) -> None:
    seal(tmp_path / "f", noise(size), KEY, HEADER)
    header, content = unseal(tmp_path / "f", KEY)
    assert header == HEADER
    assert content == noise(size)


@pytest.mark.parametrize("step", [1_000, MIB, MIB + 1, 3 * MIB])
def test_content_in_parts_is_sealed_as_if_it_were_whole(tmp_path: Path, step: int) -> None:
    whole = noise(2 * MIB + 5)
    seal(tmp_path / "f", (memoryview(whole)[at : at + step] for at in range(0, len(whole), step)), KEY)
    assert unseal(tmp_path / "f", KEY) == (b"", whole)


def test_neither_the_content_nor_the_header_can_be_read_in_the_file(file: Path) -> None:
    raw = file.read_bytes()
    assert b"content" not in raw
    assert b"told" not in raw


def test_the_same_content_never_looks_the_same(file: Path) -> None:
    before = file.read_bytes()
    seal(file, b"the content", KEY, HEADER)
    after = file.read_bytes()
    assert len(after) == len(before)
    assert not set(chunks_of(after)) & set(chunks_of(before))


def test_sealing_again_replaces_and_leaves_one_file_that_only_its_owner_may_read(file: Path) -> None:
    seal(file, b"newer", KEY)
    assert unseal(file, KEY) == (b"", b"newer")
    assert [path.name for path in file.parent.iterdir()] == ["kept"]
    if sys.platform != "win32":
        assert file.stat().st_mode & 0o777 == 0o600


def test_a_missing_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(VaultError, match=r"The file kept of the vault cannot be read"):
        unseal(tmp_path / "kept", KEY)


def test_another_key_opens_nothing(file: Path) -> None:
    with pytest.raises(VaultError, match="damaged, or it belongs to another vault"):
        unseal(file, bytes(32))


def test_every_single_changed_byte_is_noticed(file: Path) -> None:
    whole = file.read_bytes()
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 1 << position % 8
        file.write_bytes(changed)
        with pytest.raises(VaultError):
            unseal(file, KEY)


def test_a_changed_byte_anywhere_in_a_long_file_is_noticed(long_file: Path) -> None:
    whole = long_file.read_bytes()
    for position in random.Random(3).sample(range(len(whole)), 12):
        changed = bytearray(whole)
        changed[position] ^= 0xFF
        long_file.write_bytes(changed)
        with pytest.raises(VaultError):
            unseal(long_file, KEY)


def test_a_file_cut_short_anywhere_is_noticed(file: Path) -> None:
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        with pytest.raises(VaultError):
            unseal(file, KEY)


def test_a_file_with_something_behind_it_is_noticed(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\0")
    with pytest.raises(VaultError):
        unseal(file, KEY)


REARRANGED: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "two swapped": lambda chunks: [chunks[1], chunks[0], *chunks[2:]],
    "the first twice": lambda chunks: [chunks[0], *chunks],
    "the last twice": lambda chunks: [*chunks, chunks[-1]],
    "one left out": lambda chunks: [chunks[0], *chunks[2:]],
    "the last left out": lambda chunks: chunks[:-1],
    "all left out": lambda chunks: [],
}


@pytest.mark.parametrize("rearranged", REARRANGED.values(), ids=REARRANGED)
def test_chunks_that_are_not_all_there_in_their_order_are_noticed(
    long_file: Path, rearranged: Callable[[list[bytes]], list[bytes]]
) -> None:
    whole = long_file.read_bytes()
    long_file.write_bytes(whole[:BEFORE_CHUNKS] + b"".join(rearranged(chunks_of(whole))))
    with pytest.raises(VaultError):
        unseal(long_file, KEY)


def test_a_chunk_of_another_file_of_the_same_key_is_noticed(long_file: Path, tmp_path: Path) -> None:
    seal(tmp_path / "other", noise(3 * MIB + 100), KEY, HEADER)
    whole, other = long_file.read_bytes(), (tmp_path / "other").read_bytes()
    long_file.write_bytes(whole[:BEFORE_CHUNKS] + b"".join([chunks_of(other)[0], *chunks_of(whole)[1:]]))
    with pytest.raises(VaultError):
        unseal(long_file, KEY)


def test_the_beginning_of_another_file_of_the_same_key_is_noticed(file: Path, tmp_path: Path) -> None:
    seal(tmp_path / "other", b"the content", KEY, HEADER)
    other = (tmp_path / "other").read_bytes()
    file.write_bytes(other[:BEFORE_CHUNKS] + file.read_bytes()[BEFORE_CHUNKS:])
    with pytest.raises(VaultError):
        unseal(file, KEY)


def test_a_file_with_no_room_for_it_is_a_clear_error_and_the_old_one_stays(file: Path) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MIB, before[1]))
    try:
        with pytest.raises(DiskFullError, match="no room left on the disk for the file kept"):
            seal(file, noise(3 * MIB), KEY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert unseal(file, KEY) == (HEADER, b"the content")
    assert [path.name for path in file.parent.iterdir()] == ["kept"]


def test_a_full_disk_is_a_clear_error_and_the_old_file_stays(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=1_024) as disk:
        seal(disk / "kept", b"older", KEY)
        with pytest.raises(DiskFullError, match="no room left"):
            seal(disk / "kept", noise(4 * MIB), KEY)
        assert unseal(disk / "kept", KEY)[1] == b"older"
        assert [path.name for path in disk.iterdir()] == ["kept"]


@pytest.mark.parametrize("instead", ["a file", "nothing"])
def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path, instead: str) -> None:
    if instead == "a file":
        (tmp_path / "folder").write_bytes(b"")
    with pytest.raises(VaultError, match="The file kept cannot be written"):
        seal(tmp_path / "folder" / "kept", b"content", KEY)


def test_content_that_breaks_off_leaves_the_old_file(file: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield noise(2 * MIB)
        raise KeyError

    with pytest.raises(KeyError):
        seal(file, broken(), KEY)
    assert unseal(file, KEY) == (HEADER, b"the content")
    assert [path.name for path in file.parent.iterdir()] == ["kept"]


WRITES_SLOWLY = """
import sys, time
from pathlib import Path
from medbot_desktop.vault.sealed import seal
def parts():
    for _ in range(3):
        yield b"a marker phrase " * (1 << 16)
    print("half way", flush=True)
    time.sleep(60)
seal(Path(sys.argv[1]), parts(), bytes(range(32)))
"""


def test_a_program_killed_in_the_middle_leaves_the_old_file_and_nothing_readable(file: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITES_SLOWLY, str(file)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"half way\n"
        writer.kill()
    assert unseal(file, KEY) == (HEADER, b"the content")
    left = [path for path in file.parent.iterdir() if path != file]
    assert sum(path.stat().st_size for path in left) > MIB
    assert all(b"marker" not in path.read_bytes() for path in left)
    seal(file, b"newer", KEY)
    assert list(file.parent.iterdir()) == [file]


def test_a_large_content_is_never_held_whole(tmp_path: Path) -> None:
    tracemalloc.start()
    seal(tmp_path / "f", (bytes(MIB) for _ in range(32)), KEY)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (tmp_path / "f").stat().st_size > 32 * MIB
    assert peak < 8 * MIB


def test_a_header_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too long"):
        seal(tmp_path / "f", b"", KEY, bytes(1 << 16))
    assert list(tmp_path.iterdir()) == []
