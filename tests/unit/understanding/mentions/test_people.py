"""Whom a message speaks of is found by the words for people, and by "I"; no saying makes one."""

from __future__ import annotations

import pytest

from medbot_desktop.settings import resources_folder
from medbot_desktop.understanding.mentions.people import People

PEOPLE = People.load(resources_folder())


def people(text: str) -> list[tuple[str, str]]:
    return [(entity.name, entity.text) for entity in PEOPLE.find(text)]


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("I have a cough", "self", "I"),
        ("what helps me sleep", "self", "me"),
        ("my knee hurts", "self", "my"),
        ("I'm ill", "self", "I"),
        ("my mother is 80", "mother", "my mother"),
        ("Mum has a fever", "mother", "Mum"),
        ("my 3-year-old son", "son", "my 3-year-old son"),
        ("our two year old daughter", "daughter", "our two year old daughter"),
        ("my seven-year-old has a rash", "own_child", "my seven-year-old"),
        ("my little one", "own_child", "my little one"),
        ("the baby won't feed", "baby", "the baby"),
        ("my mother-in-law", "mother_in_law", "my mother-in-law"),
        ("my ex husband", "husband", "my ex husband"),
        ("the patient denies pain", "patient", "the patient"),
        ("Pt c/o pain", "patient", "Pt"),
        ("a 56-year-old woman with pain", "woman", "a 56-year-old woman"),
        ("72 yo man", "man", "72 yo man"),
        ("A 9-year-old skidded", "someone", "A 9-year-old"),
        ("a man has collapsed", "man", "a man"),
        ("my elderly next door neighbour", "neighbour", "my elderly next door neighbour"),
        ("my GP said so", "clinician", "my GP"),
        ("someone has fainted", "someone", "someone"),
    ],
)
def test_a_person_is_found_with_what_belongs_to_them(text: str, name: str, words: str) -> None:
    assert (name, words) in people(text)


def test_several_people_are_told_apart_and_whoever_writes_is_found_once() -> None:
    found = people("I think my dad's brother and my partner gave it to me and my son")
    assert [name for name, _ in found] == ["self", "father", "brother", "partner", "son"]


@pytest.mark.parametrize(
    "text",
    ["her mother tongue", "Mother's Day", "man flu", "baby food", "Type I diabetes", "a doctor", "speak to someone",
     "patient information", "many patients", "the mummified remains", "a childminder's hours", "momentum"],
)  # fmt: skip
def test_a_word_with_a_person_in_it_names_none(text: str) -> None:
    assert [found for found in people(text) if found[0] not in ("carer",)] == []


def test_my_mother_is_not_whoever_writes() -> None:
    assert people("my mother") == [("mother", "my mother")]
