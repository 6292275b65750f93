"""A record makes a message more urgent where it must, never less, never by itself, and never against what is said."""

from __future__ import annotations

import json

import pytest

from medbot_desktop.domain import Context, Disposition
from medbot_desktop.settings import program_folder
from medbot_desktop.triage.dialogue import Dialogue
from medbot_desktop.triage.findings import Findings
from medbot_desktop.triage.judging import Judge
from medbot_desktop.triage.recorded import with_record
from medbot_desktop.triage.summary import sbar
from medbot_desktop.triage.watch import Watch
from medbot_desktop.understanding.reader import Reader

EMERGENCY, URGENT, NONE = Disposition.EMERGENCY, Disposition.URGENT, Disposition.NONE
LEVELS = list(Disposition)
FULL = Context(
    age=71.0,
    pregnant=True,
    allergies=("penicillin",),
    medicines=("warfarin", "carbimazole", "metformin", "ramipril", "prednisolone"),
    conditions=("asthma", "type 2 diabetes", "epilepsy", "heart failure", "cancer", "COPD", "no spleen"),
)


@pytest.mark.parametrize(
    ("text", "record", "level", "words"),
    [
        ("I have a fever", Context(age=0.1), EMERGENCY, "age 5 weeks (from the record)"),
        ("fever of 38.5", Context(pregnant=True), URGENT, "pregnant (from the record)"),
        ("I banged my head on a cupboard", Context(medicines=("warfarin 3 mg",)), EMERGENCY, "warfarin 3 mg"),
        ("I have a new headache", Context(age=71.0), URGENT, "age 71 years (from the record)"),
        ("I have a fever of 38.5", Context(conditions=("no spleen",)), EMERGENCY, "no spleen (from the record)"),
        ("I have a sore throat", Context(medicines=("carbimazole",)), URGENT, "carbimazole (from the record)"),
    ],
)
def test_what_the_record_holds_counts_and_is_named_as_from_there(
    reader: Reader, judge: Judge, text: str, record: Context, level: Disposition, words: str
) -> None:
    assert LEVELS.index(judge.judge(reader.read(text)).disposition) > LEVELS.index(level)
    found = judge.judge(reader.read(text, record))
    assert found.disposition is level
    assert any(words in word for word in found.because[0].words)


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("I am 30 and have a new headache", Context(age=71.0)),
        ("I am not pregnant and have a fever of 38.5", Context(pregnant=True)),
        ("my son, 20, has a new headache", Context(age=71.0)),
    ],
)
def test_the_messages_own_words_go_before_the_record(reader: Reader, judge: Judge, text: str, record: Context) -> None:
    assert judge.judge(reader.read(text, record)).disposition is judge.judge(reader.read(text)).disposition


@pytest.mark.parametrize(
    ("said", "record", "gone"),
    [
        ("I am not pregnant", Context(pregnant=True), {"pregnant"}),
        ("I gave birth 3 weeks ago", Context(pregnant=True), {"pregnant"}),
        ("I am 30", Context(age=1.0), {"age", "infant", "child"}),
        ("my baby has a cough", Context(age=40.0), {"age"}),
        ("I do not have asthma", Context(conditions=("asthma",)), {"asthma", "asthma_known"}),
    ],
)
def test_an_entry_against_which_the_message_speaks_counts_for_nothing(
    reader: Reader, said: str, record: Context, gone: set[str]
) -> None:
    read = reader.read(said, record)
    assert {entity.name for entity in read.known} >= gone
    left = with_record(read.entities, read.known)
    assert not gone & {entity.name for entity in left if entity.is_recorded}


@pytest.mark.parametrize("text", ["hello", "what is asthma?", "can I book an appointment", "thank you"])
def test_a_record_alone_reports_nothing(reader: Reader, judge: Judge, watch: Watch, text: str) -> None:
    read = reader.read(text, FULL)
    assert read.known
    assert watch.watch(read) is None
    assert judge.judge(read).disposition is NONE


@pytest.mark.parametrize("record", [FULL, Context(age=5.0), Context(age=0.1), Context(age=30.0)])
def test_a_record_never_makes_a_message_less_urgent(
    reader: Reader, judge: Judge, watch: Watch, record: Context
) -> None:
    file = program_folder() / "tests" / "evaluation" / "triage.jsonl"
    cases = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    for case in [case for case in cases if case.get("half") == "dev"][::6]:
        alone, known = reader.read(case["text"]), reader.read(case["text"], record)
        assert LEVELS.index(judge.judge(known).disposition) <= LEVELS.index(judge.judge(alone).disposition), case
        flags = {flag.name for flag in getattr(watch.watch(alone), "red_flags", ())}
        assert flags <= {flag.name for flag in getattr(watch.watch(known), "red_flags", ())}, case


def test_what_the_record_tells_is_not_asked_for_and_stands_in_the_summary(reader: Reader, judge: Judge) -> None:
    record = Context(age=40.0, medicines=("warfarin",))
    read = reader.read("I have a cut on my arm", record)
    dialogue = Dialogue()
    dialogue.hear(read)
    triage, _ = dialogue.judge(judge)
    assert "blood_thinner" not in dialogue.asked
    assert Findings.of(with_record(read.entities, read.known)).is_known("blood_thinner")
    assert "Besides: age 40 years (from the record), warfarin (from the record)." in sbar(dialogue, triage)
