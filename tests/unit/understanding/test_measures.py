"""Numbers are read in the unit that they are meant in; one that cannot be is kept without a value."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medbot_desktop.domain import Entity
from medbot_desktop.settings import resources_folder
from medbot_desktop.understanding.measures import Measures

MEASURES = Measures.load(resources_folder())
WEEK, MONTH, YEAR = 7.0, 30.4, 365.25


def read(text: str, name: str) -> list[Entity]:
    return [entity for entity in MEASURES.find(text) if entity.name == name]


def number(text: str, name: str) -> float | None:
    """The one number of this name."""
    [found] = read(text, name)
    return found.number


@pytest.mark.parametrize(
    ("text", "celsius"),
    [
        ("temp 39", 39.0),
        ("temperature of 38.5", 38.5),
        ("temperature is 38,5", 38.5),
        ("T 36.5", 36.5),
        ("fever of 101", 38.3),
        ("temp 98.6", 37.0),
        ("temperature was 104 F", 40.0),
        ("38.2C this morning", 38.2),
        ("102.2°F", 39.0),
        ("it reads 39.5 degrees", 39.5),
        ("temp of 35 c", 35.0),
        ("temp of thirty nine point two", 39.2),
        ("temperature one oh two", 38.9),
        ("fever of a hundred and three", 39.4),
        ("it says thirty-nine degrees", 39.0),
        ("tmax 38.6", 38.6),
    ],
)
def test_a_temperature_is_read_in_both_scales(text: str, celsius: float) -> None:
    assert number(text, "temperature") == pytest.approx(celsius, abs=0.06)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("I am 34 years old", 34.0),
        ("a 56-year-old woman", 56.0),
        ("my 2 month old", 2 * MONTH / YEAR),
        ("our baby is 10 days old", 10 / YEAR),
        ("she is 6 weeks old", 6 * WEEK / YEAR),
        ("56yo male", 56.0),
        ("45 y/o with a cough", 45.0),
        ("32F, headache", 32.0),
        ("I'm 70 and dizzy", 70.0),
        ("my son is two years old", 2.0),
        ("aged 81", 81.0),
        ("age: 7", 7.0),
        ("she is in her 80s", 80.0),
        ("in my fifties", 50.0),
        ("he is 0 years old", 0.0),
        ("a forty five year old woman", 45.0),
        ("I'm sixty three", 63.0),
        ("I’m 70 and dizzy", 70.0),
        ("aged four", 4.0),
        ("she's three, and she has a cough", 3.0),
        ("my two and a half year old", 2.5),
        ("2mo with fever", 2 * MONTH / YEAR),
        ("my 2mo won't feed", 2 * MONTH / YEAR),
        ("8m old with a rash", 8 * MONTH / YEAR),
        ("a 6/12 old girl", 6 * MONTH / YEAR),
        ("7 months, off his bottle and no wet nappies", 7 * MONTH / YEAR),
        ("my husband (63) has chest pain", 63.0),
        ("Mrs Jones, 81, fell", 81.0),
        ("Maria, 72, has collapsed", 72.0),
        ("63, male, chest pain", 63.0),
        ("Male, 63, chest pain", 63.0),
        ("63F", 63.0),
        ("4yo", 4.0),
        ("M/45 with a cough", 45.0),
        ("Plasterer, 27, wet lime in his eye", 27.0),
        ("he turned 2 and a half last week", 2.5),
        ("8m boy", 8 * MONTH / YEAR),
        ("a boy of 7", 7.0),
        ("woman 45 with headache", 45.0),
    ],
)
def test_an_age_is_read_in_years(text: str, years: float) -> None:
    assert number(text, "age") == pytest.approx(years, abs=0.01)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("for 3 days", 3.0),
        ("a cough for 2 weeks", 2 * WEEK),
        ("it has hurt for a couple of days", 2.0),
        ("for half an hour", 0.5 / 24),
        ("the last six months", 6 * MONTH),
        ("pain for 90 minutes", 90 / 1440),
        ("since yesterday", 1.0),
        ("a rash, 5/7", 5.0),
        ("for a week", WEEK),
        ("several days", 4.0),
        ("two years", 2 * YEAR),
        ("for twenty four hours", 1.0),
        ("for three and a half days", 3.5),
        ("cough, 7 months, still there", 7 * MONTH),
    ],
)
def test_a_duration_is_read_in_days(text: str, days: float) -> None:
    assert number(text, "duration") == pytest.approx(days, rel=0.01)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("pulse 110", "heart_rate", 110.0),
        ("HR 44", "heart_rate", 44.0),
        ("heart rate is 120", "heart_rate", 120.0),
        ("120 bpm", "heart_rate", 120.0),
        ("resp rate 28", "respiratory_rate", 28.0),
        ("RR 30", "respiratory_rate", 30.0),
        ("40 breaths a minute", "respiratory_rate", 40.0),
        ("SpO2 91%", "oxygen_saturation", 91.0),
        ("sats 88", "oxygen_saturation", 88.0),
        ("his sats are 88", "oxygen_saturation", 88.0),
        ("oxygen level of 93", "oxygen_saturation", 93.0),
        ("BP 160/95", "systolic", 160.0),
        ("BP 160/95", "diastolic", 95.0),
        ("160 over 95", "diastolic", 95.0),
        ("GCS 13/15", "coma_scale", 13.0),
        ("pain 8/10", "severity", 8.0),
        ("seven out of ten", "severity", 7.0),
        ("30 weeks pregnant", "pregnancy_weeks", 30.0),
        ("pregnant, 12 weeks", "pregnancy_weeks", 12.0),
        ("peak flow is 45% of my best", "peak_flow", 45.0),
        ("sats eighty six", "oxygen_saturation", 86.0),
        ("O2 sat ninety-one percent", "oxygen_saturation", 91.0),
        ("heart rate one forty", "heart_rate", 140.0),
        ("pulse of one hundred and five", "heart_rate", 105.0),
        ("his heart is going at 150 a minute", "heart_rate", 150.0),
        ("resp rate thirty two", "respiratory_rate", 32.0),
        ("breathing forty times a minute", "respiratory_rate", 40.0),
        ("blood pressure one sixty over ninety five", "systolic", 160.0),
        ("BP170/95", "systolic", 170.0),
        ("BP 70/30", "systolic", 70.0),
        ("gcs thirteen", "coma_scale", 13.0),
        ("eight weeks pregnant", "pregnancy_weeks", 8.0),
        ("twenty eight weeks pregnant", "pregnancy_weeks", 28.0),
        ("seven months pregnant", "pregnancy_weeks", 30.45),
        ("I'm 20 weeks gone", "pregnancy_weeks", 20.0),
        ("pregnant, 34+2 weeks", "pregnancy_weeks", 34.0),
        ("28/40, reduced fetal movements", "pregnancy_weeks", 28.0),
        ("G2P1 at 34/40", "pregnancy_weeks", 34.0),
        ("28/40 routine, no PV loss, FM felt", "pregnancy_weeks", 28.0),
        ("I'm 37 weeks with my second", "pregnancy_weeks", 37.0),
        ("34+2 weeks", "pregnancy_weeks", 34.0),
        ("41 weeks today and contracting", "pregnancy_weeks", 41.0),
        ("34+2 and contracting", "pregnancy_weeks", 34.0),
        ("I'm 38 weeks and my waters have gone", "pregnancy_weeks", 38.0),
        ("heart rate 150 at rest", "heart_rate", 150.0),
        ("heart rate 160 and I haven't run", "heart_rate", 160.0),
        ("heart rate still 150 an hour after my run", "heart_rate", 150.0),
        ("HR 160 after running, still the same now at rest", "heart_rate", 160.0),
        ("collapsed while running, heart rate 190", "heart_rate", 190.0),
    ],
)
def test_a_vital_sign_is_read_with_its_number(text: str, name: str, value: float) -> None:
    assert number(text, name) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "millimoles"),
    [
        ("blood sugar 3.1", 3.1),
        ("sugar of 25", 25.0),
        ("glucose 54 mg/dl", 3.0),
        ("blood sugar is 360", 20.0),
        ("BM 18.2 mmol/l", 18.2),
    ],
)
def test_a_blood_sugar_is_read_in_millimoles_whatever_the_unit(text: str, millimoles: float) -> None:
    assert number(text, "glucose") == pytest.approx(millimoles, abs=0.06)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("temperature 400", "temperature"),
        ("temp 20", "temperature"),
        ("temperature of -5", "temperature"),
        ("age -3", "age"),
        ("I am 250 years old", "age"),
        ("heart rate 999", "heart_rate"),
        ("oxygen saturation 150%", "oxygen_saturation"),
        ("sats 0", "oxygen_saturation"),
        ("blood pressure 900/700", "systolic"),
        ("blood sugar of 0.0", "glucose"),
        ("90 weeks pregnant", "pregnancy_weeks"),
        ("coughing for 5000 years", "duration"),
        ("GCS 99", "coma_scale"),
    ],
)
def test_what_cannot_be_is_kept_as_written_and_has_no_number(text: str, name: str) -> None:
    for entity in read(text, name):
        assert entity.number is None
        assert entity.value == entity.text


@pytest.mark.parametrize(
    "text",
    [
        "heart rate 165 during a spin class",
        "my heart rate goes up to 170 when I run",
        "my pulse hit 180 on the treadmill",
        "160 bpm when running",
        "during exercise my heart rate is 160",
        "after climbing the stairs my heart rate was 140",
        "max heart rate 185",
    ],
)
def test_a_heart_rate_during_effort_is_none_at_rest(text: str) -> None:
    assert [entity.name for entity in MEASURES.find(text)] == ["exercise_heart_rate"]


@pytest.mark.parametrize(
    "text",
    [
        "pregnant, cough for 3 weeks",
        "pregnant and for 3 weeks I have had heartburn",
        "6 weeks after surgery",
        "the baby can't roll, she's 8 weeks",
        "the baby was 38+5, 3.4 kg",
    ],
)
def test_weeks_that_something_lasts_are_no_weeks_of_pregnancy(text: str) -> None:
    assert read(text, "pregnancy_weeks") == []


@pytest.mark.parametrize(
    ("text", "celsius"),
    [
        ("my 2 month old is 38", 38.0),
        ("my 4 year old is 39 and drowsy", 39.0),
        ("my 6 week old was 39 last night", 39.0),
        ("my 2 month old daughter is up to 40, she is floppy", 40.0),
        ("my 2 month old is 101", 38.3),
        ("my baby's 39 and crying", 39.0),
        ("the toddler is 41", 41.0),
        ("my two month old is forty", 40.0),
    ],
)
def test_a_bare_number_behind_a_child_is_a_temperature(text: str, celsius: float) -> None:
    assert number(text, "temperature") == pytest.approx(celsius, abs=0.06)


@pytest.mark.parametrize(
    "text",
    ["my 4 year old is 40 kg", "my 25 year old is 38", "my baby is 38 weeks", "my toddler is up to 40 words",
     "my baby is 40 cm", "my 3 month old is 38% on the chart", "my husband is 38", "my son is 38", "he is 38"],
)  # fmt: skip
def test_a_number_behind_a_child_that_is_something_else_is_no_temperature(text: str) -> None:
    assert read(text, "temperature") == []


@pytest.mark.parametrize(
    "text",
    ["I am 7 foot tall", "I'm 6 feet", "he is 5ft", "I am 5'7 and have a cough", "I am 6 tall", 'I am 5"7',
     "she is 4 inches taller"],
)  # fmt: skip
def test_how_tall_somebody_is_is_no_age(text: str) -> None:
    assert read(text, "age") == []


def test_an_age_in_quotation_marks_is_one() -> None:
    assert number('I said "I am 34" to the nurse', "age") == 34.0


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("I am -3 years old and have a fever", "age", "-3 years old"),
        ("he is -2 years old and has a cough", "age", "-2 years old"),
        ("my son is −4 months old", "age", "−4 months old"),
        ("he is minus two years old", "age", "minus two years old"),
        ("I am -3 with a cough", "age", "-3"),
        ("temp -5", "temperature", "temp -5"),
        ("My temperature is 3", "temperature", "temperature is 3"),
        ("her temp was 4 degrees", "temperature", "temp was 4 degrees"),
        ("temperature minus 5", "temperature", "temperature minus 5"),
        ("fever of 1000 after my trip", "temperature", "fever of 1000"),
        ("blood pressure 120/800", "diastolic", "120/800"),
        ("blood pressure 1800/100", "systolic", "1800/100"),
        ("pain 15 out of 10 in my belly", "severity", "15 out of 10"),
        ("pain is 15/10", "severity", "15/10"),
    ],
)
def test_a_number_that_cannot_be_is_kept_whole_and_without_a_value(text: str, name: str, words: str) -> None:
    assert number(text, name) is None
    assert [entity.text for entity in read(text, name)] == [words]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("blood pressure 120/800", "systolic", 120.0),
        ("blood pressure 1800/100", "diastolic", 100.0),
        ("a cough - 3 years old", "age", 3.0),
        ("ages 1-3 years old", "age", 3.0),
        ("temp at 1400 was 38.5", "temperature", 38.5),
        ("temp –38.5", "temperature", 38.5),
    ],
)
def test_what_only_looks_odd_keeps_its_number(text: str, name: str, value: float) -> None:
    assert number(text, name) == value


@pytest.mark.parametrize(
    "text", ["fever -3 days", "temp is 3 days up", "a fever in 2019", "fever 2019", "T-3 days", "T-4 fracture"]
)
def test_a_dash_or_a_year_is_no_temperature(text: str) -> None:
    assert read(text, "temperature") == []


def test_a_blood_pressure_whose_lower_number_is_the_higher_cannot_be() -> None:
    assert [entity.number for entity in MEASURES.find("blood pressure 80/120")] == [None, None]
    assert MEASURES.find("he scored 80/120") == []


def test_words_of_a_number_are_pointed_at_as_they_stand() -> None:
    text = "My dad, sats are eighty-six, BP one ten over seventy."
    assert [(entity.name, entity.text) for entity in MEASURES.find(text)] == [
        ("oxygen_saturation", "sats are eighty-six"),
        ("diastolic", "one ten over seventy"),
        ("systolic", "one ten over seventy"),
    ]


def test_both_numbers_of_an_impossible_blood_pressure_have_none() -> None:
    assert [entity.number for entity in MEASURES.find("blood pressure 900/700")] == [None, None]


@pytest.mark.parametrize(
    "text",
    ["I have 38", "call me on 555 0199", "room 12", "I have 3 children and 2 dogs", "take 2 tablets",
     "my appointment is at 10:30", "paracetamol 500 mg", "chapter 4", "tick, 104", "a tick, 104, and a cat",
     "can't 104", "T12 fracture", "(1) cough (2) rash", "CRP (63)", "she took paracetamol tablets (16)",
     "I took 2, 3 and then 4", "fell 3m off a ladder", "I can walk 50 m", "crash on the M25", "28/40",
     "he scored 28/40 on the test", "scored 67/100", "vision 60/60", "Humulin 70/30", "co-amoxiclav 500/125",
     "Advair 250/50", "my pulse at one thirty", "I'm a hundred percent",
     "he had seizures at age two", "woman, two caesareans", "leaking since my second baby", "I'm one of two"],
)  # fmt: skip
def test_a_number_that_says_nothing_clinical_is_no_measure(text: str) -> None:
    assert MEASURES.find(text) == []


@pytest.mark.parametrize(("text", "limit"), [("under 3 months old", 3 * MONTH / YEAR), ("nearly 2 years old", 2.0)])
def test_less_than_an_age_is_below_it(text: str, limit: float) -> None:
    age = number(text, "age")
    assert age is not None
    assert age < limit


def test_measures_come_in_the_order_of_the_message_and_point_at_their_words() -> None:
    text = "78M, BP 90/60, pulse 120, temp 38.9, RR 26, sats 91% for 2 days"
    found = MEASURES.find(text)
    assert [entity.name for entity in found] == [
        "age", "diastolic", "systolic", "heart_rate", "temperature", "respiratory_rate", "oxygen_saturation",
        "duration",
    ]  # fmt: skip
    assert all(text[entity.start : entity.end] == entity.text for entity in found)


def test_one_number_is_read_as_one_thing() -> None:
    assert [entity.name for entity in MEASURES.find("she is 30 weeks pregnant")] == ["pregnancy_weeks"]
    assert [entity.name for entity in MEASURES.find("my 2 month old")] == ["age"]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["temp ", "age ", "pulse ", "BP ", "for ", "sugar ", "pain ", ""]),
    st.from_regex(r"[-+]?[0-9]{1,30}([.,/][0-9]{0,6})?", fullmatch=True),
    st.sampled_from(["", "°", "%", " weeks pregnant", " months old", " days", "/10", "/12", " bpm", " mg/dl"]),
)
def test_no_number_breaks_the_reading_of_measures(before: str, digits: str, behind: str) -> None:
    text = before + digits + behind
    for entity in MEASURES.find(text):
        assert entity.text == text[entity.start : entity.end]
        assert entity.number is None or entity.number >= 0


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("he is 2 and has a temp of 39", 2.0),
        ("she's 9 and has earache", 9.0),
        ("he is 2 months and has a temp of 39", 2 * MONTH / YEAR),
        ("she's 5 weeks and has a fever", 5 * WEEK / YEAR),
        ("my 8-year-old has a cold", 8.0),
    ],
)
def test_an_age_is_read_where_nobody_says_old(text: str, years: float) -> None:
    assert number(text, "age") == pytest.approx(years, abs=0.01)
    assert not read(text, "duration")


@pytest.mark.parametrize("text", ["she is 8 weeks pregnant and bleeding", "she is 8 weeks post op and has a fever"])
def test_the_weeks_of_something_else_are_no_age(text: str) -> None:
    assert not read(text, "age")


@pytest.mark.parametrize(
    "text", ["see you on Tuesday at 3", "I have an appointment on Friday", "can I come in on Monday"]
)
def test_the_day_of_a_visit_is_no_duration(text: str) -> None:
    assert not read(text, "duration")


def test_the_day_since_when_is_a_duration() -> None:
    assert read("it started on Tuesday", "duration")
