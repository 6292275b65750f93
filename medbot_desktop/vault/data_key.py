"""Hold the key that opens the database, and the keys derived from it, for as long as the vault is open."""

from __future__ import annotations

import secrets

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


class DataKey:
    """A random 256-bit key in memory that `wipe` overwrites.

    Args:
        key: 32 bytes; they are copied.
    """

    def __init__(self, key: bytes | bytearray) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"A data key has {KEY_BYTES} bytes.")
        self._key = bytearray(key)

    @classmethod
    def random(cls) -> DataKey:
        """A new key from the system's source of randomness."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @property
    def raw(self) -> bytes:
        """The key itself; let go of it soon, since a copy cannot be wiped."""
        return bytes(self._key)

    def hex(self) -> str:
        """The key in hexadecimal, as SQLCipher takes it."""
        return self._key.hex()

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose (HKDF with SHA-256, RFC 5869); it tells nothing about the data key.

        Args:
            purpose: what the derived key is for, e.g. ``index``.
        """
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"medbot {purpose}".encode()).derive(bytes(self._key))

    def wipe(self) -> None:
        """Overwrite the key; it opens nothing any more."""
        self._key[:] = bytes(KEY_BYTES)

    def __repr__(self) -> str:
        return "DataKey(...)"
