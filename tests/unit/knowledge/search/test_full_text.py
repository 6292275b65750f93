"""The full text is asked for the words that tell most, in words that FTS5 understands."""

from __future__ import annotations

import pytest

from medbot_desktop.knowledge.search.answer_kinds import QuestionCues
from medbot_desktop.knowledge.search.asking import read_question
from medbot_desktop.knowledge.search.full_text import Part, parts_of, queries_of
from medbot_desktop.knowledge.search.terms import TermIndex, passage_terms
from medbot_desktop.settings import resources_folder

CUES = QuestionCues.load(resources_folder() / "retrieval" / "answer_kinds.toml")
TEXTS = ("Gout hurts. The big toe swells in gout.", "Rest the toe.", *(f"The toe number {n}." for n in range(40)))
INDEX = TermIndex.of([passage_terms(text) for text in TEXTS])


def query(question: str, *wordings: tuple[str, str]) -> str:
    pairs = [(tuple(whole.split()), tuple(part.split())) for whole, part in wordings]
    return " OR ".join(part.query for part in parts_of(read_question(question, CUES), pairs, INDEX))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("what is gout", '"gout"'),
        ("gout of the big toe", '"gout" OR "big"'),
        ("what about the toe", '("toe")'),
        ("?!", ""),
        ('"; DROP TABLE passages', '"drop" OR "table" OR "passages"'),
        ("NEAR(gout", '"near" OR "gout"'),
        ("l'eau", '"l eau"'),
        ("痛風", '"痛風"'),
    ],
)
def test_the_rarer_words_of_the_subject_are_searched_for(question: str, expected: str) -> None:
    assert query(question) == expected


def test_what_the_subject_is_also_called_is_searched_for_too() -> None:
    assert query("what is gout", ("uric arthritis", "uric arthritis")) == '"gout" OR "uric arthritis"'


def test_an_abbreviation_that_is_a_little_word_is_searched_for_with_its_neighbours() -> None:
    assert query("gout", ("all children", "all")) == '"gout" OR "all children"'
    assert query("gout", ("all", "all")) == '"gout"'


PARTS = [Part.phrase(words) for words in ("emesis", "vomit", "throw up")]


def test_where_little_is_weighed_everything_is_looked_for_everywhere() -> None:
    narrow, whole = queries_of(PARTS, [10, 1_000, 20])
    assert narrow == whole == '"emesis" OR "vomit" OR "throw up"'


def test_what_very_many_passages_say_is_looked_for_in_names() -> None:
    narrow, whole = queries_of(PARTS, [10, 30_000, 20])
    assert narrow == '"emesis" OR "throw up" OR {names} : ("vomit")'
    assert whole == '"emesis" OR "vomit" OR "throw up"'


def test_where_very_many_passages_say_everything_names_are_looked_through() -> None:
    assert queries_of(PARTS[1:], [30_000, 9_000])[0] == '{names} : ("vomit" OR "throw up")'
