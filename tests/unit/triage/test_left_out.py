"""What could harm this very person stands in no advice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from medbot_desktop.domain import Assertion, Disposition, Entity, Person, Triage, context_of
from medbot_desktop.domain.said import RECORDED
from medbot_desktop.resources import load_resource
from medbot_desktop.settings import resources_folder
from medbot_desktop.triage.judging import Judge
from medbot_desktop.triage.left_out import LeftOutFile
from medbot_desktop.triage.watch import Watch
from medbot_desktop.understanding.reader import Reader

PAIN = "I have crushing chest pain"


def steps(triage: Triage) -> str:
    return " ".join((*triage.steps, *triage.do_now, *(step for flag in triage.red_flags for step in flag.do_now)))


@pytest.mark.parametrize(
    "said",
    ["I take warfarin", "on blood thinners", "on apixaban", "on enoxaparin", "I am allergic to aspirin",
     "I have black tarry stools", "I am vomiting blood", "I have a stomach ulcer", "I think I am on blood thinners"],
)  # fmt: skip
def test_no_aspirin_is_advised_to_somebody_whom_it_could_harm(reader: Reader, judge: Judge, said: str) -> None:
    utterance = reader.read(f"{PAIN}. {said}.")
    found = judge.judge(utterance)
    assert found.disposition is Disposition.EMERGENCY
    assert "chew one aspirin" not in steps(found).lower()
    watched = Watch.load(resources_folder()).watch(utterance)
    assert watched is not None
    assert "chew one aspirin" not in steps(watched).lower()


@pytest.mark.parametrize("said", ["", "I am not on any blood thinners", "I take paracetamol", "no bleeding"])
def test_aspirin_is_advised_to_anybody_else(reader: Reader, judge: Judge, said: str) -> None:
    assert "chew one aspirin" in steps(judge.judge(reader.read(f"{PAIN}. {said}"))).lower()


def test_a_blood_thinner_of_the_record_counts_too(reader: Reader, judge: Judge) -> None:
    known = (Entity("warfarin", "context", "blood_thinner", RECORDED, RECORDED, Assertion.PRESENT),)
    found = judge.judge(replace(reader.read(PAIN), known=known))
    assert "chew one aspirin" not in steps(found).lower()


@pytest.mark.parametrize(
    "person",
    [Person("1", "Ann", medicines=("Eliquis 5 mg",)), Person("2", "Bo", allergies=("aspirin",)),
     Person("3", "Cy", allergies=("ibuprofen",)), Person("4", "Di", medicines=("clopidogrel 75 mg",))],
)  # fmt: skip
def test_what_stands_in_the_record_against_aspirin_counts(reader: Reader, judge: Judge, person: Person) -> None:
    found = judge.judge(reader.read(PAIN, context_of(person, datetime.now())))
    assert found.disposition is Disposition.EMERGENCY
    assert "chew one aspirin" not in steps(found).lower()


def test_the_protocol_alone_leaves_it_out_too(reader: Reader, judge: Judge) -> None:
    plain, thinned = (judge.judge(reader.read(text)) for text in ("chest pain", "chest pain, on warfarin"))
    assert "chew one aspirin" in steps(plain).lower()
    assert "chew one aspirin" not in steps(thinned).lower()


def test_every_step_that_may_be_left_out_stands_in_some_advice(judge: Judge) -> None:
    advice = [step for rule in Watch.load(resources_folder())._rules.actions.values() for step in rule]
    advice += [step for one in judge.protocols for step in one.do_emergency]
    for step in load_resource(resources_folder() / "triage" / "left_out.toml", LeftOutFile).step:
        assert any(step.says in line.lower() for line in advice)
