"""Ask dateparser for the day of a phrase that was found already, relative to a given moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dateparser.date import DateDataParser

PAST, FUTURE = "past", "future"
DAY_FIRST, MONTH_FIRST, UNKNOWN = "day", "month", ""
_FAR, _NEAR = timedelta(days=300), timedelta(days=60)


class RelativeDates:
    """Reads "3 days ago", "in two weeks" and "14 march" relative to a moment.

    dateparser finds dates where there are none ("may", "second", "3/10"), so it never sees a whole message; and a
    phrase costs a millisecond or two, so it is asked for no more than so many of them.

    Args:
        now: the moment, without a time zone.
        most: how many phrases are read.
    """

    def __init__(self, now: datetime, most: int) -> None:
        self._now = now
        self._left = most
        self._parsers: dict[tuple[str, datetime], DateDataParser] = {}

    @property
    def is_used_up(self) -> bool:
        """Whether no more phrases are read."""
        return self._left <= 0

    def amount(self, phrase: str) -> datetime | None:
        """The moment of "3 days ago" or "in 2 weeks"; None where there is none."""
        return self._read(phrase, PAST, self._now)

    def named(self, phrase: str, sense: str) -> datetime | None:
        """The day of "14 march 2026" or "14 march"; None where there is no such day.

        Args:
            phrase: number, month in English, and the year where one is given.
            sense: ``past`` or ``future``: which year is meant where none is given; empty: the next, unless it is far.
        """
        tomorrow, yesterday = self._now + timedelta(days=1), self._now - timedelta(days=1)
        if sense == PAST:
            return self._read(phrase, PAST, tomorrow)
        found = self._read(phrase, FUTURE, yesterday)  # from yesterday on: today is to come, too
        if found is not None and not sense and found - self._now > _FAR:
            before = self._read(phrase, PAST, tomorrow)
            return before if before is not None and self._now - before < _NEAR else found
        return found

    def _read(self, phrase: str, prefer: str, base: datetime) -> datetime | None:
        key = (prefer, base)
        if key not in self._parsers:
            # It takes half a second to load, and most messages name no date that it is asked for.
            from dateparser.date import DateDataParser

            settings = {
                "PREFER_DATES_FROM": prefer,
                "RELATIVE_BASE": base,
                "DATE_ORDER": "DMY",
                "PARSERS": ["relative-time", "absolute-time"],
                "RETURN_AS_TIMEZONE_AWARE": False,
                "TIMEZONE": "UTC",
            }
            self._parsers[key] = DateDataParser(languages=["en"], settings=settings)
        self._left -= 1
        try:
            found: datetime | None = self._parsers[key].get_date_data(phrase).date_obj
        except (OverflowError, ValueError):  # a year that no calendar holds
            return None
        return found


@dataclass(frozen=True, slots=True)
class Asked:
    """What a date of a message is read by.

    Attributes:
        now: the moment of the message.
        order: whether day or month comes first in figures; empty where that is not known.
        relative: reads phrases by dateparser.
        sense: whether the sentence speaks of what has been or is to come; empty where it does not show.
        is_length: whether an amount of time in this sentence is a length of time.
    """

    now: datetime
    order: str
    relative: RelativeDates
    sense: str
    is_length: bool

    @property
    def today(self) -> date:
        """The day of the message."""
        return self.now.date()
