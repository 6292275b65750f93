"""What a model composes is cut into sentences, and only those that a passage supports are shown."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import pytest

from medbot_desktop.domain import Hit, Passage
from medbot_desktop.errors import ModelError
from medbot_desktop.generation.composing import Composition
from medbot_desktop.generation.drafting import whole_sentences
from medbot_desktop.generation.support import check
from medbot_desktop.inference.runtime import ChatMessage
from medbot_desktop.workspace import Workspace
from tests.drafts import embed
from tests.unit.generation.test_phrasing import Recorded

ONE = "Rest at home. Drink 1.5 litres of water a day. Do not take aspirin under 16."
TWO = "Call a doctor if you get worse. Sleep well."


def hit(text: str, n: int) -> Hit:
    return Hit(Passage(f"core/a/{n}", "core", "a", "A", "What you can do", text, 0, len(text)), 0.9)


HITS = [hit(ONE, 1), hit(TWO, 2)]


def shown(pieces: list[str]) -> tuple[list[tuple[str, str]], Composition]:
    """The sentences that are shown, each with the passage it cites, and the composition."""
    composition = Composition(Recorded(pieces), "what helps", HITS, embed)
    return [(s.text, s.hit.passage.id[-1]) for s in composition.sentences() if s], composition


RECORDING = "Rest at home. [1] Take aspirin. [1] Drink 1.5 litres of water a day [1]. Sleep well.[2][1]\nCall a doctor."
EXPECTED = [("Rest at home.", "1"), ("Drink 1.5 litres of water a day", "1"), ("Sleep well.", "2")]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 11, 1_000])
def test_the_cut_does_not_depend_on_how_the_pieces_come(size: int) -> None:
    pieces = [RECORDING[start : start + size] for start in range(0, len(RECORDING), size)]
    sentences, composition = shown(pieces)
    assert [(text.rstrip(" ."), n) for text, n in sentences] == [(text.rstrip("."), n) for text, n in EXPECTED]
    assert (composition.supported, composition.removed) == (3, 2)


@pytest.mark.parametrize("size", [1, 2, 3, 1_000])
def test_abbreviations_and_numbers_of_steps_end_no_sentence_and_marks_stay_with_theirs(size: int) -> None:
    text = "It opens at 9 a.m. on Mondays. [1] Bring fruit, e.g. apples. [2]\n1. Sleep well.[2][1] 2. Rest [1]. 3. Eat"
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert [s for s in whole_sentences(pieces) if s] == [
        "It opens at 9 a.m. on Mondays. [1]",
        "Bring fruit, e.g. apples. [2]",
        "1. Sleep well.[2][1]",
        "2. Rest [1].",
        "3. Eat",
    ]


def test_a_sentence_without_a_mark_gets_that_of_the_passage_that_supports_it() -> None:
    assert shown(["Sleep well."])[0] == [("Sleep well.", "2")]


def test_a_sentence_with_the_wrong_mark_is_not_shown() -> None:
    assert shown(["Sleep well. [1]"])[0] == []


def test_a_mark_that_names_no_passage_counts_as_none() -> None:
    assert shown(["Sleep well. [9]"])[0] == [("Sleep well.", "2")]


@pytest.mark.parametrize(
    "written", ["", " \n ", "NOT FOUND", "[1]", "Take aspirin.", "Drink 15 litres of water a day. [1]", "🙂", "." * 500]
)
def test_what_no_passage_supports_is_not_shown(written: str) -> None:
    assert shown([written])[0] == []


def test_too_little_that_is_supported_is_asked_for_once_more_and_nothing_is_shown_twice() -> None:
    sentences, composition = shown(["Rest at home. [1] Take aspirin. [1]"])
    assert [text for text, _ in sentences] == ["Rest at home."]
    assert (composition.attempts, composition.removed, composition.is_enough) == (2, 2, False)


def test_one_sentence_that_is_supported_is_an_answer() -> None:
    _, composition = shown(["Rest at home. [1]"])
    assert (composition.attempts, composition.is_enough) == (1, True)


def test_who_says_it_is_not_part_of_what_is_checked() -> None:
    sentences, _ = shown(["One passage says to rest at work. [1] The other says that you sleep well. [2]"])
    assert [text for text, _ in sentences] == ["The other says that you sleep well."]


def test_an_answer_that_is_enough_is_asked_for_once() -> None:
    _, composition = shown(["Rest at home. [1] Sleep well. [2]"])
    assert (composition.attempts, composition.is_enough) == (1, True)


@pytest.mark.parametrize("copied", ["Asked: what helps\n[1] NONE\n[2] NONE", "", "[1] Take aspirin every day."])
def test_a_model_that_finds_nothing_is_not_asked_to_answer(copied: str) -> None:
    writer = Copied(copied)
    composition = Composition(writer, "what helps", HITS, embed)
    assert [s for s in composition.sentences() if s] == []
    assert (composition.attempts, composition.declined, len(writer.asked)) == (0, True, 1)


def test_the_answer_is_written_from_what_was_found_alone() -> None:
    writer = Copied("[2] Sleep well.", "Sleep well. [1]")
    sentences = [s for s in Composition(writer, "what helps", HITS, embed).sentences() if s]
    assert writer.asked[1][-1].content == "Question: what helps\n\n[1] A: Sleep well."
    assert [(s.text, s.hit) for s in sentences] == [("Sleep well.", HITS[1])]


class Copied(Recorded):
    """Plays what a model copied, and then its answer."""

    def __init__(self, copied: str, answer: str = "") -> None:
        super().__init__([])
        self.turns = iter([copied, answer])

    def stream(
        self, messages: Sequence[ChatMessage], *, max_tokens: int, grammar: str | None = None
    ) -> Generator[str, None, None]:
        self.asked.append(messages)
        yield next(self.turns)


def test_what_was_asked_before_is_read_by_the_first_step_and_the_persona_by_the_second() -> None:
    writer = Recorded(["Rest at home. [1]"])
    list(Composition(writer, "and at night", HITS, embed, "Be kind.", ["what helps a cold"]).sentences())
    copying, answering = (messages[-1].content for messages in writer.asked[:2])
    assert "what helps a cold" in copying
    assert "Be kind." not in copying
    assert answering.endswith("Be kind.")


def test_a_passage_that_does_not_fit_is_not_cited() -> None:
    writer = Recorded(["Rest at home. [1] Sleep well. [2] Drink 1.5 litres of water a day. [1]"])
    one = Composition(writer, "x", HITS[:1], embed)
    list(one.sentences())
    writer.window = writer.count_tokens(writer.asked[0]) + 200
    shown = [s for s in Composition(writer, "x", HITS, embed).sentences() if s]
    assert [s.text for s in shown][:2] == ["Rest at home.", "Drink 1.5 litres of water a day."]
    assert {s.hit.passage.id for s in shown} == {HITS[0].passage.id}


def test_what_was_shown_before_the_model_died_stays() -> None:
    sentences = Composition(Recorded(["Rest at home. [1] Sle"], ModelError("It died.")), "x", HITS, embed).sentences()
    first = next(filter(None, sentences))
    assert first.text == "Rest at home."
    with pytest.raises(ModelError):
        next(sentences)


def test_closing_the_sentences_stops_the_model() -> None:
    writer = Recorded(["Rest at home. [1] Sleep well. [2] ", "More."])
    sentences = Composition(writer, "x", HITS, embed).sentences()
    next(filter(None, sentences))
    sentences.close()
    assert writer.closed


@pytest.mark.slow
def test_the_real_model_shows_only_what_a_passage_supports(workspace: Workspace) -> None:
    assert workspace.text_model is not None
    hits = workspace.retriever.retrieve("how do I stop a nosebleed").hits
    composition = Composition(workspace.text_model, "how do I stop a nosebleed", hits, embed)
    for sentence in composition.sentences():
        assert sentence is None or check(sentence.text, sentence.hit.passage.text).holds
    assert composition.supported + composition.removed > 0
