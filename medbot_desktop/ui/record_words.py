"""Say in a few words what a person's record holds, so that it is seen and yet not loud."""

from __future__ import annotations

from collections.abc import Sequence

from medbot_desktop.domain import Person
from medbot_desktop.ui.days import short_date
from medbot_desktop.ui.talk import one_line

_MOST = 8
_MANY, _FEW = 80, 40
_LONGEST = 60


def allergy_words(person: Person) -> str:
    """What a person is allergic to, in a line; empty where the record holds nothing of it."""
    return f"Allergic to {listed(person.allergies, _MANY)}" if person.allergies else ""


def other_words(person: Person) -> str:
    """What else the record holds, in a line."""
    lists = (("Takes", person.medicines), ("Has", person.conditions))
    told = [f"{verb} {listed(entries)}" for verb, entries in lists if entries]
    return " · ".join([*told, f"A child is due on {short_date(person.due)}"] if person.due else told)


def record_words(person: Person) -> str:
    """Everything that the record holds, the allergies first; empty where it holds nothing."""
    return " · ".join(part for part in (allergy_words(person), other_words(person)) if part)


def listed(entries: Sequence[str], letters: int = _FEW) -> str:
    """The first of the entries, and how many more there are.

    Args:
        entries: what a record holds.
        letters: once so many are told, no further entry is.
    """
    told: list[str] = []
    for entry in entries:
        told.append(_short(entry))
        if len(told) == _MOST or sum(map(len, told)) >= letters:
            break
    line = ("; " if any("," in entry for entry in told) else ", ").join(told)
    more = len(entries) - len(told)
    return f"{line} and {more} more" if more else line


def _short(entry: str) -> str:
    line = one_line(entry, _LONGEST + 1)
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
