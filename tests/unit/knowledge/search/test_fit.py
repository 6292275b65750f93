"""How well a text fits a question, in numbers: each follows from where and how it names what is asked about."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from medbot_desktop.knowledge.search.answer_kinds import QuestionCues
from medbot_desktop.knowledge.search.asking import Wording, read_question
from medbot_desktop.knowledge.search.candidates import Candidates, unite
from medbot_desktop.knowledge.search.fit import FIT_NAMES, Beside, Posed, fit
from medbot_desktop.knowledge.search.terms import TermIndex, passage_terms
from medbot_desktop.settings import resources_folder
from medbot_desktop.text import stem

CUES = QuestionCues.load(resources_folder() / "retrieval" / "answer_kinds.toml")
TEXTS = (
    "Lynch syndrome is inherited. Lynch syndrome raises the risk of bowel cancer.",
    "Bowel cancer has many causes. One of them is Lynch syndrome.",
    "The syndrome that Dr Lynch described.",
    "HNPCC raises the risk.",
    "A cough gets better on its own.",
)
INDEX = TermIndex.of([passage_terms(text) for text in TEXTS])


def features(question: str, wordings: tuple[Wording, ...] = ()) -> dict[str, NDArray[np.float64]]:
    """Each feature of all texts; the vector of text ``n`` is axis ``n``, and the question's is axis 0."""
    units, fused = unite(range(len(TEXTS)))
    found = Candidates.of(INDEX, units, fused)
    count = len(TEXTS)
    none = np.zeros(count)
    beside = Beside(np.eye(count, dtype=np.float32), np.ones(count, dtype=np.int64), none - 1.0, none, none, none)
    posed = Posed(read_question(question, CUES), wordings, np.eye(count, dtype=np.float32)[0])
    return dict(zip(FIT_NAMES, fit(INDEX, posed, found, beside).T, strict=True))


def test_every_feature_is_a_number_for_any_question() -> None:
    for question in ("what is Lynch syndrome", "?!", "zebra", "the", "cough " * 500):
        assert all(np.isfinite(column).all() for column in features(question).values())


def test_a_text_that_begins_with_the_subject_mentions_it_earlier_and_oftener() -> None:
    found = features("Lynch syndrome")
    assert found["mention_early"][0] > found["mention_early"][1] > found["mention_early"][4]
    assert found["mention_times"][0] > found["mention_times"][1] > 0
    assert found["mention_times"][2] == 0, "the words stand apart"


def test_words_that_stand_together_count_as_a_pair() -> None:
    found = features("Lynch syndrome")
    assert found["pairs"][:2].tolist() == [1.0, 1.0]
    assert found["pairs"][2] == 0.0


def test_coverage_is_the_share_of_the_subject_that_a_text_uses() -> None:
    found = features("Lynch syndrome")
    assert found["coverage"].tolist() == pytest.approx([1.0, 1.0, 1.0, 0.0, 0.0])
    assert features("Lynch zebra")["coverage"][0] < 1.0


def test_another_name_of_the_subject_counts_as_a_mention() -> None:
    name = (stem("hnpcc"),)
    found = features("Lynch syndrome", ((name, name),))
    assert found["alternate_times"][3] > 0
    assert found["mention_early"][3] == 1.0
    assert found["bm25"][3] > 0


def test_the_nearest_vector_has_the_first_rank_and_nothing_before_it() -> None:
    found = features("Lynch syndrome")
    assert found["cosine_rank"][0] == 1.0
    assert found["cosine_behind"].tolist() == [0.0, -1.0, -1.0, -1.0, -1.0]
