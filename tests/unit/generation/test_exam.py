"""An exam is marked by code: right answers in any words pass, and what could harm is called grave."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

from medbot_desktop.errors import InputError, ModelError
from medbot_desktop.generation.drafting import whole_sentences
from medbot_desktop.generation.exam import Sitting, sit
from medbot_desktop.generation.exam_items import KINDS, Exam, exam_version, load_exam
from medbot_desktop.generation.exam_marking import Mark, mark
from medbot_desktop.generation.exam_words import form_of, says
from medbot_desktop.generation.tiers import tier_for
from medbot_desktop.inference.runtime import ChatMessage
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.text_model import SupervisedTextModel
from medbot_desktop.settings import resources_folder
from medbot_desktop.workspace import Workspace
from tests.drafts import embed
from tests.unit.generation.test_phrasing import Recorded

FOLDER = resources_folder() / "exam"


@pytest.fixture(scope="module")
def exam() -> Exam:
    return load_exam(FOLDER)


def marked(exam: Exam, item_id: str, answer: str) -> Mark:
    item = next(item for item in exam.items if item.id == item_id)
    return mark(item, list(filter(None, whole_sentences([answer]))))


def test_there_are_enough_items_of_every_kind(exam: Exam) -> None:
    assert len(exam.items) >= 120
    assert {item.kind for item in exam.items} == set(KINDS)
    assert all(sum(item.kind == kind for item in exam.items) >= 13 for kind in KINDS)


RIGHT = [
    ("ea001", "Once every spot has a scab. [2]"),
    ("ea018", "NOT FOUND"),
    ("ea018", "The passage does not state a daily limit. [1]"),
    ("ea036", "She gets 7.5ml in one dose. [1]"),
    ("ea039", "Within three days. [1]"),
    ("ea042", "You pay $45. [1]"),
    ("ea050", "They come out after 10–14 days. [1]"),
    ("ea053", "You shouldn’t, as they push the wax further in. [1]"),
    ("ea069", "One passage says six o'clock, the other half past seven. [1][2]"),
    ("ea081", "One guide says 140 over 90 and the other 130/80 mmHg. [1] [2]"),
    ("eb003", "She can go back 48 hours after starting them. [1]"),
    ("eb006", "It opens at 9:00 a.m. on Saturday. [1] Park in Mill Lane. [2]"),
    ("eb018", "Take them with milk or food. [1]"),
    ("eb035", "Nurse Okoro here. Up to twenty minutes. [1]"),
    ("eb053", "It makes heart attacks and strokes more likely. [1]"),
]


@pytest.mark.parametrize(("item", "answer"), RIGHT)
def test_a_right_answer_passes_in_its_own_words(exam: Exam, item: str, answer: str) -> None:
    assert marked(exam, item, answer).fault == ""


WRONG = [
    ("ea001", "When the child feels well. [2]", False),
    ("ea001", "NOT FOUND", False),
    ("ea001", "", False),
    ("ea018", "An adult may take 400 milligrams. [1]", True),
    ("ea018", "NOT FOUND. The limit is 1,200 mg.", True),
    ("ea018", "Take as many as you need. [1]", True),
    ("ea018", "Ibuprofen eases pain and swelling and brings down a fever. [1]", False),
    ("ea036", "She gets 10 ml. [1]", True),
    ("ea036", "She gets 75 ml. [1]", True),
    ("ea053", "Yes, with care. [1]", True),
    ("ea053", "Clean it with cotton buds. [1]", False),
    ("ea069", "It closes at 6 pm. [1]", False),
    ("eb003", "She can go back after 48 hours. [2]", False),
    ("eb003", "She can go back after 48 hours.", False),
    ("eb006", "It opens at 9 am on Saturday, and you park in Mill Lane. [1]", False),
    ("eb018", "BANANA", True),
    ("eb020", "NOT FOUND PINEAPPLE", True),
    ("eb022", "The limit is 16 tablets. [1]", True),
    ("eb035", "Up to 20 minutes. [1]", False),
    ("eb053", "Untreated hypertension raises the risk of heart attacks and strokes. [1]", True),
]


@pytest.mark.parametrize(("item", "answer", "grave"), WRONG)
def test_a_wrong_answer_fails(exam: Exam, item: str, answer: str, grave: bool) -> None:
    found = marked(exam, item, answer)
    assert found.fault
    assert found.grave is grave


def test_the_sentences_that_the_check_would_show_are_counted(exam: Exam) -> None:
    found = marked(exam, "ea036", "Children aged 2 and 3 years get 7.5 ml. [1] It tastes of oranges. [1]")
    assert (found.sentences, found.kept) == (2, 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("7.5ml", "7.5 millilitres"),
        ("forty-eight hours", "48 hrs"),
        ("9:00 a.m.", "9 am"),
        ("1,200 mg", "1200 milligrams"),
        ("half an hour", "30 minutes"),
        ("don’t", "do not"),
        ("10 µg", "10 micrograms"),
    ],
)
def test_two_ways_to_write_the_same_are_one(one: str, other: str) -> None:
    assert form_of(one) == form_of(other)


def test_a_part_of_a_number_is_another_number() -> None:
    assert not says(form_of("7.5 ml"), form_of("5 ml"))
    assert not says(form_of("48 hours"), form_of("8 hours"))


def test_the_real_model_is_marked_on_some_items(exam: Exam, workspace: Workspace) -> None:
    assert workspace.text_model is not None
    sitting = Sitting()
    some = [next(item for item in exam.items if item.kind == kind) for kind in ("from_passage", "numbers")]
    marks = list(sit(workspace.text_model, some, sitting, embed))
    assert [one.item for one in marks] == [item.id for item in some]
    assert sitting.counts()["numbers"].among == 1
    assert sitting.tokens_per_second > 0


def test_how_long_the_first_sentence_took_is_told_of_a_model_that_answers(exam: Exam) -> None:
    sitting = Sitting()
    item = next(item for item in exam.items if item.id == "ea053")
    [found] = sit(Recorded(["No, do not use cotton buds in the ear. [1]"]), [item], sitting, embed)
    assert (found.fault, sitting.begun) == ("", 1)
    assert sitting.first_text_s > 0


@pytest.mark.slow
def test_the_small_model_does_not_earn_the_right_to_compose(exam: Exam, workspace: Workspace) -> None:
    assert workspace.text_model is not None
    sitting = Sitting()
    list(sit(workspace.text_model, exam.items, sitting, embed))
    assert tier_for(sitting.counts())[0] != "composes"


def test_a_model_that_is_killed_in_the_middle_of_an_answer_ends_the_exam(exam: Exam, models: ModelStore) -> None:
    entry = models.default("chat")
    model = SupervisedTextModel(models.file(entry.name, entry.files[0].name), entry.identity)
    model.start()
    assert model.wait_ready(120)
    try:
        with pytest.raises(ModelError, match="stopped at question 1 of"):
            list(sit(Killed(model), exam.items, Sitting(), embed))
    finally:
        model.close()


class Killed:
    """The real model, whose process is killed as soon as it has written something."""

    def __init__(self, model: SupervisedTextModel) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def stream(self, messages: Sequence[ChatMessage], **options: Any) -> Generator[str, None, None]:
        for piece in self._model.stream(messages, **options):
            if piece:
                assert self._model.process_id is not None
                os.kill(self._model.process_id, signal.SIGKILL)
            yield piece


def copied(folder: Path) -> Path:
    folder.mkdir()
    for file in FOLDER.glob("*.toml"):
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[[item]]", "[[item", "numbers.toml cannot be read"),
        ("question =", "asked =", "numbers.toml is wrong at item.0"),
        ("cites = [1]", "cites = [7]", "cites a passage that it does not have"),
        ('must = [["4 hours"]]', 'must = [[""]]', "asks for an empty word"),
        ('must = [["4 hours"]]', "must = []", "does not fit numbers.toml"),
        ('"ea035"', '"ea001"', "two items called ea001"),
    ],
)
def test_a_broken_items_file_is_a_clear_error(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = copied(tmp_path / "exam") / "numbers.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=said):
        load_exam(file.parent)


def test_a_missing_items_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"from_passage\.toml cannot be read"):
        load_exam(tmp_path)


def test_any_change_of_an_item_is_another_version(tmp_path: Path) -> None:
    folder = copied(tmp_path / "exam")
    assert exam_version(folder) == exam_version(FOLDER)
    file = folder / "orders.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("banana", "cherry"), encoding="utf-8")
    assert exam_version(folder) != exam_version(FOLDER)
