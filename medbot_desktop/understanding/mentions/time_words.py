"""Read what a message says about a time of day: "half past two", "between 2 and 4pm", "after lunch"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from medbot_desktop.text import NUMBER_WORDS
from medbot_desktop.understanding.mentions.files import Hours as Ends
from medbot_desktop.understanding.mentions.moments import MIDNIGHT, MINUTES_OF_AN_HOUR, NOON, Hours, hours_of

_QUARTER, _HALF = 15, 30


@dataclass(frozen=True, slots=True)
class TimeWords:
    """The lists of words that stand for times of day.

    Attributes:
        parts: parts of a day, in hours.
        meals: those that stand alone.
    """

    parts: Mapping[str, Ends]
    meals: Mapping[str, Ends]

    def read(self, reads: str, match: re.Match[str]) -> Hours | None:
        """The time of day of a match.

        Raises:
            ValueError: there is no such time.
        """
        return _READERS[reads](self, match)

    def part(self, written: str) -> Hours:
        """The hours of a part of the day."""
        return hours_of(*self.parts[plain(written)])

    def meal(self, match: re.Match[str]) -> Hours:
        """The hours of a meal, or of what comes before and after it."""
        return hours_of(*self.meals[plain(match["meal"])])


def plain(written: str) -> str:
    """The words with single spaces and straight apostrophes, as they stand in the file."""
    return " ".join(written.replace("’", "'").split())


def _clock(_: TimeWords, match: re.Match[str]) -> Hours | None:
    groups = match.groupdict()
    spelt = groups.get("hour")
    if spelt and spelt.isdigit() and int(spelt) > 12:  # "cancer at 45"
        return None
    return _point(groups.get("h") or groups["hour"], groups.get("m"), groups.get("half"))


def _point(hour: str, minute: str | None, half: str | None) -> Hours:
    hours = int(hour) if hour.isdigit() else NUMBER_WORDS[hour]
    minutes = int(minute or 0)
    if hours > 24 or minutes >= MINUTES_OF_AN_HOUR or (half and not 1 <= hours <= 12) or (hours == 24 and minutes):
        raise ValueError("There is no such time.")
    if half:
        return Hours((hours % 12 + (12 if half[0] == "p" else 0)) * MINUTES_OF_AN_HOUR + minutes)
    is_sure = hours > 12 or hours == 0 or (hour[0] == "0" and len(hour) > 1)
    return Hours(hours * MINUTES_OF_AN_HOUR + minutes, is_sure=is_sure or hours == 12)


def _range(_: TimeWords, match: re.Match[str]) -> Hours | None:
    if match["to"] == "and" and not (match["pre"] or "").startswith("between"):
        return None
    half2 = match["half2"]
    half1 = match["half1"]
    first = _point(match["h1"], match["m1"], half1)
    last = _point(match["h2"], match["m2"], half2)
    if half2 and not half1 and first.first < NOON + MINUTES_OF_AN_HOUR:  # "2 to 4pm", and "11 to 2pm"
        same = _point(match["h1"], match["m1"], half2)
        first = same if same.first < last.first else Hours(first.first)
    if last.first <= first.first:
        if last.is_sure and last.first:
            return None
        last = last.later() if not last.is_sure else Hours(MIDNIGHT)
    is_sure = first.is_sure and (last.is_sure or bool(half1))
    return Hours(first.first, last.first, is_sure=is_sure) if last.first > first.first else None


def _spoken(_: TimeWords, match: re.Match[str]) -> Hours:
    groups = match.groupdict()
    past = _minutes(groups["minutes"])
    hour = _point(groups["hour"], None, groups.get("half"))
    shift = -past if groups.get("way") == "to" else past
    return Hours((hour.first + shift) % MIDNIGHT, is_sure=hour.is_sure and hour.first != NOON)


def _minutes(written: str) -> int:
    if "half" in written:
        return _HALF
    if "quarter" in written:
        return _QUARTER
    if written.isdigit():
        if int(written) >= MINUTES_OF_AN_HOUR:
            raise ValueError("There is no such time.")
        return int(written)
    return sum(NUMBER_WORDS[word] for word in written.replace("-", " ").split())


def _named(_: TimeWords, match: re.Match[str]) -> Hours:
    return Hours(MIDNIGHT if match["point"] == "midnight" else NOON)


_READERS: dict[str, Callable[[TimeWords, re.Match[str]], Hours | None]] = {
    "clock": _clock,
    "range": _range,
    "spoken": _spoken,
    "point": _named,
    "meal": TimeWords.meal,
    "part": lambda words, match: words.part(match["part"]),
}
