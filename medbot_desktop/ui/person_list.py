"""List people with what tells two of one name apart, narrowed by what is typed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from medbot_desktop.domain import Person
from medbot_desktop.text import name_key
from medbot_desktop.ui.conversation_delegate import paint_ground
from medbot_desktop.ui.days import short_date
from medbot_desktop.ui.record_words import record_words
from medbot_desktop.ui.talk import one_line
from medbot_desktop.ui.theme import Theme
from medbot_desktop.ui.transcript_model import AnyIndex

PERSON_ROLE = Qt.ItemDataRole.UserRole + 1
"""The role under which a row's ``Person`` is found."""

_NAME_LETTERS = 80
_HAS_RECORD = "has a record"


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

    def keep(self, person: Person) -> None:
        """Know somebody as they are now; `narrow` lists them."""
        known = {one.id: one for one in self._people} | {person.id: person}
        self._people = sorted(known.values(), key=lambda one: name_key(one.name))

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
        if role == Qt.ItemDataRole.ToolTipRole:
            return record_words(person)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = (one_line(person.name, _NAME_LETTERS), told_apart(person), record_words(person))
            return ", ".join(part for part in parts if part)
        return None


class PersonDelegate(QStyledItemDelegate):
    """Paints a person: the name, and beneath it what tells two of one name apart.

    Attributes:
        theme: the look.
    """

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
        beneath = " · ".join(part for part in (told_apart(person), _HAS_RECORD if record_words(person) else "") if part)
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


def told_apart(person: Person) -> str:
    """What tells two people of one name apart: day of birth and the clinic's own number."""
    born = f"born {short_date(person.born)}" if person.born else ""
    return " · ".join(part for part in (born, one_line(person.reference, _NAME_LETTERS)) if part)
