"""What kind of answer a text gives is told from its first words, the same one by one and many at once."""

from __future__ import annotations

import numpy as np
import pytest

from medbot_desktop.knowledge.search.answer_kinds import OPENING, AnswerKinds, QuestionCues
from medbot_desktop.knowledge.search.terms import TermIndex, passage_terms
from medbot_desktop.settings import resources_folder

FOLDER = resources_folder() / "retrieval"
CUES = QuestionCues.load(FOLDER / "answer_kinds.toml")


@pytest.fixture(scope="module")
def kinds() -> AnswerKinds:
    return AnswerKinds.load(FOLDER / "kinds.npz", len(CUES.names))


def index_of(*texts: str) -> TermIndex:
    return TermIndex.of([passage_terms(text) for text in texts])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (
            "This condition is inherited in an autosomal recessive pattern, so both copies have mutations.",
            "inheritance",
        ),
        ("The signs and symptoms include fever, a rash and pain in the joints.", "symptoms"),
        ("Treatment depends on the cause. It may include medicines and surgery.", "treatment"),
        ("The prognosis varies. Many people recover within weeks.", "outlook"),
    ],
)
def test_the_kind_is_told_from_the_words(kinds: AnswerKinds, text: str, kind: str) -> None:
    [probabilities] = kinds.of_units(index_of(text))
    assert CUES.names[int(probabilities.argmax())] == kind
    assert np.exp(probabilities.astype(float)).sum() == pytest.approx(1.0, abs=0.01)


def test_many_at_once_are_told_as_one_by_one(kinds: AnswerKinds) -> None:
    texts = ["Treatment may include surgery.", "", "It is inherited.", "Zebra."]
    together = kinds.of_units(index_of(*texts))
    for text, row in zip(texts, together, strict=True):
        assert kinds.of_units(index_of(text))[0].tolist() == row.tolist()


def test_only_the_beginning_of_a_text_is_looked_at(kinds: AnswerKinds) -> None:
    beginning = " ".join(f"word{n}" for n in range(OPENING))
    one, other = kinds.of_units(index_of(beginning, f"{beginning} inherited mutations treatment surgery"))
    assert one.tolist() == other.tolist()


def test_no_units_have_no_kinds(kinds: AnswerKinds) -> None:
    assert kinds.of_units(TermIndex.of([])).shape == (0, len(CUES.names))


def test_every_kind_has_a_name_of_its_own_and_the_last_is_for_the_rest() -> None:
    assert len(set(CUES.names)) == len(CUES.names)
    assert CUES.part("shingles") == (len(CUES.names) - 1, "shingles")
