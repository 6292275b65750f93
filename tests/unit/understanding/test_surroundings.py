"""The words around a sign become features that can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.errors import InputError
from medbot_desktop.understanding.surroundings import Surroundings, WordClasses
from medbot_desktop.understanding.tokens import tokenise

CLASSES = {"mum": "relative", "i": "self", "had": "had", "no": "denying", "and": "and"}


def around(text: str, sign: str, *others: str, assertion: Assertion = Assertion.PRESENT) -> set[str]:
    def entity(words: str) -> Entity:
        start = text.index(words)
        return Entity(words, "symptom", words.replace(" ", "_"), start, start + len(words), assertion)

    entities = [entity(words) for words in (sign, *others)]
    return set(Surroundings(text, tokenise(text, lambda word: word), entities, CLASSES).of(entities[0]))


def test_words_stand_before_and_behind_the_sign() -> None:
    found = around("I had a cough last spring", "cough")
    assert {
        "left 1: a",
        "left 2: had",
        "right 1: last",
        "left: had",
        "right: last spring",
        "behind: last spring",
    } <= found
    assert "behind: last spring" in found
    assert "right: had" not in found


def test_another_sign_and_a_number_are_each_one_word() -> None:
    found = around("no cough or fever for 3 days", "cough", "fever")
    assert {"right 2: <s>", "right: #"} <= found
    assert "right: fever" not in found


def test_who_and_which_verb_stands_nearest_is_told() -> None:
    found = around("my mum had asthma and I wheeze", "asthma", "wheeze")
    assert {"who: relative", "verb: had", "who behind: self", "people: relative self"} <= found


def test_what_the_rules_say_and_what_stands_beside_counts() -> None:
    found = around("no cough or fever", "cough", "fever", assertion=Assertion.NEGATED)
    assert {"rules: negated", "rules of a symptom: negated", "beside: negated"} <= found


@pytest.mark.parametrize(("text", "told"), [("Is it a cough?", "it: asks"), ("It is a cough.", "it: tells")])
def test_a_question_is_told_from_a_statement(text: str, told: str) -> None:
    assert told in around(text, "cough")


def test_the_sentences_beside_count_apart() -> None:
    found = around("I went out. Now a cough. What is it?", "cough")
    assert {"sentence before begins: i", "sentence behind begins: what", "sentence behind: asks"} <= found
    assert "left: went" not in found


def test_a_word_without_a_class_is_known_by_its_ending() -> None:
    assert "before class: -ed -" in around("it lasted a cough", "cough")


def test_words_of_the_first_class_that_names_them(tmp_path: Path) -> None:
    (tmp_path / "triage").mkdir()
    (tmp_path / "triage" / "word_classes.toml").write_text(
        'relative = "mum"\nelders = "mum gran"\nitself = "and"\n', encoding="utf-8"
    )
    assert WordClasses.load(tmp_path) == {"mum": "relative", "gran": "elders", "and": "and"}


def test_classes_that_are_no_words_are_refused(tmp_path: Path) -> None:
    (tmp_path / "triage").mkdir()
    (tmp_path / "triage" / "word_classes.toml").write_text("relative = 3\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"word_classes\.toml"):
        WordClasses.load(tmp_path)
