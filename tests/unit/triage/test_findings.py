"""What a message says is sorted into what holds, what is denied, and numbers; in doubt a sign holds."""

from __future__ import annotations

import pytest

from medbot_desktop.domain import GONE, Assertion, Entity
from medbot_desktop.triage.findings import Findings


def sign(
    name: str, assertion: Assertion = Assertion.PRESENT, start: int = 0, kind: str = "symptom", value: str | None = None
) -> Entity:
    return Entity(name, kind, name, start, start + len(name), assertion, value)


def measure(name: str, number: float | None, start: int = 0, assertion: Assertion = Assertion.PRESENT) -> Entity:
    return Entity(name, "measure", name, start, start + len(name), assertion, str(number), number)


@pytest.mark.parametrize("assertion", [Assertion.PRESENT, Assertion.UNCERTAIN])
def test_a_sign_that_is_there_or_thought_likely_holds(assertion: Assertion) -> None:
    assert Findings.of([sign("fever", assertion)]).holds("fever")


@pytest.mark.parametrize("assertion", [Assertion.NEGATED, Assertion.PAST, Assertion.HYPOTHETICAL, Assertion.OTHER])
def test_a_sign_that_is_denied_past_imagined_or_somebody_elses_does_not(assertion: Assertion) -> None:
    assert not Findings.of([sign("fever", assertion)]).holds("fever")


def test_only_a_denial_makes_a_sign_known_that_does_not_hold() -> None:
    assert Findings.of([sign("fever", Assertion.NEGATED)]).is_known("fever")
    assert not Findings.of([sign("fever", Assertion.PAST)]).is_known("fever")
    assert not Findings.of([]).is_known("fever")


def test_a_sign_that_is_both_denied_and_said_holds() -> None:
    findings = Findings.of([sign("chest_pain", Assertion.NEGATED), sign("chest_pain", Assertion.UNCERTAIN, 30)])
    assert findings.holds("chest_pain")
    assert not findings.denied


def test_a_sign_that_has_just_gone_still_counts_and_one_long_past_does_not() -> None:
    assert Findings.of([sign("face_droop", Assertion.PAST, value=GONE)]).holds("face_droop")
    assert not Findings.of([sign("face_droop", Assertion.PAST)]).holds("face_droop")


def test_a_lasting_circumstance_counts_where_it_is_said_as_past() -> None:
    assert Findings.of([sign("diabetes", Assertion.PAST, kind="context")]).holds("diabetes")


@pytest.mark.parametrize("name", ["oxygen_saturation", "systolic", "peak_flow", "coma_scale"])
def test_of_two_readings_the_lower_counts_where_low_is_dangerous(name: str) -> None:
    assert Findings.of([measure(name, 80.0), measure(name, 60.0, 40)]).numbers[name] == 60.0


@pytest.mark.parametrize("name", ["temperature", "heart_rate", "respiratory_rate", "glucose", "severity"])
def test_of_two_readings_the_higher_counts_where_high_is_dangerous(name: str) -> None:
    assert Findings.of([measure(name, 40.0), measure(name, 60.0, 40)]).numbers[name] == 60.0


def test_of_two_ages_the_first_counts() -> None:
    assert Findings.of([measure("age", 40.0), measure("age", 0.2, 40)]).numbers["age"] == 40.0


def test_a_measure_that_cannot_be_is_no_number_and_is_kept_apart() -> None:
    findings = Findings.of([measure("temperature", None)])
    assert "temperature" not in findings.numbers
    assert [entity.name for entity in findings.strange] == ["temperature"]
    assert not findings.is_known("temperature")


def test_the_measure_of_an_imagined_or_another_person_is_left_out() -> None:
    assert Findings.of([measure("temperature", 40.0, assertion=Assertion.HYPOTHETICAL)]).numbers == {}
    assert Findings.of([measure("temperature", 40.0, assertion=Assertion.OTHER)]).numbers == {}


def test_how_long_a_complaint_lasts_is_told_by_the_duration_beside_it() -> None:
    findings = Findings.of(
        [sign("cough"), measure("duration", 2.0, 10), sign("back_pain", start=400), measure("duration", 90.0, 410)]
    )
    assert findings.duration_of(["cough"]) == 2.0
    assert findings.duration_of(["back_pain"]) == 90.0
    assert findings.duration_of(["rash"]) == 90.0


def test_a_complaint_without_a_duration_has_none() -> None:
    assert Findings.of([sign("cough")]).duration_of(["cough"]) is None


def test_vital_signs_make_an_early_warning_score_together() -> None:
    findings = Findings.of([measure("respiratory_rate", 26.0), measure("heart_rate", 135.0, 40)])
    assert findings.numbers["news2"] == 6.0
    assert "news2" not in Findings.of([measure("heart_rate", 135.0)]).numbers
