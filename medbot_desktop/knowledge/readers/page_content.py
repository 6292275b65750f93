"""Tell what a web page is about from what stands around it: menus, banners, cookie notices, hidden text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from lxml import etree

_NEVER = frozenset(
    "script style noscript template iframe frame object embed applet svg canvas audio video map button select option "
    "optgroup datalist textarea input progress meter dialog nav del s strike head title annotation rp rt".split()
)
_ROLES = frozenset(
    "navigation banner contentinfo search complementary menu menubar dialog alertdialog toolbar tablist".split()
)
_AROUND = ("aside", "header", "footer")
# Names that pages give to what is not their text; whole words of a class or an id, so `footer-note` is none of them.
_NAMES_ANYWHERE = frozenset(
    "mw-editsection mw-jump-link navbox noprint sidebar-toc breadcrumb breadcrumbs cookie-banner cookie-consent "
    "cookies skip-link skiplink visually-hidden sr-only screen-reader-text share-buttons social-share "
    "nhsuk-u-visually-hidden govuk-visually-hidden".split()
)
_NAMES_AROUND = frozenset(
    "nav navbar navigation menu sidebar footer site-footer header site-header masthead cookie cookiebar social share "
    "advert advertisement ads banner related pagination pager toolbar comments comment-list newsletter".split()
)
_HIDDEN_STYLE = re.compile(
    r"(display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d]))"
)
_KEPT = frozenset(("html", "body", "main", "article"))
_CONTENT_IDS = ("mw-content-text", "main-content", "maincontent", "content", "main", "article")
_LEAST_SHARE = 0.25
_LEAST_LINKS = 4
_MOST_LINKED = 0.7
_LISTS = ("ul", "ol", "div", "table", "p")


def main_content(root: etree._Element, whole: bool = False) -> etree._Element:
    """Empty everything that nobody is to read, and return the element that holds the page's own text.

    Args:
        root: the page; it is changed.
        whole: whether all of it is the text (a chapter, an article of an archive), so that only what is hidden goes.
    """
    _empty(root, _is_never_read)
    if whole:
        return root
    content = _marked_content(root)
    if content is None:
        _empty_unless_all(root, _is_around)
        _empty_unless_all(root, _is_list_of_links)
        return root
    return content


def _is_never_read(element: etree._Element) -> bool:
    if element.tag in _KEPT:
        return False
    return (
        element.tag in _NEVER
        or "hidden" in element.attrib
        or element.get("aria-hidden") == "true"
        or (element.get("role") or "") in _ROLES
        or bool(_HIDDEN_STYLE.search((element.get("style") or "").lower()))
        or not _NAMES_ANYWHERE.isdisjoint(_names(element))
    )


def _is_around(element: etree._Element) -> bool:
    if element.tag in _KEPT:
        return False
    if element.tag in _AROUND or not _NAMES_AROUND.isdisjoint(_names(element)):
        return next(element.iter("h1", "main"), None) is None
    return False


def _is_list_of_links(element: etree._Element) -> bool:
    if element.tag not in _LISTS:
        return False
    links = list(element.iter("a"))
    if len(links) < _LEAST_LINKS:
        return False
    return sum(map(text_length, links)) > _MOST_LINKED * text_length(element)


def _names(element: etree._Element) -> Iterable[str]:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return names.lower().split() if names.strip() else ()


def _marked_content(root: etree._Element) -> etree._Element | None:
    """The element that the page itself marks as its text, if it holds a fair share of it."""
    least = _LEAST_SHARE * text_length(root)
    marked = [element for element in root.iter() if element.tag == "main" or element.get("role") == "main"]
    articles = list(root.iter("article"))
    named = [element for name in _CONTENT_IDS for element in root.iter() if element.get("id") == name]
    for found in (marked, articles if len(articles) == 1 else [], named):
        if found:
            longest = max(found, key=text_length)
            if text_length(longest) > least:
                return longest
    return None


def text_length(element: etree._Element) -> int:
    """How many characters other than white space stand under an element."""
    return sum(len("".join(text.split())) for text in element.itertext())


def _empty_unless_all(root: etree._Element, is_surplus: Callable[[etree._Element], bool]) -> None:
    """Empty what is surplus, unless that leaves next to nothing: then it was the text itself."""
    surplus = _outermost(root, is_surplus)
    if sum(map(text_length, surplus)) < (1 - _LEAST_SHARE / 2) * text_length(root):
        for element in surplus:
            _clear(element)


def _empty(root: etree._Element, is_surplus: Callable[[etree._Element], bool]) -> None:
    for element in _outermost(root, is_surplus):
        _clear(element)


def _clear(element: etree._Element) -> None:
    """Empty an element where it stands; taking it out would join the texts around it, at a cost for each."""
    element.clear(keep_tail=True)


def _outermost(root: etree._Element, matches: Callable[[etree._Element], bool]) -> list[etree._Element]:
    found = []
    events = etree.iterwalk(root, events=("start",))
    for _, element in events:
        if element is not root and isinstance(element.tag, str) and matches(element):
            found.append(element)
            events.skip_subtree()
    return found
