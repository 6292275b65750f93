"""What answers better, or tells of danger, is said even where a model took the sentence beside it."""

from __future__ import annotations

import pytest

from medbot_desktop.domain import Hit, Passage
from medbot_desktop.generation.composing import Composition
from medbot_desktop.generation.task import Source
from medbot_desktop.generation.unsaid import is_urgent, unsaid
from tests.drafts import embed
from tests.unit.generation.test_composing import Copied

GUT = Source(
    "Bleeding from the gut",
    "Wear loose clothes to the clinic. Call the emergency number if your poo is black and sticky like tar. "
    "A nurse writes down your weight.",
)
NOSE = Source("Nosebleeds", "Pinch the nose for ten minutes. Do not tip your head back in a nosebleed. Sit down.")
QUESTION = "my poo is black and sticky, what should I do"


def texts(question: str, source: Source, said: str) -> list[str]:
    return [one.text for one in unsaid(question, [source], [said], [1], embed)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Call the emergency number if it gets worse.",
        "Go to the emergency department for a deep cut.",
        "See a doctor within 2 days for a cough.",
        "Call a doctor today about blood in your pee.",
        "Do not rub a hurt eye.",
        "Never put ice on a burn.",
        "Take a statin every day, and do not stop it without advice.",
    ],
)
def test_a_sentence_that_sends_for_help_or_forbids_is_urgent(sentence: str) -> None:
    assert is_urgent(sentence)


@pytest.mark.parametrize(
    "sentence", ["Antibiotics do not help against a virus.", "Rest at home.", "See a doctor if it itches."]
)
def test_a_sentence_that_only_tells_is_not_urgent(sentence: str) -> None:
    assert not is_urgent(sentence)


def test_the_sentence_that_answers_is_added_where_another_was_chosen() -> None:
    assert texts(QUESTION, GUT, "Wear loose clothes to the clinic.") == [
        "Call the emergency number if your poo is black and sticky like tar."
    ]


def test_what_was_said_is_not_said_again() -> None:
    assert texts(QUESTION, GUT, "Call the emergency number if your poo is black and sticky.") == []


def test_an_urgent_line_beside_the_answer_is_added() -> None:
    said = "Pinch the nose for ten minutes."
    assert "Do not tip your head back in a nosebleed." in texts("how do I stop a nosebleed", NOSE, said)


def test_an_urgent_line_about_something_else_is_not_added() -> None:
    source = Source("Leaflet", "A nosebleed stops when you pinch the nose. Do not feed bread to the ducks in the park.")
    assert texts("how do I stop a nosebleed", source, "A nosebleed stops when you pinch the nose.") == []


def test_an_urgent_line_of_a_passage_that_was_not_used_is_not_added() -> None:
    sources = [Source("Nosebleeds", "To stop a nosebleed, pinch the nose."), NOSE]
    assert unsaid("how do I stop a nosebleed", sources, ["To stop a nosebleed, pinch the nose."], [1], embed) == []


@pytest.mark.parametrize(
    ("question", "expected"), [("my baby has a fever", 1), ("my dad has a fever", 0), ("fever in my newborn", 1)]
)
def test_a_line_for_babies_is_for_who_asks_about_one(question: str, expected: int) -> None:
    source = Source("Fever", "Fever is common. Call a doctor at once if a baby has a fever.")
    assert len(texts(question, source, "Fever is common.")) == expected


def test_a_line_with_another_number_was_not_said() -> None:
    said = "Call a doctor at once if the fever is over 41 degrees."
    source = Source("Fever", f"{said} Call a doctor at once if the fever lasts over 5 days.")
    assert texts("when to call a doctor about a fever", source, said) == [
        "Call a doctor at once if the fever lasts over 5 days."
    ]


def test_two_lines_are_added_at_most() -> None:
    lines = ["Do not lie down in a nosebleed.", "Never pack a nosebleed.", "Call a doctor today about a nosebleed."]
    source = Source("Nosebleeds", f"Sit up in a nosebleed. {' '.join(lines)}")
    assert len(texts("I have a nosebleed", source, "Sit up in a nosebleed.")) == 2


def test_a_step_is_not_torn_out_of_its_procedure() -> None:
    steps = Source("Nosebleeds", "Nosebleeds are common.\n1. Do not lie down in a nosebleed.\n2. Pinch the nose.")
    assert texts("I have a nosebleed", steps, "Nosebleeds are common.") == []
    plain = Source("Nosebleeds", "Nosebleeds are common. Do not lie down in a nosebleed.")
    assert texts("I have a nosebleed", plain, "Nosebleeds are common.") == ["Do not lie down in a nosebleed."]


def hits() -> list[Hit]:
    return [Hit(Passage("core/gut/1", "core", "gut", GUT.title, "x", GUT.text, 0, len(GUT.text)), 0.9)]


def test_a_composition_ends_with_what_the_model_passed_over_and_cites_it() -> None:
    composition = Composition(
        Copied("[1] A nurse writes down your weight.", "A nurse writes down your weight. [1]"), QUESTION, hits(), embed
    )
    shown = [sentence for sentence in composition.sentences() if sentence]
    assert [sentence.text for sentence in shown] == [
        "A nurse writes down your weight.",
        "Call the emergency number if your poo is black and sticky like tar.",
    ]
    start, end = shown[1].span
    assert shown[1].hit.passage.text[start:end] == shown[1].text
    assert composition.supported == 2


def test_nothing_is_added_to_what_is_no_answer() -> None:
    class Wrong(Copied):
        def __init__(self) -> None:
            super().__init__("")
            self.turns = iter(["[1] A nurse writes down your weight.", "Take aspirin. [1]", "Take aspirin. [1]"])

    composition = Composition(Wrong(), QUESTION, hits(), embed)
    assert [sentence for sentence in composition.sentences() if sentence] == []
    assert not composition.is_enough
