"""Show the passage behind one numbered mark, with the sentences that support the answer marked in it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QTextEdit, QVBoxLayout, QWidget

from medbot_desktop.domain import Citation
from medbot_desktop.ui.answer_document import plain_document
from medbot_desktop.ui.monograph import is_from_formulary, monograph_behind
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.plain_text import bulleted, shown
from medbot_desktop.ui.theme import Theme


class PassageText(QTextEdit):
    """The passage's own words, as high as they need; they can be selected by pointer and keyboard."""

    def __init__(self, citation: Citation, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("passageText")
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        passage = citation.passage
        self.setAccessibleName(f"Passage {citation.n} from {passage.title}")
        self.marked = [shown(passage.text[start:end]) for start, end in citation.quotes]
        document = plain_document(theme, "", 0)
        document.setParent(self)
        self.setDocument(document)
        self._write(citation, theme)
        self.moveCursor(QTextCursor.MoveOperation.Start)  # else it is scrolled to its end until it has its height

    def _write(self, citation: Citation, theme: Theme) -> None:
        """Write the passage piece by piece, so that offsets hold whatever its characters are."""
        plain, mark = QTextCharFormat(), QTextCharFormat()
        plain.setForeground(theme.colour("text"))
        mark.setForeground(theme.colour("mark_text"))
        mark.setBackground(theme.colour("mark"))
        text = bulleted(citation.passage.text)
        cursor = QTextCursor(self.document())
        block = cursor.blockFormat()
        block.setLineHeight(theme.sizes.line_percent, block.LineHeightTypes.ProportionalHeight.value)
        cursor.setBlockFormat(block)
        written = 0
        for start, end in sorted(citation.quotes):
            start, end = max(start, written), min(end, len(text))
            cursor.insertText(shown(text[written:start]), plain)
            cursor.insertText(shown(text[start:end]), mark)
            written = max(written, end)
        cursor.insertText(shown(text[written:]), plain)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Be as high as the text at this width."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self.fit)

    def fit(self) -> None:
        """Take the height of the text."""
        self.document().setTextWidth(self.viewport().width())
        self.setFixedHeight(round(self.document().size().height()) + 2 * self.frameWidth())

    def sizeHint(self) -> QSize:  # noqa: N802
        """No wider than it must be."""
        return self.minimumSizeHint()


class PassageCard(QFrame):
    """A citation: its number, the document, the section, the library and the passage.

    Signals:
        opened: its document is to be read in the library, at the passage.
        monograph_wanted: the name of the medicine whose monograph it is from.
    """

    opened = Signal(object)
    monograph_wanted = Signal(str)

    def __init__(self, citation: Citation, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.citation = citation
        passage = citation.passage
        sizes = theme.sizes
        self.setObjectName("passage")
        self.setAccessibleName(f"Source {citation.n}: {passage.title}, {passage.section}")
        badge = words(str(citation.n), "badge")
        badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = words(passage.title, "strong")
        place = passage.section if passage.page is None else f"{passage.section}, page {passage.page}"
        shelf = "medicines formulary" if is_from_formulary(passage) else f"{passage.library} library"
        where = words(f"{place} · {shelf}", "small")
        self.text = PassageText(citation, theme)
        head = QHBoxLayout()
        head.setSpacing(sizes.unit)
        head.addWidget(badge, 0, Qt.AlignmentFlag.AlignTop)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(title)
        names.addWidget(where)
        head.addLayout(names, 1)
        column = QVBoxLayout(self)
        pad = 2 * sizes.unit
        column.setContentsMargins(pad, pad, pad, pad)
        column.setSpacing(sizes.unit)
        column.addLayout(head)
        column.addSpacing(sizes.unit // 2)
        column.addWidget(self.text)
        self.open_button = self._open_button()
        if self.open_button is not None:
            column.addWidget(self.open_button, 0, Qt.AlignmentFlag.AlignLeft)

    def _open_button(self) -> QPushButton | None:
        """What leads to the whole text; the formulary holds no document, and only some of its passages a monograph."""
        citation, passage = self.citation, self.citation.passage
        medicine = monograph_behind(passage)
        if medicine:
            button = named(QPushButton("Open the monograph"), "link")
            button.setAccessibleName(f"Open the monograph of {medicine}")
            button.clicked.connect(lambda: self.monograph_wanted.emit(medicine))
            return button
        if is_from_formulary(passage):
            return None
        button = named(QPushButton("Open in the library"), "link")
        button.setAccessibleName(f"Open {passage.title} in the library")
        button.clicked.connect(lambda: self.opened.emit(citation))
        return button

    def set_chosen(self, chosen: bool) -> None:
        """Show that this is the passage that the person asked for."""
        self.setProperty("chosen", chosen)
        self.style().polish(self)
