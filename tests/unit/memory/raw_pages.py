"""Decrypt every page of a vault's files with its key, to look for what must not be there any more.

The format is SQLCipher 4's: pages of 4,096 bytes whose last 80 are the initialisation vector and an HMAC, AES-256-CBC
under the raw key; the first page begins with 16 bytes of salt. The write-ahead log has a header of 32 bytes, and
before each page one of 24.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from medbot_desktop.vault.data_key import DataKey

_PAGE = 4096
_RESERVED = 80
_IV = 16
_SALT = 16
_LOG_HEADER = 32
_FRAME_HEADER = 24


def readable(database: Path, key: DataKey) -> bytes:
    """All that stands in a database and its write-ahead log, free pages too."""
    log = database.with_name(f"{database.name}-wal")
    pages = [*_pages(database.read_bytes(), 0, 0), *_pages(_bytes(log), _LOG_HEADER, _FRAME_HEADER)]
    return b"".join(_decrypted(page, key.raw) for page in pages)


def _bytes(file: Path) -> bytes:
    return file.read_bytes() if file.exists() else b""


def _pages(content: bytes, header: int, frame_header: int) -> list[bytes]:
    step = frame_header + _PAGE
    return [content[at + frame_header : at + step] for at in range(header, len(content), step)]


def _decrypted(page: bytes, key: bytes) -> bytes:
    begin = _SALT if _is_first(page, key) else 0
    return _cipher(page, key, begin)


def _is_first(page: bytes, key: bytes) -> bool:
    """Whether a page is the first of the database, which has its salt in place of SQLite's magic words."""
    return _cipher(page, key, _SALT)[:2] == _PAGE.to_bytes(2, "big")


def _cipher(page: bytes, key: bytes, begin: int) -> bytes:
    end = _PAGE - _RESERVED
    decryptor = Cipher(algorithms.AES(key), modes.CBC(page[end : end + _IV])).decryptor()
    return decryptor.update(page[begin:end]) + decryptor.finalize()
