"""Hold the entries of the audit trail that are in sight, and ask for older ones when somebody scrolls there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, Signal

from medbot_desktop.ui.amounts import local_moment
from medbot_desktop.ui.audit_words import action_words, detail_words, record_words, whole_record_words
from medbot_desktop.ui.table import Column, TableModel
from medbot_desktop.ui.transcript_model import AnyIndex

if TYPE_CHECKING:
    from medbot_desktop.vault.audit import AuditEntry

PAGE = 200
"""How many entries are read at once."""


class AuditModel(TableModel["AuditEntry"]):
    """The newest entries, and older ones as they are asked for.

    Signals:
        more_wanted: entries older than that number are to be given to `take`; None: the newest ones.
    """

    more_wanted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        columns: Sequence[Column[AuditEntry]] = (
            Column("When", lambda entry: local_moment(datetime.fromisoformat(entry.at)), 20),
            Column("Who", lambda entry: entry.account, 15),
            Column("What", action_words, 30),
            Column("Record", record_words, 23, whole_record_words),
            Column("Details", detail_words),
        )
        super().__init__(columns, parent)
        self._is_waiting = False
        self._has_more = False

    def begin(self) -> None:
        """Ask for the newest entries, in place of what is shown."""
        self.show([])
        self._has_more = False
        self._is_waiting = True
        self.more_wanted.emit(None)

    def take(self, entries: Sequence[AuditEntry]) -> None:
        """Show what was asked for."""
        self._is_waiting = False
        self._has_more = len(entries) == PAGE
        self.append(entries)

    def forget(self) -> None:
        """Show nothing any more."""
        self._is_waiting = self._has_more = False
        self.show([])

    def canFetchMore(self, parent: AnyIndex) -> bool:  # noqa: N802
        """Whether there are older entries that nobody has asked for yet."""
        return not parent.isValid() and self._has_more and not self._is_waiting

    def fetchMore(self, parent: AnyIndex = QModelIndex()) -> None:  # noqa: B008, N802
        """Ask for older entries; they come later, and the window does not wait."""
        if self.canFetchMore(parent):
            self._is_waiting = True
            self.more_wanted.emit(self.records[-1].seq)
