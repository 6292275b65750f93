"""Every topic of the core library keeps to its form, names its sources and reads easily."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
import yaml

from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.markdown_reader import read_markdown
from medbot_desktop.settings import resources_folder
from tests.unit.resources.reading_ease import flesch_reading_ease, syllables_of

FILES = sorted((resources_folder() / "library").glob("*.md"))
HEADINGS = (
    "What it is",
    "What you can do",
    "When to get help now",
    "When to see someone soon",
    "Sources",
)
BODIES = {"NHS", "NICE", "CDC", "NIH", "WHO", "FDA", "MHRA", "CMS", "HHS", "ICO", "CQC", "AHRQ"}
AUDIENCES = {"everyone", "adults", "children", "women", "men", "parents", "pregnancy"}
EASY = 60.0

every_topic = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return [read_markdown(path) for path in FILES]


def front_matter(path: Path) -> dict[str, object]:
    fields = yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])
    assert isinstance(fields, dict)
    return fields


def section_lines(path: Path, heading: str) -> list[str]:
    text = path.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    return [line for line in text.partition("\n## ")[0].splitlines() if line]


def words_for_people(document: Document) -> str:
    return "\n".join(
        block.text for section in document.sections if section.heading != "Sources" for block in section.blocks
    )


def test_there_are_at_least_eighty_topics() -> None:
    assert len(FILES) >= 80


def test_no_two_topics_share_an_id_or_a_title(documents: list[Document]) -> None:
    assert len({document.id for document in documents}) == len(documents)
    assert len({document.title.casefold() for document in documents}) == len(documents)


@every_topic
def test_the_id_is_the_name_of_the_file(path: Path) -> None:
    assert read_markdown(path).id == path.stem


@every_topic
def test_a_topic_has_at_least_five_synonyms_and_repeats_none(path: Path) -> None:
    synonyms = [name.casefold() for name in read_markdown(path).synonyms]
    assert len(synonyms) >= 5
    assert len(set(synonyms)) == len(synonyms)


@every_topic
def test_the_audience_is_one_that_is_known(path: Path) -> None:
    assert read_markdown(path).audience in AUDIENCES


@every_topic
def test_the_last_review_is_a_day_that_has_been(path: Path) -> None:
    reviewed = front_matter(path)["last_reviewed"]
    assert isinstance(reviewed, datetime.date)
    assert reviewed <= datetime.datetime.now(datetime.UTC).date()


@every_topic
def test_the_sources_are_national_bodies(path: Path) -> None:
    sources = read_markdown(path).sources
    assert sources
    assert {source.body for source in sources} <= BODIES


@every_topic
def test_the_five_sections_stand_in_their_order_and_none_is_empty(path: Path) -> None:
    sections = read_markdown(path).sections
    assert tuple(section.heading for section in sections) == HEADINGS
    assert all(section.blocks for section in sections)


@every_topic
def test_the_last_section_lists_the_sources_of_the_front_matter(path: Path) -> None:
    named = [f"- {source.body}: {source.title}" for source in read_markdown(path).sources]
    assert section_lines(path, "Sources") == named


@every_topic
def test_a_topic_reads_easily(path: Path) -> None:
    assert flesch_reading_ease(words_for_people(read_markdown(path))) >= EASY


@every_topic
def test_no_topic_names_the_emergency_number_of_one_country(path: Path) -> None:
    assert re.search(r"\b(?:999|911|112)\b", read_markdown(path).body) is None


def test_the_sections_are_all_that_a_file_has_below_its_front_matter() -> None:
    for path in FILES:
        headings = re.findall(r"^#+ .*$", path.read_text(encoding="utf-8").split("---\n", 2)[2], re.MULTILINE)
        assert headings == [f"## {heading}" for heading in HEADINGS], path.name


@pytest.mark.parametrize(
    ("word", "syllables"),
    [("asthma", 2), ("the", 1), ("Emergency", 4), ("appointment", 3), ("glorple", 2), ("zuke", 1)],
)
def test_syllables_are_those_that_are_spoken(word: str, syllables: int) -> None:
    assert syllables_of(word) == syllables


def test_short_words_read_more_easily_than_long_ones() -> None:
    assert flesch_reading_ease("Take a rest. Drink some water.") > 100
    assert flesch_reading_ease("Immediate professional consultation is indicated in deteriorating circumstances.") < 0
