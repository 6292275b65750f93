"""Show how far long work on the worker thread is, and let a person stop it."""

from __future__ import annotations

import time
from threading import Event

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from medbot_desktop.errors import MedBotError
from medbot_desktop.ui.parts import words
from medbot_desktop.ui.theme import Appearance

_STEPS = 1_000
_LEAST_SECONDS_BETWEEN = 0.04


class LongWork(QObject):
    """One piece of work: made on the window's thread, told how far it is on the worker's.

    Signals:
        progressed: how much is done, from 0 to 1,000.
    """

    progressed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._stop = Event()
        self._told = 0.0

    @property
    def is_stopped(self) -> bool:
        """Whether a person has stopped it."""
        return self._stop.is_set()

    def stop(self) -> None:
        """End the work at its next step; nothing half is left."""
        self._stop.set()

    def tell(self, done: int, total: int) -> None:
        """Note on the worker thread that ``done`` of ``total`` is done.

        Raises:
            MedBotError: the work was stopped.
        """
        if self._stop.is_set():
            raise MedBotError("This was stopped.")
        now = time.monotonic()
        if total > 0 and (done >= total or now - self._told >= _LEAST_SECONDS_BETWEEN):
            self._told = now
            self.progressed.emit(_STEPS * min(done, total) // total)


class ProgressRow(QWidget):
    """What is being done, a bar, and a button that stops it; there only while something is done."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = appearance.theme.sizes.unit
        self._work: LongWork | None = None
        self.words = words("", "strong")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.stop_button = QPushButton("Cancel")
        self.stop_button.clicked.connect(self.stop)
        told = QVBoxLayout()
        told.setSpacing(unit)
        told.addStretch(1)
        told.addWidget(self.words)
        told.addWidget(self.bar)
        told.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * unit)
        row.addLayout(told, 1)
        row.addWidget(self.stop_button)
        self.hide()

    def begin(self, text: str, can_stop: bool = True) -> LongWork:
        """Show new work; until it tells how far it is, the bar only says that something happens."""
        work = LongWork()
        work.progressed.connect(self._show)
        self._work = work
        self.words.setText(text)
        self.bar.setAccessibleName(text)
        self.bar.setRange(0, 0)
        self.stop_button.setAccessibleName(f"Cancel: {text}")
        self.stop_button.setEnabled(True)
        self.stop_button.setVisible(can_stop)
        self.show()
        return work

    def stop(self) -> None:
        """Stop what is being done, if anything is."""
        if self._work is not None:
            self._work.stop()
            self.stop_button.setEnabled(False)

    def end(self) -> None:
        """Show nothing any more."""
        self._work = None
        self.hide()

    def _show(self, thousandths: int) -> None:
        if self.sender() is self._work:
            self.bar.setRange(0, _STEPS)
            self.bar.setValue(thousandths)
