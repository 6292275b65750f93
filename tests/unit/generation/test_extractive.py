"""The answer in the library's own sentences: ordered, without repetition, whole where it is a procedure."""

from __future__ import annotations

import pytest

from medbot_desktop.domain import Hit, Passage
from medbot_desktop.generation.extractive import SAFETY_SECTIONS, ExtractiveComposer
from medbot_desktop.generation.question_kind import QuestionKind, QuestionKinds
from medbot_desktop.generation.sentence import SupportedSentence
from medbot_desktop.knowledge.opening import Knowledge
from medbot_desktop.settings import resources_folder
from medbot_desktop.text import content_stems
from tests.contents import passages_of

QUESTIONS = (
    "how do I stop a nosebleed",
    "what is asthma",
    "my toddler has a fever of 39",
    "how much paracetamol can an adult take",
    "when should I worry about a headache",
    "I burnt my hand on the stove",
)


@pytest.fixture(scope="module")
def composer(knowledge: Knowledge) -> ExtractiveComposer:
    kinds = QuestionKinds.load(resources_folder() / "retrieval" / "question_kinds.toml")
    return ExtractiveComposer(knowledge.embedder.embed, knowledge.prepared.embed, kinds)


def composed(composer: ExtractiveComposer, knowledge: Knowledge, question: str) -> list[SupportedSentence]:
    return composer.compose(question, knowledge.retriever.retrieve(question).hits)


def hit(text: str, section: str = "What you can do", start: int = 0, score: float = 0.9, document: str = "a") -> Hit:
    passage = Passage(f"core/{document}/{start}", "core", document, "A", section, text, start, start + len(text))
    return Hit(passage, score)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_sentence_stands_in_its_passage_where_its_span_says(
    composer: ExtractiveComposer, knowledge: Knowledge, question: str
) -> None:
    sentences = composed(composer, knowledge, question)
    assert sentences
    for sentence in sentences:
        assert sentence.hit.passage.text[slice(*sentence.span)] == sentence.text


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_body_is_in_the_documents_order(composer: ExtractiveComposer, knowledge: Knowledge, question: str) -> None:
    body = [s for s in composed(composer, knowledge, question) if s.part == "body"]
    places = [(sentence.hit.passage.start, sentence.span) for sentence in body]
    assert places == sorted(places)


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_is_said_twice(composer: ExtractiveComposer, knowledge: Knowledge, question: str) -> None:
    texts = [sentence.text for sentence in composed(composer, knowledge, question)]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_from_one_document(composer: ExtractiveComposer, knowledge: Knowledge, question: str) -> None:
    assert len({s.hit.passage.document_id for s in composed(composer, knowledge, question)}) == 1


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_says_what_to_do_if_it_gets_worse(
    composer: ExtractiveComposer, knowledge: Knowledge, question: str
) -> None:
    sections = {sentence.hit.passage.section for sentence in composed(composer, knowledge, question)}
    assert sections & set(SAFETY_SECTIONS)


def test_where_one_step_is_shown_every_step_is(composer: ExtractiveComposer, knowledge: Knowledge) -> None:
    question = "what are the steps in an asthma attack"
    shown = [s.text for s in composed(composer, knowledge, question) if s.text[:1].isdigit()]
    passages = [p.passage for p in passages_of(knowledge.vault) if p.passage.document_id == "asthma"]
    steps = [line for p in passages for line in p.text.splitlines() if line[:1].isdigit() and ". " in line[:4]]
    assert shown
    assert shown == steps


def test_two_sentences_that_say_the_same_are_shown_once(composer: ExtractiveComposer) -> None:
    hits = [
        hit("Drink plenty of water each day.", start=0),
        hit("Each day drink plenty of water.", "What it is", start=100),
        hit("Sleep in a dark room.", start=200),
    ]
    texts = [sentence.text for sentence in composer.compose("should I drink water each day", hits)]
    assert len([text for text in texts if "water" in content_stems(text)]) == 1


def test_the_most_urgent_section_is_the_safety_net(composer: ExtractiveComposer) -> None:
    hits = [
        hit("Rest at home with a cough.", start=0),
        hit("Call the emergency number if you cannot breathe.", "When to get help now", start=100),
        hit("Book a visit if a cough lasts three weeks.", "When to see someone soon", start=200),
    ]
    safety = [s for s in composer.compose("rest with a cough", hits) if s.part == "safety_net"]
    assert [sentence.text for sentence in safety] == ["Call the emergency number if you cannot breathe."]


def test_another_document_lends_no_sentence(composer: ExtractiveComposer) -> None:
    hits = [hit("Rest at home.", document="a"), hit("Rest at home and drink.", document="b", score=0.8)]
    assert {s.hit.passage.document_id for s in composer.compose("rest at home", hits)} == {"a"}


def test_without_passages_there_is_no_answer(composer: ExtractiveComposer) -> None:
    assert composer.compose("anything", []) == []


def test_a_passage_without_a_score_is_still_used(composer: ExtractiveComposer) -> None:
    assert composer.compose("?!", [hit("Rest at home.", score=0.0)])


@pytest.mark.parametrize(
    ("question", "sections"),
    [
        ("What can I do about it?", ("Do",)),
        ("WHEN SHOULD I WORRY", ("Now", "Soon")),
        ("whenshould i worry", ("What",)),
        ("", ("What",)),
    ],
)
def test_the_first_kind_with_a_cue_in_the_question_decides(question: str, sections: tuple[str, ...]) -> None:
    kinds = QuestionKinds(
        (
            QuestionKind("urgency", ("when should i worry",), ("Now", "Soon")),
            QuestionKind("self_care", ("what can i do",), ("Do",)),
        ),
        otherwise=("What",),
    )
    assert kinds.preferred_sections(question) == sections


def test_rows_of_a_table_stand_below_its_header(composer: ExtractiveComposer) -> None:
    header = "Medicine | Dose for an adult | At most a day"
    rows = "Ibuprofen | 400 mg | 1,200 mg\nParacetamol | 1,000 mg | 4,000 mg\nNaproxen | 250 mg | 1,250 mg"
    passage = Passage("clinic/a/1", "clinic", "a", "Painkillers", "Doses", f"{header}\n{rows}", 100, 100 + len(rows))
    said = [sentence.text for sentence in composer.compose("ibuprofen adult dose", [Hit(passage, 0.9)])]
    assert said[0] == header
    assert said.count(header) == 1
    assert "Ibuprofen | 400 mg | 1,200 mg" in said


def test_a_header_without_a_row_is_not_shown(composer: ExtractiveComposer) -> None:
    header, row = "Vaccine | Age", "Measles | one year"
    passage = Passage("clinic/a/1", "clinic", "a", "Vaccines", "Plan", f"{header}\n{row}", 50, 50 + len(row))
    prose = hit("Whooping cough starts like a cold and ends in long fits of coughing.")
    said = [sentence.text for sentence in composer.compose("how does whooping cough start", [prose, Hit(passage, 0.1)])]
    assert header not in said
