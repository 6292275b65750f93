"""Read which day the words of a message mean: "next Tuesday", "the 14th", "in two weeks"."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from medbot_desktop.text import NUMBER_WORDS
from medbot_desktop.understanding.mentions import date_figures
from medbot_desktop.understanding.mentions.files import DateFile
from medbot_desktop.understanding.mentions.moments import Days, Read, clock_of, hours_of
from medbot_desktop.understanding.mentions.relative_dates import FUTURE, PAST, Asked
from medbot_desktop.understanding.mentions.time_words import plain

_WEEK = timedelta(days=7)
_MOST_DAYS, _MONTHS = 31, 12
_UNITS = {
    "min": "minutes",
    "h": "hours",
    "d": "days",
    "w": "weeks",
    "f": "weeks",
    "n": "days",
    "m": "months",
    "y": "years",
}
_FINER = {
    "hours": ("minutes", 60),
    "days": ("hours", 24),
    "weeks": ("days", 7),
    "months": ("days", 30),
    "years": ("months", 12),
}
_AMOUNTS = {"a": 1.0, "an": 1.0, "couple": 2.0, "few": 3.0, "several": 4.0}


class DateWords:
    """The lists of words that stand for days.

    Args:
        rules: what ``dates.toml`` holds.
    """

    def __init__(self, rules: DateFile) -> None:
        self._weekdays = _numbered(rules.weekdays) | _numbered(rules.short_weekdays)
        self._names = {
            word: name
            for lists in (rules.months, rules.short_months)
            for name, words in lists.items()
            for word in words
        }
        self._months = {name: number for number, name in enumerate(rules.months, 1)}
        self._ordinals = [re.compile(word) for word in rules.ordinals]
        self._day_words = rules.day_words
        self._holidays = rules.holidays
        self._risky = frozenset(rules.risky)
        self._parts = rules.parts

    def read(self, reads: str, match: re.Match[str], asked: Asked) -> Read | None:
        """What the words of a match mean; None where they are no date.

        Raises:
            ValueError: there is no such day.
        """
        return _READERS[reads](self, match, asked)

    def is_risky(self, match: re.Match[str], written: str) -> bool:
        """Whether a month or weekday is a word that means something else too, and is not written as a name.

        Args:
            match: of the message in small letters.
            written: the message.
        """
        for group in ("month", "month_short", "weekday_short"):
            if match.groupdict().get(group) in self._risky:
                return written[match.start(group)].islower()
        return False

    def _month_name(self, match: re.Match[str]) -> str:
        groups = match.groupdict()
        return self._names[groups.get("month") or groups["month_short"]]

    def _day(self, written: str) -> int:
        digits = re.match(r"\d+", written)
        if digits:
            return int(digits.group())
        return next(number for number, word in enumerate(self._ordinals, 1) if word.fullmatch(written))

    def worded(self, match: re.Match[str], asked: Asked) -> Read:
        """A day with the name of its month."""
        day, name, year = self._day(match["day"]), self._month_name(match), match.groupdict().get("year")
        phrase = f"{day} {name} {date_figures.year_of(year, asked)}" if year else f"{day} {name}"
        found = asked.relative.named(phrase, asked.sense) if 1 <= day <= _MOST_DAYS else None
        if found is None:
            raise ValueError("There is no such day.")
        return (Days.one(found.date()),), None

    def days_of_month(self, match: re.Match[str], asked: Asked) -> Read:
        """A stretch of days in one month."""
        [last], _ = self.worded(match, asked)
        return (Days(last.first.replace(day=int(match["first"])), last.first),), None

    def month(self, match: re.Match[str], asked: Asked) -> Read:
        """A whole month."""
        number, groups = self._months[self._month_name(match)], match.groupdict()
        if groups.get("year"):
            year = int(groups["year"])
        else:
            which = {"last": PAST, "next": FUTURE}.get(groups.get("which") or "", asked.sense)
            year = asked.today.year
            if which == PAST and (number > asked.today.month or (groups.get("which") and number == asked.today.month)):
                year -= 1
            elif which != PAST and (
                number < asked.today.month or (groups.get("which") == "next" and number <= asked.today.month)
            ):
                year += 1
        return (_month(year, number),), None

    def day_of_month(self, match: re.Match[str], asked: Asked) -> Read | None:
        """A day of which only the number is given: the next or the last of that number."""
        number = self._day(match["day"])
        if not match["day"][0].isdigit() and number < 10:  # "the second", "the first"
            return None
        if not 1 <= number <= _MOST_DAYS:
            raise ValueError("There is no such day.")
        which = match.groupdict().get("which")
        if which:
            return (
                Days.one(_shifted(asked.today, {"this": 0, "next": 1, "last": -1}[which]).replace(day=number)),
            ), None
        step = -1 if asked.sense == PAST else 1
        for months in range(0, 3 * step, step):
            first = _shifted(asked.today, months)
            if number <= calendar.monthrange(first.year, first.month)[1]:
                day = first.replace(day=number)
                if (day - asked.today).days * step >= 0:
                    return (Days.one(day),), None
        raise ValueError("There is no such day.")

    def weekday(self, match: re.Match[str], asked: Asked) -> Read:
        """A day of the week: the next one, or the last where the sentence speaks of what has been."""
        groups = match.groupdict()
        number = self._weekdays[groups.get("weekday") or groups["weekday_short"]]
        which, week = (groups.get("which") or "").removeprefix("this ") or "this", groups.get("week")
        is_said = bool(groups.get("which"))
        if which in ("last", "past", "previous") or week == "gone" or (not is_said and asked.sense == PAST):
            day = asked.today - timedelta(days=(asked.today.weekday() - number - 1) % 7 + 1)
        elif which in ("next", "following"):
            day = _monday(asked.today) + _WEEK + timedelta(days=number)
        else:
            least = 0 if is_said else 1
            day = asked.today + timedelta(days=(number - asked.today.weekday() - least) % 7 + least)
        weeks = groups.get("weeks")
        more = {"week": 1, "fortnight": 2}.get(week or "") or {"two": 2, "2": 2}.get(weeks or "", 1 if weeks else 0)
        return (Days.one(day + more * _WEEK),), None

    def day_word(self, match: re.Match[str], asked: Asked) -> Read:
        """Today, tomorrow, and the days around them."""
        return (Days.one(asked.today + timedelta(days=self._day_words[plain(match["day_word"])])),), None

    def tonight(self, match: re.Match[str], asked: Asked) -> Read:
        """The night to come, or the last."""
        words = plain(match["night"])
        is_past = words.startswith("last") or (words == "overnight" and asked.sense != FUTURE)
        first, last = self._parts["evening" if "evening" in words else "night"]
        day = asked.today - timedelta(days=1) if is_past else asked.today
        return (Days.one(day),), hours_of(first, last)

    def part_of_today(self, match: re.Match[str], asked: Asked) -> Read:
        """This morning, this evening."""
        return (Days.one(asked.today),), hours_of(*self._parts[plain(match["part"])])

    def holiday(self, match: re.Match[str], asked: Asked) -> Read:
        """A feast that has its day every year."""
        month, day = self._holidays[plain(match["holiday"])]
        groups = match.groupdict()
        sense = {"last": PAST, "next": FUTURE}.get(groups["which"] or "", asked.sense)
        year = int(groups["year"]) if groups["year"] else None
        return date_figures.in_nearest_year(year, month, day, replace(asked, sense=sense)), None


def _numbered(names: dict[str, list[str]]) -> dict[str, int]:
    return {word: number for number, words in enumerate(names.values()) for word in words}


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month(year: int, month: int) -> Days:
    return Days(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def _shifted(day: date, months: int) -> date:
    """The first day of the month so many months on."""
    years, month = divmod(day.month - 1 + months, _MONTHS)
    return date(day.year + years, month + 1, 1)


def _amount(_: DateWords, match: re.Match[str], asked: Asked) -> Read | None:
    groups = match.groupdict()
    if groups["n"] is None and groups["unit"].endswith("s"):  # "weeks ago"
        return None
    way, number = groups["way"], _number(groups["n"] or "a") + (0.5 if groups.get("half") else 0.0)
    unit = _UNITS["min" if groups["unit"].startswith("min") else groups["unit"][0]]
    number *= 2 if groups["unit"].startswith("f") else 1
    if way == "in" and not groups["time"] and asked.is_length:
        return None
    if way in ("today", "tomorrow") and asked.sense == PAST:
        return None
    if way == "in" and unit == "minutes" and number == 1:  # "in a minute", "40 in one minute"
        return None
    while number % 1 and unit in _FINER:
        unit, times = _FINER[unit]
        number *= times
    phrase = f"{number:g} {unit}"
    moment = asked.relative.amount(f"{phrase} ago" if way in ("ago", "back") else f"in {phrase}")
    if moment is None:
        raise ValueError("There is no such day.")
    if unit in ("minutes", "hours"):
        return (Days.one(moment.date()),), clock_of(moment)
    return (Days.one(moment.date() + timedelta(days=way == "tomorrow")),), None


def _number(written: str) -> float:
    words = written.replace(",", ".").split()
    if words[0] == "half":
        return 0.5
    if "quarter" in words:
        return 0.25
    if words[0][0].isdigit():
        return float(words[0])
    return max(_AMOUNTS.get(word, float(NUMBER_WORDS.get(word, 0))) for word in words)


def _period(_: DateWords, match: re.Match[str], asked: Asked) -> Read:
    which = match["which"].removeprefix("the ")
    step = {"next": 1, "following": 1, "coming": 1, "last": -1, "previous": -1, "after": 2}.get(which, 0)
    unit = match["period"]
    today = asked.today
    if unit in ("year", "yr"):
        return (Days(date(today.year + step, 1, 1), date(today.year + step, 12, 31)),), None
    if unit == "month":
        first = _shifted(today, step)
        return (_month(first.year, first.month),), None
    monday = _monday(today) + step * _WEEK
    if unit in ("week", "wk"):
        return (Days(monday, monday + timedelta(days=6)),), None
    if which == "the" and asked.sense == PAST and today.weekday() < 5:
        monday -= _WEEK
    return (Days(monday + timedelta(days=5), monday + timedelta(days=6)),), None


_READERS: dict[str, Callable[[DateWords, re.Match[str], Asked], Read | None]] = {
    "iso": lambda _, match, __: date_figures.iso(match),
    "numeric": lambda _, match, asked: date_figures.numeric(match, asked),
    "short_numeric": lambda _, match, asked: date_figures.short_numeric(match, asked),
    "worded": DateWords.worded,
    "days_of_month": DateWords.days_of_month,
    "month": DateWords.month,
    "year": lambda _, match, __: date_figures.year(match),
    "day_of_month": DateWords.day_of_month,
    "weekday": DateWords.weekday,
    "amount": _amount,
    "day_word": DateWords.day_word,
    "tonight": DateWords.tonight,
    "part_of_today": DateWords.part_of_today,
    "period": _period,
    "holiday": DateWords.holiday,
}
