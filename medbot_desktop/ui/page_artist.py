"""Have pages of documents drawn on a thread that needs nothing of the vault, so that no message waits for a picture."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from medbot_desktop.errors import MedBotError

_log = logging.getLogger(__name__)


class WantedPage(NamedTuple):
    """A page of a file as it was read, and how many pixels wide its picture is to be."""

    path: Path
    sha256: str
    page: int
    width: int


class PageArtist(QObject):
    """Draws the page that is wanted now; one that nobody wants any more is not drawn.

    It has no parent: the thread may have to tell somebody who is gone, and ends with the program.

    Signals:
        drawn: a ``WantedPage``, and its picture as PNG or None where it cannot be drawn.
    """

    drawn = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()
        self._wanted: WantedPage | None = None
        self._is_at_work = False

    def draw(self, wanted: WantedPage) -> None:
        """Have a page drawn, in the place of any that still waits."""
        with self._lock:
            self._wanted = wanted
            if not self._is_at_work:
                self._is_at_work = True
                Thread(target=self._work, name="pages", daemon=True).start()

    def forget(self) -> None:
        """Want nothing any more."""
        with self._lock:
            self._wanted = None

    def _work(self) -> None:
        while True:
            with self._lock:
                wanted, self._wanted = self._wanted, None
                if wanted is None:
                    self._is_at_work = False
                    return
            picture = _picture(wanted)
            with suppress(RuntimeError):  # the program has ended meanwhile
                self.drawn.emit(wanted, picture)


def _picture(wanted: WantedPage) -> bytes | None:
    from medbot_desktop.knowledge.documents import is_as_read
    from medbot_desktop.knowledge.reading.page_picture import page_picture  # its libraries are slow to load

    try:
        if is_as_read(wanted.path, wanted.sha256):
            return page_picture(wanted.path, wanted.page, wanted.width)
    except MedBotError:
        return None
    except Exception as error:
        _log.error("A page could not be drawn: %s", type(error).__name__)
    return None
