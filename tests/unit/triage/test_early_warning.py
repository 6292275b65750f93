"""NEWS2 is that of the Royal College of Physicians (2017), and children are read by their own ranges."""

from __future__ import annotations

import pytest

from medbot_desktop.triage.early_warning import child_at_risk, child_in_danger, news2

ORDINARY = {
    "respiratory_rate": 16.0, "oxygen_saturation": 98.0, "systolic": 120.0, "heart_rate": 70.0, "temperature": 37.0,
}  # fmt: skip

# Each band of the published chart, by its first and last value.
CHART: dict[str, list[tuple[float, int]]] = {
    "respiratory_rate": [(8, 3), (9, 1), (11, 1), (12, 0), (20, 0), (21, 2), (24, 2), (25, 3), (60, 3)],
    "oxygen_saturation": [(80, 3), (91, 3), (92, 2), (93, 2), (94, 1), (95, 1), (96, 0), (100, 0)],
    "systolic": [(60, 3), (90, 3), (91, 2), (100, 2), (101, 1), (110, 1), (111, 0), (219, 0), (220, 3)],
    "heart_rate": [(30, 3), (40, 3), (41, 1), (50, 1), (51, 0), (90, 0), (91, 1), (110, 1), (111, 2), (130, 2),
                   (131, 3)],
    "temperature": [(34.0, 3), (35.0, 3), (35.1, 1), (36.0, 1), (36.1, 0), (38.0, 0), (38.1, 1), (39.0, 1), (39.1, 2)],
}  # fmt: skip


def total(numbers: dict[str, float], *held: str) -> int:
    score = news2(numbers, held)
    assert score is not None
    return score.total


@pytest.mark.parametrize(
    ("name", "value", "points"), [(name, value, points) for name, rows in CHART.items() for value, points in rows]
)
def test_each_value_scores_the_points_of_the_chart(name: str, value: float, points: int) -> None:
    assert total(ORDINARY | {name: float(value)}) == points


def test_ordinary_vital_signs_score_nothing() -> None:
    assert total(ORDINARY) == 0


@pytest.mark.parametrize(
    ("numbers", "held", "points"),
    [
        # breaths 24: 2, oxygen 93: 2, pressure 105: 1, heart 112: 2, temperature 38.5: 1
        ([24, 93, 105, 112, 38.5], (), 8),
        # breaths 18: 0, oxygen 96: 0, pressure 98: 2, heart 96: 1, temperature 35.8: 1
        ([18, 96, 98, 96, 35.8], (), 4),
        # breaths 26: 3, oxygen 91: 3, pressure 88: 3, heart 135: 3, temperature 39.4: 2, confusion: 3
        ([26, 91, 88, 135, 39.4], ("confusion",), 17),
        # breaths 21: 2, oxygen 95: 1, pressure 130: 0, heart 91: 1, temperature 38.1: 1, oxygen by mask: 2
        ([21, 95, 130, 91, 38.1], ("on_oxygen",), 7),
        # everything at its worst: 3 + 3 + 3 + 3 + 3 for the cold, 3 for the mind, 2 for the mask
        ([30, 80, 70, 140, 34.0], ("unconscious", "on_oxygen"), 20),
    ],
)
def test_the_score_is_that_which_a_nurse_works_out_by_hand(
    numbers: list[float], held: tuple[str, ...], points: int
) -> None:
    assert total(dict(zip(ORDINARY, map(float, numbers), strict=True)), *held) == points


@pytest.mark.parametrize("sign", ["confusion", "drowsy", "unconscious", "low_gcs"])
def test_a_mind_that_is_not_alert_scores_three_once(sign: str) -> None:
    assert total(ORDINARY, sign) == 3
    assert total(ORDINARY, sign, "confusion") == 3


def test_a_coma_scale_below_fifteen_is_a_mind_that_is_not_alert() -> None:
    assert total(ORDINARY | {"coma_scale": 14.0}) == 3
    assert total(ORDINARY | {"coma_scale": 15.0}) == 0


def test_the_highest_points_of_one_sign_are_told() -> None:
    score = news2(ORDINARY | {"heart_rate": 135.0, "temperature": 38.5}, ())
    assert score is not None
    assert (score.total, score.highest) == (4, 3)


@pytest.mark.parametrize(("value", "points"), [(83, 3), (84, 2), (85, 2), (86, 1), (87, 1), (88, 0), (92, 0)])
def test_oxygen_in_confirmed_hypercapnic_failure_scores_by_the_second_scale(value: float, points: int) -> None:
    assert total(ORDINARY | {"oxygen_saturation": float(value)}, "hypercapnic", "copd_known") == points


@pytest.mark.parametrize(("value", "points"), [(83, 3), (88, 0), (92, 0), (93, 1), (94, 1), (95, 2), (96, 2), (97, 3)])
def test_too_much_oxygen_scores_by_the_second_scale_where_oxygen_is_given(value: float, points: int) -> None:
    given = total(ORDINARY | {"oxygen_saturation": float(value)}, "hypercapnic", "on_oxygen")
    assert given == points + 2


@pytest.mark.parametrize(("value", "held", "points"), [(90, (), 3), (98, (), 0), (98, ("on_oxygen",), 3)])
def test_copd_without_a_word_of_hypercapnic_failure_scores_by_the_worse_scale(
    value: float, held: tuple[str, ...], points: int
) -> None:
    score = news2(ORDINARY | {"oxygen_saturation": float(value)}, ("copd_known", *held))
    assert score is not None
    assert score.points["oxygen_saturation"] == points


@pytest.mark.parametrize(
    ("age", "name", "least"),
    [
        (5.0, "respiratory_rate", 29), (6.0, "respiratory_rate", 27), (8.0, "respiratory_rate", 25),
        (12.0, "respiratory_rate", 25), (5.0, "heart_rate", 130), (6.0, "heart_rate", 120), (8.0, "heart_rate", 115),
        (12.0, "heart_rate", 131),
    ],
)  # fmt: skip
def test_a_child_from_five_is_in_danger_at_the_high_risk_values_of_sepsis(age: float, name: str, least: float) -> None:
    assert child_in_danger({"age": age, name: float(least)}) is not None
    assert child_in_danger({"age": age, name: least - 1.0}) is None


@pytest.mark.parametrize(
    ("age", "name", "least"),
    [(3.0, "heart_rate", 60), (11.9, "heart_rate", 60), (13.0, "heart_rate", 41), (5.0, "respiratory_rate", 10),
     (12.0, "respiratory_rate", 9)],
)  # fmt: skip
def test_a_childs_heart_or_breathing_that_is_too_slow_is_danger(age: float, name: str, least: float) -> None:
    assert child_in_danger({"age": age, name: float(least)}) is None
    assert child_in_danger({"age": age, name: least - 1.0}) is not None


def test_too_little_oxygen_although_oxygen_is_given_is_told() -> None:
    given = news2(ORDINARY | {"oxygen_saturation": 93.0}, ("on_oxygen",))
    enough = news2(ORDINARY | {"oxygen_saturation": 95.0}, ("on_oxygen",))
    assert given is not None
    assert given.lacks_oxygen
    assert enough is not None
    assert not enough.lacks_oxygen


def test_what_is_not_measured_scores_nothing_and_takes_nothing_away() -> None:
    assert total({"heart_rate": 135.0, "temperature": 39.5}) == 5
    assert total(ORDINARY | {"heart_rate": 135.0, "temperature": 39.5}) == 5


def test_one_vital_sign_alone_makes_no_score() -> None:
    assert news2({"heart_rate": 135.0}, ()) is None
    assert news2({}, ("confusion",)) is None


def test_children_and_pregnant_women_have_no_adult_score() -> None:
    assert news2(ORDINARY | {"age": 15.9}, ()) is None
    assert news2(ORDINARY | {"age": 16.0}, ()) is not None
    assert news2(ORDINARY, ("pregnant",)) is None


@pytest.mark.parametrize(
    ("age", "name", "most"),
    [
        (0.5, "respiratory_rate", 50), (1.5, "respiratory_rate", 40), (4.9, "respiratory_rate", 40),
        (5.0, "respiratory_rate", 23), (7.0, "respiratory_rate", 23), (8.0, "respiratory_rate", 21),
        (14.0, "respiratory_rate", 24),
        (0.5, "heart_rate", 160), (1.5, "heart_rate", 150), (3.0, "heart_rate", 140),
        (5.0, "heart_rate", 119), (7.0, "heart_rate", 109), (8.0, "heart_rate", 104), (14.0, "heart_rate", 115),
    ],
)  # fmt: skip
def test_a_childs_breathing_and_heart_are_fast_above_the_range_of_the_age(age: float, name: str, most: float) -> None:
    assert child_at_risk({"age": age, name: float(most)}) is None
    assert child_at_risk({"age": age, name: most + 1.0}) is not None


@pytest.mark.parametrize("age", [0.1, 1.0, 4.9])
def test_a_child_that_breathes_more_than_sixty_times_or_lacks_oxygen_is_in_danger(age: float) -> None:
    assert child_in_danger({"age": age, "respiratory_rate": 61.0}) is not None
    assert child_in_danger({"age": age, "respiratory_rate": 60.0}) is None
    assert child_in_danger({"age": age, "oxygen_saturation": 91.0}) is not None
    assert child_in_danger({"age": age, "oxygen_saturation": 92.0}) is None


def test_a_little_too_little_oxygen_puts_a_child_at_risk() -> None:
    assert child_at_risk({"age": 3.0, "oxygen_saturation": 95.0}) is not None
    assert child_at_risk({"age": 3.0, "oxygen_saturation": 96.0}) is None


def test_an_adult_is_not_read_by_the_ranges_of_children() -> None:
    fast = {"age": 40.0, "respiratory_rate": 70.0, "oxygen_saturation": 80.0, "heart_rate": 190.0}
    assert child_at_risk(fast) is child_in_danger(fast) is None


def test_a_child_of_whom_nothing_was_measured_has_nothing_wrong() -> None:
    assert child_at_risk({"age": 2.0}) is child_in_danger({"age": 2.0}) is None


def test_the_points_of_each_sign_are_told() -> None:
    score = news2(ORDINARY | {"heart_rate": 135.0}, ("confusion", "on_oxygen"))
    assert score is not None
    assert score.points == dict.fromkeys(ORDINARY, 0) | {"heart_rate": 3, "confusion": 3, "on_oxygen": 2}
    assert score.weighing == ["heart_rate", "confusion", "on_oxygen"]


def test_a_childs_sign_that_is_out_of_its_range_is_named_with_the_range() -> None:
    out = child_at_risk({"age": 4.0, "heart_rate": 150.0})
    assert out is not None
    assert (out.name, out.limit) == ("heart_rate", "above 140 a minute at this age")
