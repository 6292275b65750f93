"""Read MedlinePlus health topics: the XML file in which the US National Library of Medicine publishes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from medbot_desktop.knowledge.building import DocumentBuilder
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.html import parsed
from medbot_desktop.knowledge.readers.page_blocks import add_page
from medbot_desktop.knowledge.readers.page_content import main_content
from medbot_desktop.knowledge.readers.plain_xml import refuse_entities
from medbot_desktop.knowledge.readers.reader import (
    Facts,
    clean,
    damaged,
    document_ids,
    empty,
    file_size,
    finished,
    slug,
    told_apart,
    unreadable,
)

_KIND = "MedlinePlus health-topic file"
_LANGUAGES = {"english": "en", "spanish": "es"}


class MedlinePlusReader:
    """Reads the health topics of one file."""

    def read(self, path: Path) -> Iterator[Document]:
        """One document for each topic with a summary, streamed; its other names are its synonyms."""
        file_size(path)
        ids = document_ids(path)
        seen: dict[str, int] = {}
        try:
            with path.open("rb") as file:
                for topic in _topics(file, path):
                    document = _document(topic, path)
                    if document is None:
                        continue
                    identifier = slug(topic.get("id") or "") if topic.get("id") else next(ids)
                    yield replace(document, id=told_apart(identifier, seen))
        except (etree.XMLSyntaxError, ValueError) as error:
            raise damaged(path, _KIND) from error
        except OSError as error:
            raise unreadable(path) from error
        if not seen:
            raise empty(path)


def _topics(file: BinaryIO, path: Path) -> Iterator[etree._Element]:
    events = etree.iterparse(
        file,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    root: etree._Element | None = None
    for event, element in events:
        if root is None:
            root = element
            refuse_entities(root, path)
            if root.tag != "health-topics":
                raise damaged(path, _KIND)
        elif event == "end" and element.getparent() is root:
            if element.tag == "health-topic":
                yield element
            # What was read makes room; else the tree grows to many times the file.
            element.clear()
            root.remove(element)


def _document(topic: etree._Element, path: Path) -> Document | None:
    summary = topic.findtext("full-summary") or ""
    title = clean(topic.get("title") or "").strip()
    if not summary.strip() or not title:
        return None
    builder = DocumentBuilder()
    add_page(builder, main_content(parsed(summary, path), whole=True), title)
    if builder.is_empty:
        return None
    language = (topic.get("language") or "").strip().lower()
    facts = Facts(
        title=title,
        url=topic.get("url") or "",
        language=_LANGUAGES.get(language, ""),
        synonyms=tuple(dict.fromkeys(_names(topic))),
    )
    return finished(builder, "", facts, path)


def _names(topic: etree._Element) -> Iterator[str]:
    for element in topic.iterchildren("also-called"):
        name = " ".join(clean(element.text or "").split())
        if name:
            yield name
