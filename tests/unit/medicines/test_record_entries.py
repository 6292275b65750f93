"""What of a record the formulary does not know is named, and what it knows by any of its names is not."""

from __future__ import annotations

import pytest

from medbot_desktop.domain import Person
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.medicines.record_entries import unknown_entries
from medbot_desktop.settings import resources_folder


@pytest.fixture(scope="module")
def formulary() -> Formulary:
    return Formulary.load(resources_folder())


def test_a_brand_a_strength_and_a_misspelling_are_known(formulary: Formulary) -> None:
    person = Person("p", "Ann", allergies=("penicilin", "Nurofen"), medicines=("warfarin 3 mg at night",))
    assert unknown_entries(formulary, person) == ()


def test_what_is_not_known_is_named_allergies_first(formulary: Formulary) -> None:
    person = Person("p", "Ann", allergies=("house dust",), medicines=("zzzmycin 5 mg",), conditions=("asthma",))
    assert unknown_entries(formulary, person) == ("house dust", "zzzmycin 5 mg")
