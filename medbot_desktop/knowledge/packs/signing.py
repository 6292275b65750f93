"""Sign packs with the vault's own key, and remember whose packs an administrator has accepted."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy.orm import Session

from medbot_desktop.vault.preferences import mark, set_mark

SIGNATURE_BYTES = 32 + 64
"""A public key and the signature by its private half."""

_KEY = "pack_signing_key"
_SIGNERS = "pack_signers"
_PUBLIC_BYTES = 32
# So that no signature made here can be passed off as one over something else.
_PURPOSE = b"medbot pack 1\0"
_PRIME = 2**255 - 19
# The points of small order: anybody can make signatures that such a "key" verifies (the list is libsodium's).
_WEAK = frozenset(
    {
        *(0, 1, _PRIME - 1, _PRIME, _PRIME + 1),
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)
_FINGERPRINT_BYTES = 20
_GROUP = 4


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key with which a vault signs its packs.

    Attributes:
        private: the raw private half; it never leaves the vault.
    """

    private: bytes

    @property
    def public(self) -> bytes:
        """The raw public half."""
        return self._key.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """What a person compares, in groups of letters."""
        return fingerprint(self.public)

    def sign(self, content: bytes) -> bytes:
        """The public key and the signature over ``content`` (Ed25519, RFC 8032)."""
        return self.public + self._key.sign(_PURPOSE + content)

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.private)

    def __repr__(self) -> str:
        return f"SigningKey({self.fingerprint})"


def kept_key(session: Session) -> SigningKey | None:
    """The vault's signing key; None where it was never used."""
    kept = mark(session, _KEY)
    return SigningKey(bytes.fromhex(kept)) if isinstance(kept, str) else None


def vault_key(session: Session) -> SigningKey:
    """The vault's signing key, which is made at its first use."""
    key = kept_key(session)
    if key is not None:
        return key
    key = SigningKey(Ed25519PrivateKey.generate().private_bytes_raw())
    set_mark(session, _KEY, key.private.hex())
    return key


def signer_of(signature: bytes, content: bytes) -> str | None:
    """The fingerprint of the key that signed ``content``; None where it did not sign it."""
    public, signed = signature[:_PUBLIC_BYTES], signature[_PUBLIC_BYTES:]
    if _without_sign(public) in _WEAK:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signed, _PURPOSE + content)
    except (InvalidSignature, ValueError):
        return None
    return fingerprint(public)


def fingerprint(content: bytes) -> str:
    """A hash of 160 bits in groups of letters that two people can read to each other (base32 of SHA-256)."""
    letters = base64.b32encode(hashlib.sha256(content).digest()[:_FINGERPRINT_BYTES]).decode()
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))


def is_same(typed: str, fingerprint: str) -> bool:
    """Whether a person gave this fingerprint; spaces, dashes and small letters make no difference."""
    return "".join(typed.replace("-", "").split()).upper() == fingerprint.replace("-", "")


def _without_sign(public: bytes) -> int:
    return int.from_bytes(public, "little") & ((1 << 255) - 1)


def accepted_signers(session: Session) -> frozenset[str]:
    """The fingerprints of the keys whose packs an administrator has accepted."""
    kept = mark(session, _SIGNERS)
    return frozenset(str(signer) for signer in kept) if isinstance(kept, list) else frozenset()


def accept_signer(session: Session, signer: str) -> None:
    """Take packs signed with this key from now on."""
    set_mark(session, _SIGNERS, sorted({*accepted_signers(session), signer}))


def forget_signer(session: Session, signer: str) -> None:
    """Take packs signed with this key no more, but for those that are installed."""
    set_mark(session, _SIGNERS, sorted(accepted_signers(session) - {signer}))
