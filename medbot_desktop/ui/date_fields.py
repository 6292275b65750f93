"""Take down a date that may not be known: a field each for day, month and year, all filled or none."""

from __future__ import annotations

from datetime import date

from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from medbot_desktop.ui.form import Labelled, text_field
from medbot_desktop.ui.theme import Appearance


class DateFields(QWidget):
    """The three fields.

    Args:
        appearance: the look that is on.
        of: what the date is of, for a screen reader, e.g. ``birth``.

    Attributes:
        fields: day, month and year.
    """

    def __init__(self, appearance: Appearance, of: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = appearance.theme.sizes.unit
        self.day = _number_field(f"Day of {of}", 31, 2)
        self.month = _number_field(f"Month of {of}", 12, 2)
        self.year = _number_field(f"Year of {of}", 9999, 4)
        self.fields = (self.day, self.month, self.year)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(unit)
        for label, field, width in (("Day", self.day, 8), ("Month", self.month, 8), ("Year", self.year, 12)):
            field.setFixedWidth(width * unit)
            row.addWidget(Labelled(label, field, unit, look="small"))
        row.addStretch(1)

    def show_date(self, day: date | None) -> None:
        """Fill the fields with a date, or empty them."""
        for field, number in zip(self.fields, (day.day, day.month, day.year) if day else ("", "", ""), strict=True):
            field.setText(str(number))

    def read(self) -> date | None:
        """The date that is typed; None where nothing is.

        Raises:
            ValueError: it is no day of the calendar, or only a part of one.
        """
        numbers = [field.text() for field in reversed(self.fields)]
        return date(*(int(number) for number in numbers)) if any(numbers) else None


def _number_field(name: str, largest: int, letters: int) -> QLineEdit:
    field = text_field(name)
    field.setMaxLength(letters)
    field.setValidator(QIntValidator(1, largest, field))
    return field
