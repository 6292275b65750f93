"""Put together what a message says of one date in several pieces: "Saturday 21 March", "tomorrow at 3", "2 to 4pm"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from medbot_desktop.understanding.mentions.moments import MIDNIGHT, Days, Hours, Told

_LONGEST_GAP = 30
_SPACE = r"[^\S\n]*"
_DAY_THEN_TIME = re.compile(
    rf"{_SPACE}(?:[,(]{_SPACE})?(?:(?:at|@|around|about|roughly|from|in\s+the|for|sometime|any\s?time|say|,|-|–){_SPACE})*"
)
_TIME_THEN_DAY = re.compile(rf"{_SPACE},?{_SPACE}(?:(?:on|of|for)\s+)?(?:the\s+)?")
_TO = re.compile(rf"{_SPACE}(?:-|–|to|until|till|through|thru){_SPACE}(?:about\s+)?(?:the\s+)?")
_AND = re.compile(r"\s+and\s+(?:the\s+)?")
_BESIDE = re.compile(rf"{_SPACE},?{_SPACE}(?:(?:the|of|on)\s+)?")
_PART = re.compile(rf"{_SPACE}(?:(?:in\s+the|at|,){_SPACE})?")
_BETWEEN = re.compile(r"\bbetween\s+(?:the\s+|about\s+)?$")
_MOVED = re.compile(r"\b(?:mov(?:e|ed|ing)|chang\w+|reschedul\w+|switch\w*|swap\w*|bring|push\w*|shift\w*)\b[^.!?\n]*$")
_OPEN_END = re.compile(r"\b(?P<word>before|by|until|till|up to|after|from)\s+(?:about\s+|around\s+)?$")
_LEAD = re.compile(r"\b(?:between|from)\s+(?:about\s+|the\s+)?$")
_Rule = Callable[[Told, Told, str, str], Told | None]
"""Takes two neighbours, the words between them and the message; gives them as one, or None where they are two."""

_CALENDAR = ("worded", "day_of_month", "numeric", "short_numeric", "iso")


def joined(told: Sequence[Told], text: str) -> list[Told]:
    """Return what is told with the pieces of one date put together.

    Args:
        told: the pieces in their order.
        text: the message in small letters.
    """
    pieces = [_open_ended(piece, text) for piece in told]
    return _put_together(_put_together(pieces, text, _RULES), text, (_stretch_of_days,))


def _put_together(pieces: Sequence[Told], text: str, rules: Sequence[_Rule]) -> list[Told]:
    whole: list[Told] = []
    for piece in pieces:
        following = piece
        while whole and (both := _join(whole[-1], following, text, rules)) is not None:
            whole.pop()
            following = both
        whole.append(following)
    return whole


def _open_ended(told: Told, text: str) -> Told:
    """A time of day with "before" or "after" as the stretch that it begins or ends."""
    if told.hours is None or told.hours.last is not None or told.days is not None:
        return told
    word = _OPEN_END.search(text, max(0, told.start - 20), told.start)
    if word is None:
        return told
    point = told.hours.in_clinic().first
    hours = Hours(point, MIDNIGHT) if word["word"] in ("after", "from") else Hours(0, point)
    return replace(told, start=word.start(), hours=hours)


def _join(first: Told, second: Told, text: str, rules: Sequence[_Rule]) -> Told | None:
    gap = text[first.end : second.start]
    if second.start < first.end or len(gap) > _LONGEST_GAP or "\n" in gap:
        return None
    for rule in rules:
        both = rule(first, second, gap, text)
        if both is not None:
            is_impossible = first.is_impossible or second.is_impossible
            return replace(both, end=second.end, is_weak=False, is_impossible=both.is_impossible or is_impossible)
    return None


def _has_time(told: Told) -> bool:
    return told.days is None


def _clock_and_part(first: Told, second: Told, gap: str, _: str) -> Told | None:
    """A clock time within a part of a day: "10 at night", "tomorrow morning at 9", "6 this morning"."""
    if first.hours is None or second.hours is None or (first.days is not None and second.days is not None):
        return None
    if first.hours.is_part == second.hours.is_part or second.shape == "meal":
        return None
    part, clock = (first, second) if first.hours.is_part else (second, first)
    if part.hours is None or clock.hours is None or not (_PART.fullmatch(gap) or _DAY_THEN_TIME.fullmatch(gap)):
        return None
    days = first.days if second.days is None else second.days
    return replace(first, shape="clock", days=days, hours=clock.hours.within(part.hours))


def _day_and_time(first: Told, second: Told, gap: str, _: str) -> Told | None:
    """A day and a time of day, in either order."""
    if first.days is not None and first.hours is None and _has_time(second) and _DAY_THEN_TIME.fullmatch(gap):
        return replace(first, hours=second.hours)
    if _has_time(first) and second.days is not None and second.hours is None and _TIME_THEN_DAY.fullmatch(gap):
        return replace(first, shape=second.shape, days=second.days)
    return None


def _stretch_of_hours(first: Told, second: Told, gap: str, text: str) -> Told | None:
    """From one time of day to another."""
    one, other = first.hours, second.hours
    if one is None or other is None or second.days is not None or one.last is not None or other.last is not None:
        return None
    if not _leads_to(first, gap, text) or (first.days is not None and _MOVED.search(text[: first.start])):
        return None
    begins, ends = one.in_clinic(), other.in_clinic()
    if ends.first <= begins.first:
        return None
    return replace(first, start=_lead(first, text), hours=Hours(begins.first, ends.first))


def _stretch_of_days(first: Told, second: Told, gap: str, text: str) -> Told | None:
    """From one day to another; not where an appointment is moved from the one to the other."""
    if not first.days or not second.days or first.hours is not None or second.hours is not None:
        return None
    if not _leads_to(first, gap, text) or _MOVED.search(text[: first.start]):
        return None
    begins, ends = first.days[0].first, second.days[0].last
    if first.shape == second.shape == "weekday":
        begins = ends - timedelta(days=(ends - begins).days % 7) if ends > begins else begins
        ends += timedelta(days=7 if ends < begins else 0)
    return replace(first, shape="stretch", days=(Days(begins, ends),)) if begins < ends else None


def _leads_to(first: Told, gap: str, text: str) -> bool:
    between = _BETWEEN.search(text[max(0, first.start - _LONGEST_GAP) : first.start]) is not None
    return bool(_TO.fullmatch(gap) or (between and _AND.fullmatch(gap)))


def _lead(first: Told, text: str) -> int:
    """Where "between" or "from" before a stretch begins."""
    word = _LEAD.search(text, max(0, first.start - _LONGEST_GAP), first.start)
    return word.start() if word else first.start


def _weekday_and_date(first: Told, second: Told, gap: str, _: str) -> Told | None:
    """A weekday beside a date, which tells the day: "Saturday 21 March"."""
    if first.shape != "weekday" or second.shape not in _CALENDAR or first.hours is not None:
        return None
    if not _BESIDE.fullmatch(gap):
        return None
    return replace(second, start=first.start)


def _weekday_of_week(first: Told, second: Told, gap: str, _: str) -> Told | None:
    """A weekday of a week: "Tuesday last week", "next week on Tuesday"."""
    shapes = {first.shape: first, second.shape: second}
    day, week = shapes.get("weekday"), shapes.get("period")
    if day is None or week is None or not day.days or not week.days or not _BESIDE.fullmatch(gap):
        return None
    [days] = week.days
    if (days.last - days.first).days != 6 or first.hours is not None:
        return None
    its_day = days.first + timedelta(days=day.days[0].first.weekday())
    return replace(first, shape="weekday", days=(Days.one(its_day),), hours=second.hours)


def _date_of_period(first: Told, second: Told, gap: str, _: str) -> Told | None:
    """A date of a year or a month: "29 February this year", "the 5th next month"."""
    if first.shape not in ("worded", "day_of_month") or second.shape != "period" or not first.days or not second.days:
        return None
    period = second.days[0]
    if (period.last - period.first).days < 27 or not _BESIDE.fullmatch(gap) or first.hours is not None:
        return None
    day = first.days[0].first
    month = period.first.month if first.shape == "day_of_month" else day.month
    try:
        its_day = date(period.first.year, month, day.day)
    except ValueError:
        return replace(first, days=(), is_impossible=True)
    return replace(first, days=(Days.one(its_day),))


_RULES: tuple[_Rule, ...] = (
    _weekday_and_date,
    _weekday_of_week,
    _date_of_period,
    _stretch_of_hours,
    _clock_and_part,
    _day_and_time,
)
