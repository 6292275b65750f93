"""A record is read like a message, counts where it lasts, and is told apart from what the message says."""

from __future__ import annotations

import pytest

from medbot_desktop.domain import Context
from medbot_desktop.understanding.reader import Reader


def known(reader: Reader, context: Context) -> dict[str, str]:
    """The words of the record by the names that they tell."""
    return {entity.name: entity.text for entity in reader.read("hello", context).known}


@pytest.mark.parametrize(
    ("age", "words", "names"),
    [
        (0.0, "age 0 weeks", {"age", "child", "infant", "young_infant"}),
        (0.1, "age 5 weeks", {"age", "child", "infant", "young_infant"}),
        (0.02, "age 1 week", {"age", "child", "infant", "young_infant"}),
        (5.2, "age 5 years", {"age", "child"}),
        (71.9, "age 71 years", {"age"}),
    ],
)
def test_the_age_is_told_with_what_it_means(reader: Reader, age: float, words: str, names: set[str]) -> None:
    found = known(reader, Context(age=age))
    assert set(found) == names
    assert set(found.values()) == {f"{words} (from the record)"}


def test_pregnancy_conditions_medicines_and_allergies_are_read(reader: Reader) -> None:
    context = Context(
        pregnant=True,
        allergies=("penicillin",),
        medicines=("warfarin 3 mg at night",),
        conditions=("type 2 diabetes", "no spleen"),
    )
    found = known(reader, context)
    assert found["pregnant"] == "pregnant (from the record)"
    assert found["diabetes"] == found["diabetes_type2"] == "type 2 diabetes (from the record)"
    assert found["immune_weak"] == "no spleen (from the record)"
    assert found["blood_thinner"] == found["warfarin"] == "warfarin 3 mg at night (from the record)"
    assert found["penicillin"] == "penicillin (from the record)"


@pytest.mark.parametrize("entry", ["chest pain", "fever", "no asthma", "zzz", "a cold"])
def test_what_does_not_last_or_is_denied_is_not_taken_from_a_record(reader: Reader, entry: str) -> None:
    assert known(reader, Context(conditions=(entry,))) == {}


def test_a_medicine_that_is_taken_is_no_allergen_that_somebody_was_near_to(reader: Reader) -> None:
    assert "allergen" not in known(reader, Context(medicines=("ramipril",), allergies=("penicillin",)))


def test_the_record_is_none_of_what_the_message_names(reader: Reader) -> None:
    read = reader.read("I have a cough", Context(age=71.0, medicines=("warfarin",)))
    assert all(entity.is_recorded for entity in read.known)
    assert not any(entity.is_recorded for entity in read.entities)
    assert {entity.name for entity in read.entities} == {
        entity.name for entity in reader.read("I have a cough").entities
    }


def test_the_record_of_one_person_is_not_read_into_a_message_of_another(reader: Reader) -> None:
    assert known(reader, Context(medicines=("warfarin",)))
    assert known(reader, Context()) == {}
    assert known(reader, Context(conditions=("asthma",))).keys() >= {"asthma"}
    assert "warfarin" not in known(reader, Context(conditions=("asthma",)))
