"""The picture of all that may be searched: what stands together is ranked together, and a change gives what is new."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from medbot_desktop.domain import Filters
from medbot_desktop.knowledge.search.answer_kinds import AnswerKinds, QuestionCues
from medbot_desktop.knowledge.search.candidates import UNIT_TERMS
from medbot_desktop.knowledge.search.holdings import HeldDocument, HeldLibrary, Holdings, Incoming, PassageWords
from medbot_desktop.knowledge.search.terms import passage_terms
from medbot_desktop.settings import resources_folder
from medbot_desktop.vault.roles import Role

FOLDER = resources_folder() / "retrieval"
KINDS = AnswerKinds.load(FOLDER / "kinds.npz", len(QuestionCues.load(FOLDER / "answer_kinds.toml").names))
LIBRARIES = {1: HeldLibrary("core", ()), 2: HeldLibrary("clinic", ("clinician",))}


def incoming(row: int, *passages: tuple[str, str], library: int = 1) -> Incoming:
    """A document with a title, and passages of (section, text); their rows follow from its own."""
    words = [PassageWords(100 * row + n, section, passage_terms(text)) for n, (section, text) in enumerate(passages)]
    headings = {section: passage_terms(f"Title {row}. {section}.") for section, _ in passages}
    document = HeldDocument(row, library, f"{row} as it is", "everyone", "", "", ())
    return Incoming(document, words, headings, [10 * row], passage_terms(f"Title {row}"))


FEVER = incoming(1, ("What it is", "Fever is heat."), ("What it is", "It passes."), ("What to do", "Drink water."))
COUGH = incoming(2, ("What it is", "A cough clears the throat."))
RASH = incoming(3, ("Skin", "A rash itches."), library=2)


def held(*documents: Incoming) -> Holdings:
    return Holdings.of(LIBRARIES, documents, KINDS)


def test_the_passages_of_a_section_are_one_unit() -> None:
    holdings = held(FEVER, COUGH)
    rows, many = holdings.passages_of_units(np.arange(3))
    assert rows.tolist() == [100, 101, 102, 200]
    assert many.tolist() == [2, 1, 1]
    assert holdings.document_of.tolist() == [0, 0, 1]
    assert holdings.units_of_document(0).tolist() == [0, 1]


def test_a_section_of_many_words_is_several_units() -> None:
    long = " ".join(f"word{n}" for n in range(UNIT_TERMS // 2 + 1))
    holdings = held(incoming(1, ("Long", long), ("Long", long), ("Long", "The end.")))
    assert holdings.passages_of_units(np.arange(2))[1].tolist() == [1, 2]


def test_the_words_of_the_headings_come_before_those_of_the_text() -> None:
    [first, *_] = [held(FEVER).terms.unit(0)]
    assert first[: len(FEVER.headings["What it is"])].tolist() == [
        int(number) & 0x7FFF_FFFF for number in FEVER.headings["What it is"]
    ]


def test_the_unit_of_a_passage_is_told_and_none_of_one_that_is_not_held() -> None:
    assert held(FEVER, COUGH).units_with(np.array([200, 101, 999, 102])).tolist() == [2, 0, -1, 1]


def test_the_document_of_a_name_is_told_and_none_of_one_that_is_not_held() -> None:
    assert held(FEVER, COUGH).documents_named(np.array([20, 10, 99])).tolist() == [1, 0, -1]


def same(one: Holdings, other: Holdings) -> bool:
    arrays = ("passages", "first_passage", "document_of", "kinds", "names", "named")
    terms = [(one.terms, other.terms), (one.name_terms, other.name_terms)]
    return (
        one.documents == other.documents
        and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays)
        and all(np.array_equal(mine.flat, yours.flat) for mine, yours in terms)
        and all(np.array_equal(mine.units_with, yours.units_with) for mine, yours in terms)
    )


@pytest.mark.parametrize("gone", [[], [1], [2], [1, 2]])
def test_a_changed_picture_is_as_one_that_was_made_anew(gone: list[int]) -> None:
    stays = [item for item in (FEVER, COUGH) if item.document.row_id not in gone]
    known = {item.document.row_id: item.document for item in stays}
    assert same(held(FEVER, COUGH).changed(LIBRARIES, known, held(RASH)), held(*stays, RASH))


def test_what_is_known_of_a_document_may_change_without_its_words() -> None:
    tagged = replace(FEVER.document, tags=("heat",))
    changed = held(FEVER).changed(LIBRARIES, {1: tagged}, held())
    assert changed.documents == (tagged,)


def test_nothing_held_is_nothing_found() -> None:
    holdings = held()
    assert holdings.units_with(np.array([1])).tolist() == [-1]
    assert holdings.documents_named(np.array([1])).tolist() == [-1]
    assert holdings.allowed(Filters(), Role.KIOSK) is None


@pytest.mark.parametrize(
    ("role", "filters", "allowed"),
    [
        (Role.CLINICIAN, Filters(), None),
        (Role.ADMINISTRATOR, Filters(), None),
        (Role.KIOSK, Filters(), [True, False]),
        (Role.CLINICIAN, Filters(libraries=frozenset({"clinic"})), [False, True]),
        (Role.KIOSK, Filters(libraries=frozenset({"clinic"})), [False, False]),
    ],
)
def test_a_library_is_open_to_those_who_may_read_it(role: Role, filters: Filters, allowed: list[bool] | None) -> None:
    mask = held(FEVER, RASH).allowed(filters, role)
    assert (None if mask is None else mask.tolist()) == allowed
