"""Shares, their intervals, and tables of what was found for what was expected."""

from __future__ import annotations

import pytest

from medbot_desktop.evaluation.scores import Calibration, Confusion, Share

LEVELS = ["emergency", "urgent", "routine"]
PAIRS = [*[("a", "a")] * 6, *[("a", "b")] * 2, *[("b", "b")] * 3, ("b", "a")]


# Worked out with the formula of Wilson's paper; 0 of 10 and 10 of 10 mirror each other.
@pytest.mark.parametrize(
    ("share", "low", "high"),
    [(Share(8, 10), 0.490, 0.943), (Share(0, 10), 0.0, 0.278), (Share(10, 10), 0.722, 1.0), (Share(0, 0), 0.0, 1.0)],
)
def test_an_interval_holds_for_few_cases_too(share: Share, low: float, high: float) -> None:
    assert share.interval == pytest.approx((low, high), abs=5e-4)


def test_a_share_of_nothing_is_none() -> None:
    assert Share(0, 0).value == 0.0


def test_recall_precision_and_their_mean_come_from_the_table() -> None:
    confusion = Confusion.of(["a", "b", "c"], PAIRS)
    assert (confusion.recall("a"), confusion.precision("a")) == (Share(6, 8), Share(6, 7))
    assert (confusion.recall("b"), confusion.precision("b")) == (Share(3, 4), Share(3, 5))
    assert confusion.f1("a") == pytest.approx(12 / 15)
    assert confusion.f1("c") == 0.0
    assert confusion.accuracy == Share(9, 12)


def test_the_mean_of_all_labels_leaves_out_what_nothing_expects() -> None:
    confusion = Confusion.of(["a", "b", "c"], PAIRS)
    assert confusion.expected == ["a", "b"]
    assert confusion.macro_f1 == pytest.approx((12 / 15 + 6 / 9) / 2)
    assert Confusion.of(["a"], []).macro_f1 == 0.0


def test_what_is_not_found_lowers_the_recall_of_all_labels_and_not_the_precision() -> None:
    confusion = Confusion.of(["a", "b", "none"], [("a", "a"), ("a", "none"), ("b", "b"), ("b", "a")])
    assert confusion.micro_f1 == pytest.approx(2 * 2 / (4 + 3))
    assert confusion.right_unless("none") == Share(2, 3)
    assert Confusion.of(["a"], []).micro_f1 == 0.0


def test_what_was_found_for_nothing_lowers_the_precision_alone() -> None:
    confusion = Confusion.of(["a", "nothing"], [*[("a", "a")] * 3, ("a", "nothing"), ("nothing", "a")], "nothing")
    assert (confusion.recall("a"), confusion.precision("a")) == (Share(3, 4), Share(3, 4))
    assert confusion.expected == ["a", "nothing"]
    assert confusion.scored == ["a"]
    assert confusion.macro_f1 == pytest.approx(0.75)


def test_too_low_and_too_high_follow_the_order_of_the_labels() -> None:
    pairs = [("emergency", "urgent"), ("urgent", "routine"), ("urgent", "emergency"), ("routine", "routine")]
    confusion = Confusion.of(LEVELS, pairs)
    assert (confusion.too_low, confusion.too_high) == (Share(2, 4), Share(1, 4))


def test_labels_taken_for_one_are_not_mistaken_for_each_other() -> None:
    pairs = [("emergency", "urgent"), ("urgent", "routine"), ("routine", "urgent"), ("routine", "routine")]
    merged = Confusion.of(LEVELS, pairs).merged({"urgent": "doctor", "routine": "doctor"})
    assert merged.labels == ("emergency", "doctor")
    assert merged.accuracy == Share(3, 4)
    assert (merged.too_low, merged.too_high) == (Share(1, 4), Share(0, 4))


def test_what_was_found_instead_is_told_the_most_frequent_first() -> None:
    confusion = Confusion.of(["a", "b", "c"], [*PAIRS, ("a", "c"), ("b", "c"), ("b", "c")])
    assert confusion.mistaken("a") == [("b", 2), ("c", 1)]
    assert confusion.mistaken("b") == [("c", 2), ("a", 1)]


def test_what_was_found_in_vain_is_a_share_of_what_expects_something_else() -> None:
    assert Confusion.of(["a", "b"], PAIRS).found_in_vain("a") == Share(1, 4)


# By hand: at 0.9 one of two is right, 0.4 too sure; at 0.3 none of one, 0.3 too sure.
def test_the_calibration_error_is_the_mean_gap_of_the_bins() -> None:
    found = Calibration.of([(0.9, True), (0.9, False), (0.3, False)])
    assert found is not None
    assert found.error == pytest.approx((2 * 0.4 + 0.3) / 3)
    assert found.among == 3
    assert Calibration.of([]) is None
    certain = Calibration.of([(1.0, True)])
    assert certain is not None
    assert certain.error == 0.0
