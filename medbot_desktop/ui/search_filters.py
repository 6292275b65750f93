"""Narrow a search to one person and to some days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QDateEdit, QGridLayout, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from medbot_desktop.domain import Person
from medbot_desktop.ui.icons import icon
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.theme import Appearance, Theme

_RANGE = "Between two days"
_SPANS = {"Any time": None, "Today": 1, "Last 7 days": 7, "Last 30 days": 30, _RANGE: None}
"""What can be chosen, and how many days up to today it means."""


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """What a search is narrowed to.

    Attributes:
        person: only conversations about them.
        since: nothing said before this moment.
        until: nothing said at this moment or later.
    """

    person: Person | None = None
    since: datetime | None = None
    until: datetime | None = None

    def is_empty(self) -> bool:
        """Whether it lets everything through."""
        return self == SearchFilter()


class SearchFilters(QWidget):
    """Two buttons with menus, and two dates where a range is chosen.

    Args:
        appearance: the look that is on.
        today: says which day it is.

    Signals:
        changed: another filter is on. person_wanted: a person is to be chosen.
    """

    changed = Signal()
    person_wanted = Signal()

    def __init__(
        self, appearance: Appearance, today: Callable[[], date] = date.today, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        sizes = appearance.theme.sizes
        self._today = today
        self._person: Person | None = None
        self.person_button = _button("Person: anyone")
        self.person_button.clicked.connect(self._ask_person)
        self.date_button = _button("Date: any time")
        self.date_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.spans: dict[str, QAction] = {}
        self.date_button.setMenu(self._span_menu())
        self._from, self._to = _date_field("From", sizes.unit), _date_field("To", sizes.unit)
        self._range = QWidget()
        buttons = QHBoxLayout()
        buttons.setSpacing(sizes.unit)
        buttons.addWidget(self.person_button, 1)
        buttons.addWidget(self.date_button, 1)
        dates = QGridLayout(self._range)
        dates.setContentsMargins(0, 0, 0, 0)
        dates.setSpacing(sizes.unit)
        for row, (name, field) in enumerate((("From", self._from), ("To", self._to))):
            dates.addWidget(words(name, "small"), row, 0)
            dates.addWidget(field, row, 1)
            field.dateChanged.connect(self._change)
        dates.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(sizes.unit)
        column.addLayout(buttons)
        column.addWidget(self._range)
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)
        self.clear()

    def chosen(self) -> SearchFilter:
        """The filter that is on."""
        name = self._span()
        days = _SPANS[name]
        first = last = None
        if days is not None:
            first = self._today() - timedelta(days=days - 1)
        elif name == _RANGE:
            first, last = sorted((_day(self._from), _day(self._to)))
        since = _midnight(first) if first else None
        until = _midnight(last + timedelta(days=1)) if last else None
        return SearchFilter(self._person, since, until)

    def choose_person(self, person: Person | None) -> None:
        """Narrow to one person, or to none."""
        self._person = person
        name = shown(person.name) if person else "Anyone"
        self.person_button.setText(name)
        self.person_button.setToolTip(name)
        self.person_button.setAccessibleName(f"Person: {name}")
        self.changed.emit()

    def choose_span(self, name: str, first: date | None = None, last: date | None = None) -> None:
        """Narrow to some days; the dates belong to a range."""
        self.spans[name].setChecked(True)
        self._range.setVisible(name == _RANGE)
        for field, day in ((self._from, first), (self._to, last)):
            if day is not None:
                field.setDate(QDate(day.year, day.month, day.day))
        self.date_button.setText("Dates" if name == _RANGE else name)
        self.date_button.setAccessibleName(f"Date: {name}")
        self.changed.emit()

    def clear(self) -> None:
        """Let everything through again."""
        self.choose_person(None)
        today = self._today()
        self.choose_span("Any time", today - timedelta(days=7), today)

    def _span_menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(self)
        for name in _SPANS:
            action = menu.addAction(name)
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, span=name: self.choose_span(span))
            group.addAction(action)
            self.spans[name] = action
        return menu

    def _span(self) -> str:
        return next(name for name, action in self.spans.items() if action.isChecked())

    def _ask_person(self) -> None:
        self.person_wanted.emit()

    def _change(self) -> None:
        self.changed.emit()

    def _use_theme(self, theme: Theme) -> None:
        for button in (self.person_button, self.date_button):
            button.setIcon(icon(theme, "person" if button is self.person_button else "calendar", "muted"))


def _button(name: str) -> QToolButton:
    button = named(QToolButton(), "filter")
    button.setAccessibleName(name)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return button


def _date_field(name: str, margin: int) -> QDateEdit:
    field = named(QDateEdit(), "date")
    field.lineEdit().setTextMargins(margin, 0, 0, 0)
    field.setDisplayFormat("d MMM yyyy")
    field.setAccessibleName(f"{name} which day")
    return field


def _day(field: QDateEdit) -> date:
    day = field.date()
    return date(day.year(), day.month(), day.day())


def _midnight(day: date) -> datetime:
    """When a day begins on this computer."""
    return datetime.combine(day, time()).astimezone().astimezone(UTC)
