"""How many emergencies of a set written apart from the rules are called, and how many others are called wrongly.

The rules were written with an eye on the part ``dev`` only. Of ``test`` nothing but counts is ever printed; these were
looked at between rounds of tuning. ``unseen`` came after the rules were finished and is the fairest measure.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.settings import resources_folder
from medbot_desktop.triage.watch import Watch
from medbot_desktop.understanding.reader import Reader

# Measured: dev 285 of 285 (the rules were tuned on it), test 110 of 112, unseen 174 of 179; unusual, told in words that
# nobody would think of, 97 of 144.
RECALL = {"dev": 1.0, "test": 0.98, "unseen": 0.96, "unusual": 0.62}
# Measured: dev 0 of 173, test 5 of 78, unseen 5 of 92, unusual 17 of 89. The aim is 8 % for each.
FALSE_ALARMS = {"dev": 0.01, "test": 0.08, "unseen": 0.08, "unusual": 0.28}


@dataclass(frozen=True, slots=True)
class Case:
    """A message of the set, and whether it was called an emergency."""

    id: str
    half: str
    emergency: bool
    called: bool


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    reader, watch = (
        Reader.load(resources_folder(), Formulary.load(resources_folder()).spoken),
        Watch.load(resources_folder()),
    )
    file = Path(__file__).with_name("red_flags.jsonl")
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [
        Case(line["id"], line["half"], line["emergency"], watch.watch(reader.read(line["text"])) is not None)
        for line in lines
    ]


def _share(cases: list[Case], wanted: Callable[[Case], bool]) -> float:
    among = [case for case in cases if wanted(case)]
    return sum(case.called for case in among) / len(among)


@pytest.mark.parametrize("half", list(RECALL))
def test_emergencies_are_called(cases: list[Case], half: str) -> None:
    recall = _share(cases, lambda case: case.emergency and case.half == half)
    missed = [case.id for case in cases if case.emergency and not case.called and case.half == half == "dev"]
    print(f"{half}: recall {recall:.1%} {' '.join(missed)}")
    assert recall >= RECALL[half]


@pytest.mark.parametrize("half", list(RECALL))
def test_false_alarms_are_few(cases: list[Case], half: str) -> None:
    rate = _share(cases, lambda case: not case.emergency and case.half == half)
    print(f"{half}: false alarms {rate:.1%}")
    assert rate <= FALSE_ALARMS[half]
