"""The labelled sets are what the suites take them for: written by scenario and guideline, before the rules."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from medbot_desktop.domain import Assertion, Disposition
from medbot_desktop.evaluation.suites import INTENTS

HERE = Path(__file__).parent


def lines_of(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("name", "least"),
    [("red_flags.jsonl", 400), ("triage.jsonl", 300), ("assertions.jsonl", 400), ("intents.jsonl", 1_500)],
)
def test_a_set_is_large_enough_and_each_case_has_an_id_of_its_own(name: str, least: int) -> None:
    lines = lines_of(name)
    assert len(lines) >= least
    assert len({line["id"] for line in lines}) == len(lines)


def test_every_level_and_many_complaints_are_in_both_halves_of_the_triage_messages() -> None:
    lines = lines_of("triage.jsonl")
    for half in ("dev", "test"):
        levels = Counter(line["level"] for line in lines if line["half"] == half)
        assert set(levels) == {level.value for level in Disposition} - {"none"}
        assert min(levels.values()) >= 40
    assert len({line["complaint"] for line in lines}) >= 60
    assert all(line["source"] and line["why"] for line in lines)


def test_an_assertion_stands_where_its_offsets_say_and_a_message_in_one_half() -> None:
    lines = lines_of("assertions.jsonl")
    assert all(line["text"][line["start"] : line["end"]] == line["entity"] for line in lines)
    assert {line["assertion"] for line in lines} == {label.value for label in Assertion}
    assert len({line["text"] for line in lines}) == len({(line["text"], line["half"]) for line in lines})


def test_every_intent_is_in_every_part() -> None:
    counts = Counter((line["intent"], line["half"]) for line in lines_of("intents.jsonl"))
    assert {intent for intent, _ in counts} == set(INTENTS)
    assert all(counts[intent, half] >= 15 for intent in INTENTS for half in ("train", "dev", "test"))
