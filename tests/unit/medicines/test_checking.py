"""Medicines are checked against each other, against what they hold, and against allergies; the worst comes first."""

from __future__ import annotations

import pytest

from medbot_desktop.medicines.checking import Check, check
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.medicines.published import members
from medbot_desktop.settings import resources_folder


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return Formulary.load(resources_folder())


def checked(formulary: Formulary, *names: str, allergies: tuple[str, ...] = ()) -> Check:
    own = [formulary.named(name) for name in names]
    return check(formulary, own, allergies)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("warfarin", "ibuprofen"),
        ("apixaban", "naproxen"),
        ("sildenafil", "glyceryl trinitrate"),
        ("simvastatin", "clarithromycin"),
        ("simvastatin", "grapefruit juice"),
        ("sertraline", "tramadol"),
        ("sertraline", "St John's wort"),
        ("methotrexate", "trimethoprim"),
        ("lithium", "ibuprofen"),
        ("metronidazole", "alcohol"),
        ("ramipril", "spironolactone"),
        ("codeine", "diazepam"),
    ],
)
def test_pairs_that_every_formulary_warns_of_are_severe_in_either_order(
    formulary: Formulary, one: str, other: str
) -> None:
    assert checked(formulary, one, other).worst == checked(formulary, other, one).worst == "severe"


@pytest.mark.parametrize(
    ("one", "other"), [("paracetamol", "amoxicillin"), ("cetirizine", "paracetamol"), ("omeprazole", "paracetamol")]
)
def test_pairs_that_go_together_are_left_in_peace(formulary: Formulary, one: str, other: str) -> None:
    found = checked(formulary, one, other)
    assert (found.interactions, found.duplicates, found.worst) == ((), (), None)


def test_every_finding_says_what_happens_what_to_do_and_who_says_so(formulary: Formulary) -> None:
    [found] = checked(formulary, "warfarin", "ibuprofen").interactions
    assert found.interaction.mechanism.endswith(".")
    assert found.interaction.advice.endswith(".")
    assert found.interaction.source


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("paracetamol", "co-codamol", "paracetamol"),
        ("ibuprofen", "naproxen", "nsaid"),
        ("sertraline", "citalopram", "ssri"),
        ("omeprazole", "lansoprazole", "ppi"),
        ("Nurofen", "ibuprofen", "ibuprofen"),
        ("Zirtek", "cetirizine", "cetirizine"),
    ],
)
def test_the_same_medicine_or_kind_twice_is_told(formulary: Formulary, one: str, other: str, shared: str) -> None:
    assert [twice.shared for twice in checked(formulary, one, other).duplicates] == [shared]


@pytest.mark.parametrize(
    ("one", "other", "shared", "sure"),
    [
        ("Lemsip", "Panadol", ["paracetamol"], True),
        ("Night Nurse", "Day Nurse", ["paracetamol", "dextromethorphan"], None),
        ("Percocet", "Tylenol", ["paracetamol"], True),
        ("Veganin", "co-codamol", ["codeine", "paracetamol"], True),
        ("Anadin", "aspirin", ["aspirin"], False),
        ("Anadin", "naproxen", ["nsaid"], False),
        ("Sudafed", "pseudoephedrine", ["pseudoephedrine"], False),
        ("Benadryl", "cetirizine", ["antihistamine", "cetirizine"], None),
        ("Excedrin", "ibuprofen", ["nsaid"], True),
    ],
)
def test_what_brands_hold_twice_is_told_and_whether_it_is_sure(
    formulary: Formulary, one: str, other: str, shared: list[str], sure: bool | None
) -> None:
    found = checked(formulary, one, other).duplicates
    assert [twice.shared for twice in found] == shared
    assert sure is None or {twice.sure for twice in found} == {sure}


@pytest.mark.parametrize(
    ("one", "other"),
    [("Night Nurse", "citalopram"), ("NyQuil", "phenelzine"), ("Anadin", "warfarin"), ("Alka-Seltzer", "warfarin"),
     ("Suboxone", "codeine"), ("Veganin", "diazepam")],
)  # fmt: skip
def test_a_brand_has_the_interactions_of_all_that_it_may_hold(formulary: Formulary, one: str, other: str) -> None:
    assert checked(formulary, one, other).worst == "severe"


def test_two_blood_pressure_medicines_of_different_kinds_are_not_twice_the_same(formulary: Formulary) -> None:
    assert checked(formulary, "ramipril", "amlodipine").duplicates == ()


def test_of_several_the_weightiest_interaction_comes_first(formulary: Formulary) -> None:
    found = checked(formulary, "warfarin", "ibuprofen", "levothyroxine", "ferrous sulfate", "omeprazole").interactions
    order = ["severe", "moderate", "mild"]
    assert len(found) >= 2
    assert [one.interaction.severity for one in found] == sorted(
        (one.interaction.severity for one in found), key=order.index
    )


def test_a_pair_is_told_once_however_many_classes_speak_of_it(formulary: Formulary) -> None:
    found = checked(formulary, "aspirin", "ibuprofen", "warfarin").interactions
    assert len({frozenset((one.first, one.second)) for one in found}) == len(found)


@pytest.mark.parametrize(
    ("medicine", "allergy"),
    [
        ("amoxicillin", "penicillin"),
        ("Augmentin", "PENICILLIN"),
        ("flucloxacillin", " penicillins "),
        ("amoxicillin", "amoxicillin"),
        ("amoxicillin", "flucloxacillin"),
        ("ibuprofen", "aspirin"),
        ("naproxen", "ibuprofen"),
        ("celecoxib", "sulfa"),
        ("ibuprofen", "Nurofen"),
        ("metformin", "metformin"),
        ("amoxicillin", "penicilin"),
        ("amoxicillin", "allergic to penicillin"),
    ],
)
def test_what_an_allergy_speaks_against_must_not_be_taken(formulary: Formulary, medicine: str, allergy: str) -> None:
    found = checked(formulary, medicine, allergies=(allergy,))
    assert found.worst == "severe"
    assert any(one.must_not and one.advice for one in found.allergies)


def test_what_may_cross_react_is_a_caution(formulary: Formulary) -> None:
    found = checked(formulary, "cefalexin", allergies=("penicillin",))
    assert [one.must_not for one in found.allergies] == [False]
    assert found.worst == "moderate"


@pytest.mark.parametrize(("medicine", "allergy"), [("paracetamol", "penicillin"), ("ibuprofen", "penicillin")])
def test_an_allergy_to_something_else_speaks_against_nothing(formulary: Formulary, medicine: str, allergy: str) -> None:
    assert checked(formulary, medicine, allergies=(allergy,)).allergies == ()


def test_an_allergy_speaks_against_each_of_several_medicines_however_it_is_handed_in(formulary: Formulary) -> None:
    names = ["amoxicillin", "flucloxacillin"]
    found = check(formulary, names, (allergy for allergy in ["penicillin"]))
    assert {one.medicine for one in found.allergies} == set(names)


def test_what_must_not_be_taken_comes_before_a_caution(formulary: Formulary) -> None:
    found = checked(formulary, "cefalexin", "amoxicillin", allergies=("penicillin",)).allergies
    assert [one.must_not for one in found] == [True, False]


def test_nothing_and_one_medicine_alone_have_nothing_against_them(formulary: Formulary) -> None:
    assert checked(formulary).worst is None
    assert checked(formulary, "warfarin").worst is None
    assert checked(formulary, "warfarin", "warfarin").interactions == ()


@pytest.mark.parametrize(
    ("medicine", "kind", "severity", "member"),
    [
        ("ibuprofen", "blood thinner", "severe", "warfarin"),
        ("naproxen", "blood thinners", "severe", "apixaban"),
        ("aspirin", "anticoagulants", "severe", "warfarin"),
        ("ibuprofen", "blood pressure tablets", "moderate", "ramipril"),
        ("ibuprofen", "antidepressant", "moderate", "sertraline"),
        ("alcohol", "antibiotics", "severe", "metronidazole"),
        ("grapefruit", "statins", "severe", "simvastatin"),
        ("viagra", "blood pressure tablets", "severe", "glyceryl trinitrate"),
        ("clarithromycin", "cholesterol tablets", "severe", "simvastatin"),
        ("St John's wort", "the pill", "severe", ""),
    ],
)
def test_a_class_has_the_worst_of_its_members(
    formulary: Formulary, medicine: str, kind: str, severity: str, member: str
) -> None:
    for found in (checked(formulary, medicine, kind), checked(formulary, kind, medicine)):
        some = {name for one in found.interactions for name in (*one.of_first, *one.of_second)}
        assert found.worst == severity
        assert member in some if member else not some
        assert bool(found.unsettled) is bool(member)


def test_no_class_is_milder_than_the_worst_of_its_members(formulary: Formulary) -> None:
    order = ["severe", "moderate", "mild", None]
    for name in (one.name for one in formulary.classes.values() if one.called):
        for medicine in ("ibuprofen", "warfarin", "sertraline", "alcohol", "paracetamol"):
            each = [check(formulary, [one, medicine]) for one in members(formulary, name) if one != medicine]
            worst = min((order.index(one.interactions[0].interaction.severity) for one in each if one.interactions),
                        default=3)  # fmt: skip
            found = check(formulary, [name, medicine]).worst
            assert order.index(found) <= worst, (name, medicine)


def test_two_classes_take_the_entries_of_the_members_of_both(formulary: Formulary) -> None:
    found = checked(formulary, "anti-inflammatories", "blood thinners")
    assert found.worst == "severe"
    assert found.interactions[0].interaction.never
    assert found.interactions[0].of_first == ("ketorolac",)
    held = {(one, other) for each in found.interactions for one in each.of_first for other in each.of_second}
    assert ("ibuprofen", "warfarin") in held


def test_where_no_member_has_an_entry_it_still_depends_on_which_it_is(formulary: Formulary) -> None:
    found = checked(formulary, "cetirizine", "ppi")
    assert (found.worst, found.unsettled) == (None, ("ppi",))


def test_an_allergy_speaks_against_those_of_a_class_that_it_names(formulary: Formulary) -> None:
    [found] = checked(formulary, "antibiotics", allergies=("penicillin",)).allergies
    assert found.must_not
    assert "amoxicillin" in found.some
    assert "doxycycline" not in found.some
    [whole] = checked(formulary, "penicillin", allergies=("amoxicillin",)).allergies
    assert whole.some == ()


def test_a_medicine_may_be_one_of_a_class_already(formulary: Formulary) -> None:
    [twice] = checked(formulary, "sertraline", "antidepressants").duplicates
    assert (twice.shared, twice.sure) == ("ssri", False)


@pytest.mark.parametrize(
    ("allergies", "medicine", "told"),
    [
        (("penicillin", "amoxicillin"), "co-amoxiclav", [("penicillin", True)]),
        (("amoxicillin", "penicillin"), "amoxicillin", [("penicillin", True)]),
        (("penicillin", "co-amoxiclav", "Augmentin"), "flucloxacillin", [("penicillin", True)]),
        (("penicillin", "amoxicillin"), "cefalexin", [("penicillin", False)]),
        (("penicillin", "cefalexin"), "cefuroxime", [("cephalosporin", True)]),
        (("aspirin",), "naproxen", [("aspirin", True)]),
        (("ibuprofen", "aspirin"), "paracetamol", [("NSAIDs", False)]),
    ],
)
def test_of_allergies_that_overlap_the_most_cautious_speaks_once(
    formulary: Formulary, allergies: tuple[str, ...], medicine: str, told: list[tuple[str, bool]]
) -> None:
    found = check(formulary, [medicine], allergies).allergies
    assert [(one.allergy.to, one.must_not) for one in found] == told


def test_allergies_that_have_nothing_in_common_are_told_each(formulary: Formulary) -> None:
    found = check(formulary, ["sulfasalazine"], ["sulfa", "aspirin"]).allergies
    assert {one.allergy.to for one in found} >= {"sulfonamide antibiotics"}
    both = check(formulary, ["amoxicillin", "clarithromycin"], ["penicillin", "macrolides"]).allergies
    assert {(one.medicine, one.allergy.to) for one in both} == {
        ("amoxicillin", "penicillin"),
        ("clarithromycin", "macrolides"),
    }


def test_two_antihistamines_are_one_too_many(formulary: Formulary) -> None:
    assert [twice.shared for twice in checked(formulary, "cetirizine", "chlorphenamine").duplicates] == [
        "antihistamine"
    ]
