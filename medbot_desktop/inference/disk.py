"""Write model files so that a full disk or a pulled plug leaves the old file or the new one, never half of one."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from medbot_desktop.errors import DiskFullError, ModelError

_BLOCK = 1 << 20
# No room, over a quota, over the largest file that the system lets this process write.
_FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})


@contextmanager
def room_for(folder: Path, size: int, what: str) -> Iterator[None]:
    """Say clearly when what the enclosed steps write to a folder does not fit, before or while they write.

    Args:
        folder: an existing folder on the disk that is written to.
        size: bytes that will be written.
        what: what is written, for the sentence.

    Raises:
        DiskFullError: there is no room.
        ModelError: something cannot be read or written for another reason.
    """
    full = DiskFullError(
        f"There is no room on the disk of {folder} for {what}: it needs {size / 1e6:,.0f} MB.",
        f"Free at least {size / 1e6:,.0f} MB there, or set MEDBOT_MODELS to a folder on another disk.",
    )
    try:
        if shutil.disk_usage(folder).free < size:
            raise full
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise full from error
        raise ModelError(
            f"{error.filename or folder} cannot be read or written: {error.strerror}.",
            "Ask whoever looks after this computer, or set MEDBOT_MODELS to a folder that you may write.",
        ) from error


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_hashing(source: Path, target: Path, progress: Callable[[int], None] = lambda done: None) -> str:
    """Copy a file and make sure that it lies on the disk; as ``join_hashing`` of this one file."""
    return join_hashing([source], target, progress)


def join_hashing(sources: Iterable[Path], target: Path, progress: Callable[[int], None] = lambda done: None) -> str:
    """Write one file after the other into a new one, and make sure that it lies on the disk.

    Args:
        sources: what to copy, first to last.
        target: the new file.
        progress: called with the bytes copied so far.

    Returns:
        The SHA-256 of all the bytes that were copied, in hexadecimal.
    """
    digest, done = hashlib.sha256(), 0
    with target.open("wb") as writer:
        for source in sources:
            with source.open("rb") as reader:
                while block := reader.read(_BLOCK):
                    writer.write(block)
                    digest.update(block)
                    done += len(block)
                    progress(done)
        writer.flush()
        os.fsync(writer.fileno())
    return digest.hexdigest()


def replace_text(path: Path, text: str) -> None:
    """Write a small text file whole or not at all."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    scratch = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        scratch.chmod(0o644)
        scratch.replace(path)
    except OSError:
        scratch.unlink(missing_ok=True)
        raise
