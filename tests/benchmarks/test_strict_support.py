"""The second method passes what is nearly word by word in the passage, and nothing that was changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks.strict_support import main, strictly_supported

PASSAGE = "Take two tablets every 4 hours if you have pain. Do not take more than 8 tablets in 24 hours."


@pytest.mark.parametrize(
    "sentence",
    [
        "Take 2 tablets every 4 hours if you have pain. [1]",
        "If you have pain, you should take two tablets every four hours.",
        "You should not take more than eight tablets in 24 hours.",
        "Take two tablets every 4 hours if you have pain, and don't take more than 8 tablets in 24 hours.",
    ],
)
def test_what_stands_there_passes(sentence: str) -> None:
    assert strictly_supported(sentence, PASSAGE)


@pytest.mark.parametrize(
    "sentence",
    [
        "Take 3 tablets every 4 hours if you have pain.",
        "Take two tablets every 4 days if you have pain.",
        "Take two tablets every 4 hours.",
        "Take more than 8 tablets in 24 hours.",
        "Take two tablets every 4 hours unless you have pain.",
        "Take two pills every 4 hours if you have pain.",
        "",
    ],
)
def test_what_was_changed_does_not_pass(sentence: str) -> None:
    assert not strictly_supported(sentence, PASSAGE)


def test_it_passes_hardly_any_false_sentence_of_the_set() -> None:
    lines = (Path(__file__).parents[1] / "evaluation" / "support.jsonl").read_text(encoding="utf-8").splitlines()
    false = [case for case in map(json.loads, lines) if not case["supported"]]
    passed = [case["id"] for case in false if strictly_supported(case["text"], case["passage"])]
    assert len(passed) <= 0.01 * len(false), passed


def test_the_rest_is_printed_to_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "shown.jsonl"
    shown = [{"id": n, "text": text, "passage": PASSAGE} for n, text in enumerate((PASSAGE[:48], "Rest well."))]
    file.write_text("\n".join(map(json.dumps, shown)), encoding="utf-8")
    main(str(file))
    printed = capsys.readouterr().out
    assert "1 of 2 sentences pass" in printed
    assert "1: Rest well." in printed
