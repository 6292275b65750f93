"""`medbot vault people` and `medbot vault forget`: somebody is added, and everything about them erased."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.unit.cli.test_ask import Medbot
from tests.unit.cli.vault_commands import PERSON, refused, said


def test_people_are_added_and_listed(medbot: Medbot, home: Path) -> None:
    [added] = medbot("people", "add", "Jon Ash", "--born", "1980-12-31", "--reference", "B-2", "--json").objects
    own = {"id": "", "name": "Jon Ash", "born": "1980-12-31", "reference": "B-2"}
    assert {**added, "id": ""} == {**own, "allergies": [], "medicines": [], "conditions": [], "due": None}
    assert said(medbot("people", "add", "李 明")).startswith("Added 李 明 (")
    rows = medbot("people", "list", "--json").objects
    assert {row["name"] for row in rows} == {PERSON, "Jon Ash", "李 明"}
    assert "1980-12-31" in said(medbot("people"))


def test_a_name_of_a_person_with_markup_in_it_is_shown_as_it_is(medbot: Medbot, home: Path) -> None:
    said(medbot("people", "add", "[bold]Ann[/bold]"))
    assert "[bold]Ann[/bold]" in said(medbot("people"))


@pytest.mark.parametrize(
    "arguments",
    [("",), ("x" * 201,), ("a\x07b",), (PERSON, "--born", "2999-01-01"), (PERSON, "--reference", "r" * 201)],
)
def test_a_person_that_cannot_be_is_refused(medbot: Medbot, home: Path, arguments: tuple[str, ...]) -> None:
    refused(medbot("people", "add", *arguments))
    assert len(medbot("people", "--json").objects) == 1


def test_forget_with_dry_run_only_counts(medbot: Medbot, home: Path) -> None:
    shown = said(medbot("forget", "A-17", "--dry-run"))
    assert shown.startswith("Would erase 1 person, 1 conversation, 0 messages and 0 citations.")
    assert len(medbot("people", "--json").objects) == 1


def test_forget_erases_a_person_and_names_where_the_name_still_stands(medbot: Medbot, home: Path) -> None:
    said(medbot("backup"))
    [would] = medbot("forget", PERSON, "--dry-run", "--json").objects
    [erased] = medbot("forget", PERSON, "--json").objects
    assert (would["dry_run"], erased["dry_run"]) == (True, False)
    assert (erased["conversations"], len(erased["mentions"]), erased["not_reached"]) == (1, 1, [])
    assert erased["backups"] == would["backups"] != []
    assert PERSON not in json.dumps(erased)
    assert medbot("people", "--json").objects == []


def test_forget_says_which_backup_it_could_not_change(medbot: Medbot, home: Path) -> None:
    said(medbot("backup"))
    [backup] = (home / "vault" / "backups").iterdir()
    backup.write_bytes(backup.read_bytes()[:1_000])
    ended = medbot("forget", PERSON)
    assert ended.status == 1
    assert ended.out.startswith("Erased 1 person")
    assert backup.name in ended.err
    assert medbot("people", "--json").objects == []


def test_forget_of_somebody_unknown_or_of_one_of_two_is_refused(medbot: Medbot, home: Path) -> None:
    assert refused(medbot("forget", "Nobody")).startswith("There is nobody with that name in the vault.")
    said(medbot("people", "add", PERSON, "--born", "1950-02-03"))
    assert "Give the identifier" in refused(medbot("forget", PERSON))
    assert len(medbot("people", "--json").objects) == 2


def test_the_record_of_a_person_is_added_and_corrected(medbot: Medbot, home: Path) -> None:
    arguments = ("--allergy", "penicillin", "--medicine", "warfarin 3 mg", "--medicine", "metformin")
    ended = medbot("people", "add", "Jon Ash", *arguments, "--condition", "asthma", "--json")
    [added] = ended.objects
    assert ended.err == ""
    assert (added["allergies"], added["medicines"]) == (["penicillin"], ["warfarin 3 mg", "metformin"])
    shown = " ".join(said(medbot("people")).split())
    assert "allergic to" in shown
    [changed] = medbot(
        "people", "edit", "Jon Ash", "--name", "John Ash", "--allergy", "latex", "--remove", "Metformin", "--json"
    ).objects
    assert (changed["name"], changed["conditions"]) == ("John Ash", ["asthma"])
    assert (changed["allergies"], changed["medicines"]) == (["penicillin", "latex"], ["warfarin 3 mg"])
    assert changed in medbot("people", "list", "--json").objects


def test_a_day_on_which_a_child_is_due_is_kept_and_taken_away(medbot: Medbot, home: Path) -> None:
    due = (date.today() + timedelta(weeks=12)).isoformat()
    [changed] = medbot("people", "edit", PERSON, "--due", due, "--json").objects
    assert changed["due"] == due
    [changed] = medbot("people", "edit", PERSON, "--remove", "due", "--json").objects
    assert changed["due"] is None


def test_an_entry_that_cannot_be_checked_is_kept_and_named(medbot: Medbot, home: Path) -> None:
    ended = medbot("people", "edit", PERSON, "--medicine", "zzzmycin", "--allergy", "house dust", "--json")
    assert ended.status == 0
    assert ended.objects[0]["medicines"] == ["zzzmycin"]
    assert "not checked against medicines: house dust, zzzmycin." in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("Nobody", "--allergy", "latex"),
        (PERSON, "--remove", "latex"),
        (PERSON, "--medicine", ""),
        (PERSON, "--name", ""),
    ],
)
def test_a_correction_that_cannot_be_made_changes_nothing(
    medbot: Medbot, home: Path, arguments: tuple[str, ...]
) -> None:
    before = medbot("people", "--json").objects
    refused(medbot("people", "edit", *arguments))
    assert medbot("people", "--json").objects == before


def test_a_question_about_a_person_goes_by_their_record(
    medbot: Medbot, commands: Callable[[str], Medbot], models: object, home: Path
) -> None:
    said(medbot("people", "edit", PERSON, "--allergy", "penicillin", "--medicine", "warfarin"))
    ask = commands("ask")
    [answer] = ask("can I take amoxicillin?", "--person", PERSON, "--json").objects
    assert answer["answer"].startswith("The record holds: allergic to penicillin; takes warfarin.")
    assert answer["sources"][0]["section"] == "Allergy: penicillin"
    assert "record" not in ask("can I take amoxicillin?", "--json").objects[0]["answer"]
    [answer] = ask("I banged my head on a cupboard", "--person", PERSON, "--json").objects
    assert answer["triage"]["disposition"] == "emergency"
    assert "nobody with that name" in refused(ask("hello", "--person", "Nobody"))
    assert "demo profile" in refused(ask("hello", "--person", PERSON, "--profile", "demo"))
