"""Write documents that a clinic could have, with nobody real in them, for the pictures of the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QPageSize, QPdfWriter, QTextDocument

QUESTION = "Which dressing is used for a burn of the hand?"
"""What the protocol answers."""

UNANSWERED = "Where can I leave my bicycle?"
"""What no document answers."""

_DOTS_PER_INCH = 96
_PROTOCOL = """# Burns of the hand

## First minutes

Cool the burn under running tap water for 20 minutes. Take rings and watches off before the hand swells.

## Dressing

A burn of the hand is dressed with paraffin gauze, each finger by itself, and then put into a clean plastic bag with
some paraffin oil. The bag is changed every day, and the fingers are moved in it.

## Who looks at it

A burn over a joint, a burn that is white or does not hurt, and every burn of a child under five is shown to the burns
unit on the same day.
"""
_LEAFLET = """# Warts

## Freezing

The nurse freezes warts on Thursday mornings. It stings for a day, and a blister may come.

## At home

Salicylic acid softens a wart: file it once a week, and keep to one treatment for twelve weeks.
"""


def write_examples(folder: Path) -> Sequence[Path]:
    """Write them: a protocol as PDF, a leaflet, and a file that cannot be read."""
    folder.mkdir(parents=True)
    protocol, leaflet, broken = (folder / name for name in ("Burns of the hand.pdf", "Warts.md", "Old letter.pdf"))
    document = QTextDocument()
    document.setMarkdown(_PROTOCOL)
    writer = QPdfWriter(str(protocol))
    writer.setResolution(_DOTS_PER_INCH)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A5))
    writer.setPageMargins(QMarginsF())
    document.print_(writer)
    leaflet.write_text(_LEAFLET, encoding="utf-8")
    broken.write_bytes(b"%PDF-1.7\n" + bytes(range(256)))
    return protocol, leaflet, broken
