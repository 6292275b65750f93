"""Keep a file beside the database that only its key can read, and whose every change is noticed.

The content is cut into chunks, each encrypted with AES-256-GCM in the STREAM construction of Hoang, Reyhanitabar,
Rogaway and Vizár (2015), as the age format does it: a key of its own for each file, and nonces that count the chunks
and mark the last one. So no chunk can be changed, moved, left out, cut off or taken from another file.

    8 bytes  what the file is     32 bytes  random salt     4 bytes  length of the sealed header, little-endian
    the sealed header             the sealed chunks of 1 MiB, the last one shorter or as long
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from medbot_desktop.errors import VaultError
from medbot_desktop.vault.atomic_file import replacing

BytesLike = bytes | bytearray | memoryview

_MARK = b"MBSEAL\x00\x01"
_SALT_BYTES = 32
_KEY_BYTES = 32
_TAG_BYTES = 16
_LENGTH = struct.Struct("<I")
_CHUNK = 1 << 20
_LONGEST_HEADER = 1 << 16

# The last byte of a nonce.
_MORE = 0
_LAST = 1
_HEADER = 2


def seal(file: Path, content: BytesLike | Iterable[BytesLike], key: bytes, header: bytes = b"") -> None:
    """Write a file encrypted, in place of the one of that name; what was there stays until the new one is whole.

    Nothing but the encrypted bytes reaches the disk, and the memory that is used does not grow with the content.

    Args:
        file: where to write; its folder exists.
        content: what to keep, whole or in parts.
        key: 32 bytes, of this purpose alone.
        header: what to know before reading the content, encrypted too; at most 64 KiB less the tag.

    Raises:
        DiskFullError: there is no room left; the file that was there is as it was.
        VaultError: the file cannot be written for another reason; the file that was there is as it was.
    """
    salt = secrets.token_bytes(_SALT_BYTES)
    cipher = _cipher(key, salt)
    sealed_header = cipher.encrypt(_nonce(0, _HEADER), header, None)
    if len(sealed_header) > _LONGEST_HEADER:
        raise ValueError("The header of a sealed file is too long.")
    parts = (content,) if isinstance(content, bytes | bytearray | memoryview) else content
    with replacing(file) as stream:
        stream.write(_MARK + salt + _LENGTH.pack(len(sealed_header)) + sealed_header)
        for number, (chunk, last) in enumerate(_chunks(parts)):
            stream.write(cipher.encrypt(_nonce(number, _LAST if last else _MORE), chunk, header))


def unseal(file: Path, key: bytes) -> tuple[bytes, bytearray]:
    """Read a sealed file.

    Args:
        file: what `seal` wrote.
        key: the key that it was sealed with.

    Returns:
        The header and the content.

    Raises:
        VaultError: the file is missing, cut short, changed, or sealed with another key.
    """
    try:
        with file.open("rb") as stream:
            return _read(stream, key)
    except (InvalidTag, EOFError) as error:
        raise VaultError(
            f"The file {file.name} of the vault is damaged, or it belongs to another vault.",
            hint="Restore it from a backup.",
        ) from error
    except OSError as error:
        raise VaultError(
            f"The file {file.name} of the vault cannot be read: {error.strerror}.",
            hint="Check that it is there and may be read.",
        ) from error


def _read(stream: BinaryIO, key: bytes) -> tuple[bytes, bytearray]:
    if _exactly(stream, len(_MARK)) != _MARK:
        raise InvalidTag
    cipher = _cipher(key, _exactly(stream, _SALT_BYTES))
    [length] = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > _LONGEST_HEADER:
        raise InvalidTag
    header = cipher.decrypt(_nonce(0, _HEADER), _exactly(stream, length), None)
    content = bytearray()
    sealed = stream.read(_CHUNK + _TAG_BYTES)
    number = 0
    while following := stream.read(_CHUNK + _TAG_BYTES):
        content += cipher.decrypt(_nonce(number, _MORE), sealed, header)
        sealed, number = following, number + 1
    content += cipher.decrypt(_nonce(number, _LAST), sealed, header)
    return header, content


def _exactly(stream: BinaryIO, size: int) -> bytes:
    block = stream.read(size)
    if len(block) < size:
        raise EOFError
    return block


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    """The cipher of one file; with a key of its own, its nonces need not be random."""
    return AESGCM(HKDF(SHA256(), _KEY_BYTES, salt=salt, info=_MARK).derive(key))


def _nonce(number: int, kind: int) -> bytes:
    return number.to_bytes(11, "big") + bytes([kind])


def _chunks(parts: Iterable[BytesLike]) -> Iterator[tuple[bytearray, bool]]:
    """The parts cut anew into chunks, each with whether it is the last; only the last may be short or empty."""
    chunk = bytearray()
    for part in parts:
        rest = memoryview(part)
        while rest:
            if len(chunk) == _CHUNK:
                yield chunk, False
                chunk = bytearray()
            taken = rest[: _CHUNK - len(chunk)]
            chunk += taken
            rest = rest[len(taken) :]
    yield chunk, True
