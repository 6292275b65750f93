"""Take down a new person: the name, and if it is known the day of birth and the clinic's own number."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from medbot_desktop.domain import Failed
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.theme import Appearance

_LONGEST_NAME = 200
_LONGEST_REFERENCE = 80


class PersonForm(QWidget):
    """The fields for one person.

    Signals:
        filled: name, day of birth or None, reference.
    """

    filled = Signal(str, object, str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = appearance.theme.sizes.unit
        self.name = _field("Name", _LONGEST_NAME)
        self.reference = _field("Reference", _LONGEST_REFERENCE)
        self.day = _number_field("Day of birth", 31, 2)
        self.month = _number_field("Month of birth", 12, 2)
        self.year = _number_field("Year of birth", 9999, 4)
        self.failure = words("", "danger")
        self.failure.hide()
        self.back_button = QPushButton("Back")
        self.add_button = named(QPushButton("Add"), "primary")
        self.add_button.clicked.connect(self._fill)
        for button in (self.back_button, self.add_button):
            button.setAutoDefault(False)
        born = QHBoxLayout()
        born.setSpacing(unit)
        for label, field, width in (("Day", self.day, 8), ("Month", self.month, 8), ("Year", self.year, 12)):
            field.setFixedWidth(width * unit)
            part = QVBoxLayout()
            part.setSpacing(unit // 2)
            part.addWidget(_label(label, "small", field))
            part.addWidget(field)
            born.addLayout(part)
        born.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(unit)
        buttons.addStretch(1)
        buttons.addWidget(self.back_button)
        buttons.addWidget(self.add_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addWidget(words("Add a person", "heading"))
        column.addWidget(_label("Name", "strong", self.name))
        column.addWidget(self.name)
        column.addSpacing(unit)
        column.addWidget(words("Date of birth, if it is known", "strong"))
        column.addLayout(born)
        column.addSpacing(unit)
        column.addWidget(_label("Your own number for them, if there is one", "strong", self.reference))
        column.addWidget(self.reference)
        column.addWidget(self.failure)
        column.addStretch(1)
        column.addLayout(buttons)
        for field in (self.name, self.reference, self.day, self.month, self.year):
            field.returnPressed.connect(self._fill)

    def begin(self, name: str) -> None:
        """Start with empty fields and the name that was looked for."""
        for field in (self.reference, self.day, self.month, self.year):
            field.clear()
        self.name.setText(name.strip())
        self.failure.hide()

    def tell(self, failure: Failed) -> None:
        """Say why the person was not added."""
        self.failure.setText(" ".join(part for part in (failure.message, failure.hint) if part))
        self.failure.show()

    def _fill(self) -> None:
        name = " ".join(self.name.text().split())
        if not name:
            self._refuse("The person needs a name.", self.name)
            return
        numbers = [field.text() for field in (self.year, self.month, self.day)]
        born = None
        if any(numbers):
            try:
                born = date(*(int(number) for number in numbers))
            except ValueError:
                self._refuse("This is not a day of the calendar. Give day, month and year, or none of them.", self.day)
                return
            if born > date.today():
                self._refuse("The date of birth lies in the future.", self.day)
                return
        self.failure.hide()
        self.filled.emit(name, born, " ".join(self.reference.text().split()))

    def _refuse(self, why: str, field: QLineEdit) -> None:
        self.tell(Failed(why, ""))
        field.setFocus()


def _label(text: str, name: str, field: QLineEdit) -> QLabel:
    label = words(text, name)
    label.setBuddy(field)
    return label


def _field(name: str, letters: int) -> QLineEdit:
    field = named(QLineEdit(), "field")
    field.setAccessibleName(name)
    field.setMaxLength(letters)
    return field


def _number_field(name: str, largest: int, letters: int) -> QLineEdit:
    field = _field(name, letters)
    field.setValidator(QIntValidator(1, largest, field))
    return field
