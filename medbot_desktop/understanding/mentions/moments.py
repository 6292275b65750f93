"""Days and times of day as a message gives them, and how ISO 8601 writes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

MINUTES_OF_AN_HOUR = 60
NOON, MIDNIGHT = 12 * 60, 24 * 60
_FIRST_OF_THE_CLINIC = 7 * 60
"""Before this hour a clinic is closed: "at 3" is in the afternoon, "at 9" in the morning."""
_LATE = 16 * 60
"""A part of the day that begins later than this goes on until midnight."""


@dataclass(frozen=True, slots=True)
class Days:
    """A stretch of days, both ends within."""

    first: date
    last: date

    @classmethod
    def one(cls, day: date) -> Days:
        """A single day."""
        return cls(day, day)


@dataclass(frozen=True, slots=True)
class Hours:
    """A time of day, in minutes from its midnight; what ends on the next day goes beyond 24 hours.

    Attributes:
        first: the beginning.
        last: the end; None for a point of time.
        is_sure: whether morning or afternoon is told; "at 3" tells neither.
        is_part: whether it is a part of a day, within which a clock time may stand.
    """

    first: int
    last: int | None = None
    is_sure: bool = True
    is_part: bool = False

    def later(self) -> Hours:
        """The same of the other half of the day."""
        return Hours(self.first + NOON, None if self.last is None else self.last + NOON)

    def in_clinic(self) -> Hours:
        """The half of the day in which a clinic is open, where none is told."""
        early = not self.is_sure and self.first < _FIRST_OF_THE_CLINIC
        return self.later() if early else Hours(self.first, self.last)

    def within(self, part: Hours) -> Hours:
        """The half of the day that lies in ``part``: 8 in the evening is 20:00, 3 at night is on the next day."""
        begin = 0 if part.last is not None and part.last <= NOON else part.first  # 3 in the morning
        end = max(part.last or part.first, MIDNIGHT if part.first > _LATE else 0)  # 11 in the evening
        choices = [self] if self.is_sure else [self, self.later()]
        for shift in (0, MIDNIGHT):
            for one in choices:
                if begin <= one.first + shift < end:
                    return Hours(one.first + shift, None if one.last is None else one.last + shift)
        return self.in_clinic()

    def on(self, day: date) -> tuple[datetime, datetime | None]:
        """The moments at which it begins and ends on ``day``."""
        midnight = datetime(day.year, day.month, day.day)
        end = None if self.last is None else midnight + timedelta(minutes=self.last)
        return midnight + timedelta(minutes=self.first), end


Read = tuple[tuple[Days, ...], Hours | None]
"""The days that words may mean, and the time of day where they tell it too."""


def hours_of(first: float, last: float) -> Hours:
    """A part of a day, from its ends in hours."""
    return Hours(round(first * MINUTES_OF_AN_HOUR), round(last * MINUTES_OF_AN_HOUR), is_part=True)


def clock_of(moment: datetime) -> Hours:
    """The time of day of a moment."""
    return Hours(moment.hour * MINUTES_OF_AN_HOUR + moment.minute)


@dataclass(frozen=True, slots=True)
class Told:
    """What a few words of a message say about when.

    Attributes:
        start: offset of the first character.
        end: offset behind the last.
        shape: how it is written: ``weekday``, ``worded``, ``clock`` and so on.
        days: the days that may be meant, most likely first; empty where there is no such day, None where none is told.
        hours: the time of day; None where none is told.
        is_weak: whether it counts only beside a day.
        is_impossible: whether there is no such time.
    """

    start: int
    end: int
    shape: str
    days: tuple[Days, ...] | None = None
    hours: Hours | None = None
    is_weak: bool = False
    is_impossible: bool = False

    @property
    def value(self) -> str | None:
        """ISO 8601: a date, a date with a time, or an interval; with "or" between the readings; None: there is none."""
        if self.is_impossible or not self.days:
            return None
        return " or ".join(dict.fromkeys(self._written()))

    def _written(self) -> Iterator[str]:
        for days in self.days or ():
            if self.hours is None or days.first != days.last:
                ends = dict.fromkeys((days.first.isoformat(), days.last.isoformat()))
            else:
                begins, finishes = self.hours.in_clinic().on(days.first)
                ends = dict.fromkeys(_minute(moment) for moment in (begins, finishes) if moment is not None)
            yield "/".join(ends)


def _minute(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")
