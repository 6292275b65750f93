"""Read a date in figures: "2026-12-01", "12/03/1985", "5/6"; where it is not known which is the month, it is both."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date, datetime

from medbot_desktop.understanding.mentions.moments import Days, Read, clock_of
from medbot_desktop.understanding.mentions.relative_dates import DAY_FIRST, MONTH_FIRST, PAST, UNKNOWN, Asked

_MONTHS, _MOST_DAYS = 12, 31
_YEARS_AHEAD = 10
"""A year of two figures lies at most so far ahead; else in the century before."""
_LEAPS = 8
"""So many years lie at most between two leap days."""


def year_of(written: str, asked: Asked) -> int:
    """The year of four figures or of two."""
    digits = written.lstrip("'’")
    if len(digits) == 4:
        return int(digits)
    number = asked.today.year // 100 * 100 + int(digits)
    latest = asked.today.year + (0 if asked.sense == PAST else _YEARS_AHEAD)
    return number if number <= latest else number - 100


def in_nearest_year(given: int | None, month: int, day: int, asked: Asked) -> tuple[Days, ...]:
    """The day in the year given, else in the next or the last year that has it."""
    if given is not None:
        return (Days.one(date(given, month, day)),)
    years = range(asked.today.year - _LEAPS, asked.today.year + _LEAPS + 1)
    known = [date(one, month, day) for one in years if day <= calendar.monthrange(one, month)[1]]
    if not known:
        raise ValueError("There is no such day.")
    past = [one for one in known if one <= asked.today]
    to_come = [one for one in known if one >= asked.today]
    return (Days.one(past[-1] if asked.sense == PAST else to_come[0]),)


def iso(match: re.Match[str]) -> Read:
    """A day of ISO 8601, with or without a time of day."""
    day = date(int(match["y"]), int(match["m"]), int(match["d"]))
    if match["h"] is None:
        return (Days.one(day),), None
    moment = datetime(day.year, day.month, day.day, int(match["h"]), int(match["min"]))
    return (Days.one(day),), clock_of(moment)


def _orders(a: int, b: int, order: str) -> Iterator[tuple[int, int]]:
    """(month, day) of two figures, in the orders that are possible."""
    for is_asked, month, day in ((order != MONTH_FIRST, b, a), (order != DAY_FIRST, a, b)):
        if is_asked and 1 <= month <= _MONTHS and 1 <= day <= _MOST_DAYS:
            yield month, day


def _figures(match: re.Match[str], asked: Asked) -> list[tuple[int, int]]:
    """The possible readings; where the usual order gives none, the other one may."""
    a, b = int(match["a"]), int(match["b"])
    return list(dict.fromkeys(_orders(a, b, asked.order))) or list(_orders(a, b, UNKNOWN))


def numeric(match: re.Match[str], asked: Asked) -> Read | None:
    """A day in three figures."""
    number = year_of(match["y"], asked)
    choices = []
    for month, day in _figures(match, asked):
        if day <= calendar.monthrange(number, month)[1]:
            choices.append(Days.one(date(number, month, day)))
    if not choices and len(match["y"]) == 2:
        return None
    if not choices:
        raise ValueError("There is no such day.")
    return tuple(choices), None


def short_numeric(match: re.Match[str], asked: Asked) -> Read | None:
    """A day and a month in figures."""
    choices: list[Days] = []
    for month, day in _figures(match, asked):
        if day <= calendar.monthrange(2000, month)[1]:
            choices += in_nearest_year(None, month, day, asked)
    return (tuple(choices), None) if choices else None


def year(match: re.Match[str]) -> Read:
    """A whole year."""
    number = int(match["year"])
    return (Days(date(number, 1, 1), date(number, 12, 31)),), None
