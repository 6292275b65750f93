"""Find the dates and times of day in a message, and say which ones they are."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.resources import load_resource
from medbot_desktop.understanding.cleaning import small
from medbot_desktop.understanding.mentions.date_joins import joined
from medbot_desktop.understanding.mentions.date_patterns import DatePattern, compiled
from medbot_desktop.understanding.mentions.date_words import DateWords
from medbot_desktop.understanding.mentions.files import DateFile
from medbot_desktop.understanding.mentions.moments import Days, Told
from medbot_desktop.understanding.mentions.relative_dates import (
    DAY_FIRST,
    MONTH_FIRST,
    PAST,
    UNKNOWN,
    Asked,
    RelativeDates,
)
from medbot_desktop.understanding.mentions.sense_of_time import SenseOfTime, SenseWords
from medbot_desktop.understanding.mentions.time_words import TimeWords

_MOST_PHRASES = 30
"""So many phrases of a message are given to dateparser; a longer list of dates is no message to a clinic."""
_BY_DATEPARSER = ("worded", "days_of_month", "amount")
_EVIDENCE = re.compile(r"\b(?:on|by|since|until|till|from|before|after|for|to|dated|due|[a-z]+day)\s+(?:the\s+)?$")
_FIGURES = ("iso", "numeric")
_NEVER_ALONE = "meal"


class Dates:
    """The ways to write dates and times, compiled once.

    Args:
        rules: what ``dates.toml`` holds.
    """

    def __init__(self, rules: DateFile) -> None:
        self._rules = rules
        self._words = DateWords(rules)
        self._times = TimeWords(rules.parts, {**rules.meals, **rules.eaten})
        self._sense = SenseWords(rules)
        self._of_days = compiled(rules.date, rules)
        self._of_hours = compiled(rules.time, rules)

    @classmethod
    def load(cls, resources: Path) -> Dates:
        """Read ``mentions/dates.toml``.

        Raises:
            InputError: the file is missing or wrong.
        """
        return cls(load_resource(resources / "mentions" / "dates.toml", DateFile))

    def order_in(self, country: str) -> str:
        """Whether day or month is written first in a country; empty where both are, or it is not known.

        Args:
            country: two-letter code (ISO 3166-1).
        """
        code = country.upper()
        if not code or code in self._rules.both_orders:
            return UNKNOWN
        return MONTH_FIRST if code in self._rules.month_first else DAY_FIRST

    def find(
        self,
        text: str,
        now: datetime,
        order: str = UNKNOWN,
        taken: Collection[tuple[int, int]] = (),
        *,
        only_figures: bool = False,
    ) -> list[Entity]:
        """Return the dates and times of a message in their order.

        Args:
            text: the message as cleaned.
            now: what "tomorrow" is relative to, without a time zone.
            order: as `order_in` gives it.
            taken: offsets of numbers that mean something else: doses, vital signs, "7/10".
            only_figures: whether to look for whole dates in figures alone, as in a message in another language.

        Returns:
            Entities of kind ``date`` with their value in ISO 8601: a date, a date with a time, or an interval; two of
            them with "or" between where the order of day and month is not known, and none where there is no such day.
        """
        reading = _Reading(text, SenseOfTime(self._sense, small(text)), now, order, tuple(taken))
        of_days = [one for one in self._of_days if one.reads in _FIGURES] if only_figures else self._of_days
        told = list(reading.days(of_days, self._words))
        if not only_figures:
            told += reading.hours(self._of_hours, self._times)
        told = joined(sorted(told, key=lambda one: (one.start, one.end)), small(text))
        return [
            Entity(text[one.start : one.end], "date", _name(one), one.start, one.end, Assertion.PRESENT, one.value)
            for one in map(reading.dated, told)
            if not one.is_weak
        ]


class _Reading:
    """The patterns at work on one message."""

    def __init__(
        self, text: str, sense: SenseOfTime, now: datetime, order: str, taken: Sequence[tuple[int, int]]
    ) -> None:
        self._written = text
        self._text = small(text)
        self._sense = sense
        self._now = now
        self._order = order
        self._taken = taken
        self._used: list[tuple[int, int]] = []
        self._relative = RelativeDates(now, _MOST_PHRASES)

    def days(self, patterns: Sequence[DatePattern], words: DateWords) -> Iterator[Told]:
        """What the patterns of days find, each place once."""
        for pattern in patterns:
            for match, start, end in self._matches(pattern):
                if pattern.reads in _BY_DATEPARSER and self._relative.is_used_up:
                    continue
                if words.is_risky(match, self._written) and not self._shows(match, start):
                    continue
                asked = Asked(
                    self._now,
                    self._order,
                    self._relative,
                    self._sense.at(start, end),
                    pattern.reads == "amount" and self._sense.is_length(start, end),
                )
                try:
                    read = words.read(pattern.reads, match, asked)
                except ValueError:
                    read = (), None
                if read is not None:
                    self._used.append((start, end))
                    yield Told(start, end, pattern.reads, *read, is_impossible=not read[0])

    def hours(self, patterns: Sequence[DatePattern], words: TimeWords) -> Iterator[Told]:
        """What the patterns of times of day find, each place once."""
        for pattern in patterns:
            for match, start, end in self._matches(pattern):
                try:
                    read = words.read(pattern.reads, match)
                except ValueError:
                    yield Told(start, end, pattern.reads, is_weak=pattern.weak, is_impossible=True)
                    self._used.append((start, end))
                    continue
                if read is not None:
                    self._used.append((start, end))
                    is_bare = bool(match.groupdict().get("bare") is not None and not (match["m1"] or match["m2"]))
                    yield Told(start, end, pattern.reads, None, read, is_weak=pattern.weak or is_bare)

    def dated(self, told: Told) -> Told:
        """A time of day with its day: the last one where the sentence speaks of what has been, else the next."""
        if told.days is not None or told.hours is None or told.is_impossible:
            return told
        sense = self._sense.at(told.start, told.end)
        if told.shape == _NEVER_ALONE and not sense:
            return replace(told, is_weak=True)
        today = self._now.date()
        if sense == PAST:
            choices = [told.hours] if told.hours.is_sure else [told.hours, told.hours.later()]
            begun = [
                (moment, hours, day)
                for hours in choices
                for day in (today - timedelta(days=before) for before in range(3))
                if (moment := hours.on(day)[0]) <= self._now
            ]
            _, hours, day = max(begun, key=lambda one: one[0])
            return replace(told, days=(Days.one(day),), hours=replace(hours, is_sure=True))
        begins, ends = told.hours.in_clinic().on(today)
        day = today if (ends or begins) >= self._now else today + timedelta(days=1)
        return replace(told, days=(Days.one(day),))

    def _matches(self, pattern: DatePattern) -> Iterator[tuple[re.Match[str], int, int]]:
        has_it = "it" in pattern.pattern.groupindex
        for match in pattern.pattern.finditer(self._text):
            start, end = match.span("it") if has_it else match.span()
            is_strong = "strong" in pattern.pattern.groupindex
            if not _meets(start, end, self._used) and (is_strong or not _meets(start, end, self._taken)):
                yield match, start, end

    def _shows(self, match: re.Match[str], start: int) -> bool:
        """Whether the words around a month in small letters tell that it is one."""
        groups = match.groupdict()
        if groups.get("which") == "this" or groups.get("lone"):
            return False
        day = groups.get("day")
        if day is None or groups.get("year") or not day.isdigit() or " of " in match.group():
            return True
        return _EVIDENCE.search(self._text[:start]) is not None


def _meets(start: int, end: int, places: Collection[tuple[int, int]]) -> bool:
    return any(start < other_end and other_start < end for other_start, other_end in places)


def _name(told: Told) -> str:
    if told.hours is not None:
        return "moment" if told.hours.last is None else "period"
    return "period" if told.days and told.days[0].first != told.days[0].last else "day"
