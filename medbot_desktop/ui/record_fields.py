"""Take down what a person's record holds: allergies, medicines, lasting conditions, and when a child is due."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from medbot_desktop.domain import Person
from medbot_desktop.ui.date_fields import DateFields
from medbot_desktop.ui.form import Labelled
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.theme import Appearance

HOW_TO_WRITE = "One on each line, or with commas between them."

_ABOUT = f"All of it may stay empty; what is here counts in answers about this person. {HOW_TO_WRITE}"

_BETWEEN = re.compile(r"[;；،、]|,(?!\d)|(?<!\d),")
"""What stands between two entries of a line; a comma within a number is part of it."""

_LINES = 3


class EntriesField(QPlainTextEdit):
    """Where the entries of one kind are typed; the Tab key leaves it.

    Args:
        appearance: the look that is on.
        name: what a screen reader calls it.

    Signals:
        entered: the keyboard has come here.
    """

    entered = Signal()

    def __init__(self, appearance: Appearance, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        sizes = appearance.theme.sizes
        named(self, "entries")
        self.setAccessibleName(name)
        self.setAccessibleDescription(HOW_TO_WRITE)
        self.setTabChangesFocus(True)
        self.setFixedHeight(_LINES * sizes.body * sizes.line_percent // 100 + 3 * sizes.unit)
        self._kept: Sequence[str] = ()

    def show_entries(self, entries: Sequence[str]) -> None:
        """Fill the field with what is kept, an entry a line."""
        self._kept = entries
        self.setPlainText("\n".join(entries))

    def read(self) -> tuple[str, ...]:
        """What is typed, each entry once; a line that was kept stays one entry, whatever it holds."""
        lines = [" ".join(line.split()) for line in self.toPlainText().splitlines()]
        parts = [part for line in lines for part in ([line] if line in self._kept else _BETWEEN.split(line))]
        return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Say so."""
        super().focusInEvent(event)
        self.entered.emit()


class RecordFields(QWidget):
    """The fields, all of which may stay empty."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = appearance.theme.sizes.unit
        self.allergies = EntriesField(appearance, "Allergies")
        self.medicines = EntriesField(appearance, "Medicines")
        self.conditions = EntriesField(appearance, "Lasting conditions")
        self.due = DateFields(appearance, "the date on which a child is due")
        self.entries = (self.allergies, self.medicines, self.conditions)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addWidget(words("Record, if it is known", "heading"))
        column.addWidget(words(_ABOUT, "small"))
        for label, field in (
            ("Allergies", self.allergies),
            ("Medicines that they take", self.medicines),
            ("Lasting conditions, such as asthma", self.conditions),
        ):
            column.addWidget(Labelled(label, field, unit))
        column.addWidget(words("Date on which a child is due, in a pregnancy", "strong"))
        column.addWidget(self.due)

    def show_record(self, person: Person | None) -> None:
        """Fill the fields with what is kept of a person, or empty them."""
        self.allergies.show_entries(person.allergies if person else ())
        self.medicines.show_entries(person.medicines if person else ())
        self.conditions.show_entries(person.conditions if person else ())
        self.due.show_date(person.due if person else None)

    def read(self, person: Person) -> Person:
        """The person with the record that is typed.

        Raises:
            ValueError: what is typed as the due date is no day of the calendar.
        """
        return replace(
            person,
            allergies=self.allergies.read(),
            medicines=self.medicines.read(),
            conditions=self.conditions.read(),
            due=self.due.read(),
        )
