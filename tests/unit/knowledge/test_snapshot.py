"""The index between two starts: the same where it fits, passed over where it does not, readable to nobody."""

from __future__ import annotations

import json
import logging
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from medbot_desktop.knowledge.snapshot import IndexSnapshot
from medbot_desktop.knowledge.vector_index import VectorIndex
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.sealed import seal, unseal
from tests.unit.knowledge.test_vector_index import unit_vectors

KEY = DataKey.random().derive("index")
NOW = "embedder-one 800 revision-seven"
VECTORS = unit_vectors(800)
IDS = np.arange(800, dtype=np.int64) * 3 + 1


@pytest.fixture(scope="module")
def index() -> VectorIndex:
    return VectorIndex(VECTORS, IDS)


@pytest.fixture
def folder(tmp_path: Path, index: VectorIndex) -> Path:
    """A folder with a snapshot in it."""
    IndexSnapshot(tmp_path / "index", KEY).save(index, NOW)
    return tmp_path / "index"


def loaded(folder: Path, fingerprint: str = NOW, key: bytes = KEY) -> VectorIndex | None:
    return IndexSnapshot(folder, key).load(fingerprint, VECTORS, IDS)


def only_file(folder: Path) -> Path:
    [file] = folder.iterdir()
    return file


def test_a_loaded_index_finds_what_the_saved_one_found(folder: Path, index: VectorIndex) -> None:
    again = loaded(folder)
    assert again is not None
    for vector in VECTORS[:100]:
        assert again.search(vector, 10) == index.search(vector, 10)


def test_a_loaded_index_can_be_saved_again(folder: Path, index: VectorIndex) -> None:
    again = loaded(folder)
    assert again is not None
    IndexSnapshot(folder, KEY).save(again, "later")
    later = loaded(folder, "later")
    assert later is not None
    assert later.search(VECTORS[3], 10) == index.search(VECTORS[3], 10)


def test_an_empty_index_can_be_kept_too(tmp_path: Path) -> None:
    vectors, ids = VECTORS[:0], IDS[:0]
    snapshot = IndexSnapshot(tmp_path, KEY)
    snapshot.save(VectorIndex(vectors, ids), NOW)
    again = snapshot.load(NOW, vectors, ids)
    assert again is not None
    assert again.search(VECTORS[0], 5) == []


def test_where_there_is_no_snapshot_there_is_no_index(tmp_path: Path) -> None:
    assert loaded(tmp_path / "index") is None


def test_a_snapshot_of_other_libraries_is_stale(folder: Path) -> None:
    assert loaded(folder, "embedder-one 800 revision-eight") is None


def test_a_snapshot_over_other_passages_is_not_used(folder: Path) -> None:
    assert IndexSnapshot(folder, KEY).load(NOW, VECTORS, IDS + 1) is None
    assert IndexSnapshot(folder, KEY).load(NOW, VECTORS[:-1], IDS[:-1]) is None


def test_a_snapshot_over_vectors_of_another_length_is_not_used(folder: Path) -> None:
    assert IndexSnapshot(folder, KEY).load(NOW, unit_vectors(800, 16), IDS) is None


def test_a_snapshot_of_another_vault_is_not_used(folder: Path) -> None:
    assert loaded(folder, key=DataKey.random().derive("index")) is None


def test_a_key_of_another_purpose_of_the_same_vault_opens_no_snapshot(tmp_path: Path, index: VectorIndex) -> None:
    data_key = DataKey.random()
    IndexSnapshot(tmp_path, data_key.derive("index")).save(index, NOW)
    assert loaded(tmp_path, key=data_key.derive("backup")) is None
    assert loaded(tmp_path, key=data_key.derive("index")) is not None


def test_a_snapshot_that_was_built_in_another_way_is_not_used(folder: Path) -> None:
    header, content = unseal(only_file(folder), KEY)
    other = json.loads(header) | {"layout": "hnswlib 2, M 24, ef_construction 200"}
    seal(only_file(folder), content, KEY, json.dumps(other).encode())
    assert loaded(folder) is None


@pytest.mark.parametrize("header", [b"", b"[]", b"{}", b'{"entry": null, "upper_rows": 1}', b"\xff"])
def test_a_snapshot_with_a_strange_header_is_not_used(folder: Path, header: bytes) -> None:
    seal(only_file(folder), b"", KEY, header)
    assert loaded(folder) is None


def test_a_snapshot_with_too_little_in_it_is_not_used(folder: Path) -> None:
    header, content = unseal(only_file(folder), KEY)
    seal(only_file(folder), content[:-4], KEY, header)
    assert loaded(folder) is None


def test_a_snapshot_with_a_changed_byte_is_not_used(folder: Path) -> None:
    whole, chance = only_file(folder).read_bytes(), random.Random(2)
    for _ in range(20):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        only_file(folder).write_bytes(damaged)
        assert loaded(folder) is None


@pytest.mark.parametrize("part", [0.0, 0.001, 0.5, 0.999])
def test_a_snapshot_that_is_cut_short_is_not_used(folder: Path, part: float) -> None:
    whole = only_file(folder).read_bytes()
    only_file(folder).write_bytes(whole[: int(part * len(whole))])
    assert loaded(folder) is None


def test_a_snapshot_that_is_of_no_use_is_written_anew(folder: Path, index: VectorIndex) -> None:
    only_file(folder).write_bytes(b"damaged")
    IndexSnapshot(folder, KEY).save(index, NOW)
    assert loaded(folder) is not None


def test_a_snapshot_shows_neither_a_vector_nor_what_it_is_of(folder: Path) -> None:
    raw = only_file(folder).read_bytes()
    assert b"embedder" not in raw
    assert b"hnswlib" not in raw
    assert all(vector.tobytes()[:8] not in raw for vector in VECTORS)
    assert IDS[:4].tobytes() not in raw


def test_with_no_room_on_the_disk_the_older_snapshot_stays_and_the_log_says_why(
    folder: Path, index: VectorIndex, caplog: pytest.LogCaptureFixture
) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        IndexSnapshot(folder, KEY).save(index, "later")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caplog.messages == ["The index snapshot could not be saved: DiskFullError"]
    assert loaded(folder, "later") is None
    assert loaded(folder) is not None


def test_a_folder_that_cannot_be_made_is_no_failure(
    tmp_path: Path, index: VectorIndex, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "index").write_bytes(b"a file")
    IndexSnapshot(tmp_path / "index", KEY).save(index, NOW)
    assert caplog.messages == ["The index snapshot could not be saved: FileExistsError"]
    assert loaded(tmp_path / "index") is None


def test_a_damaged_snapshot_is_told_in_the_log_by_kind_only(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    only_file(folder).write_bytes(b"damaged")
    with caplog.at_level(logging.WARNING):
        assert loaded(folder) is None
    assert caplog.messages == ["The index snapshot cannot be used: VaultError"]


SAVES_FOREVER = """
import sys
from pathlib import Path
import numpy as np
from medbot_desktop.knowledge.snapshot import IndexSnapshot
from medbot_desktop.knowledge.vector_index import VectorIndex
from tests.unit.knowledge.test_vector_index import unit_vectors
snapshot = IndexSnapshot(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
index = VectorIndex(unit_vectors(800), np.arange(800) * 3 + 1)
print("saving", flush=True)
while True:
    snapshot.save(index, sys.argv[3])
"""


def test_a_program_killed_while_it_saves_leaves_a_snapshot_that_can_be_used(folder: Path) -> None:
    chance = random.Random()
    for _ in range(5):
        command = [sys.executable, "-c", SAVES_FOREVER, str(folder), KEY.hex(), NOW]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as saving:
            assert saving.stdout is not None
            assert saving.stdout.readline() == b"saving\n"
            time.sleep(chance.uniform(0.0, 0.03))
            saving.kill()
        assert loaded(folder) is not None
