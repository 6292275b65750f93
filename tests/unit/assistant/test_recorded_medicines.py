"""What is asked about is checked against the record of the person, and the answer says that the record holds it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from medbot_desktop.assistant.medicine_answers import MedicineAnswers
from medbot_desktop.assistant.recorded_medicines import Recorded, RecordedMedicines
from medbot_desktop.assistant.render import AnswerText
from medbot_desktop.assistant.wording import Wording
from medbot_desktop.domain import Person, context_of
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.resources import load_resource
from medbot_desktop.settings import resources_folder
from medbot_desktop.understanding.reader import Reader

ANN = Person("1", "Ann", allergies=("penicillin", "house dust"), medicines=("warfarin 3 mg at night", "zzzmycin"))


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return Formulary.load(resources_folder())


@pytest.fixture(scope="module")
def reader(formulary: Formulary) -> Reader:
    return Reader.load(resources_folder(), formulary.spoken)


@pytest.fixture(scope="module")
def record(formulary: Formulary) -> RecordedMedicines:
    wording = load_resource(resources_folder() / "locale" / "en.toml", Wording)
    return RecordedMedicines(formulary, MedicineAnswers(formulary, wording.medicines), wording.record)


def checked(record: RecordedMedicines, reader: Reader, text: str, person: Person | None = ANN) -> Recorded | None:
    return record.check(reader.read(text, context_of(person, datetime.now())), person)


def said(record: RecordedMedicines, reader: Reader, text: str, person: Person = ANN) -> AnswerText:
    found, answer = checked(record, reader, text, person), AnswerText()
    assert found is not None
    list(record.say(found, person, answer))
    return answer


def test_an_allergy_of_the_record_speaks_against_its_whole_class(record: RecordedMedicines, reader: Reader) -> None:
    found = checked(record, reader, "can I take amoxicillin?")
    assert found is not None
    assert [(one.medicine, one.allergy.to, one.must_not) for one in found.found.allergies] == [
        ("amoxicillin", "penicillin", True)
    ]
    answer = said(record, reader, "can I take amoxicillin?")
    assert answer.text.startswith("The record holds: allergic to penicillin, house dust; takes warfarin 3 mg at night")
    assert "do not take amoxicillin before you have asked" in answer.text
    assert answer.citations[0].passage.section == "Allergy: penicillin"


def test_a_medicine_of_the_record_interacts_with_what_is_asked_about(record: RecordedMedicines, reader: Reader) -> None:
    found = checked(record, reader, "is ibuprofen ok for my back?")
    assert found is not None
    assert [{one.first, one.second} for one in found.found.interactions] == [{"ibuprofen", "warfarin"}]
    assert found.found.worst == "severe"


def test_where_the_record_has_nothing_against_it_that_is_said_without_calling_it_safe(
    record: RecordedMedicines, reader: Reader
) -> None:
    answer = said(record, reader, "can I take cetirizine?")
    assert "names no problem between that and cetirizine" in answer.text
    assert "It does not hold everything" in answer.text
    assert answer.citations == ()


def test_what_of_the_record_the_formulary_does_not_know_is_named(record: RecordedMedicines, reader: Reader) -> None:
    found = checked(record, reader, "can I take cetirizine?")
    assert found is not None
    assert found.unknown == ("house dust", "zzzmycin")
    assert "not checked: house dust, zzzmycin." in said(record, reader, "can I take cetirizine?").text


def test_a_medicine_that_is_taken_already_is_not_taken_twice_by_asking_about_it(
    record: RecordedMedicines, reader: Reader
) -> None:
    found = checked(record, reader, "I missed a dose of warfarin, what now?")
    assert found is not None
    assert found.found.worst is None


def test_two_of_one_kind_are_named(record: RecordedMedicines, reader: Reader) -> None:
    found = checked(record, reader, "can I take ibuprofen?", Person("1", "Bo", medicines=("naproxen",)))
    assert found is not None
    assert [{one.first, one.second} for one in found.found.duplicates] == [{"ibuprofen", "naproxen"}]


def test_what_two_medicines_of_the_message_mean_together_is_no_word_of_the_record(
    record: RecordedMedicines, reader: Reader
) -> None:
    found = checked(record, reader, "can I take ibuprofen with aspirin?", Person("1", "Bo", medicines=("metformin",)))
    assert found is not None
    assert all("metformin" in (one.first, one.second) for one in found.found.interactions)


@pytest.mark.parametrize("person", [None, Person("1", "Bo"), Person("1", "Bo", conditions=("asthma",))])
def test_without_a_record_of_medicines_nothing_is_checked(
    record: RecordedMedicines, reader: Reader, person: Person | None
) -> None:
    assert checked(record, reader, "can I take amoxicillin?", person) is None


def test_without_a_medicine_in_the_message_nothing_is_checked(record: RecordedMedicines, reader: Reader) -> None:
    assert checked(record, reader, "how do I sleep better?") is None


def expecting(**kept: tuple[str, ...]) -> Person:
    return Person("1", "Eve", due=date.today() + timedelta(weeks=10), **kept)


@pytest.mark.parametrize("text", ["can I take ibuprofen?", "is ibuprofen ok for my back?"])
def test_in_a_pregnancy_of_the_record_the_answer_says_what_the_monograph_says_of_it(
    record: RecordedMedicines, reader: Reader, text: str
) -> None:
    answer = said(record, reader, text, expecting())
    assert answer.text.startswith("The record holds a pregnancy: ask a pharmacist, midwife or doctor before taking ibu")
    assert "must not be taken from week 28" in answer.text
    assert answer.citations[0].passage.section == "Pregnancy"
    assert "names no problem" not in answer.text


def test_a_pregnancy_is_told_beside_an_allergy_of_the_record(record: RecordedMedicines, reader: Reader) -> None:
    answer = said(record, reader, "can I take warfarin?", expecting(allergies=("penicillin",)))
    assert answer.text.startswith("The record holds: allergic to penicillin.")
    assert "It can harm the baby" in answer.text


@pytest.mark.parametrize("text", ["I'm not pregnant, can I take ibuprofen?", "can I take ibuprofen in pregnancy?"])
def test_a_pregnancy_that_the_message_speaks_of_is_not_told_from_the_record(
    record: RecordedMedicines, reader: Reader, text: str
) -> None:
    assert checked(record, reader, text, expecting()) is None


def test_an_allergy_of_the_record_and_of_the_message_is_one_line(record: RecordedMedicines, reader: Reader) -> None:
    bea = Person("2", "Bea", allergies=("penicillin", "amoxicillin"))
    found = checked(record, reader, "I'm allergic to amoxicillin, can I take co-amoxiclav?", bea)
    assert found is not None
    assert [(one.medicine, one.must_not) for one in found.found.allergies if one.medicine == "co-amoxiclav"] == [
        ("co-amoxiclav", True)
    ]


def test_the_more_cautious_of_record_and_message_wins(record: RecordedMedicines, reader: Reader) -> None:
    cal = Person("3", "Cal", allergies=("penicillin",))
    found = checked(record, reader, "I'm allergic to cefalexin and penicillin, can I take cefuroxime?", cal)
    assert found is not None
    told = [(one.allergy.to, one.must_not) for one in found.found.allergies if one.medicine == "cefuroxime"]
    assert told == [("cephalosporin", True)]


def test_what_the_record_has_against_the_medicine_asked_about_leads(record: RecordedMedicines, reader: Reader) -> None:
    dan = Person("4", "Dan", medicines=("warfarin",))
    found = checked(record, reader, "I take amiodarone, is paracetamol safe?", dan)
    assert found is not None
    pairs = [{one.first, one.second} for one in found.found.interactions]
    assert pairs == [{"paracetamol", "warfarin"}, {"amiodarone", "warfarin"}]
