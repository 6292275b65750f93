"""What is known of a person at a moment: their age, whether a child is on its way, and what the record lists."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from medbot_desktop.domain import Context, Person, context_of

NOW = datetime(2026, 3, 10, 10, 30)


def test_of_nobody_nothing_is_known() -> None:
    assert context_of(None, NOW) == Context(NOW)
    assert context_of(Person("1", "Ann"), NOW) == Context(NOW)


@pytest.mark.parametrize(
    ("born", "years"), [(date(1956, 3, 10), 70.0), (date(2026, 2, 3), 35 / 365.25), (date(2026, 3, 10), 0.0)]
)
def test_the_age_is_that_of_the_moment(born: date, years: float) -> None:
    assert context_of(Person("1", "Ann", born), NOW).age == pytest.approx(years, abs=0.003)


@pytest.mark.parametrize(
    ("due", "pregnant"),
    [
        (None, False),
        (date(2026, 6, 1), True),
        (date(2026, 3, 1), True),  # nine days overdue
        (date(2026, 2, 1), False),  # born by now
        (date(2027, 3, 1), False),
    ],
)
def test_somebody_is_pregnant_from_the_beginning_until_two_weeks_past_the_day(due: date | None, pregnant: bool) -> None:
    assert context_of(Person("1", "Ann", due=due), NOW).pregnant is pregnant


def test_the_lists_of_the_record_are_taken_over() -> None:
    ann = Person("1", "Ann", allergies=("penicillin",), medicines=("warfarin",), conditions=("asthma",))
    known = context_of(ann, NOW)
    assert (known.allergies, known.medicines, known.conditions) == (("penicillin",), ("warfarin",), ("asthma",))
