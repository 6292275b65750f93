"""What is kept between two starts: the same when it is read again, passed over when damaged, readable to nobody."""

from __future__ import annotations

import json
import logging
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medbot_desktop.knowledge.search.snapshot import IndexSnapshot, Kept
from medbot_desktop.knowledge.search.vector_index import VectorIndex
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.sealed import seal, unseal
from tests.unit.knowledge.search.test_vector_index import unit_vectors

KEY = DataKey.random().derive("index")
VECTORS = unit_vectors(800)
IDS = np.arange(800, dtype=np.int64) * 3 + 1
FEW = 10
WORDS = frozenset({"whooping", "cough"})


def index_of(count: int = 800) -> VectorIndex:
    return VectorIndex.of(VECTORS[:count], IDS[:count], FEW)


def to_keep(index: VectorIndex, words: frozenset[str] = WORDS) -> Kept:
    graph = index.graph()
    forms = [[["tb"], ["tuberculosi"], 3]]
    return Kept({} if graph is None else {"passages": graph}, frozenset({"1 abc 1 4"}), words, forms, [["tb", 9]])


@pytest.fixture(scope="module")
def kept() -> Kept:
    return to_keep(index_of())


@pytest.fixture
def folder(tmp_path: Path, kept: Kept) -> Path:
    """A folder with a snapshot in it."""
    IndexSnapshot(tmp_path / "index", KEY).save(kept)
    return tmp_path / "index"


def loaded(folder: Path, key: bytes = KEY) -> Kept | None:
    return IndexSnapshot(folder, key).load()


def only_file(folder: Path) -> Path:
    [file] = folder.iterdir()
    return file


def test_a_graph_that_was_kept_finds_what_the_saved_one_found(folder: Path) -> None:
    kept, index = loaded(folder), index_of()
    assert kept is not None
    again = VectorIndex.from_graph(kept.graphs["passages"], VECTORS, IDS, FEW)
    for vector in VECTORS[:100]:
        assert again.search(vector, 10)[0].tolist() == index.search(vector, 10)[0].tolist()


def test_what_was_learnt_comes_back_as_it_was(folder: Path, kept: Kept) -> None:
    again = loaded(folder)
    assert again is not None
    assert (again.documents, again.words) == (kept.documents, kept.words)
    assert (again.forms, again.capitals) == (kept.forms, kept.capitals)


def test_a_snapshot_that_was_read_can_be_saved_again(folder: Path) -> None:
    first = loaded(folder)
    assert first is not None
    IndexSnapshot(folder, KEY).save(first)
    second = loaded(folder)
    assert second is not None
    assert np.array_equal(second.graphs["passages"].ground, first.graphs["passages"].ground)


def test_without_a_graph_the_words_are_kept_too(tmp_path: Path) -> None:
    snapshot = IndexSnapshot(tmp_path, KEY)
    snapshot.save(to_keep(index_of(5)))
    again = snapshot.load()
    assert again is not None
    assert (again.graphs, again.words) == ({}, WORDS)


def test_where_there_is_no_snapshot_nothing_is_kept(tmp_path: Path) -> None:
    assert loaded(tmp_path / "index") is None


def test_a_snapshot_of_another_vault_is_not_used(folder: Path) -> None:
    assert loaded(folder, key=DataKey.random().derive("index")) is None


def test_a_key_of_another_purpose_of_the_same_vault_opens_no_snapshot(tmp_path: Path, kept: Kept) -> None:
    data_key = DataKey.random()
    IndexSnapshot(tmp_path, data_key.derive("index")).save(kept)
    assert loaded(tmp_path, key=data_key.derive("backup")) is None
    assert loaded(tmp_path, key=data_key.derive("index")) is not None


def test_a_snapshot_that_was_built_in_another_way_is_not_used(folder: Path) -> None:
    header, content = unseal(only_file(folder), KEY)
    other = json.loads(header) | {"layout": "hnswlib 2, M 24, ef_construction 200"}
    seal(only_file(folder), content, KEY, json.dumps(other).encode())
    assert loaded(folder) is None


@pytest.mark.parametrize("header", [b"", b"[]", b"{}", b'{"format": 2, "layout": null, "words": 1}', b"\xff"])
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


def test_a_snapshot_that_is_of_no_use_is_written_anew(folder: Path, kept: Kept) -> None:
    only_file(folder).write_bytes(b"damaged")
    IndexSnapshot(folder, KEY).save(kept)
    assert loaded(folder) is not None


def test_a_snapshot_shows_neither_a_vector_nor_what_it_is_of(folder: Path) -> None:
    raw = only_file(folder).read_bytes()
    assert b"hnswlib" not in raw
    assert all(word.encode() not in raw for word in WORDS)
    assert all(vector.tobytes()[:8] not in raw for vector in VECTORS)
    assert IDS[:4].tobytes() not in raw


def test_with_no_room_on_the_disk_the_older_snapshot_stays_and_the_log_says_why(
    folder: Path, kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        IndexSnapshot(folder, KEY).save(replace(kept, words=frozenset({"later"})))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caplog.messages == ["The index snapshot could not be saved: DiskFullError"]
    still = loaded(folder)
    assert still is not None
    assert still.words == WORDS


def test_a_folder_that_cannot_be_made_is_no_failure(
    tmp_path: Path, kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "index").write_bytes(b"a file")
    IndexSnapshot(tmp_path / "index", KEY).save(kept)
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
from medbot_desktop.knowledge.search.snapshot import IndexSnapshot
from tests.unit.knowledge.search.test_snapshot import index_of, to_keep
snapshot = IndexSnapshot(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
kept = to_keep(index_of())
print("saving", flush=True)
while True:
    snapshot.save(kept)
"""


def test_a_program_killed_while_it_saves_leaves_a_snapshot_that_can_be_used(folder: Path) -> None:
    chance = random.Random()
    for _ in range(5):
        command = [sys.executable, "-c", SAVES_FOREVER, str(folder), KEY.hex()]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as saving:
            assert saving.stdout is not None
            assert saving.stdout.readline() == b"saving\n"
            time.sleep(chance.uniform(0.0, 0.03))
            saving.kill()
        assert loaded(folder) is not None
