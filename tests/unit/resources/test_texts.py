"""The other texts and tables that ship have the form that the program reads."""

from __future__ import annotations

import re
import tomllib

import pytest

from medbot_desktop.assistant.wording import Wording
from medbot_desktop.generation.question_kind import QuestionKinds
from medbot_desktop.knowledge.markdown_reader import read_markdown
from medbot_desktop.knowledge.search.beyond import load_beyond
from medbot_desktop.knowledge.search.features import FEATURE_NAMES
from medbot_desktop.knowledge.search.ranker import Ranker
from medbot_desktop.resources import load_resource
from medbot_desktop.settings import resources_folder
from tests.unit.resources.test_library import HEADINGS

RETRIEVAL = resources_folder() / "retrieval"
LOCALE = resources_folder() / "locale"


@pytest.fixture(scope="module")
def wording() -> Wording:
    return load_resource(LOCALE / "en.toml", Wording)


def test_the_ranker_weighs_every_feature_and_nothing_else() -> None:
    table = tomllib.loads((RETRIEVAL / "ranker.toml").read_text(encoding="utf-8"))["answering"]
    assert set(table) == {*FEATURE_NAMES, "bias"}


def test_the_rankers_threshold_is_a_probability() -> None:
    assert 0.0 < Ranker.load(RETRIEVAL).threshold < 1.0


def test_the_kinds_of_question_point_to_sections_of_the_library() -> None:
    kinds = QuestionKinds.load(RETRIEVAL / "question_kinds.toml").kinds
    assert len({kind.name for kind in kinds}) == len(kinds) > 0
    for kind in kinds:
        assert kind.cues
        assert kind.sections
        assert set(kind.sections) <= set(HEADINGS[:4]), kind.name


def test_the_cues_of_a_kind_are_lower_case_words_without_marks() -> None:
    for kind in QuestionKinds.load(RETRIEVAL / "question_kinds.toml").kinds:
        for cue in kind.cues:
            assert cue == " ".join(cue.lower().replace("?", " ").replace(",", " ").split())


def test_no_cue_tells_two_kinds_of_question() -> None:
    cues = [cue for kind in QuestionKinds.load(RETRIEVAL / "question_kinds.toml").kinds for cue in kind.cues]
    assert len(set(cues)) == len(cues)


def test_no_other_subject_is_named_twice() -> None:
    subjects = [subject.casefold() for subject in load_beyond(RETRIEVAL / "beyond.toml")]
    assert len(set(subjects)) == len(subjects) > 500


def test_no_other_subject_is_a_title_of_the_library() -> None:
    titles = {read_markdown(path).title.casefold() for path in (resources_folder() / "library").glob("*.md")}
    assert titles.isdisjoint(subject.casefold() for subject in load_beyond(RETRIEVAL / "beyond.toml"))


def test_the_wording_has_its_two_places_to_fill(wording: Wording) -> None:
    assert "{titles}" in wording.not_found.nearest
    assert "{emergency_number}" in wording.speak_to_person.text


def test_where_the_library_holds_nothing_a_next_step_is_named(wording: Wording) -> None:
    assert wording.not_found.next_step.startswith("Please ask")


@pytest.mark.parametrize("group", ["openings", "greeting", "thanks"])
def test_no_choice_begins_with_another_so_that_the_model_can_stop_early(wording: Wording, group: str) -> None:
    found = getattr(wording, group)
    choices = found if isinstance(found, list) else found.choices
    assert not any(a != b and b.startswith(a) for a in choices for b in choices)


def test_the_wording_holds_no_medical_advice(wording: Wording) -> None:
    # The words of these refer to a pharmacist, and to no library.
    said = wording.model_dump_json(exclude={"medicines", "record"})
    assert re.search(r"\b(?:take|dose|tablets?|mg|medicines?|drink|rest)\b", said, re.IGNORECASE) is None


def test_the_sample_questions_are_a_few_different_questions() -> None:
    questions = tomllib.loads((LOCALE / "sample_questions.toml").read_text(encoding="utf-8"))["questions"]
    assert 3 <= len(questions) == len(set(questions)) <= 8
    assert all(question.endswith("?") and len(question) <= 80 for question in questions)
