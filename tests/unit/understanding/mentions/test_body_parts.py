"""Parts of the body are found with their side, whole words only, and never in a figure of speech."""

from __future__ import annotations

from collections import Counter

import pytest

from medbot_desktop.domain import Entity
from medbot_desktop.resources import load_resource
from medbot_desktop.settings import resources_folder
from medbot_desktop.understanding.mentions.body_parts import BodyParts
from medbot_desktop.understanding.mentions.files import BodyPartFile
from medbot_desktop.understanding.tokens import tokenise

PARTS = BodyParts.load(resources_folder())
FILE = load_resource(resources_folder() / "mentions" / "body_parts.toml", BodyPartFile)


def parts(text: str) -> list[Entity]:
    return PARTS.find(text, tokenise(text))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my tummy hurts", "abdomen"),
        ("a rash on his belly", "abdomen"),
        ("I kicked my shin", "shin"),
        ("itching round my privates", "genitals"),
        ("my boobs ache", "breast"),
        ("a boil on my bum", "buttock"),
        ("I feel it in my chest", "chest"),
        ("pain between my shoulder blades", "upper_back"),
        ("back pain", "back"),
        ("my back is stiff", "back"),
        ("a sore in the corner of my mouth", "mouth"),
        ("the white of my eye is red", "white_of_eye"),
        ("my belly button leaks", "navel"),
        ("the 5th toe", "little_toe"),
        ("calf swelling", "calf"),
        ("RUQ pain", "right_upper_quadrant"),
        ("my leg's swollen", "leg"),
        ("I hurt my back in May", "back"),
    ],
)
def test_a_part_is_found_by_the_words_that_people_use(text: str, name: str) -> None:
    assert [part.name for part in parts(text)] == [name]


@pytest.mark.parametrize(
    ("text", "words", "side"),
    [
        ("my left knee", "left knee", "left"),
        ("R knee pain", "R knee", "right"),
        ("the left big toe", "left big toe", "left"),
        ("both of my ankles", "both of my ankles", "both"),
        ("both my big toes", "both my big toes", "both"),
        ("bilateral calf pain", "bilateral calf", "both"),
        ("left and right knees", "left and right knees", "both"),
        ("the right side of his face", "right side of his face", "right"),
        ("my right hand side of the neck", "right hand side of the neck", "right"),
        ("my knee (left)", "knee", "left"),
        ("a lump in the calf on the right", "calf", "right"),
        ("calves ache on both sides", "calves", "both"),
        ("my ankle hurts", "ankle", None),
        ("I left my eye drops at home", "eye", None),
        ("right now my ear hurts", "ear", None),
    ],
)
def test_a_part_has_the_side_that_is_told(text: str, words: str, side: str | None) -> None:
    [part] = parts(text)
    assert (part.text, part.value) == (words, side)


@pytest.mark.parametrize(
    "text",
    [
        "on the other hand I am fine",
        "a heart attack, heart failure or heart disease",
        "back in May",
        "I came back to work",
        "call me back please",
        "the head of the practice",
        "I keep an eye on it",
        "face to face",
        "arm yourself with facts",
        "he is six foot two, 3 feet away",
        "get it off your chest",
        "a pain in the neck",
        "play it by ear",
        "side effects",
        "my mother tongue is Polish",
        "blood tests and bloods",
        "hand foot and mouth",
        "chicken breast with kidney beans",
        "an armchair, a backpack, a handbag, eyewitnesses and heartburn",
        "the earliest chestnut in a legal shindig",
        "football boots and a baseball",
        "the bottom line, bottom drawer",
    ],
)
def test_a_figure_of_speech_and_a_part_of_a_word_name_nothing(text: str) -> None:
    assert [part.text for part in parts(text)] == []


def test_the_parts_of_a_list_are_each_found() -> None:
    assert [part.name for part in parts("rash on face, neck, both arms and legs")] == ["face", "neck", "arm", "leg"]


def test_at_least_150_parts_are_known_and_no_word_stands_for_two() -> None:
    words = Counter(word for written in FILE.part.values() for word in written)
    assert len(PARTS.names) >= 150
    assert [word for word, count in words.items() if count > 1] == []


def test_every_word_that_means_other_things_too_is_the_word_of_a_part() -> None:
    known = {word for written in FILE.part.values() for word in written}
    assert sorted(set(FILE.owned) - known) == []


def test_every_part_is_found_by_each_of_its_words() -> None:
    missed = [
        written
        for name, words in FILE.part.items()
        for written in words
        if not any(part.name == name for part in parts(f"pain in my {written.removeprefix('my ')}"))
    ]
    assert missed == []
