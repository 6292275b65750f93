"""Names are found where they are given; medicines, illnesses, places and the first words of sentences are none."""

from __future__ import annotations

import pytest

from medbot_desktop.understanding.reader import Reader


def names(reader: Reader, text: str) -> list[str | None]:
    return [entity.value for entity in reader.read(text).entities if entity.kind == "name"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My name is Anna Lee and I have a cough", "Anna Lee"),
        ("my name is anna lee", "Anna Lee"),
        ("my name's anne-marie o'neil i have a cough", "Anne-Marie O'Neil"),
        ("MY NAME IS JOHN SMITH AND I NEED HELP", "John Smith"),
        ("my name is Will", "Will"),
        ("I'm Dr Patel", "Dr Patel"),
        ("I'm Grace from number 4", "Grace"),
        ("i am mohammed and i need my inhaler", "Mohammed"),
        ("This is Maria Gonzalez calling", "Maria Gonzalez"),
        ("hello it's sarah here again", "Sarah"),
        ("Hi, Helen speaking", "Helen"),
        ("Thanks, Oluwaseun", "Oluwaseun"),
        ("book a flu jab for John Smith", "John Smith"),
        ("on behalf of Mr. Abdul Rahman", "Mr. Abdul Rahman"),
        ("is Nurse Baptiste in", "Nurse Baptiste"),
        ("dr kim's patient", "Dr Kim"),
        ("Mr Khan's ECG", "Mr Khan"),
        ("Dr Patel will see me", "Dr Patel"),
        ("Ms. de la Cruz rang", "Ms. de la Cruz"),
        ("Professor van der Berg said so", "Professor van der Berg"),
        ("my wife Amelia is pregnant", "Amelia"),
        ("ask for Joe in billing", "Joe"),
        ("patient: Desmond Okafor", "Desmond Okafor"),
        ("her name is Edith Clarke", "Edith Clarke"),
    ],
)
def test_a_name_is_found_in_its_usual_capitals(reader: Reader, text: str, name: str) -> None:
    assert names(reader, text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "For Warfarin and Aspirin together, what is the risk?",
        "Parkinson's and Crohn's run in the family",
        "I have Graves disease and Lyme disease",
        "St John's Wort with sertraline",
        "Does Nurofen help? Can Bonjela?",
        "I'm Allergic to nuts and I'm HIV positive",
        "I'm Diabetic. I'm Nigerian. This is Ridiculous.",
        "it's Covid, it's Tuesday",
        "MS symptoms",
        "Dr said I need Aspirin",
        "miss my mum",
        "my name is on the list",
        "the name is spelled wrong",
        "what is your name?",
        "from London to New York in May and June",
        "Victoria Road surgery",
        "Florence Nightingale Hospital",
        "Type 2 Diabetes and High Blood Pressure leaflets",
        "i will mark it, may i",
        "Kind regards",
        "Hi Doctor, I feel Sick",
    ],
)
def test_what_is_no_name_is_not_taken_for_one(reader: Reader, text: str) -> None:
    assert names(reader, text) == []


def test_whose_name_it_is_shows(reader: Reader) -> None:
    text = "My name is Anna Lee, my doctor is Dr Kim"
    found = {entity.value: entity.name for entity in reader.read(text).entities if entity.kind == "name"}
    assert found == {"Anna Lee": "own_name", "Dr Kim": "other_name"}
