"""`medbot eval` at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.test_ask import Medbot
from tests.unit.cli.vault_commands import refused, said

CASE = {"id": "1", "text": "I have a runny nose", "emergency": False, "half": "dev"}


@pytest.fixture
def evaluate(commands: Callable[[str], Medbot]) -> Medbot:
    return commands("eval")


def test_the_sets_of_the_repository_are_judged(evaluate: Medbot) -> None:
    found = json.loads(said(evaluate("redflags", "--half", "test", "--json")))
    assert found["cases"] > 100
    assert found["labels"]["emergency"]["recall"]["value"] > 0.9


def test_what_went_wrong_is_told_of_the_half_that_may_be_looked_at(evaluate: Medbot, tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    lines = [{**CASE, "emergency": True}, {**CASE, "id": "2", "half": "test", "emergency": True}]
    cases.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    page = tmp_path / "report.html"
    assert "runny nose" in said(evaluate("redflags", "--cases", str(cases), "--html", str(page)))
    assert "runny nose" not in said(evaluate("redflags", "--cases", str(cases), "--half", "test"))
    assert "runny nose" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("spelling",), "There is no suite spelling."),
        (("redflags", "--cases", "/nowhere.jsonl"), "cannot be read"),
        (("redflags", "--half", "third"), "no cases of the half third"),
        (("redflags", "--html", "/nowhere/at/all.html"), "all.html cannot be written"),
    ],
)
def test_what_cannot_be_judged_is_one_sentence(evaluate: Medbot, arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in refused(evaluate(*arguments))


def test_the_matrix_of_many_labels_can_be_read_on_a_narrow_terminal(
    evaluate: Medbot, monkeypatch: pytest.MonkeyPatch, models: object, tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    cases = tmp_path / "cases.jsonl"
    lines = [("hello", "greeting"), ("hello", "thanks"), ("what are your opening hours?", "small_talk")]
    cases.write_text(
        "".join(json.dumps({"id": text, "text": text, "intent": intent}) + "\n" for text, intent in lines),
        encoding="utf-8",
    )
    shown = said(evaluate("intents", "--cases", str(cases)))
    assert "…" not in shown
    assert "Macro-F1" in shown
    assert "Expected calibration error" in shown
    assert any(line.split() == ["thanks", "0", "greeting", "1"] for line in shown.splitlines())


def test_the_matrix_of_few_labels_has_a_column_for_each(
    evaluate: Medbot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    cases = tmp_path / "cases.jsonl"
    cases.write_text(json.dumps(CASE) + "\n", encoding="utf-8")
    shown = said(evaluate("redflags", "--cases", str(cases)))
    assert "Expected, and found:" in shown
    assert "Non emergencies called emergency: 0.0%" in shown
