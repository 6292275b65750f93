"""Open what stands behind an answer: its sources, its urgency, its steps and their times."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QTabBar, QVBoxLayout, QWidget

from medbot_desktop.domain import Citation
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.passage_card import PassageCard
from medbot_desktop.ui.theme import Appearance, Theme
from medbot_desktop.ui.transcript_model import Entry
from medbot_desktop.ui.triage_details import triage_page
from medbot_desktop.ui.turn_details import steps_page, timings_page

_NO_SOURCES = "This answer has no sources."
_ONLY_TRIAGED = "This answer has no sources of its own. What decided how urgent it is stands under Triage."

SECTIONS = ("Sources", "Triage", "Steps", "Timings")


class SourcePanel(QFrame):
    """The right-hand side of the chat.

    Attributes:
        was_closed: whether the person has closed it, and opened nothing in it since.

    Signals:
        passage_wanted: the document of a ``Citation`` is to be read in the library.
        monograph_wanted: the name of a medicine.
    """

    passage_wanted = Signal(object)
    monograph_wanted = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._entry: Entry | None = None
        self._emergency_number = ""
        self._chosen = 0
        self.was_closed = False
        self._column = QVBoxLayout()
        self._adding = QTimer(self)
        self._adding.setSingleShot(True)
        self._adding.timeout.connect(self._add_card)
        self.cards: list[PassageCard] = []
        self.setObjectName("panel")
        self.setFixedWidth(appearance.theme.sizes.sources)
        self.tabs = named(QTabBar(), "panelTabs")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(True)
        self.tabs.setElideMode(Qt.TextElideMode.ElideNone)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setAccessibleName("What stands behind the answer")
        self.tabs.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for name in SECTIONS:
            self.tabs.addTab(name)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setAccessibleName("Sources")
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self.area, 1)
        self.tabs.currentChanged.connect(self._build)
        appearance.changed.connect(self._build)
        self._build()

    def set_emergency_number(self, number: str) -> None:
        """Say which number the emergency care card names."""
        self._emergency_number = number
        self._build()

    def show_entry(self, entry: Entry | None) -> None:
        """Show what stands behind this answer; None shows an empty panel."""
        if entry is not self._entry:
            self._chosen = 0
            self._show(entry)

    def show_source(self, entry: Entry, number: int) -> None:
        """Open the passage behind a numbered mark."""
        self._chosen = number
        if self.tabs.currentIndex() == 0:
            self._show(entry)
        else:
            self._entry = entry
            self.tabs.setCurrentIndex(0)
        self._open()

    def show_why(self, entry: Entry) -> None:
        """Explain how urgent a message is."""
        self.show_entry(entry)
        self.tabs.setCurrentIndex(SECTIONS.index("Triage"))
        self._open()

    def toggle(self, entry: Entry) -> None:
        """Open what stands behind this answer, or close it where it is open."""
        self.was_closed = self.isVisible() and self.entry() is entry
        self.show_entry(entry)
        self.setVisible(not self.was_closed)

    def entry(self) -> Entry | None:
        """The answer whose evidence is shown."""
        return self._entry

    def section(self) -> str:
        """The name of the section that is open."""
        return SECTIONS[self.tabs.currentIndex()]

    def _open(self) -> None:
        self.was_closed = False
        self.show()

    def _show(self, entry: Entry | None) -> None:
        """Show another answer, or the same one with more behind it: cards that are there already stay."""
        self._entry = entry
        there = tuple(card.citation for card in self.cards)
        if self.section() == "Sources" and there and there == self._citations()[: len(there)]:
            for card in self.cards:
                card.set_chosen(card.citation.n == self._chosen)
            self._adding.start()
        else:
            self._build()

    def _citations(self) -> tuple[Citation, ...]:
        return self._entry.citations if self._entry else ()

    def _build(self) -> None:
        theme = self._appearance.theme
        entry, section = self._entry or Entry(mine=False), self.section()
        self.cards = []
        self.area.setAccessibleName(section)
        if section == "Sources":
            page = self._sources_page(theme)
        elif section == "Triage":
            page = triage_page(entry, theme, self._emergency_number)
        elif section == "Steps":
            page = steps_page(entry, theme)
        else:
            page = timings_page(entry, theme)
        self.area.setWidget(page)

    def _sources_page(self, theme: Theme) -> QWidget:
        page = QWidget()
        self._column = QVBoxLayout(page)
        unit = theme.sizes.unit
        self._column.setContentsMargins(2 * unit, 2 * unit, 2 * unit, 2 * unit)
        self._column.setSpacing(2 * unit)
        if self._citations():
            self._adding.start()
        else:
            is_triaged = self._entry is not None and self._entry.is_triaged
            self._column.addWidget(words(_ONLY_TRIAGED if is_triaged else _NO_SOURCES, "small"))
        self._column.addStretch(1)
        return page

    def _add_card(self) -> None:
        """Add the next passage; one at a time, so that the window goes on between them."""
        missing = self._citations()[len(self.cards) :]
        if self.section() != "Sources":
            return
        if missing:
            card = PassageCard(missing[0], self._appearance.theme)
            card.set_chosen(card.citation.n == self._chosen)
            card.opened.connect(self.passage_wanted)
            card.monograph_wanted.connect(self.monograph_wanted)
            self._column.insertWidget(len(self.cards), card)
            self.cards.append(card)
        if len(missing) > 1:
            self._adding.start()
        elif self._chosen:
            QTimer.singleShot(0, self, self._reveal)

    def _reveal(self) -> None:
        for card in self.cards:
            if card.citation.n == self._chosen:
                for other in self.cards:
                    other.text.fit()
                page = self.area.widget()
                layout = page.layout() if page else None
                if page and layout:
                    layout.activate()
                    page.adjustSize()
                self.area.verticalScrollBar().setValue(card.y() - 2 * self._appearance.theme.sizes.unit)
