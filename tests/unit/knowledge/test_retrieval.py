"""Finding the passages that answer a question, on the real library with the real embedder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.features import reciprocal_rank_fusion, squash
from medbot_desktop.knowledge.library import Libraries, read_folder
from medbot_desktop.knowledge.ranker import Ranker
from medbot_desktop.knowledge.retrieval import Retriever, best_per_document
from medbot_desktop.knowledge.snapshot import IndexSnapshot
from medbot_desktop.settings import resources_folder
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import DEMO_ACCOUNT
from medbot_desktop.vault.vault import Vault
from medbot_desktop.workspace import Knowledge


@pytest.fixture(scope="module")
def some_documents() -> list[Document]:
    wanted = {"asthma", "burns-and-scalds", "nosebleeds"}
    return [document for document in read_folder(resources_folder() / "library") if document.id in wanted]


def libraries_in(vault: Vault, knowledge: Knowledge) -> Libraries:
    embedder = knowledge.embedder
    return Libraries(vault, Access(vault, DEMO_ACCOUNT), embedder.embed, embedder.identity, embedder.count_tokens)


def retriever_over(libraries: Libraries, knowledge: Knowledge, snapshot: IndexSnapshot | None = None) -> Retriever:
    embedder = knowledge.embedder
    ranker = Ranker.load(resources_folder() / "retrieval" / "ranker.toml")
    beyond = embedder.embed(["multiple sclerosis", "tax return"])
    return Retriever(libraries, embedder.embed, lambda word: embedder.count_tokens(word) == 1, ranker, beyond, snapshot)


@pytest.fixture(scope="module")
def two_libraries(knowledge: Knowledge, some_documents: list[Document]) -> Retriever:
    libraries = libraries_in(Vault.open_in_memory(), knowledge)
    libraries.sync_core(some_documents)
    libraries.add("clinic", [replace(some_documents[0], title="Our asthma clinic")])
    return retriever_over(libraries, knowledge)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("what helps a sore throat", "sore-throat"),
        ("sore thraot what to do", "sore-throat"),
        ("my nose keeps blleding", "nosebleeds"),
        ("I spilt boiling water on my hand", "burns-and-scalds"),
        ("how much paracetmol can I take", "paracetamol"),
        ("chikenpox", "chickenpox"),
        ("my child has diarhoea", "diarrhoea-and-vomiting"),
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
    stored = [p.passage for p in knowledge.libraries.passages() if p.passage.document_id == "nosebleeds"]
    assert sorted(hit.passage.id for hit in hits) == sorted(passage.id for passage in stored)


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


def test_a_search_can_be_kept_to_one_library(two_libraries: Retriever) -> None:
    everywhere = {hit.passage.library for hit in two_libraries.retrieve("asthma attack").hits}
    clinic = {hit.passage.library for hit in two_libraries.retrieve("asthma attack", library="clinic").hits}
    assert everywhere == {"core", "clinic"}
    assert clinic == {"clinic"}


def test_a_library_without_the_topic_still_names_its_nearest(two_libraries: Retriever) -> None:
    hits = two_libraries.retrieve("nosebleed", library="clinic").hits
    assert {hit.passage.document_id for hit in hits} <= {"asthma"}


def test_an_empty_library_answers_nothing(knowledge: Knowledge) -> None:
    vault = Vault.open_in_memory()
    found = retriever_over(libraries_in(vault, knowledge), knowledge).retrieve("What helps a fever?")
    vault.close()
    assert (found.hits, found.confidence, found.answerable) == ((), 0.0, False)


def test_a_document_that_is_added_is_found_after_a_refresh(
    knowledge: Knowledge, some_documents: list[Document]
) -> None:
    vault = Vault.open_in_memory()
    libraries = libraries_in(vault, knowledge)
    retriever = retriever_over(libraries, knowledge)
    libraries.sync_core(some_documents)
    retriever.refresh()
    assert retriever.retrieve("nosebleed").hits[0].passage.document_id == "nosebleeds"
    vault.close()


def test_an_index_that_was_kept_gives_the_same_hits_as_one_that_is_built(knowledge: Knowledge, tmp_path: Path) -> None:
    snapshot = IndexSnapshot(tmp_path, bytes(32))
    built = retriever_over(knowledge.libraries, knowledge, snapshot)
    [file] = tmp_path.iterdir()
    written = file.stat().st_mtime_ns
    loaded = retriever_over(knowledge.libraries, knowledge, snapshot)
    assert file.stat().st_mtime_ns == written
    for question in ("what helps a sore throat", "my nose keeps blleding", "tax return", "burn", "?!"):
        assert loaded.retrieve(question) == built.retrieve(question)


def test_an_index_that_was_kept_is_not_used_after_a_document_was_added(
    knowledge: Knowledge, some_documents: list[Document], tmp_path: Path
) -> None:
    vault, snapshot = Vault.open_in_memory(), IndexSnapshot(tmp_path, bytes(32))
    libraries = libraries_in(vault, knowledge)
    libraries.sync_core(some_documents[:1])
    retriever_over(libraries, knowledge, snapshot)
    libraries.add("clinic", some_documents[1:])
    for _ in range(2):
        hits = retriever_over(libraries, knowledge, snapshot).retrieve("nosebleed").hits
        assert hits[0].passage.document_id == "nosebleeds"
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
    assert core.passages == len(knowledge.libraries.passages())


def test_what_leads_every_ranking_has_a_fused_score_of_one() -> None:
    fused = reciprocal_rank_fusion([np.array([0.9, 0.1, 0.5]), np.array([3.0, 2.0, 1.0])])
    assert fused[0] == 1.0
    assert fused[1:].max() < 1.0


def test_a_bm25_score_is_brought_between_zero_and_one() -> None:
    assert squash(0.0) == 0.0
    assert squash(8.0) == 0.5
    assert squash(1e9) < 1.0


@pytest.mark.parametrize("text", ["", "threshold = 'high'", "threshold = 0.5\n[ranking]\nbias = 1.0", "["])
def test_broken_weights_are_a_clear_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("weights") / "ranker.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LibraryError, match=r"ranker\.toml cannot be read"):
        Ranker.load(path)
