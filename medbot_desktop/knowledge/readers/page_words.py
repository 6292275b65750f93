"""Take the words of one element of a web page, as a person would read them."""

from __future__ import annotations

from lxml import etree

from medbot_desktop.knowledge.readers.reader import clean, raised

_PARTING = frozenset("br div p li tr td th dd dt h1 h2 h3 h4 h5 h6 section article blockquote hr".split())


def inline_text(element: etree._Element, keep_lines: bool = False) -> str:
    """The words under an element; its own tail is not among them.

    Args:
        element: the element.
        keep_lines: whether its line breaks stay, as in preformatted text.
    """
    words: list[str] = []
    superscripts = 0
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        if not isinstance(inner.tag, str):
            continue
        if inner.tag in _PARTING and inner is not element:
            words.append("\n" if keep_lines else " ")
        if inner.tag == "sup" and inner is not element:
            superscripts += 1 if event == "start" else -1
        piece = inner.text if event == "start" else inner.tail if inner is not element else None
        if piece:
            words.append(raised(piece.strip()) if superscripts else piece)
    return clean("".join(words))
