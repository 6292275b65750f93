"""Whom to call is known for the country that is set, or that the system's locale names."""

from __future__ import annotations

import pytest

from medbot_desktop.triage.numbers import emergency_numbers


@pytest.mark.parametrize(
    ("country", "number"),
    [("GB", "999"), ("gb", "999"), ("IE", "112 or 999"), ("US", "911"), ("CA", "911"), ("AU", "000"), ("NZ", "111"),
     ("IN", "112"), ("ZA", "112 or 10177"), ("DE", "112"), ("FR", "112 or 15"), ("ES", "112"), ("IT", "112"),
     ("PT", "112"), ("NL", "112"), ("AT", "112 or 144"), ("CH", "112 or 144"), ("PL", "112"), ("SE", "112"),
     ("GR", "112"), ("HR", "112")],
)  # fmt: skip
def test_a_country_has_its_number_and_a_crisis_line(country: str, number: str) -> None:
    numbers = emergency_numbers(country)
    assert numbers.emergency == number
    assert numbers.crisis
    assert numbers.country == country.upper()


@pytest.mark.parametrize(
    ("variables", "number"),
    [
        ({"LANG": "en_GB.UTF-8"}, "999"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "de_AT"}, "112 or 144"),
        ({"LC_ALL": "C.UTF-8", "LANG": "en_US.UTF-8"}, "911"),
        ({"LANG": "C"}, "112, 999 or 911"),
        ({}, "112, 999 or 911"),
    ],
)
def test_without_a_country_the_locale_decides(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], number: str
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert emergency_numbers("").emergency == number


def test_an_unknown_country_gets_the_numbers_that_most_know() -> None:
    numbers = emergency_numbers("XX")
    assert numbers.emergency == "112, 999 or 911"
    assert numbers.country == ""


def test_a_sentence_is_filled_in() -> None:
    filled = emergency_numbers("GB").fill("Call {emergency_number} now, or {crisis_line}.")
    assert filled == "Call 999 now, or Samaritans on 116 123."


@pytest.mark.parametrize(
    ("country", "told"), [("XX", "Llame al 112, 999 o 911."), ("AT", "Llame al 112 o 144."), ("ES", "Llame al 112.")]
)
def test_a_sentence_of_another_tongue_has_its_own_word_between_the_numbers(country: str, told: str) -> None:
    assert emergency_numbers(country).fill("Llame al {emergency_number:o}.") == told
