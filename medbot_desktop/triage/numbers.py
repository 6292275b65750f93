"""Know whom to call in the country where the program runs."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from medbot_desktop.domain import Triage
from medbot_desktop.resources import load_resource
from medbot_desktop.settings import resources_folder

# Behind the colon stands the word for "or" of the sentence's language: "112, 999 o 911".
_PLACE = re.compile(r"\{emergency_number(?::([^}]+))?\}")
_LOCALE = re.compile(r"^[a-z]{2,3}[_-]([A-Z]{2})\b")


@dataclass(frozen=True, slots=True)
class EmergencyNumbers:
    """Whom to call, in words that fit into a sentence behind "call".

    Attributes:
        country: two-letter code, empty where it is not known.
        emergency: the emergency number.
        crisis: the line for people in a mental health crisis, with its name.
        poison: the line for poisoning; empty where there is none to name.
    """

    country: str
    emergency: str
    crisis: str
    poison: str = ""

    def fill(self, sentence: str) -> str:
        """Return ``sentence`` with ``{emergency_number}`` or ``{emergency_number:o}``, and ``{crisis_line}`` filled.

        Args:
            sentence: what is said; behind the colon stands its language's word for "or", where that is not English.
        """
        told = _PLACE.sub(lambda place: self.emergency.replace(" or ", f" {place[1] or 'or'} "), sentence)
        return told.replace("{crisis_line}", self.crisis)

    def filled(self, triage: Triage) -> Triage:
        """Return ``triage`` with the numbers filled into every sentence."""
        flags = tuple(
            replace(flag, why=self.fill(flag.why), do_now=tuple(map(self.fill, flag.do_now)))
            for flag in triage.red_flags
        )
        return replace(
            triage,
            red_flags=flags,
            reasons=tuple(map(self.fill, triage.reasons)),
            do_now=tuple(map(self.fill, triage.do_now)),
            safety_net=tuple(map(self.fill, triage.safety_net)),
        )


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NumbersEntry(_Strict):
    """The numbers of one country."""

    emergency: str = Field(min_length=3)
    crisis: str = Field(min_length=3)
    poison: str = ""


class UnionEntry(NumbersEntry):
    """The numbers of the countries that share one."""

    countries: list[str]


class NumbersFile(_Strict):
    """``emergency_numbers.toml``."""

    unknown: NumbersEntry
    country: dict[str, NumbersEntry]
    european_union: UnionEntry


def emergency_numbers(country: str) -> EmergencyNumbers:
    """Return whom to call in ``country``.

    Args:
        country: two-letter code (ISO 3166-1); empty: the system's locale decides.

    Raises:
        InputError: the file of numbers is missing or wrong.
    """
    code = country.upper() or _country_of_system()
    numbers = _numbers(resources_folder())
    if code in numbers.country:
        entry = numbers.country[code]
    elif code in numbers.european_union.countries:
        entry = numbers.european_union
    else:
        code, entry = "", numbers.unknown
    return EmergencyNumbers(code, entry.emergency, entry.crisis, entry.poison)


def _country_of_system() -> str:
    """The country in the locale of the environment, as in ``en_GB.UTF-8``, in the order in which POSIX reads it."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if match := _LOCALE.match(os.environ.get(variable, "")):
            return match.group(1)
    return ""


@lru_cache(maxsize=4)
def _numbers(resources: Path) -> NumbersFile:
    return load_resource(resources / "locale" / "emergency_numbers.toml", NumbersFile)
