"""The measures that rules speak of are compared in one unit, and what cannot be read is refused."""

from __future__ import annotations

import pytest

from medbot_desktop.comparison import Comparison
from medbot_desktop.errors import InputError


@pytest.mark.parametrize(
    ("written", "value", "holds"),
    [
        ("temperature >= 38", 38.0, True),
        ("temperature >= 38", 37.9, False),
        ("temperature > 38", 38.0, False),
        ("systolic <= 90", 90.0, True),
        ("oxygen_saturation < 92", 92.0, False),
        ("oxygen_saturation < 92", 91.0, True),
        ("glucose < 3.5", 3.4, True),
        ("news2 >= 7", 7.0, True),
    ],
)
def test_a_limit_itself_counts_only_where_the_sign_says_so(written: str, value: float, holds: bool) -> None:
    assert Comparison.read(written).holds(value) is holds


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        ("duration >= 3 weeks", 21.0),
        ("duration > 1 day", 1.0),
        ("duration < 12 hours", 0.5),
        ("duration >= 2 years", 730.5),
        ("age < 18 years", 18.0),
        ("age < 1 year", 1.0),
        ("age < 3 months", 0.25),
        ("age < 28 days", 0.077),
        ("age < 65", 65.0),
    ],
)
def test_durations_are_days_and_ages_are_years_whatever_the_unit(written: str, limit: float) -> None:
    assert Comparison.read(written).limit == pytest.approx(limit, abs=0.001)


def test_a_baby_of_twelve_weeks_is_under_three_months_and_one_of_fourteen_is_not() -> None:
    under_three_months = Comparison.read("age < 3 months")
    assert under_three_months.holds(12 * 7 / 365.25)
    assert not under_three_months.holds(14 * 7 / 365.25)


@pytest.mark.parametrize(
    "written",
    ["", "fever", "age", "age <", "age < three", "age == 3", "age<3", "age < -3", "Age < 3", "age < 3 fortnights",
     "age < 3 months | fever", "age < 3 months old", "duration >= 1,5 days"],
)  # fmt: skip
def test_what_is_no_comparison_is_refused_by_its_words(written: str) -> None:
    with pytest.raises(InputError) as refused:
        Comparison.read(written)
    assert repr(written) in refused.value.message
    assert refused.value.hint
