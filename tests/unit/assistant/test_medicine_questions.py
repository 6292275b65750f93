"""A question about medicines draws no care card by what it names; a sign that is there now does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from medbot_desktop.assistant.complaints import Judged
from medbot_desktop.assistant.medicine_questions import asks_of_medicines_alone
from medbot_desktop.domain import Disposition, Intent
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.settings import resources_folder
from medbot_desktop.triage.judging import Judge
from medbot_desktop.understanding.reader import Reader


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load(resources_folder(), Formulary.load(resources_folder()).spoken)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load(resources_folder())


def is_quiet(reader: Reader, judge: Judge, text: str, intent: str = "medicine_question") -> bool:
    """Whether a message that was judged draws no card all the same."""
    read = replace(reader.read(text), intent=Intent(intent, 0.9))
    triage = judge.judge(read)
    assert triage.disposition is not Disposition.NONE
    return asks_of_medicines_alone(read, Judged(triage, None, False, text))


@pytest.mark.parametrize(
    "text",
    ["Is it ok to take Advil if I'm on Eliquis?", "can I take sildenafil with isosorbide mononitrate",
     "I have a stomach ulcer, can I take aspirin", "can i take viagra i have angina",
     "can I take ibuprofen with my warfarin", "I take warfarin, ramipril and spironolactone, can I have ibuprofen?"],
)  # fmt: skip
def test_what_a_question_names_draws_no_card(reader: Reader, judge: Judge, text: str) -> None:
    assert is_quiet(reader, judge, text)


@pytest.mark.parametrize(
    "text",
    ["my knee hurts, can I take ibuprofen with my ramipril?", "can I take ibuprofen, my asthma is worse and I wheeze",
     "I forgot my microgynon last night", "I gave my daughter calpol twice in 2 hours by mistake",
     "I have black poo, can I take aspirin", "I'm 20 weeks pregnant can I take ibuprofen for back ache",
     "i took my ramipril twice today", "can I take warfarin, I have crushing chest pain"],
)  # fmt: skip
def test_a_sign_that_is_there_draws_it(reader: Reader, judge: Judge, text: str) -> None:
    assert not is_quiet(reader, judge, text)


def test_a_complaint_draws_it_though_it_names_a_medicine(reader: Reader, judge: Judge) -> None:
    assert not is_quiet(reader, judge, "can i take viagra i have angina", intent="symptom_report")
