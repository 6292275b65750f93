"""Look into a GGUF file's header, so that a damaged or foreign file is refused before llama.cpp maps it."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from medbot_desktop.errors import ModelError

MAGIC = b"GGUF"
VERSIONS = (2, 3)

# The layout follows ggml/docs/gguf.md of llama.cpp. The limits are several times what the largest models have, so that
# a header that lies costs little time and memory before it is found out.
_ALIGNMENT = 32
_MOST_TENSORS = 50_000
_MOST_KEYS = 10_000
_MOST_STRINGS_IN_LISTS = 2_000_000
_MOST_TEXT = 16 * 2**20
_MOST_DIMENSIONS = 4
_MOST_ELEMENTS = 2**50
_MOST_SPLITS = 1
_STRING, _ARRAY = 8, 9
_LENGTH = struct.Struct("<Q")
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}

# Elements in a block and bytes of a block, by ggml's type number (ggml-common.h).
BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66),
    17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136),
    24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54),
    35: (256, 66), 39: (32, 17),
}  # fmt: skip

Fact = str | int | float | bool


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What the header of a GGUF file states.

    Attributes:
        version: of the format.
        tensors: how many tensors the file holds.
        facts: its metadata, without the long lists (vocabulary, merges).
        least_size: bytes that the file must have at least, to hold the tensors that it lists.
        bytes_by_type: bytes of the tensors of each of ggml's types.
        shapes: dimensions of each tensor, the one that runs fastest first.
    """

    version: int
    tensors: int
    facts: Mapping[str, Fact]
    least_size: int
    bytes_by_type: Mapping[int, int]
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def architecture(self) -> str:
        """The kind of network, e.g. ``llama``."""
        return str(self.facts.get("general.architecture", ""))

    @property
    def kind(self) -> str:
        """What the file is: ``model``, ``adapter``, ``mmproj`` and so on."""
        return str(self.facts.get("general.type", "model"))

    def figure(self, key: str, default: int = 0) -> int:
        """A whole number that the architecture states, e.g. ``block_count``; the default where it states none."""
        stated = self.facts.get(f"{self.architecture}.{key}", default)
        return stated if isinstance(stated, int) else default


class _DamagedHeaderError(Exception):
    """The header says something that cannot be."""


def read_header(path: Path) -> GgufHeader:
    """Read and check the header of a GGUF file.

    Args:
        path: the file.

    Returns:
        What the header states; the file is long enough to hold it all.

    Raises:
        ModelError: the file is missing, is no GGUF, is of a version that is not known, is cut short, or its header
            says what cannot be.
    """
    name, hint = one_line(path.name), "Copy the file again from where it came from; it must be a GGUF model."
    try:
        if path.exists() and not path.is_file():
            kind = "a folder" if path.is_dir() else "a device"
            raise ModelError(f"{path} is {kind}, not a model file.", hint)
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            header = _parse(_Reader(file, size), name)
    except FileNotFoundError as error:
        raise ModelError(f"There is no file {path}.", "Check the path and that the USB stick is still in.") from error
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.", hint) from error
    except (_DamagedHeaderError, struct.error, UnicodeDecodeError) as error:
        raise ModelError(f"The model file {name} is damaged or cut short inside its header.", hint) from error
    if size < header.least_size:
        raise ModelError(
            f"The model file {name} is cut short: it has {size:,} of at least {header.least_size:,} bytes.", hint
        )
    return header


def one_line(value: object, longest: int = 100) -> str:
    """What a file says of itself, without what cannot be shown on a line of the screen."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(value or "")).split())[:longest]


class _Reader:
    """Reads numbers, texts and lists, and no more of them than a header can need.

    Args:
        file: at its beginning.
        size: of the file, in bytes.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, size
        self._text_left, self._strings_left = _MOST_TEXT, _MOST_STRINGS_IN_LISTS

    @property
    def place(self) -> int:
        """Bytes read so far."""
        return self._file.tell()

    def magic(self) -> bytes:
        """The first four bytes."""
        return self._file.read(4)

    def number(self, form: str) -> int:
        """One number, in the notation of ``struct``."""
        # Floats and booleans of the metadata come through here too; they are read, never counted with.
        value: int = struct.unpack(form, self._file.read(struct.calcsize(form)))[0]
        return value

    def string(self) -> str:
        """One text."""
        length = self.number("<Q")
        self._text_left -= length
        if self._text_left < 0 or length > self._size - self.place:
            raise _DamagedHeaderError("length")
        return self._file.read(length).decode("utf-8")

    def value(self, kind: int) -> Fact | None:
        """One value of the metadata; None for a list, which is passed over."""
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            self._skip_list()
            return None
        return self.number(_scalar(kind))

    def _skip_list(self) -> None:
        kind, count = self.number("<I"), self.number("<Q")
        if kind != _STRING:
            self._skip(count * struct.calcsize(_scalar(kind)))
            return
        self._strings_left -= count
        if self._strings_left < 0 or 8 * count > self._size - self.place:
            raise _DamagedHeaderError("list")
        place, read, seek = self.place, self._file.read, self._file.seek
        for _ in range(count):
            length = _LENGTH.unpack(read(_LENGTH.size))[0]
            place += _LENGTH.size + length
            if place > self._size:
                raise _DamagedHeaderError("length")
            if length:
                seek(length, 1)

    def _skip(self, count: int) -> None:
        if count > self._size - self.place:
            raise _DamagedHeaderError("length")
        self._file.seek(count, 1)


def _parse(reader: _Reader, name: str) -> GgufHeader:
    if reader.magic() != MAGIC:
        raise ModelError(f"{name} is not a GGUF model file.", "Give a file in the GGUF format; its name ends in .gguf.")
    version = reader.number("<I")
    if version not in VERSIONS:
        raise ModelError(
            f"{name} is a GGUF file of a version that MedBot does not know ({version}).",
            "Get the model in GGUF version 3.",
        )
    tensors, keys = reader.number("<Q"), reader.number("<Q")
    if tensors > _MOST_TENSORS or keys > _MOST_KEYS:
        raise _DamagedHeaderError("counts")
    facts: dict[str, Fact] = {}
    seen: set[str] = set()
    for _ in range(keys):
        key = reader.string()
        if key in seen:
            raise _DamagedHeaderError("a key that stands twice")
        seen.add(key)
        value = reader.value(reader.number("<I"))
        if value is not None:
            facts[key] = value
    _require_whole(facts, name)
    if tensors == 0 or not isinstance(facts.get("general.architecture"), str):
        raise ModelError(f"{name} holds no model that can be run.", "Give a complete model in one GGUF file.")
    return _with_tensors(reader, version, tensors, facts)


def _require_whole(facts: Mapping[str, Fact], name: str) -> None:
    splits = facts.get("split.count", 0)
    if isinstance(splits, int) and splits > _MOST_SPLITS:
        number = facts.get("split.no", 0)
        part = f"part {number + 1}" if isinstance(number, int) else "one"
        raise ModelError(
            f"{name} is {part} of {splits} of a model that was split.",
            "Join the parts with llama.cpp's `llama-gguf-split --merge`, or get the model in one file.",
        )


def _with_tensors(reader: _Reader, version: int, tensors: int, facts: Mapping[str, Fact]) -> GgufHeader:
    """Read the list of tensors, and say what they take and where the data of the last one ends."""
    alignment = facts.get("general.alignment", _ALIGNMENT)
    if not isinstance(alignment, int) or not 0 < alignment <= 2**20:
        raise _DamagedHeaderError("alignment")
    furthest, by_type, shapes = 0, dict[int, int](), dict[str, tuple[int, ...]]()
    for _ in range(tensors):
        name = reader.string()
        dimensions = reader.number("<I")
        if dimensions > _MOST_DIMENSIONS:
            raise _DamagedHeaderError("dimensions")
        shapes[name] = tuple(reader.number("<Q") for _ in range(dimensions))
        elements = math.prod(shapes[name])
        kind, offset = reader.number("<I"), reader.number("<Q")
        if elements > _MOST_ELEMENTS:
            raise _DamagedHeaderError("tensor size")
        per_block, block_bytes = BLOCKS.get(kind, (1, 0))
        taken = elements // per_block * block_bytes
        by_type[kind] = by_type.get(kind, 0) + taken
        furthest = max(furthest, offset + taken)
    least_size = -(-reader.place // alignment) * alignment + furthest
    return GgufHeader(version, tensors, facts, least_size, by_type, shapes)


def _scalar(kind: int) -> str:
    if kind not in _SCALARS:
        raise _DamagedHeaderError("type")
    return _SCALARS[kind]
