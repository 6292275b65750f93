"""Know what a Word document's styles and lists mean: which paragraphs are headings, which number an item has."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from medbot_desktop.knowledge.readers.page_blocks import ordinal

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
OFF = ("0", "false", "none", "off")
"""How Word writes that a switch is off; any other value, and none, is on."""

_BODY_LEVEL = 9  # Word's outline level of a paragraph that is no heading
_DEEPEST = 20
_LEVELS_OF_LISTS = 9
_LONGEST_PATTERN = 40
_PLACE = re.compile(r"%([1-9])")
_KINDS = {
    "decimal": "1",
    "decimalZero": "1",
    "lowerLetter": "a",
    "upperLetter": "A",
    "lowerRoman": "i",
    "upperRoman": "I",
}


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style.

    Attributes:
        name: its name, in lower case.
        based_on: identifier of the style that it continues; empty where it stands alone.
        outline: its outline level from 0; None where it says nothing.
        numbering: identifier of its list and the level in it; None where it says nothing.
        is_hidden: whether its text is hidden.
    """

    name: str = ""
    based_on: str = ""
    outline: int | None = None
    numbering: tuple[str, int] | None = None
    is_hidden: bool = False


def value(element: etree._Element | None, name: str = "val") -> str:
    """An attribute of Word's own namespace; empty where there is none."""
    return (element.get(f"{W}{name}") or "") if element is not None else ""


def whole(text: str, otherwise: int) -> int:
    """A small whole number as Word writes it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise


def is_on(properties: etree._Element | None, name: str) -> bool:
    """Whether a switch such as ``vanish`` is on in some properties."""
    switch = properties.find(f"{W}{name}") if properties is not None else None
    return switch is not None and value(switch) not in OFF


def list_of(properties: etree._Element | None) -> tuple[str, int] | None:
    """The list that paragraph properties put a paragraph in, and the level."""
    numbering = properties.find(f"{W}numPr") if properties is not None else None
    if numbering is None or numbering.find(f"{W}numId") is None:
        return None
    return value(numbering.find(f"{W}numId")), whole(value(numbering.find(f"{W}ilvl")), 0)


class Styles:
    """The paragraph styles of a document.

    Args:
        root: the root of ``styles.xml``; None where the document has none.
    """

    def __init__(self, root: etree._Element | None) -> None:
        found = root.iter(f"{W}style") if root is not None else ()
        self._styles = {value(style, "styleId"): _style(style) for style in found}

    def name(self, style: str) -> str:
        """The name of a style, in lower case."""
        return self._styles.get(style, Style()).name

    def level(self, style: str) -> int | None:
        """The level, from 1, of the headings in a style; None where it is no style of headings."""
        for known in self._line(style):
            if known.name.startswith("heading "):
                return whole(known.name.removeprefix("heading "), 1) or 1
            if known.outline is not None:
                return known.outline + 1 if known.outline < _BODY_LEVEL else None
        return None

    def numbering(self, style: str) -> tuple[str, int] | None:
        """The list that a style puts its paragraphs in."""
        return next((known.numbering for known in self._line(style) if known.numbering), None)

    def is_hidden(self, style: str) -> bool:
        """Whether a style hides its text."""
        return any(known.is_hidden for known in self._line(style))

    def _line(self, style: str) -> list[Style]:
        """A style and those that it continues; a circle of them ends somewhere, too."""
        line: list[Style] = []
        while style in self._styles and len(line) < _DEEPEST:
            line.append(self._styles[style])
            style = line[-1].based_on
        return line


def _style(element: etree._Element) -> Style:
    properties = element.find(f"{W}pPr")
    outline = properties.find(f"{W}outlineLvl") if properties is not None else None
    return Style(
        name=value(element.find(f"{W}name")).lower(),
        based_on=value(element.find(f"{W}basedOn")),
        outline=whole(value(outline), _BODY_LEVEL) if outline is not None else None,
        numbering=list_of(properties),
        is_hidden=is_on(element.find(f"{W}rPr"), "vanish"),
    )


@dataclass(frozen=True, slots=True)
class _Level:
    """How one level of a list counts: ``pattern`` holds ``%1`` for the number of the first level, and so on."""

    kind: str
    start: int
    pattern: str


class Numbering:
    """The lists of a document, and how far each has counted.

    Args:
        root: the root of ``numbering.xml``; None where the document has none.
    """

    def __init__(self, root: etree._Element | None) -> None:
        self._levels: dict[tuple[str, int], _Level] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[str, list[int]] = {}
        if root is None:
            return
        for definition in root.iterchildren(f"{W}abstractNum"):
            for level in definition.iterchildren(f"{W}lvl"):
                depth = whole(value(level, "ilvl"), 0)
                self._levels[value(definition, "abstractNumId"), depth] = _Level(
                    value(level.find(f"{W}numFmt")) or "decimal",
                    whole(value(level.find(f"{W}start")), 1),
                    value(level.find(f"{W}lvlText"))[:_LONGEST_PATTERN] or f"%{depth + 1}.",
                )
        for concrete in root.iterchildren(f"{W}num"):
            self._abstract[value(concrete, "numId")] = value(concrete.find(f"{W}abstractNumId"))

    def marker(self, numbering: tuple[str, int]) -> str:
        """Count one item, and return its number as people read it, with a space behind it; empty for a bullet.

        Args:
            numbering: the list and the level.
        """
        number, depth = numbering[0], min(numbering[1], _LEVELS_OF_LISTS - 1)
        abstract = self._abstract.get(number, "")
        level = self._levels.get((abstract, depth))
        if level is None:
            return ""
        counts = self._counts.setdefault(number, [])
        del counts[depth + 1 :]
        # Outer levels that were never counted stand at their first number.
        while len(counts) <= depth:
            outer = self._levels.get((abstract, len(counts)))
            counts.append((outer.start if outer else 1) - (len(counts) == depth))
        counts[depth] += 1
        if level.kind not in _KINDS:
            return ""
        marker = _PLACE.sub(lambda match: self._shown(abstract, int(match[1]) - 1, counts), level.pattern)
        return f"{marker} " if marker.strip() else ""

    def _shown(self, abstract: str, depth: int, counts: list[int]) -> str:
        if depth >= len(counts):
            return ""
        level = self._levels.get((abstract, depth))
        return ordinal(counts[depth], _KINDS.get(level.kind if level else "", "1"))
