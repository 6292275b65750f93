"""On what a yes-or-no question turns is found by its meaning, and said even where a model leaves it out."""

from __future__ import annotations

import pytest

from medbot_desktop.domain import Hit, Passage
from medbot_desktop.generation.composing import Composition
from medbot_desktop.generation.deciding import Limit, asks_whether, deciding, left_out
from medbot_desktop.generation.drafting import draft_of
from medbot_desktop.generation.evidence import evidence_in
from medbot_desktop.generation.task import Source, Task
from tests.drafts import embed
from tests.unit.generation.test_phrasing import Recorded

PLASTER = Source(
    "Your plaster cast",
    "A plaster cast keeps a broken bone still while it heals. You may have a bath with the arm held over the side. "
    "Never put the cast under water unless a waterproof cover is on it. Ask for a sling if the arm feels heavy.",
)
POOL = Source("Bathing", "The pool is open to everyone from 8 am. Children may bring toys that float.")
DOG = Source("Dogs at the surgery", "We like dogs. They may not come in, except those that guide somebody.")


@pytest.mark.parametrize(
    "question",
    [
        "May I swim?",
        "I have a cast on my arm. Can I swim?",
        "so do I have to wait",
        "If it is dry, is it all right to swim?",
        "Isn't that dangerous?",
        "How long do I wait? And may I swim then?",
    ],
)
def test_what_is_answered_by_yes_or_no(question: str) -> None:
    assert asks_whether(question)


@pytest.mark.parametrize(
    "question", ["How long may I swim?", "What can I do?", "swimming", "Which creams are safe?", "Who does it?", ""]
)
def test_what_is_answered_by_more(question: str) -> None:
    assert not asks_whether(question)


def chosen(question: str, copied: str, *sources: Source) -> tuple[dict[int, str], tuple[Limit, ...]]:
    found, limits = deciding(question, sources, evidence_in(copied, sources), embed)
    return {one.number: one.source.text for one in found}, limits


def test_the_sentence_that_limits_is_found_though_the_model_copied_another() -> None:
    found, limits = chosen("Can I swim with my plaster cast?", f"[1] {PLASTER.text.split('. ')[1]}.", PLASTER)
    assert "Never put the cast under water unless a waterproof cover is on it." in found[1]
    assert limits == (Limit(1, "Never put the cast under water unless a waterproof cover is on it."),)


def test_a_passage_about_something_else_is_left_alone() -> None:
    found, _ = chosen("Can I swim with my plaster cast?", "[1] Never put the cast under water.", PLASTER, POOL)
    assert list(found) == [1]


def test_the_passage_that_decides_is_used_where_the_model_copied_from_another() -> None:
    found, _ = chosen("Can I swim with my plaster cast?", "[1] Children may bring toys that float.", POOL, PLASTER)
    assert "Never put the cast under water unless a waterproof cover is on it." in found[2]


def test_a_sentence_that_refers_back_brings_the_one_it_refers_to() -> None:
    found, _ = chosen("May I bring my dog to the surgery?", "[1] We like dogs.", DOG)
    assert found[1] == "We like dogs. They may not come in, except those that guide somebody."


LIMIT = Limit(1, "Never put the cast under water unless a waterproof cover is on it.")


@pytest.mark.parametrize(
    "written",
    [
        "Never put the cast under water unless a waterproof cover is on it. [1]",
        "The cast must never be put under water, unless it has a waterproof cover. [1]",
    ],
)
def test_a_limit_that_is_said_is_not_left_out(written: str) -> None:
    assert left_out([LIMIT], ["You may have a bath. [1]", written]) == []


@pytest.mark.parametrize("written", ["You may have a bath. [1]", "You can put the cast under water with a cover. [1]"])
def test_a_limit_that_is_not_said_is_left_out(written: str) -> None:
    assert left_out([LIMIT], [written]) == [LIMIT]


def test_what_no_passage_tells_is_decided_by_none() -> None:
    draft = draft_of(Task("Can I swim with my plaster cast?", (POOL,)), "[1] NONE", embed)
    assert (draft.found, draft.limits) == ((), ())


def test_a_limit_that_the_model_leaves_out_is_shown_in_the_words_of_its_passage() -> None:
    hit = Hit(Passage("core/a/1", "core", "a", PLASTER.title, "", PLASTER.text, 0, len(PLASTER.text)), 0.9)
    writer = Recorded(["You may have a bath with the arm held over the side. [1]"])
    composition = Composition(writer, "Can I get my plaster cast wet?", [hit], embed)
    shown = [sentence.text for sentence in composition.sentences() if sentence]
    assert shown == [
        "You may have a bath with the arm held over the side.",
        "Never put the cast under water unless a waterproof cover is on it.",
    ]
    assert composition.is_enough
