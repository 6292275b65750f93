"""Read vectors out of a file by the hash of their text, row by row, so that the file need not lie in memory."""

from __future__ import annotations

import os
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

DIGEST = 32
"""Bytes of a SHA-256."""

_LOCAL_HEADER = struct.Struct("<26xHH")
"""What stands before a part of a ZIP archive; the lengths of the name and of the extras that follow it."""

State = tuple[int, int]


@dataclass(frozen=True, slots=True)
class VectorFile:
    """The vectors of one embedder in half precision, in a file that ``numpy.savez`` wrote.

    Attributes:
        file: where it lies; it is opened for each reading, so that it can be replaced meanwhile.
        state: what tells it from a file that replaced it.
        begin: the byte where its vectors begin.
        dimensions: the length of each vector.
        digests: the hashes, in the order of their first eight bytes, shape (n, 32).
        rows: where the vector of each hash lies, shape (n,).
    """

    file: Path
    state: State
    begin: int
    dimensions: int
    digests: NDArray[np.uint8]
    rows: NDArray[np.int64]

    @classmethod
    def open(cls, file: Path, embedder: str) -> Self:
        """Open a file, and read all of it once to see that it is whole.

        Raises:
            OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile: it is missing, damaged or of another embedder.
        """
        with file.open("rb") as stream:
            with zipfile.ZipFile(stream) as archive:
                if archive.testzip() is not None:
                    raise zipfile.BadZipFile("damaged")
                part = archive.getinfo("vectors.npy")
            with np.load(file, allow_pickle=False) as stored:
                if str(stored["embedder"]) != embedder:
                    raise ValueError("another embedder")
                digests: NDArray[np.uint8] = stored["digests"]
            shape = _shape_from(stream, part)
            if part.compress_type != zipfile.ZIP_STORED or digests.shape != (shape[0], DIGEST):
                raise ValueError("not written by this program")
            rows = np.argsort(_keys(digests), kind="stable")
            return cls(file, _state(stream), stream.tell(), shape[1], digests[rows], rows)

    def __len__(self) -> int:
        return len(self.rows)

    def find(self, digests: Sequence[bytes]) -> NDArray[np.int64]:
        """The place of each hash among ``digests``; -1 for one that is not there."""
        wanted = np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, DIGEST)
        if not len(self):
            return np.full(len(wanted), -1, dtype=np.int64)
        places = np.minimum(np.searchsorted(_keys(self.digests), _keys(wanted)), len(self) - 1)
        same = (self.digests[places] == wanted).all(axis=1)
        return np.where(same, places, -1).astype(np.int64)

    def read(self, places: NDArray[np.int64]) -> NDArray[np.float16]:
        """The vectors of these places, shape (len(places), dimensions).

        Raises:
            OSError: the file cannot be read, or is another one by now.
        """
        size = self.dimensions * np.dtype(np.float16).itemsize
        with self.file.open("rb", buffering=0) as stream:
            if _state(stream) != self.state:
                raise OSError("The file was replaced.")
            read = b"".join(_at(stream, self.begin + size * row, size) for row in self.rows[places].tolist())
        return np.frombuffer(read, dtype=np.float16).reshape(-1, self.dimensions)

    def only(self, kept: NDArray[np.bool_]) -> VectorFile:
        """The same file with some of its hashes.

        Args:
            kept: of each place, whether it stays.
        """
        return VectorFile(self.file, self.state, self.begin, self.dimensions, self.digests[kept], self.rows[kept])


def _keys(digests: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The first eight bytes of each hash as a number, by which hashes are sorted and found."""
    return np.ascontiguousarray(digests[:, :8]).view(np.uint64)[:, 0]


def _state(stream: BinaryIO | RawIOBase) -> State:
    found = os.fstat(stream.fileno())
    return found.st_mtime_ns, found.st_size


def _at(stream: RawIOBase, begin: int, size: int) -> bytes:
    stream.seek(begin)
    found = stream.read(size)
    if found is None or len(found) < size:
        raise OSError("The file is shorter than it was.")
    return found


def _shape_from(stream: BinaryIO, part: zipfile.ZipInfo) -> tuple[int, int]:
    """How many vectors there are and how long they are; leaves the stream where they begin."""
    stream.seek(part.header_offset)
    name, extras = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
    stream.seek(name + extras, os.SEEK_CUR)
    npy.read_magic(stream)
    shape, by_column, kind = npy.read_array_header_1_0(stream)
    if by_column or kind != np.float16 or len(shape) != 2:
        raise ValueError("not written by this program")
    return shape[0], shape[1]
