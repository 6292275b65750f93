"""The suite of mentions judges what is found and how it is read, on a set that is what it says."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from medbot_desktop.errors import InputError
from medbot_desktop.evaluation.cases import Case
from medbot_desktop.evaluation.mentions import judge_mentions
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.settings import resources_folder
from medbot_desktop.understanding.mentions.finding import KINDS
from medbot_desktop.understanding.reader import Reader

SET = Path(__file__).parents[2] / "evaluation" / "mentions.jsonl"
NOW = "2026-03-10T10:30"


@cache
def reader() -> Reader:
    return Reader.load(resources_folder(), Formulary.load(resources_folder()).spoken)


def judged(text: str, *labels: tuple[str, str, dict[str, Any]]) -> list[tuple[str, str]]:
    entities = [
        {"kind": kind, "start": text.index(words), "end": text.index(words) + len(words), **meant}
        for kind, words, meant in labels
    ]
    case: Case = {"id": 1, "text": text, "now": NOW, "entities": entities}
    return [(one.expected, one.found) for one in judge_mentions(reader(), case)]


def test_a_mention_is_judged_by_its_place_and_by_what_it_is_read_as() -> None:
    assert judged("see you tomorrow", ("date", "tomorrow", {"value": "2026-03-11"})) == [
        ("date", "date"),
        ("date_value", "date_value"),
    ]
    assert judged("see you tomorrow", ("date", "tomorrow", {"value": "2026-03-12"}))[1] == ("date_value", "nothing")
    assert judged("my mum", ("person", "my mum", {"name": "mother"}))[1] == ("person_value", "person_value")
    assert judged("see you soon", ("date", "soon", {"value": None})) == [("date", "nothing")]
    assert judged("see you tomorrow") == [("nothing", "date")]
    assert judged("a fever") == []


def test_a_case_that_is_wrong_is_named() -> None:
    with pytest.raises(InputError, match="a mention of an unknown kind"):
        judged("a cough", ("symptom", "cough", {}))
    with pytest.raises(InputError, match="no moment of ISO 8601"):
        judge_mentions(reader(), {"id": 1, "text": "a", "now": "soon", "entities": []})


def test_a_mention_stands_where_its_offsets_say_and_every_kind_is_in_both_halves() -> None:
    lines = [json.loads(line) for line in SET.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 150
    assert len({line["text"] for line in lines}) == len({line["id"] for line in lines}) == 150
    for line in lines:
        assert line["half"] == ("test" if int(line["id"][1:]) % 2 == 0 else "dev")
        for one in line["entities"]:
            assert line["text"][one["start"] : one["end"]] == one["text"]
            assert one["kind"] in KINDS
            assert ("name" if one["kind"] == "person" else "value") in one
    counts = Counter((one["kind"], line["half"]) for line in lines for one in line["entities"])
    assert min(counts[kind, half] for kind in KINDS for half in ("dev", "test")) >= 4
