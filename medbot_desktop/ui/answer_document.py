"""Lay out what somebody wrote as a document: plain characters, bullets, and numbered marks that open their source."""

from __future__ import annotations

import re
from collections.abc import Collection

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)

from medbot_desktop.ui.plain_text import bulleted, shown
from medbot_desktop.ui.theme import Theme

SOURCE_SCHEME = "source:"
"""What the address of a numbered mark begins with; the number follows."""

KEPT_SPACE = "\u00a0"
"""Stands before a numbered mark instead of a space, so that the mark stays on the line of its sentence."""

_MARK = re.compile(r"\[(\d{1,3})\]")


def plain_document(theme: Theme, text: str, width: float, colour: str = "text", **style: bool | int) -> QTextDocument:
    """A document of ``text`` as it stands, never read as markup.

    Args:
        theme: whose font and colours to use.
        text: any text at all.
        width: where lines break, in pixels.
        colour: token of the text's colour.
        style: ``pixels`` of the font (else the body size) and whether it is ``bold``.
    """
    pixels = int(style.get("pixels", theme.sizes.body))
    document = _blank(theme.font(pixels, bool(style.get("bold", False))))
    write_lines(QTextCursor(document), theme, shown(text), _in_colour(theme, colour))
    document.setTextWidth(width)
    return document


def answer_document(theme: Theme, text: str, width: float, cited: Collection[int]) -> QTextDocument:
    """A document of an answer, in which the numbers of its citations can be clicked.

    Args:
        theme: whose font and colours to use.
        text: the answer, with marks such as ``[1]``.
        width: where lines break, in pixels.
        cited: the numbers that have a source; other numbers in brackets stay plain.
    """
    document = _blank(theme.font(theme.sizes.body))
    write_lines(QTextCursor(document), theme, bulleted(shown(text)), _in_colour(theme, "text"), cited)
    document.setTextWidth(width)
    return document


def text_height(document: QTextDocument, theme: Theme) -> int:
    """The height of a document in pixels, without the space that line height leaves below its last line."""
    leading = QFontMetricsF(document.defaultFont()).lineSpacing() * (theme.sizes.line_percent - 100) / 100
    return round(document.size().height() - leading)


def write_lines(
    cursor: QTextCursor, theme: Theme, text: str, style: QTextCharFormat, cited: Collection[int] = ()
) -> None:
    """Write ``text`` at the cursor, one block a line, with room between paragraphs and hanging bullets."""
    space = 0
    begun = False
    for line in text.split("\n"):
        if not line.strip():
            space = theme.sizes.unit
            continue
        block = _block(theme, is_item=line.lstrip().startswith("• "), space=space if begun else 0)
        if begun:
            cursor.insertBlock(block)
        else:
            cursor.setBlockFormat(block)
        _write_line(cursor, theme, line, style, cited)
        begun, space = True, 0


def _write_line(cursor: QTextCursor, theme: Theme, line: str, style: QTextCharFormat, cited: Collection[int]) -> None:
    written = 0
    for match in _MARK.finditer(line):
        number = int(match[1])
        if number in cited:
            before = line[written : match.start()]
            if before.endswith(" "):
                before = before[:-1] + KEPT_SPACE
            cursor.insertText(before, style)
            cursor.insertText(match[0], _mark_style(theme, number))
            written = match.end()
    cursor.insertText(line[written:], style)


def _mark_style(theme: Theme, number: int) -> QTextCharFormat:
    style = QTextCharFormat()
    style.setAnchor(True)
    style.setAnchorHref(f"{SOURCE_SCHEME}{number}")
    style.setForeground(theme.colour("link"))
    style.setBackground(theme.colour("tint"))
    style.setFontWeight(QFont.Weight.DemiBold)
    style.setToolTip(f"Show source {number}")
    return style


def _in_colour(theme: Theme, colour: str) -> QTextCharFormat:
    style = QTextCharFormat()
    style.setForeground(theme.colour(colour))
    return style


def _block(theme: Theme, is_item: bool, space: int) -> QTextBlockFormat:
    block = QTextBlockFormat()
    block.setLineHeight(theme.sizes.line_percent, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    block.setTopMargin(space)
    if is_item:
        block.setLeftMargin(2 * theme.sizes.unit)
        block.setTextIndent(-theme.sizes.unit - theme.sizes.unit // 2)
    return block


def _blank(font: QFont) -> QTextDocument:
    document = QTextDocument()
    document.setUndoRedoEnabled(False)
    document.setDocumentMargin(0)
    document.setDefaultFont(font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    document.setDefaultTextOption(option)
    return document
