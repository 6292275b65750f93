"""Read ZIM archives, in which encyclopaedias such as Wikipedia and WikiMed are kept for offline use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from libzim.reader import Archive, Item

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.building import DocumentBuilder
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.decoding import decoded
from medbot_desktop.knowledge.readers.html import page_facts, parsed, stated_charset
from medbot_desktop.knowledge.readers.page_blocks import add_page
from medbot_desktop.knowledge.readers.page_content import main_content
from medbot_desktop.knowledge.readers.reader import MEGABYTE, Facts, clean, damaged, empty, file_size, finished

_KIND = "ZIM archive"
_ARTICLE = "text/html"
_MOST_ARTICLE_BYTES = 16 * MEGABYTE
_ARTICLE_NAMESPACES = ("A/", "C/")
_FAILURES = (RuntimeError, KeyError, IndexError, ValueError, OverflowError, MemoryError)
_LANGUAGES = {
    "ara": "ar", "ben": "bn", "ces": "cs", "dan": "da", "deu": "de", "ell": "el", "eng": "en", "fas": "fa", "fin": "fi",
    "fra": "fr", "heb": "he", "hin": "hi", "hun": "hu", "ind": "id", "ita": "it", "jpn": "ja", "kor": "ko", "nld": "nl",
    "nor": "no", "pol": "pl", "por": "pt", "ron": "ro", "rus": "ru", "spa": "es", "swa": "sw", "swe": "sv", "tur": "tr",
    "ukr": "uk", "urd": "ur", "vie": "vi", "zho": "zh",
}  # fmt: skip


class ZimReader:
    """Reads the articles of an archive one by one."""

    def read(self, path: Path) -> Iterator[Document]:
        """One document for each article with text, by its path; redirects, pictures and styles are passed over."""
        file_size(path)
        try:
            archive = Archive(path)
            # The archive holds a checksum of itself; what a stick or a broken download has changed is not half read.
            whole = archive.check()
        except _FAILURES as error:
            raise damaged(path, _KIND) from error
        if not whole:
            raise damaged(path, _KIND)
        found = False
        try:
            language = _language(archive)
            for item in _articles(archive):
                if item.size > _MOST_ARTICLE_BYTES:
                    raise damaged(path, _KIND)
                document = _document(item.path, item.title, bytes(item.content), language, path)
                if document is not None:
                    found = True
                    yield document
        except _FAILURES as error:
            raise damaged(path, _KIND) from error
        if not found:
            raise empty(path)


def _articles(archive: Archive) -> Iterator[Item]:
    for number in range(archive.all_entry_count):
        # libzim offers no public way to walk through an archive; this one is what its own tools use.
        entry = archive._get_entry_by_id(number)
        if entry.is_redirect:
            continue
        item = entry.get_item()
        in_articles = archive.has_new_namespace_scheme or item.path.startswith(_ARTICLE_NAMESPACES)
        if in_articles and item.mimetype.startswith(_ARTICLE):
            yield item


def _document(name: str, title: str, data: bytes, language: str, path: Path) -> Document | None:
    """One article; None where it has no text: one page that is no page costs itself, not the encyclopaedia."""
    if not data.strip():
        return None
    try:
        root = parsed(decoded(data, path, stated_charset(data)), path)
    except LibraryError:
        return None
    facts = page_facts(root)
    title = clean(title).strip() or facts.title
    builder = DocumentBuilder()
    add_page(builder, main_content(root), title)
    if builder.is_empty:
        return None
    return finished(builder, clean(name), Facts(title, facts.url, facts.language or language), path)


def _language(archive: Archive) -> str:
    """The archive's language, which its metadata names by three letters; empty where it names several."""
    if "Language" not in archive.metadata_keys:
        return ""
    stated = str(archive.get_metadata("Language"), "utf-8", "replace").strip().lower()
    return _LANGUAGES.get(stated, stated if stated.isalpha() else "")
