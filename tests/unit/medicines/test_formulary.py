"""A medicine is found by every name that it goes by; one that is not there is told in one sentence."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from medbot_desktop.errors import InputError
from medbot_desktop.medicines.files import Allergy, Interaction, Medicine, MedicineClass
from medbot_desktop.medicines.formulary import SUBSTANCES, Formulary
from medbot_desktop.settings import resources_folder


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return Formulary.load(resources_folder())


def medicine(name: str, *classes: str, ingredients: list[str] | None = None, **more: list[str]) -> Medicine:
    same = dict.fromkeys(
        (
            "adult_dose",
            "max_daily",
            "pregnancy",
            "breastfeeding",
            "alcohol",
            "driving",
            "storage",
            "missed_dose",
            "overdose",
        ),
        "Ask a pharmacist.",
    )
    return Medicine(
        name=name, classes=list(classes), ingredients=ingredients or [], uses=["Pain."], common=[], serious=[],
        avoid=[],
        sources=["NHS: Pain"], reviewed=datetime.date(2026, 1, 1), **same, **more,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ibuprofen", "ibuprofen"),
        ("IBUPROFEN", "ibuprofen"),
        ("  Nurofen ", "ibuprofen"),
        ("Advil", "ibuprofen"),
        ("acetaminophen", "paracetamol"),
        ("Tylenol", "paracetamol"),
        ("albuterol", "salbutamol"),
        ("epinephrine", "adrenaline"),
        ("amoxycillin", "amoxicillin"),
        ("Lipitor", "atorvastatin"),
        ("co-codamol", "co-codamol"),
        ("Microgynon", "ethinylestradiol with levonorgestrel"),
        ("PEG 3350", "macrogol"),
    ],
)
def test_a_medicine_is_found_by_its_names_of_both_countries(formulary: Formulary, written: str, name: str) -> None:
    found = formulary.find(written)
    assert found is not None
    assert found.name == name


def test_every_name_that_is_written_leads_to_a_medicine_and_an_international_name_to_its_own(
    formulary: Formulary,
) -> None:
    for own in formulary.medicines.values():
        assert formulary.require(own.name) is own
        assert all(formulary.find(name) for name in (*own.names, *own.misspellings))


@pytest.mark.parametrize(
    ("written", "near"), [("ibuprofn", "ibuprofen"), ("paracetamoll", "paracetamol"), ("amoxicilin x", "amoxicillin")]
)
def test_a_name_that_is_written_wrong_gets_those_that_are_written_alike(
    formulary: Formulary, written: str, near: str
) -> None:
    with pytest.raises(InputError) as refused:
        formulary.require(written)
    assert refused.value.message == f"There is no medicine called {written!r} in this formulary."
    assert near in refused.value.hint
    assert refused.value.hint.count(" or ") <= 2


@pytest.mark.parametrize("written", ["blorpizine", "", "   ", "💊", "'; drop table", "zzzz"])
def test_a_name_like_no_other_gets_a_next_step(formulary: Formulary, written: str) -> None:
    assert formulary.find(written) is None
    with pytest.raises(InputError) as refused:
        formulary.require(written)
    assert refused.value.hint == "Use the name on the packet, or ask a pharmacist."


@pytest.mark.parametrize(
    ("written", "name"),
    [("grapefruit juice", "grapefruit"), ("Alcohol", "alcohol"), ("wine", "alcohol"),
     ("St John's wort", "st_johns_wort"),
     ("st_johns_wort", "st_johns_wort"), ("milk", "dairy"), ("stones", None)],
)  # fmt: skip
def test_foods_and_herbs_are_known_by_their_words(formulary: Formulary, written: str, name: str | None) -> None:
    assert formulary.substance(written) == name


def test_a_combination_belongs_to_the_groups_of_what_it_holds(formulary: Formulary) -> None:
    groups = formulary.groups("co-codamol")
    assert {"co-codamol", "paracetamol", "codeine", "opioid"} <= groups
    assert "nsaid" not in groups


def test_a_medicine_belongs_to_the_wider_classes_of_its_class(formulary: Formulary) -> None:
    assert {"vitamin_k_antagonist", "anticoagulant"} <= formulary.groups("warfarin")


def test_everything_has_a_title(formulary: Formulary) -> None:
    for name in (*formulary.medicines, *formulary.classes, *SUBSTANCES):
        assert formulary.title(name).strip()


def test_every_spoken_name_is_of_a_known_kind_and_thing(formulary: Formulary) -> None:
    known = {"medicine": formulary.medicines, "medicine_class": formulary.classes, "substance": SUBSTANCES}
    assert all(name in known[kind] for kind, name in formulary.spoken.values())


def test_no_medicine_shares_its_name_with_a_class_or_a_substance(formulary: Formulary) -> None:
    ambiguous = formulary.medicines.keys() & SUBSTANCES.keys()
    assert ambiguous == set()


PAIR = Interaction(between=("a", "nobody"), severity="mild", mechanism="m", advice="a", source="s")


@pytest.mark.parametrize(
    "parts",
    [
        ([medicine("a", "no_such_class")], [], [], []),
        ([medicine("a")], [MedicineClass(name="c", title="C", within=["no_such_class"])], [], []),
        ([medicine("a")], [], [PAIR], []),
        ([medicine("a")], [], [], [Allergy(to="x", avoid=["nobody"], advice="a", source="s")]),
    ],
)  # fmt: skip
def test_what_names_something_that_is_not_there_is_refused(
    parts: tuple[list[Medicine], list[MedicineClass], list[Interaction], list[Allergy]],
) -> None:
    with pytest.raises(InputError, match=r"no_such_class|nobody"):
        Formulary(*parts)


def test_a_missing_folder_of_medicines_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        Formulary.load(tmp_path)
