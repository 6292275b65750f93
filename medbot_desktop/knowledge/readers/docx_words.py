"""Take the words of a Word paragraph: what is read on the page, not what was deleted, hidden or is a field's code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from medbot_desktop.knowledge.readers.docx_styles import OFF, W, value, whole
from medbot_desktop.knowledge.readers.reader import clean, raised

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LEFT_OUT = frozenset(
    (f"{W}del", f"{W}moveFrom", f"{W}instrText", f"{W}delText", f"{W}pPr", f"{W}sectPr", f"{W}rPr", _FALLBACK)
)
_BOX = f"{W}txbxContent"
_HIDING = frozenset(f"{W}{name}" for name in ("vanish", "webHidden", "strike", "dstrike"))
_LEAST_LIFT = 4  # half-points
_RUN = f"{W}r"
_PARTING = {f"{W}p": " ", f"{W}tab": " ", f"{W}br": " ", f"{W}cr": " ", f"{W}noBreakHyphen": "-", f"{W}ptab": " "}
_NOTES = {f"{W}footnoteReference": "footnote", f"{W}endnoteReference": "endnote"}


@dataclass(frozen=True, slots=True)
class Words:
    """What a paragraph holds.

    Attributes:
        text: its words.
        notes: kind and identifier of each note that it refers to.
        boxes: the text boxes that hang on it.
    """

    text: str
    notes: tuple[tuple[str, str], ...]
    boxes: tuple[etree._Element, ...]


def words_of(paragraph: etree._Element) -> Words:
    """The words of one paragraph, or of a cell."""
    pieces: list[str] = []
    notes: list[tuple[str, str]] = []
    boxes: list[etree._Element] = []
    is_raised = False
    events = etree.iterwalk(paragraph, events=("start",))
    for _, element in events:
        tag = str(element.tag)
        if tag in _LEFT_OUT or (tag == _RUN and _is_out_of_sight(element)):
            events.skip_subtree()
        elif tag == _BOX:
            boxes.append(element)
            events.skip_subtree()
        elif tag == _RUN:
            is_raised = _is_raised(element)
        elif tag == f"{W}t":
            pieces.append(raised(element.text or "") if is_raised else element.text or "")
        elif tag in _NOTES:
            notes.append((_NOTES[tag], value(element, "id")))
        else:
            pieces.append(_PARTING.get(tag, ""))
    return Words(clean("".join(pieces)), tuple(notes), tuple(boxes))


def outermost(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """The elements of a name under another one (``p``, ``tr``, ``tc``), without those inside them."""
    events = etree.iterwalk(root, events=("start",), tag=f"{W}{name}")
    for _, element in events:
        yield element
        events.skip_subtree()


def _is_raised(run: etree._Element) -> bool:
    """Whether a run is a superscript, or lifted above the line as LibreOffice writes one."""
    lifted = whole(value(run.find(f"{W}rPr/{W}position")), 0)
    return value(run.find(f"{W}rPr/{W}vertAlign")) == "superscript" or lifted >= _LEAST_LIFT


def _is_out_of_sight(run: etree._Element) -> bool:
    properties = run.find(f"{W}rPr")
    if properties is None:
        return False
    return any(switch.tag in _HIDING and value(switch) not in OFF for switch in properties)
