"""Take a picture into a message: read its text behind the conversation, have it corrected, and add it to the field."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtWidgets import QDialog, QWidget

from medbot_desktop.domain import Failed
from medbot_desktop.knowledge.pictures.picture_text import NO_TEXT, READS_ONLY, PictureText
from medbot_desktop.ui.composer import Composer
from medbot_desktop.ui.given_pictures import Given, ask_picture, given_in, read_given
from medbot_desktop.ui.long_work import LongWork, ProgressRow
from medbot_desktop.ui.notice_bar import NoticeBar
from medbot_desktop.ui.picture_dialog import PictureDialog
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Worker
from medbot_desktop.understanding.quoted import quote


class Attaching(QObject):
    """Stands between the field, the thread that reads pictures, and the dialog.

    Args:
        appearance: the look that is on.
        worker: the threads.
        composer: the field.
        notice: where it is said that a picture cannot be read.
        page: the page above whose window the dialog stands.

    Attributes:
        progress: the row that says that a picture is read, and stops it.
        dialog: the one that is open.
        ask_picture: asks for a file.
    """

    def __init__(
        self, appearance: Appearance, worker: Worker, composer: Composer, notice: NoticeBar, page: QWidget
    ) -> None:
        super().__init__(page)
        self._appearance = appearance
        self._worker = worker
        self._composer = composer
        self._notice = notice
        self._page = page
        self._work: LongWork | None = None
        self.ask_picture: Callable[[QWidget], Path | None] = ask_picture
        self.progress = ProgressRow(appearance)
        self.dialog: PictureDialog | None = None
        composer.picture_wanted.connect(self.choose)
        composer.edit.given.connect(self.take)

    def choose(self) -> None:
        """Ask for a picture, and read it."""
        if self._is_free():
            path = self.ask_picture(self._page)
            if path is not None:
                self.read(path)

    def take(self, data: QMimeData) -> None:
        """Read what was pasted or dropped."""
        given = given_in(data)
        if len(given) > 1:
            self._notice.keep_telling("One picture at a time, please. Nothing was read.")
        elif given and self._is_free():
            self.read(given[0])

    def read(self, given: Given) -> None:
        """Read a picture on the second thread."""
        self._notice.hide()
        self._composer.set_attaching(True)
        self._work = work = self.progress.begin("Reading the text of the picture")
        self._worker.run_aside(
            lambda _: read_given(given, lambda: work.is_stopped),
            lambda picture: self._show(work, picture),
            lambda failure: self._fail(work, failure),
        )

    def stop(self) -> None:
        """Stop reading, if a picture is being read."""
        self.progress.stop()

    def forget(self) -> None:
        """Let go of what was read, before the vault is locked."""
        self.stop()
        self._end_work()
        if self.dialog is not None:
            self.dialog.reject()

    def _is_free(self) -> bool:
        if self._work is not None:
            self._notice.keep_telling("A picture is being read. Wait for it, or cancel it first.")
        return self._work is None and self.dialog is None

    def _end_work(self) -> None:
        self._work = None
        self.progress.end()
        self._composer.set_attaching(False)

    def _fail(self, work: LongWork, failure: Failed) -> None:
        if work is self._work:
            self._end_work()
            if not work.is_stopped:
                self._notice.tell_failure(failure)

    def _show(self, work: LongWork, picture: PictureText) -> None:
        """Show what was read, unless it is not wanted any more."""
        if work is not self._work:
            return
        self._end_work()
        if work.is_stopped:
            return
        if not picture.lines:
            self._notice.keep_telling(" ".join((*NO_TEXT, READS_ONLY)))
            return
        self.dialog = dialog = PictureDialog(self._appearance, picture, self._page.window())
        dialog.edited.connect(self._look_for_medicines)
        dialog.finished.connect(self._finish)
        self._look_for_medicines(dialog.text())
        dialog.open()

    def _look_for_medicines(self, text: str) -> None:
        dialog = self.dialog
        self._worker.run(
            lambda services: services.assistant.medicines_in(text),
            lambda found: dialog.show_medicines(found) if dialog is not None and dialog is self.dialog else None,
            self._notice.tell_failure,
        )

    def _finish(self, result: int) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is None:
            return
        if result == QDialog.DialogCode.Accepted:
            self._composer.add(quote(dialog.text()))
        dialog.deleteLater()
        self._composer.edit.setFocus()
