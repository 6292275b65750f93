"""Write a conversation down as a PDF that can be printed, filed or handed over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QFontMetricsF,
    QPageLayout,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
)

from medbot_desktop.domain import Conversation, Disposition, Message, Triage
from medbot_desktop.ui.composer import DISCLAIMER
from medbot_desktop.ui.days import short_date
from medbot_desktop.ui.parts import sentence_case
from medbot_desktop.ui.plain_text import bulleted, shown
from medbot_desktop.ui.theme import Theme

_RESOLUTION = 1200
_SCREEN_DPI = 96
"""In this resolution a document reads its vertical spaces, whatever it is printed on."""

_PLAIN_FORMS = QFont.Tag("calt")
"""Off, since a form of a character that depends on its neighbours cannot be searched for or copied from the file."""

_MARGIN_MM = 20.0
_TITLE_PT, _BODY_PT, _SMALL_PT = 16.0, 10.5, 8.5
_LINE_PERCENT = 130


def conversation_pdf(
    conversation: Conversation, messages: Sequence[Message], exported: datetime, theme: Theme
) -> bytes:
    """Set a conversation on A4 pages.

    It may be called on any thread that has no other use of Qt's painting at that moment.

    Args:
        conversation: what it is called, when it was and whom it is about.
        messages: what was said, in order.
        exported: when it is written down.
        theme: whose font and colours to use; a light one, since paper is white.

    Returns:
        The whole file.
    """
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_RESOLUTION)
    writer.setCreator("MedBot")
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(*[_MARGIN_MM] * 4), QPageLayout.Unit.Millimeter)
    page = _Page(writer, theme)
    page.head(conversation, exported)
    for message in messages:
        page.say(message)
    page.small(DISCLAIMER, space=2)
    page.print()
    buffer.close()
    return bytes(data.data())


class _Page:
    """The document that grows, and the paper that it is printed on.

    Args:
        writer: the paper.
        theme: whose font and colours to use.
    """

    def __init__(self, writer: QPdfWriter, theme: Theme) -> None:
        self._writer = writer
        self._theme = theme
        self._document = QTextDocument()
        self._document.setUndoRedoEnabled(False)
        self._document.setDocumentMargin(0)
        self._document.documentLayout().setPaintDevice(writer)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        self._document.setDefaultTextOption(option)
        self._document.setDefaultFont(self._font(_BODY_PT))
        self._line = QFontMetricsF(self._font(_BODY_PT), writer).height()
        self._line_px = self._line * _SCREEN_DPI / _RESOLUTION
        self._footer = 2 * self._line
        paper = QSizeF(writer.width(), writer.height())
        self._document.setPageSize(QSizeF(paper.width(), paper.height() - self._footer))
        self._cursor = QTextCursor(self._document)
        self._is_blank = True

    def head(self, conversation: Conversation, exported: datetime) -> None:
        """Say what this is a record of."""
        self._write(shown(conversation.title) or "Conversation", "text", _TITLE_PT, is_bold=True)
        person = conversation.person
        if person is not None:
            born = f", born {short_date(person.born)}" if person.born else ""
            reference = f", reference {shown(person.reference)}" if person.reference else ""
            self._write(f"About {shown(person.name)}{born}{reference}", "text", _BODY_PT, space=0.25)
        held = f" Held by {shown(conversation.account)}." if conversation.account else ""
        self.small(f"Begun {_moment(conversation.started)}.{held} Written down {_moment(exported)}.", space=0.25)

    def say(self, message: Message) -> None:
        """Write one message, with how urgent it was and what it rests on."""
        answer = message.answer
        who = "MedBot" if answer is not None else "Question"
        self._write(f"{who} · {_moment(message.created)}", "muted", _SMALL_PT, is_bold=True, space=1)
        if answer is not None and answer.triage.disposition is not Disposition.NONE:
            self._write_urgency(answer.triage)
        self._write(bulleted(shown(message.text)) if answer else shown(message.text), "text", _BODY_PT)
        for citation in answer.citations if answer else ():
            passage = citation.passage
            place = f"[{citation.n}] {shown(passage.title)}: {shown(passage.section)} ({shown(passage.library)})."
            self.small(f"{place} “{shown(citation.quote)}”", space=0.4, indent=1)

    def _write_urgency(self, triage: Triage) -> None:
        """Write what the care card said."""
        urgency = sentence_case(triage.disposition.value)
        is_emergency = triage.disposition is Disposition.EMERGENCY
        colour = "danger" if is_emergency else "text"
        self._write(f"{urgency}: {' '.join(triage.main_reasons)}", colour, _BODY_PT, is_bold=True)
        lines = (*triage.steps, *(() if is_emergency else triage.safety_net))
        for line in lines:
            self._write(f"• {line}", colour, _BODY_PT, indent=1)

    def small(self, text: str, space: float, indent: float = 0) -> None:
        """Write a remark."""
        self._write(text, "muted", _SMALL_PT, space=space, indent=indent)

    def print(self) -> None:
        """Put everything on paper, with a number on each page."""
        document, writer = self._document, self._writer
        pages = document.pageCount()
        height = document.pageSize().height()
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette.setColor(QPalette.ColorRole.Text, self._theme.colour("text"))
        painter = QPainter(writer)
        for page in range(pages):
            if page:
                writer.newPage()
            context.clip = QRectF(0, page * height, writer.width(), height)
            painter.save()
            painter.translate(QPointF(0, -page * height))
            document.documentLayout().draw(painter, context)
            painter.restore()
            painter.setFont(self._font(_SMALL_PT))
            painter.setPen(self._theme.colour("muted"))
            foot = QRectF(0, height, writer.width(), self._footer)
            painter.drawText(
                foot, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignRight, f"Page {page + 1} of {pages}"
            )
        painter.end()

    def _write(
        self, text: str, colour: str, points: float, is_bold: bool = False, space: float = 0.0, indent: float = 0.0
    ) -> None:
        """Write text, one block a line; ``space`` above it and ``indent`` are in lines of the body's text."""
        style = QTextCharFormat()
        style.setFont(self._font(points, is_bold))
        style.setForeground(QColor(self._theme.colour(colour)))
        for number, line in enumerate(text.split("\n")):
            block = QTextBlockFormat()
            block.setLineHeight(_LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            block.setTopMargin(0 if number else space * self._line_px)
            block.setLeftMargin(indent * self._line)
            if self._is_blank:
                self._cursor.setBlockFormat(block)
                self._is_blank = False
            else:
                self._cursor.insertBlock(block)
            self._cursor.insertText(line, style)

    def _font(self, points: float, is_bold: bool = False) -> QFont:
        font = self._theme.font(self._theme.sizes.body, is_bold)
        font.setPointSizeF(points)
        font.setFeature(_PLAIN_FORMS, 0)
        return font


def _moment(moment: datetime) -> str:
    local = moment.astimezone()
    return f"{short_date(local.date())}, {local:%H:%M}"
