"""Decide which backups are kept: the newest ones, and beyond them one of each of the last weeks and months."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

WEEKS = 4
MONTHS = 6


def kept(moments: Iterable[datetime], newest: int) -> set[datetime]:
    """The moments whose backups are kept, by the rule that restic calls keep-last, keep-weekly and keep-monthly.

    Kept are the ``newest``; besides, of each of the last four weeks in which there is a backup, the newest one of that
    week; and of each of the last six such months likewise. So what was damaged unnoticed weeks ago can still be found
    whole. Weeks are those of ISO 8601; both are counted in the time zone of the moments.

    Args:
        moments: when the backups were made.
        newest: how many of the newest are kept in any case, at least one.
    """
    latest_first = sorted(set(moments), reverse=True)
    weekly = _newest_of_each(latest_first, lambda moment: tuple(moment.isocalendar())[:2], WEEKS)
    monthly = _newest_of_each(latest_first, lambda moment: (moment.year, moment.month), MONTHS)
    return {*latest_first[: max(1, newest)], *weekly, *monthly}


def _newest_of_each(
    latest_first: list[datetime], period: Callable[[datetime], tuple[int, ...]], count: int
) -> list[datetime]:
    newest: dict[tuple[int, ...], datetime] = {}
    for moment in latest_first:
        newest.setdefault(period(moment), moment)
    return list(newest.values())[:count]
