"""The labelled sets are what the suites take them for: written by scenario and guideline, before the rules."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz import fuzz, process

from medbot_desktop.domain import Assertion, Disposition
from medbot_desktop.evaluation.medicines import LABELS as SEVERITIES
from medbot_desktop.evaluation.suites import INTENTS
from medbot_desktop.understanding.mentions.finding import KINDS

HERE = Path(__file__).parent


def lines_of(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("red_flags.jsonl", 400),
        ("triage.jsonl", 300),
        ("assertions.jsonl", 400),
        ("intents.jsonl", 1_500),
        ("entities.jsonl", 320),
        ("medicines.jsonl", 220),
        ("mentions.jsonl", 150),
        ("red_flags_train.jsonl", 1_050),
        ("triage_train.jsonl", 900),
        ("assertions_train.jsonl", 1_050),
        ("questions_train.jsonl", 1_000),
        ("uncovered_train.jsonl", 150),
    ],
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


@pytest.mark.parametrize("name", ["assertions.jsonl", "assertions_train.jsonl"])
def test_an_assertion_stands_where_its_offsets_say_and_a_message_in_one_half(name: str) -> None:
    lines = lines_of(name)
    assert all(line["text"][line["start"] : line["end"]] == line["entity"] for line in lines)
    assert {line["assertion"] for line in lines} == {label.value for label in Assertion}
    assert len({line["text"] for line in lines}) == len({(line["text"], line["half"]) for line in lines})


def test_an_entity_stands_where_its_offsets_say_and_overlaps_no_other() -> None:
    for line in lines_of("entities.jsonl"):
        assert [line["text"][one["start"] : one["end"]] for one in line["entities"]] == [
            one["text"] for one in line["entities"]
        ]
        assert {one["kind"] for one in line["entities"]} <= {"symptom", "medicine"}
        places = sorted((one["start"], one["end"]) for one in line["entities"])
        assert all(end <= start for (_, end), (start, _) in pairwise(places))


def test_a_mention_stands_where_its_offsets_say_and_has_its_moment() -> None:
    lines = lines_of("mentions.jsonl")
    assert all(line["text"][one["start"] : one["end"]] == one["text"] for line in lines for one in line["entities"])
    assert {one["kind"] for line in lines for one in line["entities"]} == set(KINDS)
    assert all(datetime.fromisoformat(line["now"]) for line in lines)


def test_half_of_the_messages_with_entities_are_misspelt_and_some_messages_name_none() -> None:
    lines = lines_of("entities.jsonl")
    for half in ("dev", "test"):
        messages = [line for line in lines if line["half"] == half]
        misspelt = sum(line["typos"] for line in messages)
        assert 0.45 <= misspelt / len(messages) <= 0.55
        assert sum(not line["entities"] for line in messages) >= 8


@pytest.mark.parametrize("name", ["entities.jsonl", "medicines.jsonl"])
def test_no_message_of_one_half_is_nearly_one_of_the_other(name: str) -> None:
    texts: dict[str, list[str]] = {"dev": [], "test": []}
    for line in lines_of(name):
        texts[line["half"]].append(line["text"].lower())
    nearest = process.cdist(texts["dev"], texts["test"], scorer=fuzz.ratio)
    assert nearest.max() < 85


@pytest.mark.parametrize("name", ["questions", "uncovered"])
def test_what_is_learnt_from_is_not_nearly_what_is_judged_by(name: str) -> None:
    learnt, judged = ([line["text"].lower() for line in lines_of(f"{name}{end}.jsonl")] for end in ("_train", ""))
    assert process.cdist(learnt, judged, scorer=fuzz.ratio).max() < 90


def test_every_severity_is_in_both_halves_of_the_medicines_and_many_go_well_together() -> None:
    lines = lines_of("medicines.jsonl")
    counts = Counter((line["severity"], line["half"]) for line in lines)
    assert {severity for severity, _ in counts} == set(SEVERITIES)
    assert all(counts[severity, half] >= 8 for severity in SEVERITIES for half in ("dev", "test"))
    assert counts["none", "dev"] + counts["none", "test"] >= 70
    assert all(line["medicines"] and line["why"] and ": " in line["source"] for line in lines)


def test_what_goes_together_in_one_half_is_not_asked_in_the_other() -> None:
    halves: dict[frozenset[str], set[str]] = {}
    for line in lines_of("medicines.jsonl"):
        halves.setdefault(frozenset(line["medicines"]), set()).add(line["half"])
    assert all(len(found) == 1 for found in halves.values())


def test_every_intent_is_in_every_part() -> None:
    counts = Counter((line["intent"], line["half"]) for line in lines_of("intents.jsonl"))
    assert {intent for intent, _ in counts} == set(INTENTS)
    assert all(counts[intent, half] >= 15 for intent in INTENTS for half in ("train", "dev", "test"))
