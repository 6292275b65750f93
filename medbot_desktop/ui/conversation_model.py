"""Order conversations as a person looks for them: pinned first, then by day, those just deleted at the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, Signal

from medbot_desktop.ui.days import day_heading
from medbot_desktop.ui.talk import Talk
from medbot_desktop.ui.transcript_model import AnyIndex

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
"""The role under which a row's ``Talk`` or ``Heading`` is found."""

DELETED = "Recently deleted"


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of a group of conversations.

    Attributes:
        text: the name.
        is_open: whether a group that folds shows what is in it; None where it does not fold.
        icon: what stands before the name, if anything.
    """

    text: str
    is_open: bool | None = None
    icon: str = ""


Row = Heading | Talk


class ConversationModel(QAbstractListModel):
    """The conversations, under the headings of their groups.

    Args:
        today: says which day it is.

    Signals:
        renamed: a ``Talk`` and the name that was typed for it.
    """

    renamed = Signal(object, str)

    def __init__(self, today: Callable[[], date] = date.today, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._today = today
        self._talks: Sequence[Talk] = ()
        self._deleted: Sequence[Talk] = ()
        self._is_deleted_open = False
        self._rows: list[Row] = []

    def show(self, talks: Sequence[Talk], deleted: Sequence[Talk]) -> bool:
        """List these conversations; returns whether rows have come, gone or moved."""
        self._talks, self._deleted = talks, deleted
        rows = self._arranged()
        if rows == self._rows:
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return False
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()
        return True

    def fold(self) -> None:
        """Open or close the group of deleted conversations."""
        self._is_deleted_open = not self._is_deleted_open
        self.show(self._talks, self._deleted)

    def row(self, number: int) -> Row:
        """What stands in a row."""
        return self._rows[number]

    def rows(self) -> tuple[Row, ...]:
        """All rows, from the top."""
        return tuple(self._rows)

    def row_of(self, talk: Talk) -> int:
        """The row of a conversation; -1 where it is not listed."""
        return next((number for number, row in enumerate(self._rows) if row is talk), -1)

    def _arranged(self) -> list[Row]:
        today = self._today()
        rows: list[Row] = []
        pinned = [talk for talk in self._talks if talk.is_pinned()]
        if pinned:
            rows += [Heading("Pinned", icon="pin"), *pinned]
        day = ""
        for talk in self._talks:
            if talk.is_pinned():
                continue
            moment = talk.moment()
            heading = day_heading(moment.date() if moment else today, today)
            if heading != day:
                rows.append(Heading(heading))
                day = heading
            rows.append(talk)
        if self._deleted:
            rows.append(Heading(DELETED, self._is_deleted_open))
            rows += self._deleted if self._is_deleted_open else ()
        return rows

    # What Qt asks.

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008, N802
        """The number of rows, headings included."""
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """What can be done with a row: a plain heading is only read, a stored conversation can be renamed."""
        flag = Qt.ItemFlag
        if not index.isValid():
            return flag.NoItemFlags
        row = self._rows[index.row()]
        if isinstance(row, Heading):
            return flag.NoItemFlags if row.is_open is None else flag.ItemIsEnabled | flag.ItemIsSelectable
        usual = flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemNeverHasChildren
        is_stored = row.conversation is not None and not row.is_deleted()
        return usual | flag.ItemIsEditable if is_stored else usual

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What Qt asks about one row."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        return _of_heading(row, role) if isinstance(row, Heading) else _of_talk(row, role)

    def setData(self, index: AnyIndex, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802
        """Pass on the name that was typed for a conversation, unless it is empty or the old one."""
        row = self._rows[index.row()]
        name = " ".join(str(value).split())
        if isinstance(row, Heading) or row.conversation is None or name in ("", row.conversation.title):
            return False
        self.renamed.emit(row, name)
        return True


def _of_heading(heading: Heading, role: int) -> object:
    if role == Qt.ItemDataRole.DisplayRole:
        return heading.text
    if role == Qt.ItemDataRole.AccessibleTextRole:
        folded = {None: "", True: ", open", False: ", closed"}[heading.is_open]
        return f"{heading.text}{folded}"
    return None


def _of_talk(talk: Talk, role: int) -> object:
    if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
        return talk.title()
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return talk.spoken()
    if role == Qt.ItemDataRole.EditRole:
        return talk.conversation.title if talk.conversation else ""
    return None
