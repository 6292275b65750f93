"""What the support check lets through and what it stops."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from medbot_desktop.generation.claim import NEGATIONS
from medbot_desktop.generation.support import Fault, check
from medbot_desktop.knowledge.library import read_folder
from medbot_desktop.settings import resources_folder
from medbot_desktop.text import sentences

TABLE = tomllib.loads(Path(__file__).with_name("support_cases.toml").read_text(encoding="utf-8"))["passage"]
TRUE = [(passage["text"], sentence) for passage in TABLE for sentence in passage["true"]]
FALSE = [(passage["text"], case["sentence"], case["change"]) for passage in TABLE for case in passage["false"]]

DOSE = "Take 500 mg every 4 hours if you are an adult."


@pytest.fixture(scope="module")
def library_sentences() -> list[str]:
    """The sentences of the core library that can be shown."""
    return [
        sentence
        for document in read_folder(resources_folder() / "library")
        for section in document.sections
        if section.heading != "Sources"
        for block in section.blocks
        for sentence in sentences(block.text)
    ]


def test_the_table_is_large_enough() -> None:
    assert len(TRUE) >= 60
    assert len(FALSE) >= 120


@pytest.mark.parametrize(("passage", "sentence"), TRUE, ids=[sentence for _, sentence in TRUE])
def test_a_true_sentence_is_supported(passage: str, sentence: str) -> None:
    verdict = check(sentence, passage)
    assert verdict.holds, verdict
    assert verdict.span is not None
    assert passage[slice(*verdict.span)].strip()


@pytest.mark.parametrize(
    ("passage", "sentence"),
    [case[:2] for case in FALSE],
    ids=[f"{change}: {sentence}" for _, sentence, change in FALSE],
)
def test_a_sentence_with_one_change_is_not_supported(passage: str, sentence: str) -> None:
    verdict = check(sentence, passage)
    assert not verdict.holds
    assert verdict.span is None


def test_every_sentence_of_the_library_supports_itself(library_sentences: list[str]) -> None:
    assert [sentence for sentence in library_sentences if not check(sentence, sentence).holds] == []


def test_no_sentence_of_the_library_supports_itself_with_another_number(library_sentences: list[str]) -> None:
    changed = [
        (sentence, sentence[: match.start()] + str(int(match.group()) + 7) + sentence[match.end() :])
        for sentence in library_sentences
        for match in re.finditer(r"(?<![\d.,/])\d+(?![\d.,/]|\. )", sentence)
    ]
    assert len(changed) > 300
    assert [claim for sentence, claim in changed if check(claim, sentence).holds] == []


def test_no_sentence_of_the_library_supports_itself_without_its_negation(library_sentences: list[str]) -> None:
    changed = [
        (sentence, re.sub(r"\b(?:do not|not|no|never|without) ", "", sentence, count=1, flags=re.IGNORECASE))
        for sentence in library_sentences
    ]
    changed = [(sentence, claim) for sentence, claim in changed if claim != sentence]
    assert len(changed) > 300
    assert [claim for sentence, claim in changed if check(claim, sentence).holds] == []


def test_no_sentence_of_the_library_supports_itself_without_its_condition(library_sentences: list[str]) -> None:
    changed = [
        (sentence, claim)
        for sentence in library_sentences
        for claim in [
            re.sub(r",? \b(?:if|unless|until|only|after|before|during|for(?! example)|in)\b[^.]*", "", sentence)
        ]
        if claim != sentence and claim.strip(". ")
    ]
    assert len(changed) > 1_000
    assert [claim for sentence, claim in changed if check(claim, sentence).holds] == []


def test_no_sentence_of_the_library_supports_itself_for_other_people(library_sentences: list[str]) -> None:
    others = {
        "children": "adults",
        "child": "adult",
        "adults": "children",
        "baby": "man",
        "babies": "men",
        "women": "men",
    }
    pattern = re.compile(rf"\b({'|'.join(others)})\b", re.IGNORECASE)
    changed = [
        (sentence, pattern.sub(lambda match: others[match.group().lower()], sentence)) for sentence in library_sentences
    ]
    changed = [(sentence, claim) for sentence, claim in changed if claim != sentence]
    assert len(changed) > 200
    assert [claim for sentence, claim in changed if check(claim, sentence).holds] == []


@pytest.mark.parametrize(
    ("claim", "fault"),
    [
        ("Take 600 mg every 4 hours if you are an adult.", Fault.NUMBER),
        ("Take 500 g every 4 hours if you are an adult.", Fault.NUMBER),
        ("Take 500 mg every 4 hours if you are a nurse.", Fault.WORDS),
        ("Do not take 500 mg every 4 hours if you are an adult.", Fault.WORDS),
        ("Take 500 mg every 4 hours if you are not an adult.", Fault.NEGATION),
        ("Take 500 mg every 4 hours.", Fault.LEFT_OUT),
        ("Take if you are an adult 500 mg every 4 hours.", Fault.ORDER),
        ("[1]", Fault.EMPTY),
        ("", Fault.EMPTY),
    ],
)
def test_the_verdict_names_the_fault(claim: str, fault: Fault) -> None:
    assert check(claim, DOSE).fault is fault


def test_an_empty_passage_supports_nothing() -> None:
    assert not check("Rest.", "").holds


def test_the_support_is_the_sentence_that_says_it() -> None:
    passage = "Rest at home. Drink water. Call a doctor if you get worse."
    verdict = check("Drink water. [1]", passage)
    assert verdict.span is not None
    assert passage[slice(*verdict.span)] == "Drink water."


def test_two_sentences_that_are_no_neighbours_support_no_joined_claim() -> None:
    passage = "Rest at home. Drink water. Call a doctor if you get worse."
    assert not check("Rest at home and call a doctor if you get worse.", passage).holds


def test_a_sentence_of_thousands_of_words_is_checked() -> None:
    long = " ".join(f"word{i}x" for i in range(3_000)).replace("1", "a") + "."
    assert check(long, long).holds
    assert not check(long + " never", long).holds


def test_a_negation_is_never_slight() -> None:
    assert all(not check(f"Ice {word} helps.", "Ice helps.").holds for word in NEGATIONS)
