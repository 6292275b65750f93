"""Open a pack that may come from anybody: nothing of it is taken at its word.

Sizes are looked at before anything is read, each member is read as a stream and compared with its hash, and no member
is ever written to a path of its own.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from pydantic import BaseModel, ValidationError

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.packs.manifest import (
    CONTENT,
    FORMAT,
    LARGEST,
    MANIFEST,
    SIGNATURE,
    SUFFIX,
    VECTORS,
    Manifest,
    Member,
    damaged,
)
from medbot_desktop.knowledge.packs.signing import SIGNATURE_BYTES, fingerprint, signer_of

_CHUNK = 1 << 20
_LARGEST_MANIFEST = 64 * 1024
# Text shrinks to a third; what shrinks to a hundredth would fill the disk with nothing.
_MOST_SHRUNK = 100
_END = struct.Struct("<4sHHHHIIH")
_END_MARK = b"PK\x05\x06"
_LONGEST_DIRECTORY = 4_096
_ENCRYPTED = 1
# Whatever bytes a file holds, the zip module answers with one of these.
_UNREADABLE = (
    *(BadZipFile, EOFError, KeyError, ValueError, RuntimeError, OverflowError, NotImplementedError),
    *(struct.error, zlib.error),
)


class PackArchive:
    """An open pack, of which the manifest is read.

    Args:
        name: the file's name, for sentences about it.
        archive: its members, which are those of a pack and of the sizes that the manifest says.
        manifest: what it says of itself.
        signer: the fingerprint of the key that signed it; None where nobody did.
        content: the fingerprint of what is in it.
    """

    def __init__(self, name: str, archive: ZipFile, manifest: Manifest, signer: str | None, content: str) -> None:
        self.name = name
        self.manifest = manifest
        self.signer = signer
        self.content = content
        self._archive = archive

    @property
    def fingerprint(self) -> str:
        """What an administrator accepts: of the key that signed it, else of its content."""
        return self.signer or self.content

    @property
    def size(self) -> int:
        """Bytes of all members when unpacked."""
        return sum(member.size for member in self.manifest.members.values())

    def check(self) -> Iterator[int]:
        """Read every member and compare it with its hash; yields how many bytes were read.

        Raises:
            LibraryError: the pack was changed, is damaged, or cannot be read.
        """
        for name in CONTENT:
            with self.member(name) as stream:
                while chunk := stream.read_some(_CHUNK):
                    yield len(chunk)
                stream.finish()

    @contextmanager
    def member(self, name: str) -> Iterator[MemberStream]:
        """The stream of a member.

        Raises:
            LibraryError: the pack is damaged or cannot be read.
        """
        with _reading(self.name):
            stream = self._archive.open(name)
        with stream:
            yield MemberStream(self.name, stream, self.manifest.members[name])


class MemberStream:
    """A member as it is read, and compared with its hash at its end."""

    def __init__(self, pack: str, stream: IO[bytes], member: Member) -> None:
        self._pack = pack
        self._stream = stream
        self._member = member
        self._digest = hashlib.sha256()

    def read_some(self, most: int) -> bytes:
        """Up to ``most`` of the next bytes; none at the end."""
        with _reading(self._pack):
            chunk = self._stream.read(most)
        self._digest.update(chunk)
        return chunk

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes, all of them."""
        content = self.read_some(size)
        if len(content) < size:
            raise damaged(self._pack)
        return content

    def line(self, longest: int) -> bytes:
        """The next line without its end; one that is longer than ``longest`` bytes is not read."""
        with _reading(self._pack):
            line = self._stream.readline(longest + 1)
        self._digest.update(line)
        if not line.endswith(b"\n"):
            raise damaged(self._pack)
        return line[:-1]

    def finish(self) -> None:
        """Go on only if the member ends here and is what the manifest says.

        Raises:
            LibraryError: it is not.
        """
        if self.read_some(1) or self._digest.hexdigest() != self._member.sha256:
            raise damaged(self._pack)


@contextmanager
def opened_pack(file: Path) -> Iterator[PackArchive]:
    """Open a pack and read what it says of itself; its content is not read.

    Raises:
        LibraryError: it is no pack, is damaged or changed, comes from a newer version, or cannot be read.
    """
    with _opened(file) as stream:
        _require_plain_end(file.name, stream)
        with _reading(file.name):
            archive = ZipFile(stream)
        with archive:
            members = _members(file.name, archive)
            with _reading(file.name):
                content = archive.read(MANIFEST)
                signature = archive.read(SIGNATURE) if SIGNATURE in members else b""
            signer = signer_of(signature, content) if signature else None
            if signature and signer is None:
                raise damaged(file.name)
            manifest = _manifest(file.name, content)
            _require_sizes(file.name, manifest, members)
            yield PackArchive(file.name, archive, manifest, signer, fingerprint(content))


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    try:
        stream: BinaryIO = file.open("rb")
    except FileNotFoundError as error:
        raise LibraryError(f"There is no file {file.name}.", hint="Check the folder and the name.") from error
    except OSError as error:
        raise _unreadable(file.name, error) from error
    with stream:
        yield stream


def _require_plain_end(pack: str, stream: BinaryIO) -> None:
    """Look at the end of the zip before its directory is read, which the zip module takes into memory whole."""
    with _reading(pack):
        begins_as_zip = stream.read(4) == b"PK\x03\x04"
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _END.size))
        end = stream.read(_END.size)
        stream.seek(0)
    if not begins_as_zip:
        raise LibraryError(f"The file {pack} is no pack.", hint=f"A pack's name ends in {SUFFIX}.")
    if len(end) < _END.size or size > 2 * LARGEST:
        raise damaged(pack)
    mark, _, _, entries, _, length, start, comment = _END.unpack(end)
    # A zip in the large layout has something between its directory and this end.
    is_plain = start + length + _END.size == size and not comment
    if mark != _END_MARK or not is_plain or entries > len(CONTENT) + 2 or length > _LONGEST_DIRECTORY:
        raise damaged(pack)


def _members(pack: str, archive: ZipFile) -> Mapping[str, ZipInfo]:
    infos = archive.infolist()
    members = {info.filename: info for info in infos}
    is_whole = {*CONTENT, MANIFEST} <= set(members) <= {*CONTENT, MANIFEST, SIGNATURE}
    if not is_whole or len(members) != len(infos):
        raise damaged(pack)
    for info in infos:
        is_known = info.compress_type in (ZIP_STORED, ZIP_DEFLATED) and not info.flag_bits & _ENCRYPTED
        # A comment may hide the entry that follows in the directory.
        is_known = is_known and not info.comment and not info.extra
        if not is_known or info.file_size > _MOST_SHRUNK * info.compress_size + _CHUNK:
            raise damaged(pack)
    signature = members.get(SIGNATURE)
    if members[MANIFEST].file_size > _LARGEST_MANIFEST or (signature and signature.file_size != SIGNATURE_BYTES):
        raise damaged(pack)
    return members


class _Layout(BaseModel):
    format: int


def _manifest(pack: str, content: bytes) -> Manifest:
    try:
        if _Layout.model_validate_json(content).format > FORMAT:
            raise LibraryError(
                f"The pack {pack} was made by a newer version of MedBot.", hint="Install that version or a newer one."
            )
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        raise damaged(pack) from error


def _require_sizes(pack: str, manifest: Manifest, members: Mapping[str, ZipInfo]) -> None:
    said = {name: member.size for name, member in manifest.members.items()}
    if said != {name: members[name].file_size for name in CONTENT}:
        raise damaged(pack)
    if said[VECTORS] != 4 * manifest.dimensions * (manifest.names + manifest.passages):
        raise damaged(pack)


@contextmanager
def _reading(pack: str) -> Iterator[None]:
    try:
        yield
    except _UNREADABLE as error:
        raise damaged(pack) from error
    except OSError as error:
        raise _unreadable(pack, error) from error


def _unreadable(pack: str, error: OSError) -> LibraryError:
    return LibraryError(
        f"The pack {pack} cannot be read: {error.strerror or 'the disk does not answer'}.",
        hint="Check the disk or the stick that it lies on.",
    )
