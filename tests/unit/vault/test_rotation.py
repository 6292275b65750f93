"""Rotation: the newest stay, and of older times enough to go back to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from medbot_desktop.vault.rotation import MONTHS, WEEKS, kept

LAST = datetime(2026, 6, 30, 22, tzinfo=UTC)  # a Tuesday
DAILY = [LAST - timedelta(days=days) for days in range(400)]
MOMENTS = st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), max_size=60)


def test_of_a_year_of_days_the_last_days_four_weeks_and_six_months_stay() -> None:
    assert sorted(moment.date().isoformat() for moment in kept(DAILY, newest=3)) == [
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31",
        "2026-06-14", "2026-06-21", "2026-06-28", "2026-06-29", "2026-06-30",
    ]  # fmt: skip


def test_a_pause_of_a_year_costs_no_old_backup() -> None:
    old = [moment - timedelta(days=800) for moment in DAILY[:3]]
    assert kept([LAST, *old], newest=4) == {LAST, *old}


def test_of_many_in_one_day_only_the_newest_stay() -> None:
    hourly = [LAST - timedelta(hours=hours) for hours in range(20)]
    assert kept(hourly, newest=5) == set(hourly[:5])


@given(MOMENTS, st.integers(0, 20))
def test_the_newest_always_stay_and_never_many_more(moments: list[datetime], newest: int) -> None:
    staying = kept(moments, newest)
    assert staying <= set(moments)
    assert set(sorted(set(moments), reverse=True)[: max(1, newest)]) <= staying
    assert len(staying) <= max(1, newest) + WEEKS + MONTHS


@given(MOMENTS, st.integers(1, 20))
def test_what_stays_once_stays_as_long_as_nothing_is_added(moments: list[datetime], newest: int) -> None:
    staying = kept(moments, newest)
    assert kept(staying, newest) == staying
