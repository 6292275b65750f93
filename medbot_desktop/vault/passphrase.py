"""Say what may be a passphrase, how strong it is, and make one for a single use."""

from __future__ import annotations

import math
import re
import secrets
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from medbot_desktop.errors import InputError, PassphraseError

LEAST = 8
LONGEST = 100_000
_FILE_LIMIT = 1 << 20

# Letters and numbers that are not mistaken for one another when they are read aloud or written by hand.
_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS = 4
_GROUP_LENGTH = 4

_BITS_OF_A_WORD = 12.0
_LETTERS_OF_A_WORD = 5
_BITS_OF_A_LETTER = 4.7
_BITS_OF_AN_IDEOGRAM = 6.0
_BITS_OF_A_DIGIT = 3.3
_BITS_OF_A_SIGN = 3.0
_FAIR_BITS = 30
_STRONG_BITS = 46
_PIECE = re.compile(r"[^\W\d_]+|\d|[^\w\s]|_")


class Grade(StrEnum):
    """How hard a passphrase is to guess."""

    WEAK = "weak"
    FAIR = "fair"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Strength:
    """An estimate, and one sentence of advice."""

    grade: Grade
    advice: str


_ADVICE = {
    Grade.WEAK: "This could be guessed. Four or more words that have nothing to do with each other are strong.",
    Grade.FAIR: "This is fair. One more word makes it strong.",
    Grade.STRONG: "This is strong.",
}


def normalise(passphrase: str) -> str:
    """The passphrase in one form, however a keyboard composes its letters (Unicode NFC, as RFC 8265 asks)."""
    return unicodedata.normalize("NFC", passphrase)


def check_new(passphrase: str) -> None:
    """Make sure that a passphrase may protect an account.

    At least 8 characters, as NIST SP 800-63B asks; letters whose UTF-8 takes more than one byte count for as many,
    since a short phrase says more in such a script.

    Raises:
        PassphraseError: it is empty, too short or too long, or holds characters that cannot be typed again.
    """
    if not passphrase.strip():
        raise PassphraseError("A passphrase cannot be empty.", hint="Choose four or more words.")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in passphrase):
        raise PassphraseError(
            "That passphrase holds characters that cannot be typed.", hint="Choose letters, numbers, signs and spaces."
        )
    if len(normalise(passphrase).encode()) < LEAST:
        raise PassphraseError(f"A passphrase needs at least {LEAST} characters.", hint="Choose four or more words.")
    if len(passphrase) > LONGEST:
        raise PassphraseError(f"A passphrase has at most {LONGEST:,} characters.", hint="Choose a shorter one.")


def strength(passphrase: str) -> Strength:
    """Estimate how hard a passphrase is to guess, one guess costing about a second of a computer.

    Somebody who guesses tries words before letters: so a run of letters counts as one word of a list of four thousand,
    and what is repeated counts once. It knows no names, dates or sayings, so it promises nothing.
    """
    letters = "".join(sign for sign in normalise(passphrase.casefold()) if unicodedata.category(sign)[0] != "M")
    bits = sum(_bits(piece) for piece in set(_PIECE.findall(letters)))
    grade = Grade.WEAK if bits < _FAIR_BITS else Grade.FAIR if bits < _STRONG_BITS else Grade.STRONG
    return Strength(grade, _ADVICE[grade])


def _bits(piece: str) -> float:
    if not piece.isalpha():
        return _BITS_OF_A_DIGIT if piece.isdigit() else _BITS_OF_A_SIGN
    if any(unicodedata.east_asian_width(letter) in "WF" for letter in piece):  # a letter often says a whole word
        return len(piece) * _BITS_OF_AN_IDEOGRAM
    if piece.upper() == piece.lower():  # a script without capitals; some of them leave no space between words
        return min(math.ceil(len(piece) / _LETTERS_OF_A_WORD) * _BITS_OF_A_WORD, len(piece) * _BITS_OF_A_LETTER)
    return min(_BITS_OF_A_WORD, len(piece) * _BITS_OF_A_LETTER)


def one_time_passphrase() -> str:
    """A passphrase to give to somebody, who changes it at once: four groups of four, about 79 bits."""
    return "-".join("".join(secrets.choice(_CLEAR) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))


def read_passphrase_file(file: Path) -> str:
    """The first line of a file.

    Raises:
        InputError: the file cannot be read, is no UTF-8 text, or is far too large.
    """
    try:
        with file.open("rb") as stream:
            content = stream.read(_FILE_LIMIT + 1)
    except OSError as error:
        raise InputError(
            f"The passphrase file {file} cannot be read: {error.strerror}.", hint="Check its name and permissions."
        ) from error
    if len(content) > _FILE_LIMIT:
        raise InputError(
            f"The file {file} is too large to hold a passphrase.", hint="Its first line is the passphrase."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"The passphrase file {file} is no UTF-8 text.", hint="Save it as UTF-8.") from error
    return text.partition("\n")[0].rstrip("\r")
