"""Make a key that can be written on paper and typed again, and that shows a typing error at once."""

from __future__ import annotations

import hashlib
import re
import secrets

from medbot_desktop.errors import PassphraseError

# Crockford's base 32: no I, L, O or U, so that nothing is mistaken for 1, 0 or V.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212]+")  # a word processor makes other dashes of those that were typed
_BITS = 5
_SECRET_BYTES = 20
_SECRET_LENGTH = _SECRET_BYTES * 8 // _BITS
_CHECKSUM_LENGTH = 3
_GROUP = 5

GROUPS = (_SECRET_LENGTH + _CHECKSUM_LENGTH) // _GROUP
"""How many groups of five characters a recovery key has."""


def new_recovery_key() -> str:
    """160 random bits and a checksum of 15, in seven groups of five characters."""
    secret = int.from_bytes(secrets.token_bytes(_SECRET_BYTES), "big")
    return _grouped(_encoded(secret, _SECRET_LENGTH))


def parse_recovery_key(text: str) -> str:
    """The recovery key that was typed, in its one form.

    Case, spaces and dashes do not matter, nor O in place of 0, nor I or L in place of 1.

    Raises:
        PassphraseError: it is no recovery key, or has a typing error in it.
    """
    typed = _BETWEEN.sub("", text.upper()).translate(_MISREAD)
    if len(typed) != GROUPS * _GROUP:
        raise PassphraseError(
            f"A recovery key has {GROUPS} groups of {_GROUP} characters, and this one has another length.",
            hint="Type it as it was written down.",
        )
    secret = typed[:_SECRET_LENGTH]
    if any(character not in _ALPHABET for character in typed) or _grouped(secret).replace("-", "") != typed:
        raise PassphraseError(
            "That recovery key has a typing error in it.", hint="Compare it with what was written down, group by group."
        )
    return _grouped(secret)


def _grouped(secret: str) -> str:
    digest = int.from_bytes(hashlib.sha256(secret.encode()).digest()[:2], "big") >> 1
    whole = secret + _encoded(digest, _CHECKSUM_LENGTH)
    return "-".join(whole[start : start + _GROUP] for start in range(0, len(whole), _GROUP))


def _encoded(number: int, length: int) -> str:
    return "".join(_ALPHABET[(number >> (_BITS * place)) & 31] for place in reversed(range(length)))
