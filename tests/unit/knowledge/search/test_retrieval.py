"""Finding the passages that answer a question, on the real library with the real embedder."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medbot_desktop.domain import Filters, Retrieved
from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.document import Block, Document, Section
from medbot_desktop.knowledge.library import Libraries, read_folder
from medbot_desktop.knowledge.opening import Knowledge
from medbot_desktop.knowledge.search.features import reciprocal_rank_fusion, squash
from medbot_desktop.knowledge.search.ranker import Ranker
from medbot_desktop.knowledge.search.retrieval import Retriever, best_per_document, brought_together
from medbot_desktop.knowledge.search.snapshot import IndexSnapshot
from medbot_desktop.knowledge.search.stocktaking import Stocktaking
from medbot_desktop.settings import resources_folder
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import DEMO_ACCOUNT, Role
from medbot_desktop.vault.vault import Vault
from tests.contents import passages_of

_WHERE = "Patients park behind the surgery. The car park is closed at night."
PARKING = Document(
    "parking", "Parking", (), (), "everyone", "", (), (Section("Where", (Block(_WHERE, 0, len(_WHERE)),)),), _WHERE
)


@pytest.fixture(scope="module")
def some_documents() -> list[Document]:
    wanted = {"asthma", "burns-and-scalds", "nosebleeds"}
    return [document for document in read_folder(resources_folder() / "library") if document.id in wanted]


def libraries_in(vault: Vault, knowledge: Knowledge) -> Libraries:
    embedder = knowledge.embedder
    return Libraries(vault, Access(vault, DEMO_ACCOUNT), embedder.embed, embedder.identity, embedder.count_tokens)


def retriever_over(
    vault: Vault, knowledge: Knowledge, snapshot: IndexSnapshot | None = None, role: Role = Role.CLINICIAN
) -> Retriever:
    embedder = knowledge.embedder
    ranker = Ranker.load(resources_folder() / "retrieval")
    beyond = knowledge.prepared.embed(["multiple sclerosis", "tax return"])
    stocktaking = Stocktaking(
        embedder.identity, lambda word: embedder.count_tokens(word) == 1, ranker.kinds, beyond, snapshot
    )
    access = Access(vault, replace(DEMO_ACCOUNT, role=role))
    return Retriever(vault, access, knowledge.prepared.embed, ranker, stocktaking)


@pytest.fixture(scope="module")
def two_libraries(knowledge: Knowledge, some_documents: list[Document]) -> Iterator[Retriever]:
    vault = Vault.open_in_memory()
    libraries = libraries_in(vault, knowledge)
    libraries.sync_core(some_documents)
    libraries.add("clinic", [replace(some_documents[0], title="Our asthma clinic", id="ours"), PARKING])
    yield retriever_over(vault, knowledge)
    vault.close()


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("what helps a sore throat", "sore-throat"),
        ("sore thraot what to do", "sore-throat"),
        ("my nose keeps blleding", "nosebleeds"),
        ("I spilt boiling water on my hand", "burns-and-scalds"),
        ("how much paracetmol can I take", "paracetamol"),
        ("chikenpox", "chickenpox"),
        ("my child has diarhoea", "gastroenteritis-in-children"),
    ],
)
def test_the_right_topic_is_found_also_with_typing_errors(knowledge: Knowledge, question: str, topic: str) -> None:
    found = knowledge.retriever.retrieve(question)
    assert found.answerable
    assert found.hits[0].passage.document_id == topic


def test_the_hits_are_ordered_by_document_and_inside_one_by_score(knowledge: Knowledge) -> None:
    hits = knowledge.retriever.retrieve("a burn on my hand", documents=4).hits
    best = best_per_document(hits)
    assert len(best) == 4
    assert [hit.score for hit in best] == sorted((hit.score for hit in best), reverse=True)
    for leader in best:
        scores = [hit.score for hit in hits if hit.passage.document_id == leader.passage.document_id]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] == leader.score


def test_every_passage_of_the_best_document_comes_back(knowledge: Knowledge) -> None:
    hits = knowledge.retriever.retrieve("nosebleed", documents=1).hits
    stored = [p.passage for p in passages_of(knowledge.vault) if p.passage.document_id == "nosebleeds"]
    assert sorted(hit.passage.id for hit in hits) == sorted(passage.id for passage in stored)
    assert all(hit.passage in stored for hit in hits)


def test_scores_and_confidence_are_probabilities(knowledge: Knowledge) -> None:
    for question in ("fever", "the offside rule", "?!", "x"):
        found = knowledge.retriever.retrieve(question)
        assert 0.0 <= found.confidence <= 1.0
        assert all(0.0 <= hit.score <= 1.0 for hit in found.hits)


@pytest.mark.parametrize(
    "question", ["?!", "…", "the of and", '"', "NOT OR AND NEAR(", "a" * 4_000, "🙂", "'; DROP TABLE"]
)
def test_a_question_without_words_or_with_marks_of_the_search_language_is_searched_for_safely(
    knowledge: Knowledge, question: str
) -> None:
    assert not knowledge.retriever.retrieve(question).answerable


def keys(found: Retrieved) -> list[str]:
    return [hit.passage.document_id for hit in best_per_document(found.hits)]


def test_a_search_can_be_kept_to_one_library(two_libraries: Retriever) -> None:
    everywhere = {hit.passage.library for hit in two_libraries.retrieve("asthma attack in the car park").hits}
    clinic = two_libraries.retrieve("asthma attack", filters=Filters(libraries=frozenset({"clinic"})))
    assert everywhere == {"core", "clinic"}
    assert {hit.passage.library for hit in clinic.hits} == {"clinic"}
    assert keys(clinic)[0] == "ours"


def test_a_library_without_the_topic_still_names_its_nearest(two_libraries: Retriever) -> None:
    found = two_libraries.retrieve("nosebleed", filters=Filters(libraries=frozenset({"clinic"})))
    assert found.hits
    assert set(keys(found)) <= {"ours", "parking"}


def test_where_two_documents_say_the_same_one_of_them_is_shown(two_libraries: Retriever) -> None:
    assert len({"asthma", "ours"} & set(keys(two_libraries.retrieve("what is asthma", documents=4)))) == 1


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("blowing into the blue tube at the asthma clinic", "blowing"),
        ("what helps asthma", "asthma"),
    ],
)
def test_a_clinics_own_document_that_says_every_word_comes_before_what_ships(
    knowledge: Knowledge, some_documents: list[Document], question: str, first: str
) -> None:
    vault = Vault.open_in_memory()
    libraries = libraries_in(vault, knowledge)
    libraries.sync_core(some_documents)
    text = "At the asthma clinic you are blowing into the blue tube. It helps us to see how you are."
    section = Section("Your visit", (Block(text, 0, len(text)),))
    libraries.add("clinic", [replace(PARKING, id="blowing", title="Asthma", sections=(section,), body=text), PARKING])
    found = retriever_over(vault, knowledge).retrieve(question)
    vault.close()
    assert keys(found)[0] == first
    assert found.answerable
    scores = [hit.score for hit in best_per_document(found.hits)]
    assert max(scores) == scores[0] == pytest.approx(found.confidence)


def test_an_empty_library_answers_nothing(knowledge: Knowledge) -> None:
    vault = Vault.open_in_memory()
    found = retriever_over(vault, knowledge).retrieve("What helps a fever?")
    vault.close()
    assert (found.hits, found.confidence, found.answerable) == ((), 0.0, False)


def test_a_search_of_no_library_finds_nothing(two_libraries: Retriever) -> None:
    found = two_libraries.retrieve("asthma", filters=Filters(libraries=frozenset()))
    assert (found.hits, found.answerable) == ((), False)


def test_a_question_of_a_hundred_thousand_letters_is_searched_for_by_its_beginning(knowledge: Knowledge) -> None:
    found = knowledge.retriever.retrieve("my nose keeps bleeding " + "and I do not know why " * 5_000)
    assert keys(found)[0] == "nosebleeds"


@pytest.mark.parametrize("question", ["鼻血が止まらない", "что такое астма", "ربو", "\x00\x01", "\ud800"])
def test_a_question_in_another_script_is_searched_for_safely(knowledge: Knowledge, question: str) -> None:
    assert 0.0 <= knowledge.retriever.retrieve(question).confidence <= 1.0


def test_the_words_that_a_query_asks_for_are_found_in_a_text(knowledge: Knowledge) -> None:
    text = "Asthma: an inhaler helps. Inhalers for asthma attacks."
    spans = knowledge.retriever.highlights(text, "asthma inhalr")
    assert [text[start:end] for start, end in spans] == ["Asthma", "inhaler", "Inhalers", "asthma"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dose of ibupro", "dose of ibuprofen"),
        ("Asthm", "asthma"),
        ("asthma ", "asthma "),
        ("ibupro tablets", "ibupro tablets"),
        ("", ""),
    ],
)
def test_the_word_that_is_being_typed_is_completed(knowledge: Knowledge, typed: str, meant: str) -> None:
    assert knowledge.retriever.completed(typed) == meant


def test_an_index_that_was_kept_gives_the_same_hits_as_one_that_is_built(knowledge: Knowledge, tmp_path: Path) -> None:
    snapshot = IndexSnapshot(tmp_path, bytes(32))
    built = retriever_over(knowledge.vault, knowledge, snapshot)
    [file] = tmp_path.iterdir()
    written = file.stat().st_mtime_ns
    loaded = retriever_over(knowledge.vault, knowledge, snapshot)
    assert file.stat().st_mtime_ns == written
    for question in ("what helps a sore throat", "my nose keeps blleding", "tax return", "burn", "?!"):
        assert loaded.retrieve(question) == built.retrieve(question)


def test_what_was_kept_does_not_hide_a_document_that_was_added_since(
    knowledge: Knowledge, some_documents: list[Document], tmp_path: Path
) -> None:
    vault, snapshot = Vault.open_in_memory(), IndexSnapshot(tmp_path, bytes(32))
    libraries = libraries_in(vault, knowledge)
    libraries.sync_core(some_documents[:1])
    retriever_over(vault, knowledge, snapshot)
    libraries.add("clinic", some_documents[1:])
    for _ in range(2):
        assert keys(retriever_over(vault, knowledge, snapshot).retrieve("nosebleed"))[0] == "nosebleeds"
    vault.close()


def test_a_document_with_an_id_that_is_taken_is_refused_and_nothing_is_added(
    knowledge: Knowledge, some_documents: list[Document]
) -> None:
    vault = Vault.open_in_memory()
    libraries = libraries_in(vault, knowledge)
    with pytest.raises(LibraryError, match="already has a document"):
        libraries.add("clinic", [some_documents[0], some_documents[1], some_documents[0]])
    assert libraries.summaries() == []
    vault.close()


def test_the_summary_counts_documents_and_passages(knowledge: Knowledge) -> None:
    [core] = knowledge.libraries.summaries()
    assert core.name == "core"
    assert core.documents == len(list((resources_folder() / "library").glob("*.md")))
    assert core.passages == len(passages_of(knowledge.vault))


def test_what_leads_every_ranking_has_a_fused_score_of_one() -> None:
    fused = reciprocal_rank_fusion([np.array([0.9, 0.1, 0.5]), np.array([3.0, 2.0, 1.0])])
    assert fused[0] == 1.0
    assert fused[1:].max() < 1.0


def test_a_bm25_score_is_brought_between_zero_and_one() -> None:
    assert squash(0.0) == 0.0
    assert squash(8.0) == 0.5
    assert squash(1e9) < 1.0


def test_several_questions_are_searched_for_each_on_its_own(knowledge: Knowledge) -> None:
    asked = ("what helps a nosebleed", "how do I treat a burn")
    retriever = knowledge.retriever
    each = [retriever.retrieve_each(question)[0] for question in asked]
    together = brought_together(each, documents=3)
    assert keys(together)[:2] == ["nosebleeds", "burns-and-scalds"]
    assert len(keys(together)) == 3
    assert together.answerable


@pytest.mark.parametrize("text", ["", "threshold = 'high'", "threshold = 0.5\n[answering]\nbias = 1.0", "["])
def test_broken_weights_are_a_clear_error(tmp_path: Path, text: str) -> None:
    for name in ("answer_kinds.toml", "kinds.npz", "trees.npz"):
        shutil.copy(resources_folder() / "retrieval" / name, tmp_path)
    (tmp_path / "ranker.toml").write_text(text, encoding="utf-8")
    with pytest.raises(LibraryError, match=r"ranker\.toml cannot be read"):
        Ranker.load(tmp_path)


@pytest.mark.parametrize("name", ["answer_kinds.toml", "kinds.npz", "trees.npz"])
@pytest.mark.parametrize("content", [b"", b"[[kind]]\nname = 1", b"PK\x03\x04"])
def test_a_damaged_model_is_a_clear_error(tmp_path: Path, name: str, content: bytes) -> None:
    shutil.copytree(resources_folder() / "retrieval", tmp_path / "retrieval")
    (tmp_path / "retrieval" / name).write_bytes(content)
    with pytest.raises(LibraryError, match=f"{re.escape(name)} cannot be read"):
        Ranker.load(tmp_path / "retrieval")
