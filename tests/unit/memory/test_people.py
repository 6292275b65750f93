"""People: kept by any name, found by name, identifier or number, never mixed up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from medbot_desktop.domain import Person
from medbot_desktop.errors import InputError, VaultError
from medbot_desktop.memory.people import People


def test_a_person_comes_back_as_added(people: People) -> None:
    ann = people.add("  Ann   Lee ", date(1980, 5, 6), "NHS 123")
    assert ann == Person(ann.id, "Ann Lee", date(1980, 5, 6), "NHS 123")
    assert people.list() == [ann]


@pytest.mark.parametrize("name", ["Zoë", "王小明", "Ольга", "محمد", "O'Brien-Smith", "X Æ A-12", "ა" * 200])
def test_a_name_in_any_script_is_kept_and_found(people: People, name: str) -> None:
    added = people.add(name)
    assert people.find(name) == added


def test_people_stand_by_name_whatever_its_case(people: People) -> None:
    for name in ("bob", "Carl", "Ann"):
        people.add(name)
    assert [person.name for person in people.list()] == ["Ann", "bob", "Carl"]


@pytest.mark.parametrize("wanted", ["ann lee", " ANN  LEE ", "R-7", "Ａnn Lee"])
def test_a_person_is_found_by_name_in_any_case_or_by_number(people: People, wanted: str) -> None:
    ann = people.add("Ann Lee", reference="R-7")
    people.add("Bob")
    assert people.find(wanted) == ann


def test_a_person_is_found_by_identifier(people: People) -> None:
    ann = people.add("Ann")
    assert people.find(ann.id) == ann


def test_two_people_of_one_name_are_told_apart(people: People) -> None:
    one, other = people.add("Ann", date(1980, 5, 6)), people.add("ann")
    with pytest.raises(VaultError, match="2 people have that name") as refused:
        people.find("Ann")
    assert one.id in refused.value.hint
    assert "born 1980-05-06" in refused.value.hint
    assert f"{other.id} (born unknown)" in refused.value.hint


@pytest.mark.parametrize("wanted", ["nobody", "", " "])
def test_nobody_by_that_name_is_a_clear_error(people: People, wanted: str) -> None:
    people.add("Ann")
    with pytest.raises(VaultError, match="There is nobody with that name"):
        people.find(wanted)


@pytest.mark.parametrize(
    ("name", "born", "reference"),
    [
        ("", None, ""),
        (" \n ", None, ""),
        ("a" * 201, None, ""),
        ("An\x00n", None, ""),
        ("Ann\ud800", None, ""),
        ("Ann", date(1700, 1, 1), ""),
        ("Ann", date.today() + timedelta(days=2), ""),
        ("Ann", None, "7" * 101),
        ("Ann", None, "7\x07"),
    ],
)
def test_what_cannot_be_a_name_a_birthday_or_a_number_is_refused(
    people: People, name: str, born: date | None, reference: str
) -> None:
    with pytest.raises(InputError):
        people.add(name, born, reference)
    assert people.list() == []


def test_an_error_does_not_repeat_the_name(people: People) -> None:
    with pytest.raises(InputError) as refused:
        people.add("Annabel\x00Lee")
    assert "Annabel" not in refused.value.message + refused.value.hint


def test_a_person_is_corrected_and_found_by_the_new_name(people: People) -> None:
    ann = people.add("Ann")
    changed = people.change(replace(ann, name="Anne Lee", born=date(1980, 5, 6)))
    assert people.find("anne lee") == changed
    with pytest.raises(VaultError):
        people.find("Ann")


def test_a_person_who_is_gone_is_not_corrected(people: People) -> None:
    with pytest.raises(VaultError, match="not in the vault any more"):
        people.change(Person("nobody", "Ann"))


def test_the_record_of_a_person_comes_back_as_written(people: People) -> None:
    due = date.today() + timedelta(weeks=10)
    ann = people.add(
        "Ann",
        allergies=[" penicillin ", "penicillin"],
        medicines=("warfarin  3 mg", "metformin"),
        conditions=["asthma"],
        due=due,
    )
    assert (ann.allergies, ann.medicines, ann.conditions) == (
        ("penicillin",),
        ("warfarin 3 mg", "metformin"),
        ("asthma",),
    )
    assert people.list() == [ann] == [people.find("Ann")]
    assert people.find("Ann").due == due
    changed = people.change(replace(ann, medicines=(), allergies=("latex",), due=None))
    assert people.find("Ann") == changed
    assert (changed.allergies, changed.medicines, changed.conditions) == (("latex",), (), ("asthma",))


@pytest.mark.parametrize("kind", ["allergies", "medicines", "conditions"])
@pytest.mark.parametrize("entries", [[""], [" "], ["x" * 101], ["a\x00b"], [str(n) for n in range(51)]])
def test_an_entry_that_cannot_be_kept_is_refused_and_not_repeated(
    people: People, kind: str, entries: list[str]
) -> None:
    with pytest.raises(InputError) as refused:
        people.add("Ann", **{kind: entries})  # type: ignore[arg-type]
    assert entries[0].strip() not in refused.value.message or len(entries[0].strip()) < 2
    assert people.list() == []


def test_a_child_that_is_due_in_another_year_is_refused(people: People) -> None:
    with pytest.raises(InputError, match="due"):
        people.add("Ann", due=date.today() + timedelta(weeks=200))
