"""Windows and dialogs that have come up: the platform tells the program of them some time after they were asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

Dialog = TypeVar("Dialog", bound=QDialog)

_PATIENCE_MS = 120_000


class PatientQtBot(QtBot):
    """A bot whose waits end with what they wait for, however busy the computer is, rather than after five seconds."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = _PATIENCE_MS) -> None:  # noqa: N802
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, *args: object, timeout: int = _PATIENCE_MS, **kwargs: object) -> object:  # noqa: N802
        return super().waitSignal(*args, timeout=timeout, **kwargs)


def bring_up(qtbot: QtBot, window: QWidget) -> None:
    """Show a window, and wait until the keys go to it."""
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def in_front(qtbot: QtBot, find: Callable[[], Dialog | None]) -> Dialog:
    """The dialog that something opens, once the keys go to it.

    Args:
        qtbot: Waits.
        find: Gives the dialog that is open, if any.
    """

    def is_in_front() -> bool:
        dialog = find()
        return dialog is not None and dialog.isActiveWindow()

    qtbot.waitUntil(is_in_front)
    dialog = find()
    assert dialog is not None
    return dialog
