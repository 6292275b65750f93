"""Look into a GGUF file's header, so that a damaged or foreign file is refused before llama.cpp maps it."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from medbot_desktop.errors import ModelError

MAGIC = b"GGUF"
VERSIONS = (2, 3)

# The layout follows ggml/docs/gguf.md of llama.cpp.
_ALIGNMENT = 32
_MOST_TENSORS = 100_000
_MOST_KEYS = 100_000
_MOST_DIMENSIONS = 4
_LONGEST_NAME = 65_535
_STRING, _ARRAY = 8, 9
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}

# Elements in a block and bytes of a block, by ggml's type number (ggml-common.h).
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 30: (1, 2),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What the header of a GGUF file states.

    Attributes:
        version: of the format.
        tensors: how many tensors the file holds.
        facts: its metadata, without the long lists (vocabulary, merges).
        least_size: bytes that the file must have at least, to hold the tensors that it lists.
    """

    version: int
    tensors: int
    facts: Mapping[str, str | int | float | bool]
    least_size: int

    @property
    def architecture(self) -> str:
        """The kind of network, e.g. ``llama``."""
        return str(self.facts.get("general.architecture", ""))


class _DamagedHeaderError(ValueError):
    """The header says something that cannot be."""


def read_header(path: Path) -> GgufHeader:
    """Read and check the header of a GGUF file.

    Args:
        path: the file.

    Returns:
        What the header states; the file is long enough to hold it all.

    Raises:
        ModelError: the file is missing, is no GGUF, is of a version that is not known, or is cut short.
    """
    hint = "Copy the file again from where it came from; it must be a GGUF model."
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            header = _parse(file, size, path.name)
    except FileNotFoundError as error:
        raise ModelError(f"There is no file {path}.", "Check the path and that the USB stick is still in.") from error
    except IsADirectoryError as error:
        raise ModelError(f"{path} is a folder, not a model file.", hint) from error
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.", hint) from error
    except (_DamagedHeaderError, struct.error, UnicodeDecodeError) as error:
        raise ModelError(f"The model file {path.name} is damaged or cut short inside its header.", hint) from error
    if size < header.least_size:
        raise ModelError(
            f"The model file {path.name} is cut short: it has {size:,} of at least {header.least_size:,} bytes.", hint
        )
    return header


def _parse(file: BinaryIO, size: int, name: str) -> GgufHeader:
    if file.read(4) != MAGIC:
        raise ModelError(f"{name} is not a GGUF model file.", "Give a file in the GGUF format; its name ends in .gguf.")
    version = _number(file, "<I")
    if version not in VERSIONS:
        raise ModelError(
            f"{name} is a GGUF file of a version that MedBot does not know ({version}).",
            "Get the model in GGUF version 3.",
        )
    tensors, keys = _number(file, "<Q"), _number(file, "<Q")
    if tensors > _MOST_TENSORS or keys > _MOST_KEYS:
        raise _DamagedHeaderError("counts")
    facts: dict[str, str | int | float | bool] = {}
    for _ in range(keys):
        key = _string(file, size)
        value = _value(file, size, _number(file, "<I"))
        if value is not None:
            facts[key] = value
    if tensors == 0 or not facts.get("general.architecture"):
        raise ModelError(f"{name} holds no model that can be run.", "Give a complete model in one GGUF file.")
    return GgufHeader(version, tensors, facts, _least_size(file, size, tensors, facts))


def _least_size(file: BinaryIO, size: int, tensors: int, facts: Mapping[str, str | int | float | bool]) -> int:
    """Read the list of tensors and say where the data of the last one ends."""
    alignment = int(facts.get("general.alignment", _ALIGNMENT))
    if alignment <= 0:
        raise _DamagedHeaderError("alignment")
    furthest = 0
    for _ in range(tensors):
        _string(file, size)
        dimensions = _number(file, "<I")
        if dimensions > _MOST_DIMENSIONS:
            raise _DamagedHeaderError("dimensions")
        elements = 1
        for _ in range(dimensions):
            elements *= _number(file, "<Q")
        kind, offset = _number(file, "<I"), _number(file, "<Q")
        per_block, block_bytes = _BLOCKS.get(kind, (1, 0))
        furthest = max(furthest, offset + elements // per_block * block_bytes)
    return -(-file.tell() // alignment) * alignment + furthest


def _value(file: BinaryIO, size: int, kind: int) -> str | int | float | bool | None:
    if kind == _STRING:
        return _string(file, size)
    if kind == _ARRAY:
        _skip_array(file, size)
        return None
    return _number(file, _scalar(kind))


def _skip_array(file: BinaryIO, size: int) -> None:
    kind, count = _number(file, "<I"), _number(file, "<Q")
    if kind == _STRING:
        if count > size // 8:
            raise _DamagedHeaderError("array")
        for _ in range(count):
            _skip(file, size, _number(file, "<Q"))
    else:
        _skip(file, size, count * struct.calcsize(_scalar(kind)))


def _scalar(kind: int) -> str:
    if kind not in _SCALARS:
        raise _DamagedHeaderError("type")
    return _SCALARS[kind]


def _skip(file: BinaryIO, size: int, count: int) -> None:
    if count > size - file.tell():
        raise _DamagedHeaderError("length")
    file.seek(count, 1)


def _string(file: BinaryIO, size: int) -> str:
    length = _number(file, "<Q")
    if length > size - file.tell():
        raise _DamagedHeaderError("length")
    return file.read(length).decode("utf-8")


def _number(file: BinaryIO, form: str) -> int:
    # Floats and booleans of the metadata come through here too; they are read, never counted with.
    value: int = struct.unpack(form, file.read(struct.calcsize(form)))[0]
    return value
