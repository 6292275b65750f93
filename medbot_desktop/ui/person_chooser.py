"""Ask whom a conversation is about: find a known person, add one, or correct what is kept of one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QCloseEvent, QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from medbot_desktop.domain import Failed, Person
from medbot_desktop.ui.parts import named, narrow_words, words
from medbot_desktop.ui.person_form import PersonForm
from medbot_desktop.ui.person_list import PersonDelegate, PersonModel
from medbot_desktop.ui.record_words import allergy_words, other_words
from medbot_desktop.ui.theme import Appearance, Theme

_WIDE, _HIGH, _FORM_HIGH = 60, 64, 96
"""How many steps of the grid the dialog is wide, high, and high with the form, where the window has the room."""


class PersonChooser(QDialog):
    """The dialog; its answer is in ``chosen`` once it is accepted.

    Args:
        appearance: the look that is on.
        people: everybody who is known.
        current: who is chosen now.
        nobody: what the button for no person says; empty where there is none.
        may_change: whether people can be added and corrected.
        parent: the window.

    Attributes:
        chosen: the person; None for nobody.

    Signals:
        add_wanted: a ``Person`` without identifier to add. change_wanted: a ``Person`` as they are to be kept.
            Answer both with `keep` or `refuse`.
    """

    add_wanted = Signal(object)
    change_wanted = Signal(object)

    def __init__(
        self,
        appearance: Appearance,
        people: Sequence[Person],
        current: Person | None,
        nobody: str,
        may_change: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.chosen = current
        self.setObjectName("dialog")
        self.setWindowTitle("Whom is it about?")
        self.people = PersonModel(people, self)
        self.field = named(QLineEdit(), "search")
        self.field.setPlaceholderText("Name or reference")
        self.field.setAccessibleName("Find a person by name or reference")
        self.field.textChanged.connect(self._narrow)
        self.list = named(QListView(), "people")
        self.list.setAccessibleName("People")
        self.list.setModel(self.people)
        self._painter = PersonDelegate(appearance.theme, self.list)
        self.list.setItemDelegate(self._painter)
        self.list.setMouseTracking(True)
        self.list.setLayoutMode(QListView.LayoutMode.Batched)
        self.nothing = words("", "small")
        self.allergies = narrow_words("", "strong")
        self.record = narrow_words("", "small")
        self.stored = narrow_words("")
        self.add_button = QPushButton("Add a person")
        self.edit_button = QPushButton("Edit")
        self.nobody_button = QPushButton(nobody)
        self.cancel_button = QPushButton("Cancel")
        self.choose_button = named(QPushButton("Choose"), "primary")
        self.form = PersonForm(appearance)
        self._pages = QStackedWidget(self)
        self._arrange(appearance.theme)
        self._connect()
        appearance.changed.connect(self._use_theme)
        self.nobody_button.setVisible(bool(nobody))
        self.add_button.setVisible(may_change)
        self.edit_button.setVisible(may_change)
        self._narrow("")

    def keep(self, person: Person, is_new: bool, unknown: str) -> None:
        """Know a person as they are stored now: choose somebody new, and list somebody corrected again.

        Args:
            person: as they are kept.
            is_new: whether they were just added.
            unknown: what of the record cannot be checked, in a sentence.
        """
        self.chosen = person
        self.form.begin("")
        if is_new:
            self.accept()
            return
        self.people.keep(person)
        self._narrow(self.field.text())
        if self.people.row_of(person) < 0:
            self.field.clear()
        self._close_form()
        self.stored.setText(f"Saved. {unknown}".strip())
        self.stored.show()
        self.record.hide()  # both may be long, and a small window has room for one
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.stored, self.stored.text()))

    def refuse(self, failure: Failed) -> None:
        """Say why the person could not be stored; what was typed stays."""
        self.form.tell(failure)

    def _arrange(self, theme: Theme) -> None:
        self._unit = unit = theme.sizes.unit
        self.list.setMinimumHeight(theme.sizes.target + 2 * unit)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addWidget(words("Whom is it about?", "heading"))
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(self.nothing, 1, Qt.AlignmentFlag.AlignTop)
        for line in (self.allergies, self.record, self.stored):
            column.addWidget(line)
            line.hide()
        column.addLayout(_row(unit, self.add_button, self.edit_button, None))
        column.addSpacing(unit)
        column.addLayout(_row(unit, self.nobody_button, None, self.cancel_button, self.choose_button))
        self._pages.addWidget(page)
        self._pages.addWidget(self.form)
        around = QVBoxLayout(self)
        around.setContentsMargins(3 * unit, 3 * unit, 3 * unit, 3 * unit)
        around.addWidget(self._pages)
        self.resize(_WIDE * unit, _HIGH * unit)

    def _connect(self) -> None:
        self.list.selectionModel().currentChanged.connect(self._use_choice)
        self.list.activated.connect(self._choose)
        self.field.returnPressed.connect(self._choose)
        self.choose_button.clicked.connect(self._choose)
        self.nobody_button.clicked.connect(self._choose_nobody)
        self.cancel_button.clicked.connect(self.reject)
        self.add_button.clicked.connect(self._add)
        self.edit_button.clicked.connect(self._edit)
        self.form.left.connect(self._close_form)
        self.form.filled.connect(self._pass_on)
        buttons = (self.choose_button, self.nobody_button, self.cancel_button, self.add_button, self.edit_button)
        for button in buttons:
            button.setAutoDefault(False)

    def _narrow(self, typed: str) -> None:
        self.people.narrow(typed)
        count = self.people.rowCount()
        row = self.people.row_of(self.chosen)
        if row < 0 and typed.strip() and count:
            row = 0
        self.list.setCurrentIndex(self.people.index(row) if row >= 0 else QModelIndex())
        self.nothing.setText("Nobody is known yet." if not typed.strip() else "Nobody has this name or reference.")
        self.nothing.setVisible(count == 0)
        self.list.setVisible(count > 0)
        self._use_choice()

    def _use_choice(self) -> None:
        """Show what the record of the person holds on whom the list stands."""
        person = self._person()
        self.choose_button.setEnabled(person is not None)
        self.edit_button.setEnabled(person is not None)
        for line, told in ((self.allergies, allergy_words), (self.record, other_words)):
            line.setText(told(person) if person else "")
            line.setVisible(bool(line.text()))
        self.stored.hide()

    def _person(self) -> Person | None:
        index = self.list.currentIndex()
        return self.people.person(index.row()) if index.isValid() else None

    def _choose(self) -> None:
        person = self._person()
        if person is not None:
            self.chosen = person
            self.accept()

    def _choose_nobody(self) -> None:
        self.chosen = None
        self.accept()

    def _use_theme(self, theme: Theme) -> None:
        self._painter.theme = theme
        self.list.viewport().update()

    def _add(self) -> None:
        self._open_form()
        self.form.begin(self.field.text())

    def _edit(self) -> None:
        person = self._person()
        if person is not None:
            self._open_form()
            self.form.correct(person)

    def _pass_on(self, person: Person) -> None:
        (self.change_wanted if person.id else self.add_wanted).emit(person)

    def _open_form(self) -> None:
        """Show the form, as high as the window has the room for."""
        self._pages.setCurrentWidget(self.form)
        around = self.parentWidget()
        room = around.window().height() - 4 * self._unit if around else self.height()
        high = max(self.height(), min(_FORM_HIGH * self._unit, room))
        self.move(self.x(), self.y() - (high - self.height()) // 2)
        self.resize(self.width(), high)

    def _close_form(self) -> None:
        self._pages.setCurrentIndex(0)
        self.field.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Let Escape lead from the form to the list, and from the list away."""
        if event.key() == Qt.Key.Key_Escape and self._pages.currentWidget() is self.form:
            self.form.leave()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Stay open while something is being stored, and at first where something is not saved."""
        if self._pages.currentWidget() is self.form and not self.form.may_leave():
            event.ignore()
        else:
            super().closeEvent(event)


def _row(unit: int, *parts: QPushButton | None) -> QHBoxLayout:
    """Buttons beside each other; None is the room between them."""
    row = QHBoxLayout()
    row.setSpacing(unit)
    for part in parts:
        if part is None:
            row.addStretch(1)
        else:
            row.addWidget(part)
    return row
