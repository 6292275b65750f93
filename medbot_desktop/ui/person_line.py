"""Say above a talk whom it is about, and what they are allergic to, so that nobody has to look it up."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from medbot_desktop.domain import Person
from medbot_desktop.ui.parts import narrow_words
from medbot_desktop.ui.person_list import told_apart
from medbot_desktop.ui.record_words import allergy_words, other_words
from medbot_desktop.ui.talk import one_line
from medbot_desktop.ui.theme import Appearance

_NAME_LETTERS = 80


class PersonLine(QWidget):
    """One quiet line, and one for the allergies where there are any; there only while the talk is about somebody."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sizes = appearance.theme.sizes
        pad = 3 * sizes.unit
        self.name = narrow_words("", "small")
        self.allergies = narrow_words("", "strong")
        lines = QWidget()
        lines.setMaximumWidth(sizes.reading + 2 * pad)
        column = QVBoxLayout(lines)
        column.setContentsMargins(pad, sizes.unit, pad, sizes.unit)
        column.setSpacing(0)
        column.addWidget(self.name)
        column.addWidget(self.allergies)
        centred = QHBoxLayout(self)
        centred.setContentsMargins(0, 0, sizes.scrollbar, 0)  # in line with the messages below
        centred.addStretch(1)
        centred.addWidget(lines, 1000)
        centred.addStretch(1)
        self.show_person(None)

    def show_person(self, person: Person | None) -> None:
        """Say whom the talk is about; None where it is about nobody."""
        parts = (one_line(person.name, _NAME_LETTERS), told_apart(person)) if person else ()
        self.name.setText(f"About {' · '.join(part for part in parts if part)}" if person else "")
        self.name.setToolTip(other_words(person) if person else "")
        self.allergies.setText(allergy_words(person) if person else "")
        self.allergies.setVisible(bool(self.allergies.text()))
        self.setVisible(person is not None)
