"""Read web pages, as they come from a browser's "save as": their text, without the site around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lxml import etree

from medbot_desktop.knowledge.building import DocumentBuilder
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.decoding import decoded
from medbot_desktop.knowledge.readers.mhtml import is_mhtml, page_of_mhtml
from medbot_desktop.knowledge.readers.page_blocks import add_page, headings
from medbot_desktop.knowledge.readers.page_content import main_content
from medbot_desktop.knowledge.readers.reader import (
    MEGABYTE,
    Facts,
    clean,
    damaged,
    document_ids,
    finished,
    read_whole,
    too_long,
    web_address,
)

_MOST_BYTES = 16 * MEGABYTE
_MOST_SAVED_BYTES = 64 * MEGABYTE  # with the pictures that are saved in the same file
_MOST_TAGS = 500_000
_HEAD = 4096
_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]{2,40})|encoding=["']([\w.-]{2,40})["']""", re.I
)
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->", re.I)
_REVIEWED = re.compile(r'"lastReviewed"\s*:\s*"(\d{4}-\d{2}-\d{2})')
_DATA_ADDRESS = re.compile(r"""(["'])data:[^"'<>]{100,}\1""")
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{4000,}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_XHTML = re.compile(r"<\?xml|xmlns=[\"']http://www\.w3\.org/1999/xhtml")
_CLOSED_AT_ONCE = re.compile(
    r"<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)\b)([A-Za-z][\w:.-]*)([^<>]*)/>", re.I
)
_MOST_ATTRIBUTES = 1000
_TITLE_PARTS = re.compile(r"\s+[-|–—·»:]\s+")


class HtmlReader:
    """Reads a saved page, ``.html`` or ``.mhtml``."""

    def read(self, path: Path) -> Iterator[Document]:
        """The page as one document, with its title, its language and the address that it had."""
        data = read_whole(path, _MOST_SAVED_BYTES)
        url = stated = ""
        if is_mhtml(data):
            data, stated, url = page_of_mhtml(data, path)
        if len(data) > _MOST_SAVED_BYTES:
            raise damaged(path, "web page")
        source = decoded(data, path, stated or stated_charset(data))
        root = parsed(source, path)
        facts = page_facts(root, source)
        builder = DocumentBuilder()
        add_page(builder, main_content(root), facts.title)
        yield finished(builder, next(document_ids(path)), replace(facts, url=facts.url or url), path)


def stated_charset(data: bytes) -> str:
    """The encoding that a page names in its head; empty where it names none."""
    match = _CHARSET.search(data[:_HEAD])
    return (match[1] or match[2]).decode("ascii", "ignore") if match else ""


def parsed(source: str, path: Path) -> etree._Element:
    """The elements of a page.

    Args:
        source: the page, or a part of one.
        path: the file that it is in, for the refusal.

    Raises:
        LibraryError: it is no page, or is nested or swollen in a way that no page for people is.
    """
    source = _DATA_ADDRESS.sub('""', source)
    if _XHTML.search(source[:_HEAD]):
        # HTML knows no element that ends where it begins: an empty title would swallow the chapter.
        source = _CLOSED_AT_ONCE.sub(r"<\1\2></\1>", source)
    if len(source) > _MOST_BYTES or source.count("<") > _MOST_TAGS:
        raise too_long(path, "page")
    # The time that a tag takes grows with the square of its attributes.
    if any(len(_QUOTED.sub("", tag[0]).split()) > _MOST_ATTRIBUTES for tag in _LONG_TAG.finditer(source)):
        raise damaged(path, "web page")
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True, default_doctype=False
    )
    try:
        root = etree.fromstring(source.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise damaged(path, "web page") from error
    if root is None or any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise damaged(path, "web page")
    return root


def page_facts(root: etree._Element, source: str = "") -> Facts:
    """What a page says about itself; ask before ``main_content`` empties it."""
    saved = _SAVED_FROM.search(source[:_HEAD])
    reviewed = _REVIEWED.search(source)
    return Facts(
        title=_title(root),
        url=_canonical(root) or (web_address(saved[1]) if saved else ""),
        language=clean(
            root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang") or ""
        ),
        reviewed=reviewed[1] if reviewed else "",
    )


def _title(root: etree._Element) -> str:
    """The page's only main heading if the title in its head holds it too, without the name of the site."""
    stated = next((" ".join("".join(title.itertext()).split()) for title in root.iter("title")), "")
    main = headings(root, (1,))
    if len(main) == 1 and (not stated or main[0].casefold() in stated.casefold()):
        return clean(main[0])
    if stated:
        return clean(_TITLE_PARTS.split(stated)[0] if len(main) == 1 else stated)
    return clean(next(iter(headings(root)), ""))


def _canonical(root: etree._Element) -> str:
    for link in root.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            return web_address(link.get("href") or "")
    for meta in root.iter("meta"):
        if meta.get("property") == "og:url":
            return web_address(meta.get("content") or "")
    return ""
