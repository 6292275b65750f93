"""Ask whom a conversation is about: find a known person, or add one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPushButton,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from medbot_desktop.domain import Failed, Person
from medbot_desktop.text import name_key
from medbot_desktop.ui.conversation_delegate import paint_ground
from medbot_desktop.ui.days import short_date
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.person_form import PersonForm
from medbot_desktop.ui.talk import one_line
from medbot_desktop.ui.theme import Appearance, Theme
from medbot_desktop.ui.transcript_model import AnyIndex

PERSON_ROLE = Qt.ItemDataRole.UserRole + 1
"""The role under which a row's ``Person`` is found."""

_NAME_LETTERS = 80


class PersonModel(QAbstractListModel):
    """The people whose name or reference holds what was typed."""

    def __init__(self, people: Sequence[Person], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._people = people
        self._found = list(people)

    def narrow(self, typed: str) -> None:
        """Keep only those who match what was typed."""
        parts = name_key(typed).split()
        self.beginResetModel()
        self._found = [
            person
            for person in self._people
            if all(part in name_key(f"{person.name} {person.reference}") for part in parts)
        ]
        self.endResetModel()

    def person(self, row: int) -> Person:
        """Who stands in a row."""
        return self._found[row]

    def row_of(self, person: Person | None) -> int:
        """The row of a person; -1 where they are not listed."""
        return next((row for row, known in enumerate(self._found) if person and known.id == person.id), -1)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008, N802
        """The number of people."""
        return 0 if parent.isValid() else len(self._found)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What Qt asks about one person."""
        if not index.isValid():
            return None
        person = self._found[index.row()]
        if role == PERSON_ROLE:
            return person
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(person.name, _NAME_LETTERS)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (one_line(person.name, _NAME_LETTERS), told_apart(person)) if part)
        return None


class PersonChooser(QDialog):
    """The dialog; its answer is in ``chosen`` once it is accepted.

    Args:
        appearance: the look that is on.
        people: everybody who is known.
        current: who is chosen now.
        nobody: what the button for no person says; empty where there is none.
        may_add: whether a person can be added.
        parent: the window.

    Attributes:
        chosen: the person; None for nobody.

    Signals:
        add_wanted: name, day of birth or None, and reference of a person to add; answer with `take` or `refuse`.
    """

    add_wanted = Signal(str, object, str)

    def __init__(
        self,
        appearance: Appearance,
        people: Sequence[Person],
        current: Person | None,
        nobody: str,
        may_add: bool,
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
        self._painter = _PersonDelegate(appearance.theme, self.list)
        self.list.setItemDelegate(self._painter)
        self.list.setMouseTracking(True)
        self.list.setLayoutMode(QListView.LayoutMode.Batched)
        self.nothing = words("", "small")
        self.nobody_button = QPushButton(nobody)
        self.add_button = QPushButton("Add a person")
        self.cancel_button = QPushButton("Cancel")
        self.choose_button = named(QPushButton("Choose"), "primary")
        self.form = PersonForm(appearance)
        self._pages = QStackedWidget(self)
        self._arrange(appearance.theme)
        self._connect()
        appearance.changed.connect(self._use_theme)
        self.nobody_button.setVisible(bool(nobody))
        self.add_button.setVisible(may_add)
        self._narrow("")

    def take(self, person: Person) -> None:
        """Choose the person who was just added."""
        self.chosen = person
        self.accept()

    def refuse(self, failure: Failed) -> None:
        """Say why the person could not be added; what was typed stays."""
        self.form.tell(failure)

    def _arrange(self, theme: Theme) -> None:
        unit = theme.sizes.unit
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addWidget(words("Whom is it about?", "heading"))
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(self.nothing, 1, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.add_button)
        row = QHBoxLayout()
        row.setSpacing(unit)
        row.addWidget(self.nobody_button)
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.choose_button)
        column.addSpacing(unit)
        column.addLayout(row)
        self._pages.addWidget(page)
        self._pages.addWidget(self.form)
        around = QVBoxLayout(self)
        around.setContentsMargins(3 * unit, 3 * unit, 3 * unit, 3 * unit)
        around.addWidget(self._pages)
        self.resize(60 * unit, 64 * unit)

    def _connect(self) -> None:
        self.list.selectionModel().currentChanged.connect(self._use_choice)
        self.list.activated.connect(self._choose)
        self.field.returnPressed.connect(self._choose)
        self.choose_button.clicked.connect(self._choose)
        self.nobody_button.clicked.connect(self._choose_nobody)
        self.cancel_button.clicked.connect(self.reject)
        self.add_button.clicked.connect(self._open_form)
        self.form.back_button.clicked.connect(self._close_form)
        self.form.filled.connect(self.add_wanted)
        for button in (self.choose_button, self.nobody_button, self.cancel_button, self.add_button):
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
        self.choose_button.setEnabled(self.list.currentIndex().isValid())

    def _choose(self) -> None:
        index = self.list.currentIndex()
        if index.isValid():
            self.chosen = self.people.person(index.row())
            self.accept()

    def _choose_nobody(self) -> None:
        self.chosen = None
        self.accept()

    def _use_theme(self, theme: Theme) -> None:
        self._painter.theme = theme
        self.list.viewport().update()

    def _open_form(self) -> None:
        self.form.begin(self.field.text())
        self._pages.setCurrentWidget(self.form)
        self.form.name.setFocus()

    def _close_form(self) -> None:
        self._pages.setCurrentIndex(0)
        self.field.setFocus()


class _PersonDelegate(QStyledItemDelegate):
    """Paints a person: the name, and beneath it what tells two of one name apart."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:  # noqa: N802
        """Room for two lines."""
        return QSize(0, self.theme.sizes.target + self.theme.sizes.unit)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint one person."""
        theme, sizes = self.theme, self.theme.sizes
        person: Person = index.data(PERSON_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        paint_ground(painter, option, theme, is_current)
        box = option.rect.adjusted(sizes.unit + sizes.stroke, sizes.unit // 2, -sizes.unit, -sizes.unit // 2)
        beneath = told_apart(person)
        half = box.height() // 2
        above = QRect(box.left(), box.top(), box.width(), half if beneath else box.height())
        below = QRect(box.left(), box.top() + half, box.width(), half)
        for place, text, colour, pixels in (
            (above, one_line(person.name, _NAME_LETTERS), "text", sizes.body),
            (below, beneath, "muted", sizes.small),
        ):
            font = theme.font(pixels)
            painter.setFont(font)
            painter.setPen(theme.colour(colour))
            line = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, line)
        painter.restore()


def _known_as(person: Person) -> str:
    return name_key(f"{person.name} {person.reference}")


def told_apart(person: Person) -> str:
    """What tells two people of one name apart: day of birth and the clinic's own number."""
    born = f"born {short_date(person.born)}" if person.born else ""
    return " · ".join(part for part in (born, one_line(person.reference, _NAME_LETTERS)) if part)
