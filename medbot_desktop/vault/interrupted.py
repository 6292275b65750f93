"""Put a whole new vault in the place of the one that is here; a program killed at any moment leaves one of them.

A restored backup, or a vault under a new data key, is made ready in a folder beside the vault. Then a note is left in
the vault's folder, and from there on there is one way, forwards: first every file of the old vault is moved aside, then
the new ones move in. The files move, not the folder: so the lock that keeps other programs out stays where it is and
held, on every system, and the backups stay too. `finish_interrupted` goes the rest of the way where a program was cut
off.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from medbot_desktop.errors import VaultError
from medbot_desktop.vault.atomic_file import flush_folder, write_atomically
from medbot_desktop.vault.folder import VaultFolder

_NOTE = "exchange.json"


class _Note(BaseModel):
    """What the program was about to do: move the old files to the folder ``aside``, and keep them there or not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    aside: str = Field(pattern=r"^[^/\\]+\.before-[0-9TZ-]+$")
    keep: bool


def incoming(folder: VaultFolder) -> VaultFolder:
    """Where the vault that will take this one's place is made ready."""
    beside = folder.path.resolve()
    return VaultFolder(beside.with_name(f"{beside.name}.incoming"))


def empty_incoming(folder: VaultFolder) -> VaultFolder:
    """The folder of `incoming`, made anew.

    Raises:
        OSError: it cannot be made.
    """
    fresh = incoming(folder)
    _remove_folder(fresh.path)
    fresh.path.mkdir(mode=0o700)
    return fresh


def discard_incoming(folder: VaultFolder) -> None:
    """Let go of what was made ready, unless an exchange has begun that only the next opening can finish."""
    with suppress(OSError):
        if not (folder.path / _NOTE).exists():
            _remove_folder(incoming(folder).path)


def exchange(folder: VaultFolder, keep: bool) -> Path | None:
    """Put the vault that `incoming` holds in the place of this one; whoever calls this holds the vault's lock.

    Args:
        folder: the vault's folder; its database is closed.
        keep: whether the old files are kept beside it, or removed at the end.

    Returns:
        The folder with the old files; None where there were none, or they were removed.

    Raises:
        DiskFullError: there is no room for the note; the old vault is as it was.
        VaultError: the files cannot be moved; the old vault is as it was.
    """
    fresh = incoming(folder)
    note = _Note(aside=_free_name(folder), keep=keep)
    try:
        for file in (fresh.database, fresh.keyslots):
            _flush(file)
        flush_folder(fresh.path)
    except OSError as error:
        raise _unmoved(error) from error
    try:
        write_atomically(folder.path / _NOTE, note.model_dump_json().encode())
    except BaseException:
        (folder.path / _NOTE).unlink(missing_ok=True)  # it may stand although the disk did not confirm it
        raise
    done: list[tuple[Path, Path]] = []
    try:
        _move_all(folder, note, done)
    except OSError as error:
        _undo(folder, note, done)
        raise _unmoved(error) from error
    return _conclude(folder, note)


def finish_interrupted(folder: VaultFolder) -> None:
    """Finish an exchange that was cut off, or clear away one that had not begun; whoever calls this holds the lock.

    Raises:
        VaultError: the files cannot be moved now; nothing is lost.
    """
    try:
        note = _read_note(folder)
        if note is not None:
            _move_all(folder, note, [])
            _conclude(folder, note)
        _remove_folder(incoming(folder).path)
    except OSError as error:
        raise VaultError(
            f"A restore or a change of the data key was cut off, and cannot be finished now: {error.strerror}.",
            hint="Check the disk and try again. Nothing is lost.",
        ) from error


def _move_all(folder: VaultFolder, note: _Note, done: list[tuple[Path, Path]]) -> None:
    """Move the old files out and the new ones in; each move is added to ``done``.

    The new files move only when the last old one has left. So while both new ones wait, what lies here is old.
    """
    fresh, aside = incoming(folder), _beside(folder, note.aside)
    if fresh.database.exists() and fresh.keyslots.exists():
        old = [file for file in _files(folder) if file.exists()]
        if any((aside / file.name).exists() for file in old):  # somebody made another vault here since
            aside = _beside(folder, _free_name(folder))
        if old:
            aside.mkdir(mode=0o700, exist_ok=True)
            _move(old, aside, done)
            flush_folder(aside)
            flush_folder(folder.path)
    _move([file for file in (fresh.database, fresh.keyslots) if file.exists()], folder.path, done)
    flush_folder(folder.path)


def _move(files: Iterable[Path], to: Path, done: list[tuple[Path, Path]]) -> None:
    for file in files:
        place = to / file.name
        file.rename(place)
        done.append((file, place))


def _undo(folder: VaultFolder, note: _Note, done: list[tuple[Path, Path]]) -> None:
    """Move everything back; where that fails too, the note stays and the next opening goes forwards."""
    with suppress(OSError):
        for before, now in reversed(done):
            now.rename(before)
        flush_folder(folder.path)
        (folder.path / _NOTE).unlink()
        _beside(folder, note.aside).rmdir()


def _conclude(folder: VaultFolder, note: _Note) -> Path | None:
    """What is left to do when both new files are in place; where it fails, the next opening does it."""
    aside = _beside(folder, note.aside)
    with suppress(OSError):
        if not note.keep and folder.database.exists() and folder.keyslots.exists():
            _remove_folder(aside)
        (folder.path / _NOTE).unlink()
        flush_folder(folder.path)
        _remove_folder(incoming(folder).path)
    return aside if note.keep and aside.exists() else None


def _read_note(folder: VaultFolder) -> _Note | None:
    try:
        return _Note.model_validate_json((folder.path / _NOTE).read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:  # damaged later on: what is left here is kept under a new name, whatever it is
        return _Note(aside=_free_name(folder), keep=True)


def _files(folder: VaultFolder) -> list[Path]:
    """What belongs to one vault and goes when it goes; the tries, the lock and the backups belong to the place."""
    database, unfinished = folder.database, folder.unfinished
    tails = ("", "-wal", "-shm", "-journal")
    beside = [file.with_name(file.name + tail) for file in (database, unfinished) for tail in tails]
    return [*beside, folder.keyslots, folder.previous_keyslots, folder.index]


def _free_name(folder: VaultFolder) -> str:
    name = folder.path.resolve().name
    for at in range(1_000):
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ") + (f"-{at}" if at else "")
        if not _beside(folder, f"{name}.before-{stamp}").exists():
            break
    return f"{name}.before-{stamp}"


def _beside(folder: VaultFolder, name: str) -> Path:
    return folder.path.resolve().with_name(name)


def _flush(file: Path) -> None:
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())


def _remove_folder(path: Path) -> None:
    if path.exists():
        shutil.rmtree(path)


def _unmoved(error: OSError) -> VaultError:
    return VaultError(
        f"The files of the vault cannot be exchanged: {error.strerror}. It was left as it was.",
        hint="Check the disk and the permissions of the home folder, and try again.",
    )
