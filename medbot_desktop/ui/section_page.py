"""Frame one section of the settings: its title, a column that scrolls, and beneath it what was done or failed."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Worker
from medbot_desktop.ui.working_page import WorkingPage


class SectionPage(WorkingPage):
    """A page of the settings; a section fills `column`.

    Args:
        appearance: the look that is on.
        worker: does what touches the vault.
        title: what the section is called.
        about: a sentence that says what it is for.
        scrolls: whether the column scrolls; else it is as large as the page.

    Attributes:
        column: what stands below the title.
    """

    def __init__(
        self,
        appearance: Appearance,
        worker: Worker,
        title: str,
        about: str,
        scrolls: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(appearance, worker, parent)
        sizes = appearance.theme.sizes
        inside = QWidget()
        if scrolls:
            inside.setMaximumWidth(sizes.reading + sizes.conversations)
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(0, 4 * sizes.unit, 0, 2 * sizes.unit)
        self.column.setSpacing(sizes.unit)
        self.column.addWidget(words(title, "title"))
        self.column.addWidget(words(about, "plain"))
        self.column.addSpacing(2 * sizes.unit)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.setSpacing(0)
        self._area = _scrolling(inside, sizes.unit) if scrolls else None
        around.addWidget(self._area or _still(inside, sizes.unit), 1)
        around.addLayout(self.beneath)

    def bring_into_sight(self, widget: QWidget) -> None:
        """Scroll to what has just been shown."""
        if self._area is not None:
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)  # so that it has its place
            self._area.ensureWidgetVisible(widget)


def block(page: SectionPage, heading: str, about: str = "") -> QVBoxLayout:
    """A part of a section under a heading of its own; returns where its controls go."""
    unit = page.appearance.theme.sizes.unit
    inside = QVBoxLayout()
    inside.setSpacing(unit)
    inside.addWidget(words(heading, "heading"))
    if about:
        inside.addWidget(words(about))
    page.column.addLayout(inside)
    page.column.addSpacing(3 * unit)
    return inside


def _scrolling(inside: QWidget, unit: int) -> QScrollArea:
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(_still(inside, unit))
    return area


def _still(inside: QWidget, unit: int) -> QWidget:
    page = named(QWidget(), "sectionBody")
    around = QHBoxLayout(page)  # a row reckons the height of wrapped words by the width that they get in the end
    around.setContentsMargins(4 * unit, 0, 4 * unit, 0)
    around.setSpacing(0)
    around.addWidget(inside, 1_000)
    around.addStretch(1)
    return page
