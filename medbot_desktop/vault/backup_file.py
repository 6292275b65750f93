"""Write and read the one file of a backup: a zip that holds the encrypted database, its keyslots and what they are.

Its members are stored as they are, since encrypted bytes do not shrink. The manifest names no person and no account.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from medbot_desktop.errors import VaultError
from medbot_desktop.vault.keyslot_file import Hex

SUFFIX = ".medbot-backup"

_DATABASE = "vault.db"
_KEYSLOTS = "keyslots.json"
_MANIFEST = "manifest.json"
_FORMAT: Literal[1] = 1
_LARGEST_MANIFEST = 64 * 1024
_CHUNK = 1 << 20
# Whatever bytes a file holds, the zip module answers with one of these.
_UNREADABLE = (
    *(BadZipFile, EOFError, KeyError, ValueError, RuntimeError, OverflowError),
    *(struct.error, zlib.error, lzma.LZMAError),
)

Bytes = Callable[[int], None]
"""Told how many bytes more are done."""


class Member(BaseModel):
    """One file of a backup: bytes, and SHA-256 in hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(ge=0)
    sha256: Hex


class Manifest(BaseModel):
    """What a backup is.

    Attributes:
        format: version of this file's layout.
        created: when the database was as it is here.
        program: the version of MedBot that made it.
        schema_revision: the revision of the database's schema.
        vault_id: the vault that it is of.
        reason: why it was made, in the program's words.
        messages: how many messages it holds.
        members: the other files in it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: Literal[1] = _FORMAT
    created: AwareDatetime
    program: str
    schema_revision: str
    vault_id: Hex
    reason: str
    messages: int = Field(ge=0)
    members: dict[str, Member] = {}


def write_backup_file(file: Path, manifest: Manifest, database: Path, keyslots: bytes, done: Bytes) -> Manifest:
    """Write a backup and flush it to the disk; there is no file of that name.

    Args:
        file: where.
        manifest: what it is, its members not yet known.
        database: the encrypted database.
        keyslots: the content of its keyslot file.
        done: told the bytes of the database as they are written.

    Returns:
        The manifest with its members.

    Raises:
        OSError: the file cannot be written.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w+b") as stream:
        with ZipFile(stream, "w", ZIP_STORED) as archive:
            with database.open("rb") as source:
                members = {_DATABASE: _add(archive, _DATABASE, manifest, iter(lambda: source.read(_CHUNK), b""), done)}
            members[_KEYSLOTS] = _add(archive, _KEYSLOTS, manifest, iter([keyslots]), lambda _count: None)
            manifest = manifest.model_copy(update={"members": members})
            _add(archive, _MANIFEST, manifest, iter([manifest.model_dump_json(indent=2).encode()]), lambda _count: None)
        stream.flush()
        os.fsync(stream.fileno())
    return manifest


def read_manifest(file: Path) -> Manifest:
    """What a backup is, after a quick look: the sizes are compared, the content is not read.

    Raises:
        VaultError: it is no backup, is damaged or cut short, comes from a newer version, or cannot be read.
    """
    with _opened(file) as archive:
        return _manifest(file, archive)


def verify_backup_file(file: Path, done: Bytes) -> Manifest:
    """Read a backup whole and compare it with its manifest.

    Args:
        file: the backup.
        done: told the bytes of the members as they are read.

    Raises:
        VaultError: as `read_manifest`, or the content was changed.
    """
    with _opened(file) as archive:
        manifest = _manifest(file, archive)
        for name in manifest.members:
            _read(file, archive, name, manifest.members[name], lambda chunk: done(len(chunk)))
    return manifest


def read_keyslots(file: Path) -> bytes:
    """The content of the keyslot file in a backup, compared with its manifest.

    Raises:
        VaultError: as `verify_backup_file`.
    """
    keyslots = bytearray()
    with _opened(file) as archive:
        _read(file, archive, _KEYSLOTS, _manifest(file, archive).members[_KEYSLOTS], keyslots.extend)
    return bytes(keyslots)


def unpack(file: Path, database: Path, done: Bytes) -> tuple[Manifest, bytes]:
    """Write the database of a backup, as encrypted as it is, to a new file.

    Args:
        file: the backup.
        database: where the database goes.
        done: told the bytes as they are written.

    Returns:
        The manifest, and the content of the keyslot file.

    Raises:
        OSError: the database cannot be written.
        VaultError: as `verify_backup_file`.
    """
    keyslots = bytearray()
    descriptor = os.open(database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream, _opened(file) as archive:
        manifest = _manifest(file, archive)

        def keep(chunk: bytes) -> None:
            stream.write(chunk)
            done(len(chunk))

        _read(file, archive, _DATABASE, manifest.members[_DATABASE], keep)
        _read(file, archive, _KEYSLOTS, manifest.members[_KEYSLOTS], keyslots.extend)
    return manifest, bytes(keyslots)


def _add(archive: ZipFile, name: str, manifest: Manifest, chunks: Iterator[bytes], done: Bytes) -> Member:
    info = ZipInfo(name, max(manifest.created.timetuple()[:6], (1980, 1, 1, 0, 0, 0)))  # a zip knows no time before
    info.external_attr = 0o600 << 16
    digest, size = hashlib.sha256(), 0
    with archive.open(info, "w", force_zip64=True) as stream:
        for chunk in chunks:
            stream.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            done(len(chunk))
    return Member(size=size, sha256=digest.hexdigest())


@contextmanager
def _opened(file: Path) -> Iterator[ZipFile]:
    try:
        stream: BinaryIO = file.open("rb")
    except FileNotFoundError as error:
        raise VaultError(
            f"There is no file {file.name}.", hint="Check the folder and the name of the backup."
        ) from error
    except OSError as error:
        raise _unreadable(file, error) from error
    with stream:
        try:
            begins_as_zip = stream.read(4) == b"PK\x03\x04"
            archive = ZipFile(stream)
        except _UNREADABLE as error:
            raise _damaged(file) if begins_as_zip else _no_backup(file) from error
        except OSError as error:
            raise _unreadable(file, error) from error
        with archive:
            yield archive


def _manifest(file: Path, archive: ZipFile) -> Manifest:
    if _MANIFEST not in archive.namelist():
        raise _no_backup(file)
    with _reading(file):
        if archive.getinfo(_MANIFEST).file_size > _LARGEST_MANIFEST:
            raise _damaged(file)
        content = archive.read(_MANIFEST)
        _require_known(content)
        manifest = Manifest.model_validate_json(content)
        sizes = {info.filename: info.file_size for info in archive.infolist() if info.compress_type == ZIP_STORED}
    said = {name: member.size for name, member in manifest.members.items()}
    if set(said) != {_DATABASE, _KEYSLOTS} or any(sizes.get(name) != size for name, size in said.items()):
        raise _damaged(file)
    return manifest


class _Layout(BaseModel):
    format: int


def _require_known(content: bytes) -> None:
    if _Layout.model_validate_json(content).format > _FORMAT:
        raise VaultError(
            "This backup was made by a newer version of MedBot.", hint="Install that version or a newer one."
        )


def _read(file: Path, archive: ZipFile, name: str, member: Member, take: Callable[[bytes], object]) -> None:
    digest = hashlib.sha256()
    for chunk in _chunks(file, archive, name):
        digest.update(chunk)
        take(chunk)
    if digest.hexdigest() != member.sha256:
        raise _damaged(file)


def _chunks(file: Path, archive: ZipFile, name: str) -> Iterator[bytes]:
    with _reading(file):
        stream = archive.open(name)
    with stream:
        while True:
            with _reading(file):
                chunk = stream.read(_CHUNK)
            if not chunk:
                return
            yield chunk


@contextmanager
def _reading(file: Path) -> Iterator[None]:
    try:
        yield
    except (*_UNREADABLE, ValidationError) as error:
        raise _damaged(file) from error
    except OSError as error:
        raise _unreadable(file, error) from error


def _damaged(file: Path) -> VaultError:
    return VaultError(f"The backup {file.name} is damaged or was cut short.", hint="Use another backup.")


def _no_backup(file: Path) -> VaultError:
    return VaultError(f"The file {file.name} is no backup of MedBot.", hint=f"A backup's name ends in {SUFFIX}.")


def _unreadable(file: Path, error: OSError) -> VaultError:
    return VaultError(
        f"The backup {file.name} cannot be read: {error.strerror or 'the disk does not answer'}.",
        hint="Check the disk, or use another backup.",
    )
