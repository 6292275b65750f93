"""Medicines are found by every name, with the dose beside them, and an allergy is told from a treatment."""

from __future__ import annotations

import pytest

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.understanding.medicine_names import MedicineNames
from medbot_desktop.understanding.reader import Reader
from medbot_desktop.understanding.tokens import tokenise

NAMES = MedicineNames(
    {
        "ibuprofen": ("medicine", "ibuprofen"),
        "nurofen": ("medicine", "ibuprofen"),
        "nurofen plus": ("medicine", "ibuprofen with codeine"),
        "st john's wort": ("substance", "st_johns_wort"),
        "nsaids": ("medicine_class", "nsaid"),
        "penicillin": ("medicine_class", "penicillin"),
        "co-codamol": ("medicine", "co-codamol"),
        "warfarin": ("medicine", "warfarin"),
    }
)
KINDS = ("medicine", "medicine_class", "substance", "allergy")


def found(text: str) -> list[Entity]:
    return [entity for entity, _ in NAMES.find(text, tokenise(text))]


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("I took Nurofen", "medicine", "ibuprofen"),
        ("NUROFEN PLUS", "medicine", "ibuprofen with codeine"),
        ("st johns wort", "substance", "st_johns_wort"),
        ("St John’s Wort", "substance", "st_johns_wort"),
        ("are NSAIDs safe", "medicine_class", "nsaid"),
        ("co codamol", "medicine", "co-codamol"),
        ("Co-codamol", "medicine", "co-codamol"),
    ],
)
def test_a_medicine_is_found_however_it_is_written(text: str, kind: str, name: str) -> None:
    [entity] = found(text)
    assert (entity.kind, entity.name) == (kind, name)
    assert text[entity.start : entity.end] == entity.text


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("ibuprofen 400mg", "400mg"),
        ("ibuprofen 400 mg twice a day", "400 mg"),
        ("ibuprofen (200 mg)", "200 mg"),
        ("two tablets of ibuprofen", "two tablets"),
        ("2 x ibuprofen", "2 x"),
        ("ibuprofen 2 tablets", "2 tablets"),
        ("ibuprofen for 3 days", None),
        ("ibuprofen", None),
    ],
)
def test_the_dose_beside_it_is_kept_as_written(text: str, dose: str | None) -> None:
    [entity] = found(text)
    assert entity.value == dose


@pytest.mark.parametrize(
    "text",
    ["I am allergic to penicillin", "penicillin allergy", "allergies: penicillin",
     "allergic to latex, nuts and penicillin",
     "she reacted badly to penicillin", "I have an allergy to penicillin", "intolerant to penicillin"],
)  # fmt: skip
def test_what_somebody_is_allergic_to_is_an_allergy(text: str) -> None:
    assert [(entity.kind, entity.name) for entity in found(text)] == [("allergy", "penicillin")]


def test_a_treatment_beside_an_allergy_is_none() -> None:
    kinds = {entity.name: entity.kind for entity in found("I take warfarin. I am allergic to penicillin.")}
    assert kinds == {"warfarin": "medicine", "penicillin": "allergy"}


def test_several_medicines_come_in_the_order_of_the_message() -> None:
    assert [entity.name for entity in found("warfarin, co-codamol and nurofen")] == [
        "warfarin",
        "co-codamol",
        "ibuprofen",
    ]


@pytest.mark.parametrize("text", ["I took something for it", "ibu", "nurofens", "", "plus"])
def test_what_is_no_known_name_is_no_medicine(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("can I take ibuprofin", "ibuprofen"),
        ("paracetmol for a headache", "paracetamol"),
        ("on amoxycillin", "amoxicillin"),
        ("taking sertaline", "sertraline"),
        ("Tylenol", "paracetamol"),
        ("my Ventolin inhaler", "salbutamol"),
        ("metfromin", "metformin"),
        ("omeprazol", "omeprazole"),
    ],
)
def test_the_reader_knows_brands_and_slips_of_the_pen(reader: Reader, text: str, name: str) -> None:
    assert [entity.name for entity in reader.read(text).entities if entity.kind == "medicine"] == [name]


@pytest.mark.parametrize(
    ("text", "assertion"),
    [
        ("I take warfarin", Assertion.PRESENT),
        ("I don't take warfarin", Assertion.NEGATED),
        ("I am not on warfarin", Assertion.NEGATED),
        ("I stopped taking warfarin years ago", Assertion.PAST),
    ],
)
def test_whether_a_medicine_is_taken_is_told(reader: Reader, text: str, assertion: Assertion) -> None:
    found = {entity.assertion for entity in reader.read(text).entities if entity.name == "warfarin"}
    assert found == {assertion}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("the night nurse gave me ibuprofen", ["ibuprofen"]),
        ("a day nurse came", []),
        ("can I take Night Nurse with ibuprofen", ["Night Nurse", "ibuprofen"]),
        ("I took the night nurse an hour ago", ["Night Nurse"]),
    ],
)
def test_a_nurse_is_no_medicine(reader: Reader, text: str, names: list[str]) -> None:
    assert [entity.name for entity in reader.read(text).entities if entity.kind == "medicine"] == names


@pytest.mark.parametrize("text", ["I took blorpizine", "glimflomab 20 mg", "the little white pill"])
def test_an_unknown_name_is_never_taken_for_another_medicine(reader: Reader, text: str) -> None:
    assert [entity.name for entity in reader.read(text).entities if entity.kind in KINDS] == []
