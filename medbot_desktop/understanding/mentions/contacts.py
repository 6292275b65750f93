"""Find the telephone numbers and e-mail addresses of a message, and no number that is something else."""

from __future__ import annotations

import re
from pathlib import Path

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.resources import load_resource
from medbot_desktop.understanding.cleaning import small
from medbot_desktop.understanding.mentions.date_patterns import alternatives
from medbot_desktop.understanding.mentions.files import ContactFile

_EMAIL = "email"
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15  # ITU-T E.164
_BEFORE = 30
_BETWEEN = r"(?:\W+(?:number|no|is|are|code|me|us|them|him|her|on|at|back|it|it['’]?s|now|my|the|or|a))*\W{0,4}$"
_HINT = re.compile(r"\d[\d\s().-]{5}|@|\sdot\s")


class Contacts:
    """The ways to write a number or an address, compiled once.

    Args:
        rules: what ``contacts.toml`` holds.
    """

    def __init__(self, rules: ContactFile) -> None:
        self._patterns = [(one.name, re.compile(one.pattern), one.asks_for_word) for one in rules.contact]
        self._phone_word = re.compile(rf"\b(?:{alternatives(rules.phone_words)}){_BETWEEN}")
        self._other = re.compile(rf"\b(?:{alternatives(rules.other_numbers)}){_BETWEEN}")

    @classmethod
    def load(cls, resources: Path) -> Contacts:
        """Read ``mentions/contacts.toml``.

        Raises:
            InputError: the file is missing or wrong.
        """
        return cls(load_resource(resources / "mentions" / "contacts.toml", ContactFile))

    def find(self, text: str) -> list[Entity]:
        """Return the addresses and numbers of a message in their order.

        Args:
            text: the message as cleaned.

        Returns:
            Entities of kind ``contact``, named ``phone`` or ``email``; the value of a number is its figures, with a
            plus before the country's code where that is written, and the value of an address is in small letters.
        """
        lowered = small(text)
        if _HINT.search(lowered) is None:
            return []
        found: list[Entity] = []
        for name, pattern, asks_for_word in self._patterns:
            for match in pattern.finditer(lowered):
                start, end = match.span()
                if any(start < other.end and other.start < end for other in found):
                    continue
                value = _address(match.group()) if name == _EMAIL else self._number(lowered, match, asks_for_word)
                if value is not None:
                    found.append(Entity(text[start:end], "contact", name, start, end, Assertion.PRESENT, value))
        return sorted(found, key=lambda entity: entity.start)

    def _number(self, lowered: str, match: re.Match[str], asks_for_word: bool) -> str | None:
        """The figures of a telephone number; None where it is another one."""
        before = lowered[max(0, match.start() - _BEFORE) : match.start()]
        written = match.group().replace("(0)", "")
        digits = "".join(c for c in written if c.isdigit())
        has_word = self._phone_word.search(before) is not None
        if self._other.search(before) or not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
            return None
        if (asks_for_word and not has_word) or (not has_word and _is_nhs_number(match.group(), digits)):
            return None
        if written.startswith("+"):
            return f"+{digits}"
        for access in ("00", "011"):
            if digits.startswith(access):
                return f"+{digits.removeprefix(access)}"
        return digits


def _address(written: str) -> str:
    return re.sub(r"\s+", "", re.sub(r"\s+dot\s+", ".", re.sub(r"\s+at\s+", "@", written)))


def _is_nhs_number(written: str, digits: str) -> bool:
    """Whether ten figures in the groups of an NHS number have its check digit (NHS Data Dictionary: modulus 11)."""
    if len(digits) != 10 or not re.fullmatch(r"\d{3}[\s-]?\d{3}[\s-]?\d{4}", written):
        return False
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return check % 11 == int(digits[9])
