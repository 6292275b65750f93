"""Open the zip files that Word documents and electronic books are, at a cost that no zip bomb raises."""

from __future__ import annotations

import errno
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.readers.reader import MEGABYTE, damaged, file_name, file_size, unreadable

_MOST_FILE_BYTES = 1000 * MEGABYTE
_MOST_MEMBERS = 20_000
_MOST_MEMBER_BYTES = 32 * MEGABYTE
_MOST_BYTES = 40 * MEGABYTE
_PIECE = 256 * 1024
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what both formats allow; the others unpack without a bound
_ENCRYPTED = 1
_FAILURES = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError)


class Archive:
    """An open zip file, of which only so much is unpacked.

    Args:
        members: the zip file.
        path: where it is, for refusals.
        kind: what it is, e.g. ``Word document``.
    """

    def __init__(self, members: zipfile.ZipFile, path: Path, kind: str) -> None:
        self._members = members
        self._path = path
        self._kind = kind
        self._left = _MOST_BYTES
        self.names = frozenset(members.namelist())

    def part(self, name: str) -> bytes | None:
        """The bytes of a member; None where there is none of that name.

        Raises:
            LibraryError: it is encrypted, damaged, or it or all that was read so far is larger than text can be.
        """
        if name not in self.names:
            return None
        facts = self._members.getinfo(name)
        if facts.flag_bits & _ENCRYPTED:
            raise protected(self._path)
        if facts.compress_type not in _METHODS:
            raise damaged(self._path, self._kind)
        most = min(_MOST_MEMBER_BYTES, self._left)
        pieces: list[bytes] = []
        size = 0
        # What a member says about its size is not believed: it is unpacked piece by piece.
        with self._members.open(facts) as stream:
            while piece := stream.read(_PIECE):
                size += len(piece)
                if size > most:
                    raise LibraryError(
                        f"{file_name(self._path)} unpacks to more text than a {self._kind} has.",
                        hint="If it is genuine, split it into smaller documents and add those.",
                    )
                pieces.append(piece)
        self._left -= size
        return b"".join(pieces)


@contextmanager
def opened_archive(path: Path, kind: str) -> Iterator[Archive]:
    """A zip file, open for as long as the context lasts; whatever breaks in it is refused in a sentence.

    Args:
        path: the file.
        kind: what it should be, e.g. ``Word document``.

    Raises:
        LibraryError: it is damaged, encrypted, too large or has too many members.
    """
    if file_size(path) > _MOST_FILE_BYTES:
        raise LibraryError(f"{file_name(path)} is too large for a {kind}.", hint="Split it and add the parts.")
    try:
        with zipfile.ZipFile(path) as members:
            if len(members.infolist()) > _MOST_MEMBERS:
                raise damaged(path, kind)
            yield Archive(members, path, kind)
    except OSError as error:
        # Python tells a seek to nowhere, which only a broken directory asks for, in the same way as a lost disk.
        raise (unreadable(path) if error.errno not in (None, errno.EINVAL) else damaged(path, kind)) from error
    except _FAILURES as error:
        raise damaged(path, kind) from error


def protected(path: Path) -> LibraryError:
    """The refusal of a document that a password or a shop's key keeps shut."""
    return LibraryError(f"{file_name(path)} is encrypted.", hint="Save a copy without a password and add that.")
