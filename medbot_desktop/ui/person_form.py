"""Take down a person, or correct what is kept of one: who they are, and what their record holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from medbot_desktop.domain import Failed, Person
from medbot_desktop.ui.date_fields import DateFields
from medbot_desktop.ui.form import FailureLine, Labelled, text_field
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.record_fields import RecordFields
from medbot_desktop.ui.theme import Appearance

_NOT_A_DAY = "is not a day of the calendar. Give day, month and year, or none of them."
_NOBODY = Person("", "")


class PersonForm(QWidget):
    """The fields for one person; what was typed stays until `begin` or `correct`.

    Signals:
        filled: a ``Person`` to store; somebody new has no identifier yet. Answer with `tell` where that fails.
        left: nothing is to be stored.
    """

    filled = Signal(object)
    left = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._person = _NOBODY
        self._action = ""
        self._before: tuple[str, ...] = ()
        self._is_warned = False
        self.is_waiting = False
        self.heading = words("", "heading")
        self.name = text_field("Name")
        self.born = DateFields(appearance, "birth")
        self.reference = text_field("Reference")
        self.record = RecordFields(appearance)
        self.failure = FailureLine()
        self.back_button = QPushButton("Back")
        self.save_button = named(QPushButton(), "primary")
        self.save_button.setToolTip("Save (Ctrl+Enter)")
        self.area = QScrollArea()
        self._inside = QWidget()
        self._arrange(appearance.theme.sizes.unit)
        self._connect()

    def begin(self, name: str) -> None:
        """Start with empty fields and the name that was looked for."""
        self._fill_in(replace(_NOBODY, name=name.strip()), "Add a person", "Add")

    def correct(self, person: Person) -> None:
        """Start with what is kept of somebody."""
        self._fill_in(person, "Correct what is kept", "Save")

    def tell(self, failure: Failed) -> None:
        """Say why the person was not stored; everything that was typed stays."""
        self._wait(False)
        self.failure.tell(failure.message, failure.hint)

    def may_leave(self) -> bool:
        """Whether nothing would be lost; what was typed and not saved is let go of only when this is asked twice."""
        if self.is_waiting:
            return False
        if self._texts() == self._before or self._is_warned:
            return True
        self.tell(Failed("This is not saved yet.", "Leave once more to drop it."))
        self._is_warned = True
        return False

    def leave(self) -> None:
        """Store nothing, if the person may leave."""
        if self.may_leave():
            self.left.emit()

    def _fill_in(self, person: Person, heading: str, action: str) -> None:
        self._person, self._action = person, action
        self._wait(False)
        self.heading.setText(heading)
        self.name.setText(person.name)
        self.born.show_date(person.born)
        self.reference.setText(person.reference)
        self.record.show_record(person)
        self._before = self._texts()
        self._calm()
        self.area.verticalScrollBar().setValue(0)
        self.name.setFocus()

    def _save(self) -> None:
        if self.is_waiting:
            return
        name = " ".join(self.name.text().split())
        if not name:
            self._refuse("The person needs a name.", self.name)
            return
        try:
            born = self.born.read()
        except ValueError:
            self._refuse(f"This {_NOT_A_DAY}", self.born.day)
            return
        if born is not None and born > date.today():
            self._refuse("The date of birth lies in the future.", self.born.day)
            return
        who = replace(self._person, name=name, born=born, reference=" ".join(self.reference.text().split()))
        try:
            person = self.record.read(who)
        except ValueError:
            self._refuse(f"The date on which the child is due {_NOT_A_DAY}", self.record.due.day)
            return
        self._calm()
        self._wait(True)
        self.filled.emit(person)

    def _wait(self, is_waiting: bool) -> None:
        self.is_waiting = is_waiting
        self.save_button.setText("Saving…" if is_waiting else self._action)

    def _refuse(self, why: str, field: QLineEdit) -> None:
        self.tell(Failed(why, ""))
        field.setFocus()
        self._bring_into_sight(field)

    def _calm(self) -> None:
        """Take back what was said, once something else is done."""
        self._is_warned = False
        self.failure.clear()

    def _texts(self) -> tuple[str, ...]:
        return (*(line.text() for line in self._lines()), *(entries.toPlainText() for entries in self.record.entries))

    def _lines(self) -> tuple[QLineEdit, ...]:
        return (self.name, *self.born.fields, self.reference, *self.record.due.fields)

    def _bring_into_sight(self, field: QWidget) -> None:
        """Show the whole of a field, not only the line in which the cursor stands."""
        middle = field.mapTo(self._inside, field.rect().center())
        self.area.ensureVisible(0, middle.y(), 0, field.height())

    def _arrange(self, unit: int) -> None:
        fields = QVBoxLayout(self._inside)
        fields.setContentsMargins(0, 0, 2 * unit, unit)
        fields.setSpacing(unit)
        fields.addWidget(Labelled("Name", self.name, unit))
        fields.addWidget(words("Date of birth, if it is known", "strong"))
        fields.addWidget(self.born)
        fields.addWidget(Labelled("Your own number for them, if there is one", self.reference, unit))
        fields.addSpacing(2 * unit)
        fields.addWidget(self.record)
        fields.addStretch(1)
        self.area.setWidget(self._inside)
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        buttons = QHBoxLayout()
        buttons.setSpacing(unit)
        buttons.addStretch(1)
        for button in (self.back_button, self.save_button):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addWidget(self.heading)
        column.addWidget(self.area, 1)
        column.addWidget(self.failure)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.save_button.clicked.connect(self._save)
        self.back_button.clicked.connect(self.leave)
        for line in self._lines():
            line.returnPressed.connect(self._save)
            line.textEdited.connect(self._calm)
        for entries in self.record.entries:
            entries.textChanged.connect(self._calm)
            entries.entered.connect(partial(self._bring_into_sight, entries))
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._save)
