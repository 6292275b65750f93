"""Say when the vault was last backed up, and warn where that is too long ago."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from medbot_desktop.ui.amounts import age, counted, local_moment
from medbot_desktop.ui.form import FailureLine
from medbot_desktop.ui.parts import words
from medbot_desktop.ui.theme import Appearance

if TYPE_CHECKING:
    from medbot_desktop.vault.backup import BackupInfo


class LastBackup(QWidget):
    """One line about the newest whole backup of this vault, and a warning if there is need of one.

    Attributes:
        words: the line.
        warning: what is wrong, if anything is.
    """

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = words("", "strong")
        self.warning = FailureLine()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(appearance.theme.sizes.unit)
        column.addWidget(self.words)
        column.addWidget(self.warning)

    def show_problem(self, problem: str, last: datetime | None, now: datetime) -> None:
        """Say why nobody can look at the backups.

        Args:
            problem: why, in a sentence.
            last: when the last one was made by the plan, as the vault remembers; None: never.
            now: an aware moment.
        """
        self.words.setText(f"Last backup by the plan: {local_moment(last)} ({age(last, now)})." if last else "")
        self.words.setVisible(last is not None)
        self.warning.tell(problem)

    def show_newest(self, backups: Sequence[BackupInfo], every_hours: int, now: datetime) -> None:
        """Say how old the newest is.

        Args:
            backups: those that there are, newest first.
            every_hours: how often the plan makes one; 0: never.
            now: an aware moment.
        """
        ours = [info.created for info in backups if info.state == "sound"]
        told = f"Last backup: {local_moment(ours[0])} ({age(ours[0], now)})." if ours else "No backup yet."
        self.words.setText(told)
        self.words.show()
        if not ours:
            self.warning.tell("If this computer breaks now, everything that is kept is lost.", "Make a backup.")
        elif every_hours and now - ours[0] > timedelta(hours=every_hours):
            hours = counted(every_hours, "hour")
            self.warning.tell(f"It is older than the plan says, which is every {hours}.", "Make one now.")
        else:
            self.warning.clear()
