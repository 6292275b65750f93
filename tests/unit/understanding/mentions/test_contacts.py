"""Telephone numbers and addresses are found as people write them; NHS numbers, doses and vital signs are none."""

from __future__ import annotations

import pytest

from medbot_desktop.settings import resources_folder
from medbot_desktop.understanding.mentions.contacts import Contacts

CONTACTS = Contacts.load(resources_folder())


def found(text: str) -> list[tuple[str, str | None]]:
    return [(entity.name, entity.value) for entity in CONTACTS.find(text)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("07700 900123", "07700900123"),
        ("my mobile is 07700900123.", "07700900123"),
        ("020 7946 0018", "02079460018"),
        ("(020) 7946 0018", "02079460018"),
        ("01632 960983, evenings", "01632960983"),
        ("07700-900-123", "07700900123"),
        ("+44 7700 900123", "+447700900123"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("0044 7700 900123", "+447700900123"),
        ("(555) 010-4477", "5550104477"),
        ("555-010-4477", "5550104477"),
        ("555.010.4477", "5550104477"),
        ("1-800-222-1222", "18002221222"),
        ("call me on 5550104477", "5550104477"),
        ("tel 555-0144", "5550144"),
        ("+1 (415) 555-0133", "+14155550133"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("06 12 34 56 78", "0612345678"),
    ],
)
def test_a_telephone_number_is_its_figures(text: str, value: str) -> None:
    assert found(text) == [("phone", value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("write to R.Osei+clinic@example.co.uk, please", "r.osei+clinic@example.co.uk"),
        ("anna_b@mail.example.com.", "anna_b@mail.example.com"),
        ("priya at example dot com", "priya@example.com"),
        ("john dot smith at example dot co dot uk", "john.smith@example.co.uk"),
    ],
)
def test_an_address_is_found(text: str, value: str) -> None:
    assert found(text) == [("email", value)]


@pytest.mark.parametrize(
    "text",
    [
        "NHS number 943 476 5919",
        "943 476 5919",
        "nhs no. 9434765919",
        "policy number 020 7946 0018",
        "my member ID is 5550104477",
        "account 12345678, sort code 12-34-56",
        "SSN 123-45-6789",
        "BP 120/80, 118/76, HR 88, temp 38.5",
        "paracetamol 500 1000 mg, 2500 units",
        "14/03/2026 10:30 and 2026-03-14",
        "5550104477",
        "barcode 5012345678900",
        "dial 999 or 111 or 112",
        "a@b, @clinic and me@",
        "1/2 3/4 5/6 7/8 9/10",
    ],
)
def test_a_number_that_is_something_else_is_no_contact(text: str) -> None:
    assert found(text) == []


def test_several_contacts_come_in_their_order() -> None:
    text = "a@example.org or 07700 900123, else 07700 900124"
    assert [name for name, _ in found(text)] == ["email", "phone", "phone"]
    assert all(text[entity.start : entity.end] == entity.text for entity in CONTACTS.find(text))
