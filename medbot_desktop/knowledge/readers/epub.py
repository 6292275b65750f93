"""Read electronic books (EPUB 2 and 3): their chapters in the order in which the book is read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urldefrag

from lxml import etree

from medbot_desktop.knowledge.building import DocumentBuilder
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.archives import Archive, opened_archive, protected
from medbot_desktop.knowledge.readers.decoding import decoded
from medbot_desktop.knowledge.readers.html import parsed, stated_charset
from medbot_desktop.knowledge.readers.page_blocks import add_page, headings
from medbot_desktop.knowledge.readers.page_content import main_content
from medbot_desktop.knowledge.readers.plain_xml import parsed_xml
from medbot_desktop.knowledge.readers.reader import Facts, clean, damaged, document_ids, finished, too_long

_KIND = "book"
_CONTAINER = "META-INF/container.xml"
_RIGHTS = ("META-INF/rights.xml", "META-INF/sinf.xml")
_FONT_DISGUISES = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_CHAPTERS = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_ANY = "{*}"
_MOST_TAGS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Chapter:
    name: str
    is_contents: bool


class EpubReader:
    """Reads an ``.epub``."""

    def read(self, path: Path) -> Iterator[Document]:
        """The book as one document; its table of contents is left out.

        Raises:
            LibraryError: it is damaged, or a shop's key keeps it shut.
        """
        with opened_archive(path, _KIND) as archive:
            document = _document(archive, path)
        yield document


def _document(archive: Archive, path: Path) -> Document:
    _refuse_locked(archive, path)
    name = _package_name(archive, path)
    package = _xml(archive, name, path)
    if package is None:
        raise damaged(path, _KIND)
    facts = Facts(title=_stated(package, "title") or "", language=_stated(package, "language") or "")
    builder = DocumentBuilder()
    tags = 0
    for chapter in _spine(package, posixpath.dirname(name)):
        data = archive.part(chapter.name)
        if data is None:
            raise damaged(path, _KIND)
        tags += data.count(b"<")
        if tags > _MOST_TAGS:
            raise too_long(path, "book")
        if data.strip() and not chapter.is_contents:
            _add_chapter(builder, data, facts.title, path)
    return finished(builder, next(document_ids(path)), facts, path)


def _add_chapter(builder: DocumentBuilder, data: bytes, book: str, path: Path) -> None:
    root = parsed(decoded(data, path, stated_charset(data)), path)
    title = next((" ".join("".join(element.itertext()).split()) for element in root.iter("title")), "")
    body = root.find("body")
    content = main_content(body if body is not None else root, whole=True)
    if not headings(content) and "".join(content.itertext()).strip():
        # What has no heading of its own must not stand under the last one of the chapter before.
        builder.heading(clean(title or book) or _KIND.capitalize(), 1)
    add_page(builder, content)


def _refuse_locked(archive: Archive, path: Path) -> None:
    if any(name in archive.names for name in _RIGHTS):
        raise protected(path)
    encryption = _xml(archive, "META-INF/encryption.xml", path)
    methods = encryption.iter(f"{_ANY}EncryptionMethod") if encryption is not None else ()
    # Fonts are disguised in books that anybody may read; anything else is a lock.
    if any(method.get("Algorithm") not in _FONT_DISGUISES for method in methods):
        raise protected(path)


def _package_name(archive: Archive, path: Path) -> str:
    container = _xml(archive, _CONTAINER, path)
    files = container.iter(f"{_ANY}rootfile") if container is not None else ()
    name = next((file.get("full-path") or "" for file in files), "")
    if not name:
        raise damaged(path, _KIND)
    return _inside("", name)


def _spine(package: etree._Element, folder: str) -> Iterator[_Chapter]:
    items = {item.get("id"): item for item in package.iter(f"{_ANY}item")}
    seen = set()
    for reference in package.iter(f"{_ANY}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or (item.get("media-type") or "").strip().lower() not in _CHAPTERS:
            continue
        name = _inside(folder, item.get("href") or "")
        if name not in seen:
            seen.add(name)
            yield _Chapter(name, "nav" in (item.get("properties") or "").split())


def _inside(folder: str, reference: str) -> str:
    """The name inside the archive that a reference points to."""
    return posixpath.normpath(posixpath.join(folder, unquote(urldefrag(reference)[0]))).lstrip("/")


def _stated(package: etree._Element, name: str) -> str | None:
    element = next(package.iter(f"{{http://purl.org/dc/elements/1.1/}}{name}"), None)
    return " ".join("".join(element.itertext()).split()) if element is not None else None


def _xml(archive: Archive, name: str, path: Path) -> etree._Element | None:
    data = archive.part(name)
    return parsed_xml(data, path, _KIND) if data is not None else None
