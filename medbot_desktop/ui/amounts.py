"""Write moments, ages, sizes and counts as people say them."""

from __future__ import annotations

from datetime import datetime, timedelta

from medbot_desktop.ui.days import short_date

_STEPS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def local_moment(moment: datetime) -> str:
    """An aware moment as the clock on the wall showed it, e.g. ``3 May 2026, 09:15``."""
    local = moment.astimezone()
    return f"{short_date(local.date())}, {local:%H:%M}"


def age(moment: datetime, now: datetime) -> str:
    """How long ago a moment was, in its largest whole unit, e.g. ``3 hours ago``."""
    passed = now - moment
    for step, name in _STEPS:
        if passed >= step:
            return f"{counted(passed // step, name)} ago"
    return "just now"


def byte_size(size: int) -> str:
    """A size in bytes, with three figures, in units of a thousand."""
    amount, unit = float(size), 0
    while amount >= 999.5 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:,.{1 if unit and amount < 99.95 else 0}f} {_UNITS[unit]}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun, e.g. ``1 message`` or ``1,200 messages``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
