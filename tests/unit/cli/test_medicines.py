"""`medbot medicines`: what is published, checks of several, and one clear sentence for a name that nobody knows."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.unit.cli.test_ask import Ended
from tests.unit.cli.vault_commands import refused, said

Command = Callable[..., Ended]
CHILDREN = "Doses for children are not given here: ask a pharmacist or the prescriber."


@pytest.fixture
def medicines(commands: Callable[[str], Command]) -> Command:
    return commands("medicines")


@pytest.mark.parametrize("name", ["ibuprofen", "Nurofen", "ADVIL", "ibuprofin"])
def test_a_medicine_is_shown_by_any_of_its_names(medicines: Command, name: str) -> None:
    found = json.loads(said(medicines("show", name, "--json")))
    assert found["name"] == "ibuprofen"
    assert found["children"] == CHILDREN
    assert found["sources"]
    assert found["class_titles"]
    assert "misspellings" not in found


def test_people_read_each_part_under_its_heading(medicines: Command) -> None:
    shown = said(medicines("show", "ibuprofen"))
    assert shown.startswith("Ibuprofen\n")
    for heading in (
        "What it is for",
        "Usual dose for adults",
        "Get help at once for",
        "Pregnancy",
        "Too much",
        "Sources",
    ):
        assert heading in shown
    assert CHILDREN in shown


def test_a_severe_interaction_is_told_with_what_to_do(medicines: Command) -> None:
    found = json.loads(said(medicines("check", "Nurofen", "warfarin", "--json")))
    assert found["severity"] == "severe"
    assert found["medicines"] == [{"asked": "Nurofen", "name": "ibuprofen"}, {"asked": "warfarin", "name": "warfarin"}]
    [interaction] = found["interactions"]
    assert set(interaction) == {"between", "severity", "mechanism", "advice", "source"}
    assert found["note"] == ""


def test_an_allergy_is_checked(medicines: Command) -> None:
    found = json.loads(said(medicines("check", "amoxicillin", "--allergy", "penicillin", "--json")))
    assert found["severity"] == "severe"
    assert found["allergies"][0]["must_not"] is True
    assert "Must not be taken: amoxicillin" in said(medicines("check", "amoxicillin", "--allergy", "penicillin"))


def test_two_that_hold_the_same_are_told(medicines: Command) -> None:
    found = json.loads(said(medicines("check", "paracetamol", "co-codamol", "--json")))
    assert [twice["shared"] for twice in found["duplicates"]] == ["paracetamol"]
    assert "Twice: paracetamol and co-codamol" in said(medicines("check", "paracetamol", "co-codamol"))


def test_a_brand_and_its_own_generic_name_are_the_same_twice(medicines: Command) -> None:
    assert json.loads(said(medicines("check", "Nurofen", "ibuprofen", "--json")))["severity"] != "none"


def test_a_class_is_checked_by_its_members(medicines: Command) -> None:
    found = json.loads(said(medicines("check", "ibuprofen", "blood thinner", "--json")))
    assert found["severity"] == "severe"
    assert any("warfarin" in one["only_of"]["anticoagulant"] for one in found["interactions"])
    assert found["depends_on_which"] == ["blood thinners (anticoagulants)"]
    assert "It depends on which of the blood thinners" in " ".join(
        said(medicines("check", "ibuprofen", "blood thinner")).split()
    )
    nothing = said(medicines("check", "cetirizine", "ppi"))
    assert nothing.startswith("It depends on which of the proton pump inhibitors it is")


def test_a_name_that_is_only_begun_is_told_how_it_may_go_on(medicines: Command) -> None:
    hint = refused(medicines("check", "sildenafil", "isosorbide")).split("Did you mean")[1]
    assert "isosorbide mononitrate" in hint
    assert "isosorbide dinitrate" in hint


def test_foods_and_drinks_are_checked_too(medicines: Command) -> None:
    found = json.loads(said(medicines("check", "metronidazole", "wine", "--json")))
    assert [entry["name"] for entry in found["medicines"]] == ["metronidazole", "alcohol"]
    assert found["severity"] == "severe"


def test_where_nothing_is_known_that_is_no_proof(medicines: Command) -> None:
    found = json.loads(said(medicines("check", "paracetamol", "amoxicillin", "--json")))
    assert found["severity"] == "none"
    assert "no proof" in found["note"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("show", "ibuprofn"), "There is no medicine called 'ibuprofn' in this formulary. Did you mean ibuprofen"),
        (("show", "blorpizine"), "'blorpizine' in this formulary. Use the name on the packet"),
        (("check", "warfarin", "blorpizine", "--json"), "There is no medicine called 'blorpizine'"),
        (("check", "paracetamoll", "warfarin"), "Did you mean paracetamol"),
        (("show", ""), "There is no medicine called ''"),
        (("show", "💊"), "There is no medicine called"),
    ],
)  # fmt: skip
def test_an_unknown_name_is_one_sentence_with_a_next_step(
    medicines: Command, arguments: tuple[str, ...], sentence: str
) -> None:
    assert sentence in refused(medicines(*arguments))


def test_an_allergy_that_nobody_knows_is_said_and_not_passed_over(medicines: Command) -> None:
    ended = medicines("check", "amoxicillin", "--allergy", "penicilin", "--json")
    assert (
        ended.status == 1 or json.loads(ended.out)["severity"] != "none" or "penicilin" in json.loads(ended.out)["note"]
    )


def test_a_name_of_many_thousand_characters_is_refused_in_a_line_that_can_be_read(medicines: Command) -> None:
    assert len(refused(medicines("show", "x" * 5_000))) < 500


@pytest.mark.parametrize("arguments", [("check",), ("show",), ("mix", "a")])
def test_bad_usage_is_told_as_such(medicines: Command, arguments: tuple[str, ...]) -> None:
    assert medicines(*arguments).status == 2
