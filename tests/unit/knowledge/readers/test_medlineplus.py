"""The reader of MedlinePlus health topics, streamed and without what makes XML dangerous."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.medlineplus import MedlinePlusReader
from tests.unit.knowledge.readers.made_files import TOPICS


def read(tmp_path: Path, text: str) -> list[Document]:
    path = tmp_path / "topics.xml"
    path.write_text(text, encoding="utf-8")
    return list(MedlinePlusReader().read(path))


def test_each_topic_is_a_document(tmp_path: Path) -> None:
    first, second = read(tmp_path, TOPICS)
    assert (first.id, first.title, first.url, first.language) == ("11", "Sore toe", "https://t.example/toe.html", "en")
    assert first.synonyms == ("Toe pain",)
    assert [(section.heading, section.blocks[0].text) for section in first.sections] == [
        ("Sore toe", "A toe that hurts."),
        ("Care", "Rest"),
    ]
    assert second.language == "es"


def test_a_topic_without_a_summary_is_passed_over(tmp_path: Path) -> None:
    assert len(read(tmp_path, TOPICS.replace("&lt;p&gt;Un dedo que duele.&lt;/p&gt;", ""))) == 1


def test_a_file_that_defines_entities_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    text = f"<!DOCTYPE health-topics [{entities}]><health-topics><health-topic title='&e11;'/></health-topics>"
    with pytest.raises(LibraryError, match="defines XML entities"):
        read(tmp_path, text)


def test_an_entity_that_points_to_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    text = f'<!DOCTYPE health-topics [<!ENTITY s SYSTEM "file://{tmp_path}/secret">]>'
    with pytest.raises(LibraryError, match="defines XML entities"):
        read(tmp_path, text + TOPICS.split("\n", 2)[2].replace("Toe pain", "&s;"))


@pytest.mark.parametrize("text", [TOPICS[:600], "<health-topics>", "<topics/>", "no XML", "<a>" * 5000])
def test_a_file_that_is_cut_or_something_else_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(LibraryError):
        read(tmp_path, text)


def test_a_file_without_topics_has_no_text(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="has no text in it"):
        read(tmp_path, "<health-topics/>")


def test_the_memory_does_not_grow_with_the_number_of_topics(tmp_path: Path) -> None:
    topic = "<health-topic title='T' id='{}'><full-summary>&lt;p&gt;{}&lt;/p&gt;</full-summary></health-topic>"
    path = tmp_path / "topics.xml"
    with path.open("w") as file:
        file.write("<health-topics>")
        file.writelines(topic.format(n, "Rest. " * 2000) for n in range(400))
        file.write("</health-topics>")
    tracemalloc.start()
    try:
        assert sum(1 for _ in MedlinePlusReader().read(path)) == 400
        assert tracemalloc.get_traced_memory()[1] < path.stat().st_size / 4
    finally:
        tracemalloc.stop()
