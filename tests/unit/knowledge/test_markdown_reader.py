"""The Markdown reader: what it keeps, and how it names what is broken."""

from __future__ import annotations

import datetime
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.library import read_folder
from medbot_desktop.knowledge.markdown_reader import read_markdown
from medbot_desktop.settings import resources_folder

FRONT = """id: sore-toe
title: Sore toe
synonyms: [toe pain]
audience: everyone
last_reviewed: 2026-01-31
sources:
  - body: NHS
    title: Sore toe
"""
BODY = "## What it is\n\nA toe that hurts.\n"

line = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=40)


def written(tmp_path: Path, front: str = FRONT, body: str = BODY) -> Path:
    path = tmp_path / "sore-toe.md"
    path.write_text(f"---\n{front}---\n\n{body}", encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(LibraryError) as caught:
        read_markdown(path)
    assert caught.value.hint == "Correct the file and add it again."
    assert path.name in caught.value.message
    assert "\n" not in caught.value.message
    return caught.value.message


def test_the_front_matter_becomes_the_documents_facts(tmp_path: Path) -> None:
    document = read_markdown(written(tmp_path, FRONT + "asked_as: [why does my toe hurt]\n"))
    assert (document.id, document.title, document.audience) == ("sore-toe", "Sore toe", "everyone")
    assert document.names == ("Sore toe", "toe pain", "why does my toe hurt")
    assert document.last_reviewed == "2026-01-31"
    assert [(source.body, source.title) for source in document.sources] == [("NHS", "Sore toe")]


def test_numbered_steps_keep_their_numbers(tmp_path: Path) -> None:
    document = read_markdown(written(tmp_path, body="## Do\n\n1. Sit.\n2. Wait.\n\n- Rest.\n"))
    assert [block.text for block in document.sections[0].blocks] == ["1. Sit.", "2. Wait.", "Rest."]


def test_marks_of_emphasis_and_line_breaks_are_no_part_of_the_text(tmp_path: Path) -> None:
    document = read_markdown(written(tmp_path, body="## Do\n\nRest *well*,\nand **often** `now`.\n"))
    assert document.sections[0].blocks[0].text == "Rest well, and often now."


def test_a_heading_with_nothing_below_it_is_no_section(tmp_path: Path) -> None:
    document = read_markdown(written(tmp_path, body="## Empty\n\n## Do\n\nRest.\n"))
    assert [section.heading for section in document.sections] == ["Do"]


def test_every_block_of_the_library_stands_where_its_offsets_say() -> None:
    for document in read_folder(resources_folder() / "library"):
        for section in document.sections:
            for block in section.blocks:
                assert document.body[block.start : block.end] == block.text, document.id


def test_the_blocks_of_the_library_follow_one_another() -> None:
    for document in read_folder(resources_folder() / "library"):
        blocks = [block for section in document.sections for block in section.blocks]
        assert all(one.end < other.start for one, other in pairwise(blocks)), document.id


def test_lines_that_end_as_on_windows_are_read(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_markdown(path).title == "Sore toe"


@pytest.mark.parametrize("field", ["id", "title", "synonyms", "audience", "last_reviewed", "sources"])
def test_a_field_that_is_missing_is_named(tmp_path: Path, field: str) -> None:
    fields = yaml.safe_load(FRONT)
    del fields[field]
    assert refusal(written(tmp_path, yaml.safe_dump(fields))).endswith(f"is missing or wrong in: {field}.")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "Sore Toe"),
        ("id", "../toe"),
        ("title", ""),
        ("synonyms", "toe pain"),
        ("synonyms", [3]),
        ("audience", ["adults"]),
        ("last_reviewed", "soon"),
        ("last_reviewed", "2026-02-31"),
        ("sources", []),
        ("colour", "red"),
    ],
)
def test_a_field_that_is_wrong_is_named(tmp_path: Path, field: str, value: object) -> None:
    fields = yaml.safe_load(FRONT) | {field: value}
    assert field in refusal(written(tmp_path, yaml.safe_dump(fields))).rpartition(" in: ")[2]


def test_a_source_without_a_title_is_named_by_its_place(tmp_path: Path) -> None:
    front = FRONT.replace("    title: Sore toe\n", "")
    assert "sources.0.title" in refusal(written(tmp_path, front))


def test_front_matter_that_is_not_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    assert "is not valid YAML at line 5" in refusal(written(tmp_path, FRONT.replace("[toe pain]", "[toe pain")))


@pytest.mark.parametrize("front", ["just words\n", "- a\n- b\n", "42\n", "\n"])
def test_front_matter_that_is_no_table_is_refused(tmp_path: Path, front: str) -> None:
    assert "everything" in refusal(written(tmp_path, front))


@pytest.mark.parametrize("text", ["", "# Just a title\n", "---\nid: a\n", "text\n---\nid: a\n---\n"])
def test_a_file_without_front_matter_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plain.md"
    path.write_text(text, encoding="utf-8")
    assert "does not start with front matter" in refusal(path)


def test_a_file_without_a_section_is_refused(tmp_path: Path) -> None:
    assert "has no section with text" in refusal(written(tmp_path, body="Words below no heading.\n"))


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes() + b"\xff\xfe")
    assert "cannot be read as UTF-8" in refusal(path)


def test_a_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "gone.md")


def test_front_matter_cannot_make_python_objects(tmp_path: Path) -> None:
    front = FRONT.replace("Sore toe\nsynonyms", "!!python/object/apply:os.getcwd []\nsynonyms")
    assert "is not valid YAML" in refusal(written(tmp_path, front))


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="no Markdown file"):
        read_folder(tmp_path)


@given(title=line, synonyms=st.lists(line), reviewed=st.dates(min_value=datetime.date(1000, 1, 1)))
def test_front_matter_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, title: str, synonyms: list[str], reviewed: datetime.date
) -> None:
    fields = yaml.safe_load(FRONT) | {"title": title, "synonyms": synonyms, "last_reviewed": reviewed}
    front = yaml.safe_dump(fields, allow_unicode=True)
    document = read_markdown(written(tmp_path_factory.mktemp("front"), front))
    assert (document.title, list(document.synonyms), document.last_reviewed) == (title, synonyms, reviewed.isoformat())


@given(front=st.text(max_size=200), body=st.text(max_size=200))
def test_whatever_stands_in_a_file_it_is_read_or_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, front: str, body: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "any.md"
    path.write_bytes(f"---\n{front}\n---\n{body}".encode("utf-8", "surrogatepass"))
    with pytest.raises(LibraryError, match=r"any\.md"):
        read_markdown(path)
