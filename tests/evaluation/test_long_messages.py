"""How often the right topic is found for messages as people really write them: long stories, several questions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from medbot_desktop.knowledge.opening import Knowledge
from medbot_desktop.knowledge.search.retrieval import best_per_document

HERE = Path(__file__).parent
HALVES = ("dev", "test")
FIRST_FEW = 3

STORY_FIRST = 0.80
STORY_IN_THREE = 0.90
RIGHT_NUMBER = 0.95
QUESTION_FIRST = 0.80


@dataclass(frozen=True, slots=True)
class Found:
    """What was wanted for a message or one of its questions, and the documents that came, best first."""

    text: str
    half: str
    topics: frozenset[str]
    documents: tuple[str, ...]

    @property
    def first(self) -> bool:
        return not self.topics.isdisjoint(self.documents[:1])

    @property
    def in_three(self) -> bool:
        return not self.topics.isdisjoint(self.documents[:FIRST_FEW])


def cases(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


def share(name: str, held: list[tuple[str, bool]]) -> float:
    """The share that holds, printed for the whole set and for both halves."""
    parts = {half: [ok for own, ok in held if own == half] for half in HALVES}
    figures = ", ".join(f"{half} {sum(part) / len(part):.3f}" for half, part in parts.items())
    whole = sum(ok for _, ok in held) / len(held)
    print(f"{name}: {whole:.3f} of {len(held)} ({figures})")
    return whole


@pytest.fixture(scope="module")
def stories(knowledge: Knowledge) -> list[Found]:
    found = []
    for case in cases("stories.jsonl"):
        hits = best_per_document(knowledge.retriever.retrieve(str(case["text"])).hits)
        documents = tuple(hit.passage.document_id for hit in hits)
        found.append(Found(str(case["text"]), str(case["half"]), frozenset(case["topics"]), documents))  # type: ignore[arg-type]
    return found


@pytest.fixture(scope="module")
def several(knowledge: Knowledge) -> list[tuple[str, int, list[Found]]]:
    """For each message: its half, how many questions it asks, and what was found for each that was seen."""
    found = []
    for case in cases("several_questions.jsonl"):
        asked: list[dict[str, list[str]]] = case["questions"]  # type: ignore[assignment]
        answers = knowledge.retriever.retrieve_each(str(case["text"]))
        each = [
            Found(
                answer.question,
                str(case["half"]),
                frozenset(question["topics"]),
                tuple(hit.passage.document_id for hit in best_per_document(answer.hits)),
            )
            for question, answer in zip(asked, answers, strict=False)
        ]
        found.append((str(case["half"]), len(asked) if len(answers) == len(asked) else -1, each))
    return found


def test_the_topic_of_a_long_story_is_first(stories: list[Found]) -> None:
    assert share("story, right topic first", [(found.half, found.first) for found in stories]) >= STORY_FIRST


def test_the_topic_of_a_long_story_is_in_the_first_three(stories: list[Found]) -> None:
    held = [(found.half, found.in_three) for found in stories]
    assert share("story, right topic in the first three", held) >= STORY_IN_THREE


def test_a_message_is_parted_into_the_questions_that_it_asks(several: list[tuple[str, int, list[Found]]]) -> None:
    assert share("right number of questions", [(half, number > 0) for half, number, _ in several]) >= RIGHT_NUMBER


def test_the_topic_of_each_of_several_questions_is_first(several: list[tuple[str, int, list[Found]]]) -> None:
    held = [(found.half, found.first) for _, _, each in several for found in each]
    assert share("each question, right topic first", held) >= QUESTION_FIRST
