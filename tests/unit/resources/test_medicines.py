"""Each medicine has every field, each interaction its source, and nowhere stands a child's dose."""

from __future__ import annotations

import datetime
import re
from collections import Counter

import pytest

from medbot_desktop.medicines.files import Interaction, Medicine
from medbot_desktop.medicines.formulary import SUBSTANCES, Formulary
from medbot_desktop.settings import resources_folder
from tests.unit.resources.reading_ease import flesch_reading_ease

FORMULARY = Formulary.load(resources_folder())
MEDICINES = list(FORMULARY.medicines.values())
TODAY = datetime.datetime.now(datetime.UTC).date()
BODIES = re.compile(
    r"^(?:NHS|BNF|NICE|MHRA|FDA|WHO|CDC|NIH|DailyMed|MedlinePlus|SmPC|emc|FSRH|UKTIS|LactMed|BSR|RCOG|ESC|EMA|UKHSA|Specialist)\b"
)
CHILD_DOSE = re.compile(
    r"\b(?:child(?:ren)?|infants?|babies|toddlers?|kids?|newborns?|under \d+ years|aged \d+)\b[^.;]{0,60}?"
    r"\b\d+(?:[.,]\d+)?\s*(?:mg|mcg|micrograms?|ml|g|units|puffs|tablets?)\b",
    re.IGNORECASE,
)
PHRASES = ("adult_dose", "pregnancy", "breastfeeding", "alcohol", "driving", "storage", "missed_dose", "overdose")
LISTS = ("uses", "common", "serious", "avoid", "sources")
EASY = 50.0

every_medicine = pytest.mark.parametrize("medicine", MEDICINES, ids=lambda medicine: str(medicine.name))


def test_there_are_enough_medicines_and_interactions() -> None:
    assert len(MEDICINES) >= 250
    assert len(FORMULARY.interactions) >= 600
    assert len(FORMULARY.allergies) >= 20


def test_no_medicine_has_two_monographs() -> None:
    files = (resources_folder() / "medicines" / "monographs").glob("*.toml")
    written = re.findall(r'^name = "(.+)"$', "\n".join(file.read_text("utf-8") for file in files), re.MULTILINE)
    assert [name for name, count in Counter(written).items() if count > 1] == []


@every_medicine
def test_every_field_says_something(medicine: Medicine) -> None:
    assert [field for field in PHRASES if not getattr(medicine, field).strip()] == []
    assert [field for field in LISTS if not getattr(medicine, field)] == []
    assert all(entry.strip() for field in LISTS for entry in getattr(medicine, field))


@every_medicine
def test_its_sources_are_national_bodies_and_its_review_has_been(medicine: Medicine) -> None:
    assert [source for source in medicine.sources if not BODIES.match(source)] == []
    assert medicine.reviewed <= TODAY


@every_medicine
def test_no_childs_dose_is_given(medicine: Medicine) -> None:
    said = " ".join(
        [
            medicine.adult_dose,
            medicine.max_daily,
            *medicine.uses,
            *medicine.avoid,
            medicine.missed_dose,
            medicine.overdose,
        ]
    )
    assert CHILD_DOSE.findall(said) == []


@every_medicine
def test_the_overdose_says_whom_to_ask(medicine: Medicine) -> None:
    assert re.search(
        r"poison|emergency|help|doctor|pharmacist|hospital|medical|advice", medicine.overdose, re.IGNORECASE
    )


@every_medicine
def test_phrases_are_whole_sentences_without_the_number_of_one_country(medicine: Medicine) -> None:
    said = [getattr(medicine, field) for field in PHRASES] + medicine.uses
    assert [line for line in said if line.strip()[-1] not in ".!?"] == []
    assert re.search(r"\b(?:999|911)\b", " ".join([*said, *medicine.serious])) is None


@every_medicine
def test_a_monograph_reads_easily(medicine: Medicine) -> None:
    said = " ".join(getattr(medicine, field) for field in PHRASES if field != "adult_dose")
    assert flesch_reading_ease(said.replace(medicine.name, "it").replace(medicine.name.capitalize(), "It")) >= EASY


def test_a_name_that_two_medicines_share_leads_to_the_international_one() -> None:
    internationals = {medicine.name.lower() for medicine in MEDICINES}
    for medicine in MEDICINES:
        for name in (*medicine.also, *medicine.brands_uk, *medicine.brands_us, *medicine.misspellings):
            found = FORMULARY.find(name)
            assert found is not None
            assert name.lower() not in internationals or found.name.lower() == name.lower(), (medicine.name, name)


def test_no_brand_or_misspelling_stands_for_two_medicines() -> None:
    owners: dict[str, set[str]] = {}
    for medicine in MEDICINES:
        for name in {*medicine.names, *medicine.misspellings}:
            owners.setdefault(name.lower(), set()).add(medicine.name)
    assert {name: sorted(of) for name, of in owners.items() if len(of) > 1} == {}


def test_most_medicines_belong_to_a_class() -> None:
    without = [medicine.name for medicine in MEDICINES if not medicine.classes]
    assert len(without) <= len(MEDICINES) / 10


def test_no_class_lies_unused() -> None:
    used = {name for medicine in MEDICINES for name in FORMULARY.groups(medicine.name)}
    assert sorted(FORMULARY.classes.keys() - used) == []


def test_no_class_is_within_itself() -> None:
    assert [
        one.name for one in FORMULARY.classes.values() if any(one.name in FORMULARY.groups(wide) for wide in one.within)
    ] == []


def key(entry: Interaction) -> tuple[str, str]:
    one, other = sorted(entry.between)
    return one, other


def test_no_two_interactions_speak_of_the_same_pair() -> None:
    assert [pair for pair, count in Counter(map(key, FORMULARY.interactions)).items() if count > 1] == []


def test_every_interaction_says_what_happens_what_to_do_and_its_source() -> None:
    wrong = [
        entry.between
        for entry in FORMULARY.interactions
        if not (entry.mechanism.endswith(".") and entry.advice.endswith(".") and BODIES.match(entry.source))
    ]
    assert wrong == []


def test_every_interaction_speaks_of_a_medicine_of_the_formulary() -> None:
    """A pair of two foods, or of a class without members, would never be found."""
    groups = {name for medicine in MEDICINES for name in FORMULARY.groups(medicine.name)} | SUBSTANCES.keys()
    assert [entry.between for entry in FORMULARY.interactions if not set(entry.between) <= groups] == []
    assert [entry.between for entry in FORMULARY.interactions if set(entry.between) <= SUBSTANCES.keys()] == []


NEVER = re.compile(r"^(?:Never take both|(?:They|These) must not be taken together)(?![^.]*\bunless\b)")


def test_what_must_never_be_taken_together_is_severe_and_says_so() -> None:
    never = [entry for entry in FORMULARY.interactions if entry.never]
    assert len(never) >= 50
    assert [entry.between for entry in never if entry.severity != "severe"] == []
    assert {entry.between for entry in never} == {
        entry.between for entry in FORMULARY.interactions if NEVER.match(entry.advice)
    }


@pytest.mark.parametrize(
    "brand",
    """Lemsip|Night Nurse|Day Nurse|DayQuil|NyQuil|Beechams|Anadin|Excedrin|Sudafed|Theraflu|Mucinex|Robitussin|Benylin
    |Benadryl|Nytol|Alka-Seltzer|Migraleve|Veganin|Percocet|Suboxone|Rennie|Trelegy""".replace("\n    ", "").split("|"),
)
def test_the_brands_that_people_type_are_held_with_what_is_in_them(brand: str) -> None:
    medicine = FORMULARY.find(brand)
    assert medicine is not None
    assert medicine.ingredients or medicine.may_hold


def test_a_brand_whose_products_differ_says_so() -> None:
    differing = [medicine for medicine in MEDICINES if medicine.may_hold]
    assert [medicine.name for medicine in differing if set(medicine.may_hold) & set(medicine.ingredients)] == []
    assert [medicine.name for medicine in differing if len(medicine.uses) < 2] == []


def test_all_three_severities_are_there() -> None:
    counts = Counter(entry.severity for entry in FORMULARY.interactions)
    assert min(counts["severe"], counts["moderate"], counts["mild"]) >= 30


def test_every_substance_is_in_an_interaction() -> None:
    used = {name for entry in FORMULARY.interactions for name in entry.between}
    assert sorted(SUBSTANCES.keys() - used) == []


def test_every_allergy_speaks_against_something_and_names_its_source() -> None:
    for allergy in FORMULARY.allergies:
        assert allergy.avoid or allergy.caution, allergy.to
        assert BODIES.match(allergy.source), allergy.to
        assert allergy.advice.endswith("."), allergy.to


def test_no_word_for_an_allergy_stands_twice_in_one_entry() -> None:
    for allergy in FORMULARY.allergies:
        words = [word.lower() for word in (allergy.to, *allergy.also)]
        assert len(set(words)) == len(words), allergy.to


@pytest.mark.parametrize(
    "common", ["penicillin", "aspirin", "ibuprofen", "sulfa", "codeine", "latex", "trimethoprim", "egg"]
)
def test_the_common_allergies_are_known(common: str) -> None:
    called = {word.lower() for allergy in FORMULARY.allergies for word in (allergy.to, *allergy.also)}
    assert common in called or FORMULARY.find(common) is not None
