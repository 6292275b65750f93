"""Write a file whole or not at all: what was there stays until the new content is on the disk."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from medbot_desktop.errors import DiskFullError, VaultError

# No room, over a quota, over the largest file that the system lets this process write.
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})


def write_atomically(file: Path, content: bytes) -> None:
    """Put ``content`` in the place of a file, readable by its owner only.

    Raises:
        DiskFullError: there is no room left; the file is as it was.
        VaultError: the file cannot be written for another reason; it is as it was.
    """
    with replacing(file) as stream:
        stream.write(content)


@contextmanager
def replacing(file: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes take a file's place when the block ends, and vanish when it raises.

    One program at a time has a vault open, so the scratch file needs one name only, and the next writing replaces what
    a killed program left.

    Raises:
        DiskFullError: there is no room left; the file is as it was.
        VaultError: the file cannot be written for another reason; it is as it was.
    """
    scratch = file.with_name(f"{file.name}.part")
    try:
        with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        scratch.replace(file)
        flush_folder(file.parent)
    except OSError as error:
        _remove(scratch)
        raise writing_error(file, error) from error
    except BaseException:
        _remove(scratch)
        raise


def writing_error(file: Path, error: OSError) -> DiskFullError | VaultError:
    """What a person should read where ``file`` could not be written."""
    if error.errno in _FULL:
        return DiskFullError(
            f"There is no room left on the disk for the file {file.name}.", hint="Free some space and try again."
        )
    return VaultError(
        f"The file {file.name} cannot be written: {error.strerror}.", hint="Check the folder and its permissions."
    )


def flush_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system lets a folder be opened."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(scratch: Path) -> None:
    with suppress(OSError):  # what hindered the writing is what a person should read
        scratch.unlink()
