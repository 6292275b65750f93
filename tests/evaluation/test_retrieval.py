"""How often the right topic is found, and how often the library rightly says that it holds no answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from medbot_desktop.domain import Answer, Filters, Retrieved
from medbot_desktop.knowledge.opening import Knowledge
from medbot_desktop.knowledge.search.retrieval import best_per_document, brought_together
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import DEMO_ACCOUNT
from tests.assistants import answer_of, assistant_of, unsupported_sentences
from tests.contents import passages_of

HERE = Path(__file__).parent
HALVES = ("dev", "test")
FIRST_FEW = 3
ALL = Filters()

RIGHT_FIRST = 0.90
RIGHT_IN_THREE = 0.97
NOT_FOUND = 0.95
ANSWERED = 0.85
"""The share of covered questions that must be answered at all."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a set, its rightful topics (none where the library holds no answer), and what came back.

    Of some that no topic answers, a medicine's monograph tells a part; ``medicine`` names it.
    """

    text: str
    topics: tuple[str, ...]
    half: str
    found: tuple[str, ...]
    answer: Answer
    medicine: str | None = None

    @property
    def answered(self) -> bool:
        return bool(self.answer.citations)

    @property
    def told_so(self) -> bool:
        """Whether it was answered "not in the library", or by no more than the monograph."""
        return {citation.passage.document_id for citation in self.answer.citations} <= {self.medicine}


class Watched:
    """The real retriever; remembers the documents of its last search."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._retriever = knowledge.retriever
        self.found: tuple[str, ...] = ()

    def retrieve_each(self, message: str, *, filters: Filters = ALL) -> tuple[Retrieved, ...]:
        found = self._retriever.retrieve_each(message, filters=filters)
        hits = brought_together(found, FIRST_FEW).hits
        self.found = tuple(hit.passage.document_id for hit in best_per_document(hits)[:FIRST_FEW])
        return found


@pytest.fixture(scope="module")
def asked(knowledge: Knowledge) -> list[Asked]:
    memory, retriever = ConversationStore(knowledge.vault, Access(knowledge.vault, DEMO_ACCOUNT)), Watched(knowledge)
    assistant = assistant_of(retriever, knowledge.prepared.embed, memory)
    questions = []
    for name in ("questions.jsonl", "uncovered.jsonl"):
        for line in (HERE / name).read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            retriever.found = ()
            answer = answer_of(assistant, memory.start(), case["text"])
            if not retriever.found:  # the assistant saw no health question in it
                retriever.retrieve_each(case["text"])
            topics = tuple(case.get("topics", ()))
            questions.append(Asked(case["text"], topics, case["half"], retriever.found, answer, case.get("medicine")))
    return questions


@pytest.fixture(scope="module")
def covered(asked: list[Asked]) -> list[Asked]:
    return [question for question in asked if question.topics]


@pytest.fixture(scope="module")
def uncovered(asked: list[Asked]) -> list[Asked]:
    return [question for question in asked if not question.topics]


def share(name: str, held: list[bool], halves: list[str]) -> float:
    """The share that holds, printed for the whole set and for both halves."""
    parts = {half: [ok for ok, own in zip(held, halves, strict=True) if own == half] for half in HALVES}
    figures = ", ".join(f"{half} {sum(part) / len(part):.3f}" for half, part in parts.items())
    whole = sum(held) / len(held)
    print(f"{name}: {whole:.3f} of {len(held)} ({figures})")
    return whole


def misses(questions: list[Asked], held: list[bool]) -> str:
    return "\n".join(
        f"{question.text!r}: wanted {question.topics}, found {question.found}"
        for question, ok in zip(questions, held, strict=True)
        if not ok
    )


def test_the_sets_are_large_enough_and_name_topics_of_the_library(
    covered: list[Asked], uncovered: list[Asked], knowledge: Knowledge
) -> None:
    assert len(covered) >= 200
    assert len(uncovered) >= 60
    held = {item.passage.document_id for item in passages_of(knowledge.vault)}
    assert {topic for question in covered for topic in question.topics} <= held


def test_the_right_topic_is_first(covered: list[Asked]) -> None:
    held = [question.found[:1] != () and question.found[0] in question.topics for question in covered]
    assert share("right topic first", held, [q.half for q in covered]) >= RIGHT_FIRST, misses(covered, held)


def test_the_right_topic_is_in_the_first_three(covered: list[Asked]) -> None:
    held = [not set(question.found).isdisjoint(question.topics) for question in covered]
    assert share("right topic in the first three", held, [q.half for q in covered]) >= RIGHT_IN_THREE, misses(
        covered, held
    )


def test_what_the_library_does_not_cover_is_answered_so(uncovered: list[Asked]) -> None:
    held = [question.told_so for question in uncovered]
    assert share("uncovered told so", held, [q.half for q in uncovered]) >= NOT_FOUND, misses(uncovered, held)


def test_where_the_library_holds_no_answer_nothing_medical_is_said_and_a_next_step_is(asked: list[Asked]) -> None:
    for question in asked:
        if question.answer.skill == "not_found":
            assert "Please ask a member of staff" in question.answer.text
            assert question.answer.citations == ()


def test_covered_questions_are_answered(covered: list[Asked]) -> None:
    held = [question.answered for question in covered]
    assert share("covered questions answered", held, [q.half for q in covered]) >= ANSWERED, misses(covered, held)


def test_every_sentence_that_is_shown_stands_in_its_cited_passage(asked: list[Asked]) -> None:
    wrong = {question.text: unsupported_sentences(question.answer) for question in asked}
    assert {text: sentences for text, sentences in wrong.items() if sentences} == {}


def test_every_answer_names_what_supports_it(asked: list[Asked]) -> None:
    for question in asked:
        grounding = question.answer.grounding
        assert grounding.supported == grounding.sentences
        assert bool(question.answer.citations) == question.answered
