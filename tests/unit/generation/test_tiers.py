"""Marks earn a tier, and a result counts only for what it was taken on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from medbot_desktop.generation import exam_record
from medbot_desktop.generation.exam import Sitting
from medbot_desktop.generation.exam_items import KINDS
from medbot_desktop.generation.exam_marking import Mark
from medbot_desktop.generation.exam_record import (
    EXAMS_FILE,
    Examinee,
    ExamResult,
    store_result,
    stored_result,
    tier_in_force,
    trust_in_force,
)
from medbot_desktop.generation.tiers import Count, tier_for
from medbot_desktop.inference.catalogue import CatalogueEntry, ModelFile
from medbot_desktop.inference.choosing import Trust

GOOD = dict.fromkeys(KINDS, Count(17, 17, 0))
ENTRY = CatalogueEntry("toy", "Toy", "chat", "MIT", (ModelFile("toy.gguf", 1, "a" * 64),))
ALL_RIGHT = Sitting([Mark(f"{kind}{n}", kind, True, "", False, "", 1, 1) for kind in KINDS for n in range(17)])


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDBOT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_model_that_is_right_composes() -> None:
    assert tier_for(GOOD) == ("composes", "")


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_that_fails_one_kind_does_not_compose(kind: str) -> None:
    tier, lacking = tier_for({**GOOD, kind: Count(8, 17, 0)})
    assert tier == "phrases"
    assert kind.replace("_", " ") in lacking


def test_a_model_that_was_not_asked_one_kind_does_not_compose() -> None:
    assert tier_for({kind: count for kind, count in GOOD.items() if kind != "persona"})[0] == "phrases"


def test_five_grave_answers_are_too_many_however_right_the_rest_is() -> None:
    assert tier_for({**GOOD, "numbers": Count(15, 17, 2), "orders": Count(15, 17, 2)})[0] == "composes"
    assert tier_for({**GOOD, "numbers": Count(15, 17, 2), "orders": Count(14, 17, 3)})[0] == "phrases"


def test_a_model_that_cannot_read_is_silent() -> None:
    assert tier_for({**GOOD, "from_passage": Count(4, 17, 0)})[0] == "silent"
    assert tier_for({})[0] == "silent"


def result() -> ExamResult:
    return ExamResult.of(Examinee.of(ENTRY), "v1", ALL_RIGHT, datetime.now(UTC))


def test_without_an_exam_the_catalogues_tier_is_in_force() -> None:
    assert tier_in_force(Examinee.of(ENTRY), "v1") == "silent"
    assert tier_in_force(Examinee.of(replace(ENTRY, tier="phrases")), "v1") == "phrases"


def test_a_stored_result_sets_the_tier_and_reads_back_as_it_was() -> None:
    store_result("toy", result())
    assert stored_result("toy") == result().model_copy(update={"taken": stored_result("toy").taken})  # type: ignore[union-attr]
    assert tier_in_force(Examinee.of(ENTRY), "v1") == "composes"


def test_results_of_other_models_stay() -> None:
    store_result("toy", result())
    store_result("other", result())
    assert stored_result("toy") is not None


def test_another_file_under_the_same_name_has_not_sat_the_exam() -> None:
    store_result("toy", result())
    swapped = replace(ENTRY, files=(ModelFile("toy.gguf", 1, "b" * 64),))
    assert result().outdated_by(Examinee.of(swapped), "v1") == "the model's files have changed"
    assert tier_in_force(Examinee.of(swapped), "v1") == "silent"


def test_another_runtime_or_another_exam_outdates_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = result()
    assert kept.outdated_by(Examinee.of(ENTRY), "v2") == "the questions of the exam have changed"
    monkeypatch.setattr(exam_record, "version", lambda package: "99.0")
    assert kept.outdated_by(Examinee.of(ENTRY), "v1") == "what runs the model has changed"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"toy": {"tier": "composes"}}', '{"toy": 7}', "\xff"])
def test_a_damaged_file_of_results_only_costs_another_exam(home: Path, text: str) -> None:
    home.mkdir()
    (home / EXAMS_FILE).write_text(text, encoding="latin-1")
    assert stored_result("toy") is None
    assert tier_in_force(Examinee.of(ENTRY), "v1") == "silent"
    store_result("toy", result())
    assert tier_in_force(Examinee.of(ENTRY), "v1") == "composes"


def test_an_exam_that_no_longer_holds_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert trust_in_force(Examinee.of(ENTRY), "v1") == Trust("silent")
    store_result("toy", result())
    assert trust_in_force(Examinee.of(ENTRY), "v1") == Trust("composes")
    fallen = trust_in_force(Examinee.of(ENTRY), "v2")
    assert fallen.tier == "silent"
    assert "the questions of the exam have changed" in fallen.notice
    assert "`medbot models exam toy`" in fallen.notice
    monkeypatch.setattr(exam_record, "version", lambda package: "99.0")
    assert "what runs the model has changed" in trust_in_force(Examinee.of(ENTRY), "v1").notice


def test_an_exam_that_cost_nothing_when_it_was_outdated_is_not_told() -> None:
    store_result("toy", result().model_copy(update={"tier": "phrases"}))
    assert trust_in_force(Examinee.of(replace(ENTRY, tier="phrases")), "v2") == Trust("phrases")


def test_what_a_server_said_of_the_model_is_known_while_the_exam_holds() -> None:
    store_result("toy", result().model_copy(update={"facts": "0123"}))
    assert trust_in_force(Examinee.of(ENTRY), "v1") == Trust("composes", "", "0123")
