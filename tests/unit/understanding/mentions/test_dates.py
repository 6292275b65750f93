"""Days and times are found where people write them, read relative to a moment, and never made of clinical numbers."""

from __future__ import annotations

import time
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medbot_desktop.settings import resources_folder
from medbot_desktop.understanding.mentions.dates import Dates, small

DATES = Dates.load(resources_folder())
TUESDAY = datetime(2026, 3, 10, 10, 30)
NEW_YEAR = datetime(2026, 12, 30, 17, 45)


def values(
    text: str, now: datetime = TUESDAY, order: str = "", taken: list[tuple[int, int]] | None = None
) -> list[str]:
    return [str(entity.value) for entity in DATES.find(text, now, order, taken or [])]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("see you tomorrow", "2026-03-11"),
        ("it hurt the day before yesterday", "2026-03-08"),
        ("next Tuesday", "2026-03-17"),
        ("this Tuesday", "2026-03-10"),
        ("Friday please", "2026-03-13"),
        ("I fell on Friday", "2026-03-06"),
        ("since last Friday", "2026-03-06"),
        ("a week on Monday", "2026-03-23"),
        ("wensday", "2026-03-11"),
        ("on the 14th", "2026-03-14"),
        ("I had it done on the 14th", "2026-02-14"),
        ("on the 31st", "2026-03-31"),
        ("the 5th of next month", "2026-04-05"),
        ("Monday 16th", "2026-03-16"),
        ("3 days ago", "2026-03-07"),
        ("a fortnight ago", "2026-02-24"),
        ("a couple of days ago", "2026-03-08"),
        ("can I come in two weeks", "2026-03-24"),
        ("in 3 days' time", "2026-03-13"),
        ("two weeks today", "2026-03-24"),
        ("2026-12-01", "2026-12-01"),
        ("14 March", "2026-03-14"),
        ("the first of May", "2026-05-01"),
        ("May 2nd, 2027", "2027-05-02"),
        ("Saturday 21 March", "2026-03-21"),
        ("born 4 July '51", "1951-07-04"),
        ("25/12/26", "2026-12-25"),
        ("29 February", "2028-02-29"),
        ("on Boxing Day", "2026-12-26"),
        ("last Christmas", "2025-12-25"),
        ("swap tuesday's check", "2026-03-17"),
        ("the appointment on the 20th needs cancelling", "2026-03-20"),
    ],
)
def test_a_day_is_read_relative_to_the_moment(text: str, value: str) -> None:
    assert values(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("next week", "2026-03-16/2026-03-22"),
        ("over the weekend please", "2026-03-14/2026-03-15"),
        ("it got worse over the weekend", "2026-03-07/2026-03-08"),
        ("last month", "2026-02-01/2026-02-28"),
        ("since January", "2026-01-01/2026-01-31"),
        ("I had surgery in May", "2025-05-01/2025-05-31"),
        ("can I come in May", "2026-05-01/2026-05-31"),
        ("a stroke in 2019", "2019-01-01/2019-12-31"),
        ("7 to 21 April", "2026-04-07/2026-04-21"),
        ("from Monday to Friday", "2026-03-16/2026-03-20"),
        ("Tuesday to Thursday next week", "2026-03-17/2026-03-19"),
    ],
)
def test_a_stretch_of_days_is_an_interval(text: str, value: str) -> None:
    assert values(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("tomorrow at 3", "2026-03-11T15:00"),
        ("tomorrow at 9", "2026-03-11T09:00"),
        ("3 p.m. on March 18th, 2026", "2026-03-18T15:00"),
        ("half past two", "2026-03-10T14:30"),
        ("quarter to five on Friday", "2026-03-13T16:45"),
        ("Thursday at ten to nine", "2026-03-12T08:50"),
        ("half seven tomorrow", "2026-03-11T07:30"),
        ("5 o'clock tomorrow", "2026-03-11T17:00"),
        ("today at 12 noon", "2026-03-10T12:00"),
        ("tomorrow evening at 8", "2026-03-11T20:00"),
        ("I woke at about ten last night", "2026-03-09T22:00"),
        ("I woke at 3 in the morning", "2026-03-10T03:00"),
        ("woke at 4", "2026-03-10T04:00"),
        ("2am last night", "2026-03-10T02:00"),
        ("Friday night at 1", "2026-03-14T01:00"),
        ("can I come at 9am", "2026-03-11T09:00"),
        ("2 hours ago", "2026-03-10T08:30"),
        ("an hour and a half ago", "2026-03-10T09:00"),
        ("in half an hour", "2026-03-10T11:00"),
        ("2026-12-01T08:15", "2026-12-01T08:15"),
        ("Fri 13 March 09:00-09:30", "2026-03-13T09:00/2026-03-13T09:30"),
        ("between 2 and 4pm on Friday", "2026-03-13T14:00/2026-03-13T16:00"),
        ("from 11 to 2pm tomorrow", "2026-03-11T11:00/2026-03-11T14:00"),
        ("between 9 and 11 tomorrow", "2026-03-11T09:00/2026-03-11T11:00"),
        ("before 10am tomorrow", "2026-03-11T00:00/2026-03-11T10:00"),
        ("Thursday after 4", "2026-03-12T16:00/2026-03-13T00:00"),
        ("can I come after lunch", "2026-03-10T13:00/2026-03-10T17:00"),
        ("Monday morning", "2026-03-16T06:00/2026-03-16T12:00"),
        ("poorly since breakfast", "2026-03-10T07:00/2026-03-10T09:00"),
        ("put me down for the 9.20", "2026-03-11T09:20"),
        ("since last night", "2026-03-09T18:00/2026-03-10T06:00"),
    ],
)
def test_a_time_of_day_is_read_with_its_day(text: str, value: str) -> None:
    assert values(text) == [value]


def test_a_year_turns_and_a_leap_day_comes() -> None:
    assert values("is it open on Friday", NEW_YEAR) == ["2027-01-01"]
    assert values("on January 8", NEW_YEAR) == ["2027-01-08"]
    assert values("it began on 30 Dec", NEW_YEAR) == ["2026-12-30"]
    assert values("next month", NEW_YEAR) == ["2027-01-01/2027-01-31"]
    assert values("29 February this year", datetime(2028, 2, 28)) == ["2028-02-29"]


def test_day_and_month_are_told_apart_by_the_country_or_said_to_be_either() -> None:
    assert values("can I come on 5/6") == ["2026-06-05 or 2026-05-06"]
    assert values("can I come on 5/6", order=DATES.order_in("GB")) == ["2026-06-05"]
    assert values("can I come on 5/6", order=DATES.order_in("us")) == ["2026-05-06"]
    assert values("dob 12/03/1985", order=DATES.order_in("CA")) == ["1985-03-12 or 1985-12-03"]
    assert values("dob 25/03/1985", order=DATES.order_in("US")) == ["1985-03-25"]
    assert values("on 5/5") == ["2026-05-05"]
    assert values("on 5/6 at 11:20") == ["2026-06-05T11:20 or 2026-05-06T11:20"]


@pytest.mark.parametrize(
    "text",
    ["31 February", "31/02/2026", "2026-02-30", "31 April 2027", "on the 45th", "tomorrow at 25:00", "at 12:75",
     "at 13pm", "9999 years ago"],
)  # fmt: skip
def test_what_cannot_be_is_found_without_a_value(text: str) -> None:
    assert values(text) == ["None"]


@pytest.mark.parametrize(
    "text",
    [
        "may I march on, the sun sat on the mon ster in a second, now and then",
        "temp 38.5, BP 120/80, HR 88, sats 96, GCS 14/15, INR 2.5",
        "pain 7/10, it was 3/10",
        "pain at 7",
        "cough x3/7, 2/52 of fever",
        "take 2 x 500 mg 3 times a day, 4 to 6 hours apart, for 7 days",
        "1/2 a tablet, or 1/4",
        "I am 34 years old and 12 weeks pregnant",
        "my son is 3, cancer at 45",
        "8 tablets in 24 hours",
        "lost 5 kg in two weeks",
        "not peed in 12 hours",
        "the 5th toe, the 2nd finger and the 3rd time",
        "worse at night, better in the mornings",
        "between 2 and 4 tablets, 2-3 times, 8-10 pills",
        "open 24/7, vision 6/9",
        "the first doctor gave a second opinion",
        "half a tablet, a quarter of the dose",
        "Mondays are busy",
        "in 1000 ml of water",
        "since then, until now, the other day",
    ],
)
def test_clinical_numbers_and_small_words_are_no_dates(text: str) -> None:
    assert values(text) == []


def test_a_number_that_is_taken_for_something_else_is_no_date() -> None:
    assert values("on 5/6") == ["2026-06-05 or 2026-05-06"]
    assert values("on 5/6", taken=[(3, 6)]) == []


def test_in_the_small_hours_the_night_before_is_meant() -> None:
    assert values("I woke at 3 at night", datetime(2026, 3, 10, 1, 0)) == ["2026-03-09T03:00"]
    assert values("I fell at 11pm", datetime(2026, 3, 10, 1, 0)) == ["2026-03-09T23:00"]


def test_a_time_without_a_value_has_a_name() -> None:
    assert [entity.name for entity in DATES.find("on 31 February, at 25:00", TUESDAY)] == ["day"]


def test_an_appointment_is_moved_from_one_day_to_another_and_not_over_all_days_between() -> None:
    assert values("move it from Monday to Friday") == ["2026-03-16", "2026-03-13"]
    assert values("change my 9.30 on Thursday to 2pm on Friday") == ["2026-03-12T09:30", "2026-03-13T14:00"]


def test_the_words_of_a_date_are_its_text() -> None:
    text = "Could we say Saturday 21 March, around half past two?"
    [found] = DATES.find(text, TUESDAY)
    assert (found.text, found.kind, found.name) == ("Saturday 21 March, around half past two", "date", "moment")
    assert text[found.start : found.end] == found.text


def test_a_list_of_a_hundred_dates_is_read_in_good_time() -> None:
    text = ", ".join(f"{day}/{month}/2026" for month in range(1, 6) for day in range(1, 21))
    assert len(values(text, order="day")) == 100
    started = time.process_time()
    DATES.find(", ".join(f"{day} March 2026" for day in range(1, 29)) * 5, TUESDAY)
    assert time.process_time() - started < 2.0


def test_a_letter_whose_small_form_is_longer_moves_nothing() -> None:
    assert len(small("İİ tomorrow")) == len("İİ tomorrow")
    [found] = DATES.find("İİ tomorrow", TUESDAY)
    assert found.text == "tomorrow"


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "since on the 14th 31 february may tuesday next last at 3 25:00 pm between and 4 12/13/2026 5/6 in 99 "
            "weeks ago half past twelve , . noon tomorrow morning 9999 year this to - first of 0 00 24 29".split()
        ),
        max_size=14,
    ),
    st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2150, 1, 1)),
)
def test_words_of_dates_in_any_order_break_nothing(words: list[str], now: datetime) -> None:
    text = " ".join(words)
    for entity in DATES.find(text, now):
        assert text[entity.start : entity.end] == entity.text
        for end in (entity.value or "").replace(" or ", "/").split("/"):
            assert not end or datetime.fromisoformat(end)


@settings(max_examples=60, deadline=None)
@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2099, 12, 31)))
def test_every_day_is_read_as_it_is_written(day: date) -> None:
    assert values(f"on {day.isoformat()}") == [day.isoformat()]
    assert values(f"on {day:%d/%m/%Y}", order="day") == [day.isoformat()]
    assert values(f"on {day.day} {day:%B} {day.year}") == [day.isoformat()]
