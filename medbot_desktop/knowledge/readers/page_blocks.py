"""Turn the elements of a web page into headings, paragraphs, list items and rows of tables."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from medbot_desktop.knowledge.building import DocumentBuilder
from medbot_desktop.knowledge.readers.page_tables import add_table, is_data_table
from medbot_desktop.knowledge.readers.page_words import inline_text
from medbot_desktop.knowledge.readers.reader import clean, raised

_LONGEST_HEADING = 200
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form "
    "header hr html legend li main ol p section summary table tbody td tfoot th thead tr ul".split()
)
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_LINE_BREAK = "\n"


def add_page(builder: DocumentBuilder, root: etree._Element, title: str = "") -> None:
    """Add what stands under an element, in reading order.

    Args:
        builder: the document.
        root: the element, without what nobody is to read (see ``page_content``).
        title: the document's title; a first heading that only repeats it is left out.
    """
    walk = _Walk(builder, title)
    # A walk of events, not of calls: a page may be nested deeper than Python may call.
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        if not isinstance(element.tag, str):
            continue
        if event == "end":
            walk.leave(element)
            if element is not root:
                walk.words(element.tail)
        elif walk.enter(element):
            events.skip_subtree()
        else:
            walk.words(element.text)
    walk.flush()


def ordinal(number: int, style: str) -> str:
    """An item's number as the list shows it; ``style`` is HTML's: ``1``, ``a``, ``A``, ``i`` or ``I``."""
    text = str(number)
    if style in ("a", "A") and 1 <= number <= 26:
        text = chr(ord("a") + number - 1)
    elif style in ("i", "I") and 1 <= number <= 39:
        text = _roman(number)
    return text.upper() if style in ("A", "I") else text


def _roman(number: int) -> str:
    letters = []
    for value, letter in _ROMAN:
        letters.append(letter * (number // value))
        number %= value
    return "".join(letters)


class _Walk:
    """Where a walk through a page stands: the words of the paragraph so far, and the lists that are open."""

    def __init__(self, builder: DocumentBuilder, title: str) -> None:
        self._builder = builder
        self._title = title.casefold()
        self._words: list[str] = []
        self._marker = ""
        self._lists: list[tuple[str, int] | None] = []

    def words(self, text: str | None) -> None:
        """Go on with the paragraph."""
        if text and not (self._words and self._words[-1] == _LINE_BREAK and not text.strip()):
            self._words.append(text)

    def enter(self, element: etree._Element) -> bool:
        """Begin an element; whether it is dealt with whole."""
        tag = element.tag
        if tag in _HEADINGS or element.get("role") == "heading":
            self.flush()
            self._heading(element)
            return True
        if tag == "table" and is_data_table(element):
            self.flush()
            add_table(self._builder, element)
            return True
        if tag == "pre":
            self.flush()
            for line in inline_text(element, keep_lines=True).split("\n"):
                self._builder.paragraph(line)
            return True
        return self._enter_inline(element) if tag not in _BLOCKS else self._enter_block(element)

    def leave(self, element: etree._Element) -> None:
        """End an element."""
        tag = element.tag
        if tag == "dt":
            term = " ".join(clean("".join(self._words)).split())
            self._words.clear()
            self._marker = f"{self._marker}{term}: " if term else self._marker
        elif tag in _BLOCKS:
            self.flush()
        if tag in ("ol", "ul", "dl"):
            self._builder.paragraph(self._marker.rstrip(": ") if tag == "dl" else "")
            self._marker = ""
            if tag != "dl" and self._lists:
                self._lists.pop()

    def flush(self) -> None:
        """End the paragraph."""
        text = clean("".join(self._words))
        self._words.clear()
        if text.strip():
            self._builder.paragraph(self._marker + text)
            self._marker = ""
            self._title = ""

    def _enter_inline(self, element: etree._Element) -> bool:
        if element.tag == "br":
            if self._words and self._words[-1] == _LINE_BREAK:
                self.flush()
            else:
                self._words.append(_LINE_BREAK)
        elif element.tag == "sup":
            self._words.append(raised(inline_text(element).strip()))
            return True
        return False

    def _enter_block(self, element: etree._Element) -> bool:
        self.flush()
        if element.tag == "ul":
            self._lists.append(None)
        elif element.tag == "ol":
            self._lists.append((element.get("type", "1"), _whole(element.get("start"), 1)))
        elif element.tag == "li" and self._lists:
            self._begin_item(element)
        return False

    def _begin_item(self, element: etree._Element) -> None:
        """Steps keep their numbers, so that nobody mixes up their order."""
        counted = self._lists[-1]
        self._marker = ""
        if counted:
            style, number = counted
            number = _whole(element.get("value"), number)
            self._marker = f"{ordinal(number, style)}. "
            self._lists[-1] = (style, number + 1)

    def _heading(self, element: etree._Element) -> None:
        text = inline_text(element)
        level = _HEADINGS.get(str(element.tag)) or min(max(_whole(element.get("aria-level"), 2), 1), 6)
        repeats = self._title and " ".join(text.split()).casefold() == self._title
        self._title = ""
        if len(text) > _LONGEST_HEADING:
            self._builder.paragraph(text)
        elif not repeats:
            self._builder.heading(text, level)


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else otherwise


def headings(root: etree._Element, levels: Sequence[int] = (1, 2, 3, 4, 5, 6)) -> list[str]:
    """The texts of a page's headings of some levels."""
    found = (inline_text(element) for element in root.iter(*(f"h{level}" for level in levels)))
    return [text for text in (" ".join(text.split()) for text in found) if text]
