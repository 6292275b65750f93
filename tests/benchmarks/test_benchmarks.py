"""The benchmarks run and print every figure; how large a figure is, no test asserts."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from medbot_desktop.inference.store import ModelStore
from tests.benchmarks.figures import Figure, percentile, print_table


@pytest.mark.slow
def test_the_quick_run_prints_every_figure_of_the_budgets(models: ModelStore) -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "--quick", "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    printed = json.loads(ended.stdout.splitlines()[-1])
    assert printed["machine"]["cores"] >= 1
    assert all(figure["value"] > 0 for figure in printed["figures"] if "could not" not in figure["name"])
    assert sum(figure["within"] is not None for figure in printed["figures"]) == 17


@pytest.mark.parametrize(
    ("most", "least", "within"), [(2.0, None, True), (0.5, None, False), (None, 2.0, False), (None, None, None)]
)
def test_a_figure_knows_whether_it_keeps_to_its_budget(
    most: float | None, least: float | None, within: bool | None
) -> None:
    assert Figure("x", 1.0, "ms", most, least).within is within


def test_a_percentile_lies_among_the_values() -> None:
    assert percentile([1.0, 2.0, 3.0], 50) == 2.0


def test_the_table_says_what_was_missed(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([Figure("slow", 9.0, "ms", most=1.0), Figure("fine", 1.0, "x", least=0.5)])
    out = capsys.readouterr().out
    assert "NO" in out
    assert "yes" in out
