"""What is asked about is told from what is taken already, and its dangers come first."""

from __future__ import annotations

import pytest

from medbot_desktop.assistant.asked_medicines import asked_about
from medbot_desktop.assistant.medicine_answers import MedicineAnswers
from medbot_desktop.assistant.render import AnswerText
from medbot_desktop.assistant.wording import Wording
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.resources import load_resource
from medbot_desktop.settings import resources_folder
from medbot_desktop.understanding.reader import Reader

WORDS = load_resource(resources_folder() / "locale" / "en.toml", Wording).medicines


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return Formulary.load(resources_folder())


@pytest.fixture(scope="module")
def reader(formulary: Formulary) -> Reader:
    return Reader.load(resources_folder(), formulary.spoken)


@pytest.fixture(scope="module")
def answers(formulary: Formulary) -> MedicineAnswers:
    return MedicineAnswers(formulary, WORDS)


def told(answers: MedicineAnswers, reader: Reader, text: str) -> AnswerText:
    answer = AnswerText()
    list(answers.together(reader.read(text), answer))
    return answer


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("I take amlodipine, atorvastatin and metformin, is it safe to add ibuprofen?", ["ibuprofen"]),
        ("can I take Nurofen with my ramipril and warfarin", ["ibuprofen"]),
        ("can my mum take ibuprofen, she takes ramipril and warfarin", ["ibuprofen"]),
        ("I'm on lithium and my knee hurts, can I take naproxen", ["naproxen"]),
        ("I take methotrexate, doctor gave me trimethoprim, is that ok?", ["trimethoprim"]),
        ("Is it ok to take Advil if I'm on Eliquis and ramipril?", ["ibuprofen"]),
        ("is it ok if I take Advil, I already take Eliquis and ramipril?", ["ibuprofen"]),
        ("naproxen ok with sertraline and bisoprolol?", ["naproxen"]),
        ("if I take warfarin and ramipril can I have ibuprofen", ["ibuprofen"]),
        ("My medicines are warfarin, ramipril and aspirin. Ibuprofen ok?", ["ibuprofen"]),
        ("My dad is 80 and takes warfarin and ramipril. Can he have naproxen?", ["naproxen"]),
        ("Taking warfarin and aspirin, is ibuprofen ok?", ["ibuprofen"]),
        ("I take ramipril and spironolactone. Doctor prescribed trimethoprim today", ["trimethoprim"]),
        ("I take lisinopril and spironolactone and want to use Lo-Salt", ["potassium_salt_substitute"]),
        ("I take warfarin and sertraline, can I drink wine?", ["alcohol"]),
    ],
)
def test_what_is_asked_about_is_told_from_what_is_taken(reader: Reader, text: str, asked: list[str]) -> None:
    assert list(asked_about(reader.read(text))) == asked


@pytest.mark.parametrize(
    "text",
    ["I take sertraline, tramadol and sumatriptan, is that safe?", "can I take ibuprofen and naproxen together",
     "amlodipine, simvastatin and clarithromycin together, safe?", "what is ramipril for?",
     "I'm taking Night Nurse and co-codamol together is that ok"],
)  # fmt: skip
def test_where_all_are_asked_about_none_goes_before_the_others(reader: Reader, text: str) -> None:
    assert asked_about(reader.read(text)) == ()


def test_what_concerns_the_medicine_asked_about_leads_though_other_pairs_are_worse(
    answers: MedicineAnswers, reader: Reader
) -> None:
    text = told(answers, reader, "I take warfarin, amiodarone and simvastatin, is paracetamol safe?").text
    assert text.startswith("There is something to know about taking warfarin and paracetamol together.")
    assert text.index("Warfarin with paracetamol") < text.index(WORDS.beside_severe)
    assert text.index(WORDS.beside_severe) < text.index("Warfarin with amiodarone")


def test_a_mild_matter_that_nobody_asked_about_is_told_in_one_sentence(
    answers: MedicineAnswers, reader: Reader
) -> None:
    answer = told(answers, reader, "I take warfarin and simvastatin, can I have ibuprofen?")
    assert WORDS.beside.format(names="warfarin with simvastatin") in answer.text
    assert "Warfarin with simvastatin" not in {citation.passage.document_id for citation in answer.citations}


def test_where_nothing_is_known_of_what_was_asked_that_is_said_of_it_alone(
    answers: MedicineAnswers, reader: Reader
) -> None:
    text = told(answers, reader, "I take ramipril and spironolactone, can I have cetirizine?").text
    assert text.startswith(WORDS.none_with.format(asked="cetirizine", others="ramipril and spironolactone"))
    assert "Ramipril with spironolactone" in text
