"""Walk whoever opens MedBot for the first time through making a vault, or let them try it without keeping anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QProgressBar, QPushButton, QStackedWidget, QWidget

from medbot_desktop.domain import Failed
from medbot_desktop.ui.bringing_back import BringingBack
from medbot_desktop.ui.entry import build_on
from medbot_desktop.ui.form import CentredForm, FailureLine, Labelled, text_field
from medbot_desktop.ui.icons import picture
from medbot_desktop.ui.new_passphrase import NewPassphrase
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.recovery_groups import RecoveryGroups
from medbot_desktop.ui.theme import Appearance, Theme
from medbot_desktop.ui.worker import Services, Worker

if TYPE_CHECKING:
    from medbot_desktop.vault.creation import VaultCreation

_PROMISE = (
    "MedBot keeps conversations in an encrypted vault on this computer. Nothing of it leaves the computer, and "
    "without a passphrase nobody can read it."
)
_ABOUT_DEMO = "To look around first, try MedBot without a vault: then nothing is kept when its window is closed."
_ABOUT_RECOVERY = (
    "Write this key on paper and keep it in a safe place. If every passphrase is forgotten, it is the only way into "
    "the vault. It is shown this once."
)
_ABOUT_CONFIRMING = "To be sure that nothing was misread, type two groups of the recovery key from the paper."
_ABOUT_BACKUPS = (
    "A backup is made every day. On another disk, such as a USB drive, it also helps when this computer is lost. Leave "
    "it empty to keep backups beside the vault."
)
_MAKING = "Making the vault. This computer is measured, so that guessing the passphrase is slow."
_DEFAULT_NAME = "admin"
_WELCOME, _ACCOUNT, _SECRET, _RECOVERY, _CONFIRM, _BACKUPS = range(6)


class FirstRunPage(QStackedWidget):
    """The steps of `VaultCreation`, a page each; the recovery key has two, so that it is typed from the paper.

    Args:
        appearance: the look that is on.
        worker: does what takes long.

    Signals:
        demo_wanted: MedBot is to be tried without a vault.
        making: the vault is made or restored, and everything is being built on it.
        restored: a backup was restored, and somebody has to sign in: what to say about it.
    """

    demo_wanted = Signal()
    making = Signal()
    restored = Signal(str)

    def __init__(self, appearance: Appearance, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._worker = worker
        self._creation: VaultCreation | None = None
        self._focused: QWidget | None = None
        self._mark = words("")
        self.failure = FailureLine()
        self.doing = words("", "small")
        self.busy_bar = QProgressBar()
        self.busy_bar.setRange(0, 0)
        self.busy_bar.setTextVisible(False)
        self.busy_bar.setAccessibleName("Please wait")
        self.demo_button = QPushButton("Only try it")
        self.restore_button = QPushButton("Restore a backup…")
        self.bringing_back = BringingBack(appearance, worker, self, is_new=True)
        self.account = text_field("Name of your account")
        self.account.setText(_DEFAULT_NAME)
        self.passphrase = NewPassphrase(appearance)
        self.groups = RecoveryGroups(appearance)
        self.confirmed = (text_field("First group"), text_field("Second group"))
        unit = appearance.theme.sizes.unit
        self._confirmed_labels = [Labelled("", field, unit) for field in self.confirmed]
        self.folder = text_field("Folder for backups")
        self.folder_button = QPushButton("Choose a folder…")
        self.primary: list[QPushButton] = []
        for make in (self._welcome, self._name, self._secret, self._recovery, self._confirming, self._backups):
            self.addWidget(make())
        self.bringing_back.begun.connect(partial(self._set_busy, "Restoring the backup…"))
        self.bringing_back.failed.connect(self._fail)
        self.bringing_back.ended.connect(self._open_restored)
        worker.unavailable.connect(self._fail)
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)

    def _welcome(self) -> QWidget:
        form = CentredForm(self._appearance)
        form.column.addStretch(1)
        form.add(self._mark, words("Welcome to MedBot", "title"), words(_PROMISE), words(_ABOUT_DEMO))
        self.demo_button.clicked.connect(self.demo_wanted)
        self.restore_button.clicked.connect(self.bringing_back.ask)
        return self._end(form, "Make a vault for this clinic", self._begin, [self.restore_button, self.demo_button])

    def _name(self) -> QWidget:
        form = self._form("Your account", "You will be the administrator, and can add accounts for others later.")
        form.add(Labelled("Name of your account", self.account, form.unit))
        self.account.returnPressed.connect(self._name_account)
        return self._end(form, "Next", self._name_account, [self._back(self._go_back)])

    def _secret(self) -> QWidget:
        form = self._form("Your passphrase", "Four or more words are easy to remember and hard to guess.")
        form.add(self.passphrase)
        self.passphrase.submitted.connect(self._choose_passphrase)
        return self._end(form, "Make the vault", self._choose_passphrase, [self._back(self._go_back)])

    def _recovery(self) -> QWidget:
        form = self._form("The recovery key", _ABOUT_RECOVERY)
        form.add(self.groups)
        return self._end(form, "I have written it down", self._ask_groups, [])

    def _confirming(self) -> QWidget:
        form = self._form("Is it written down?", _ABOUT_CONFIRMING)
        form.add(*self._confirmed_labels)
        self.confirmed[0].returnPressed.connect(self.confirmed[1].setFocus)
        self.confirmed[1].returnPressed.connect(self._confirm)
        return self._end(form, "Next", self._confirm, [self._back(self._show_groups, "Show the key again")])

    def _backups(self) -> QWidget:
        form = self._form("Backups", _ABOUT_BACKUPS)
        form.add(Labelled("Folder for backups", self.folder, form.unit))
        self.folder.returnPressed.connect(self._finish)
        self.folder_button.clicked.connect(self._choose_folder)
        return self._end(form, "Finish", self._finish, [self.folder_button])

    def _form(self, title: str, text: str) -> CentredForm:
        form = CentredForm(self._appearance)
        form.column.addStretch(1)
        form.add(words(title, "title"), words(text))
        return form

    def _end(self, form: CentredForm, label: str, act: Callable[[], None], others: Sequence[QPushButton]) -> QWidget:
        button = named(QPushButton(label), "primary")
        button.clicked.connect(act)
        self.primary.append(button)
        form.add_row([*others, button])
        form.column.addStretch(2)
        return form

    def _back(self, act: Callable[[], None], label: str = "Back") -> QPushButton:
        button = QPushButton(label)
        button.clicked.connect(act)
        return button

    def begin(self) -> None:
        """Show the first page."""
        self._go(_WELCOME)

    def stop(self) -> None:
        """Let go of a vault that was made but not opened; it stays on the disk."""
        if self._creation is not None:
            self._creation.close()
            self._creation = None

    def _begin(self) -> None:
        self._do(_new_creation, self._take_creation)

    def _take_creation(self, creation: VaultCreation) -> None:
        self._creation = creation
        self._go(_ACCOUNT, self.account)

    def _name_account(self) -> None:
        creation, name = self._made(), self.account.text()
        self._do(lambda: creation.name_account(name), lambda _: self._go(_SECRET, self.passphrase.first))

    def _choose_passphrase(self) -> None:
        problem = self.passphrase.problem()
        if problem is not None:
            self.failure.tell(problem.message, problem.hint)
            return
        making = partial(_create, self._made(), self.passphrase.chosen)
        self._do(making, self._take_recovery_key, _MAKING)

    def _take_recovery_key(self, key: str) -> None:
        self.passphrase.forget()
        self.groups.show_key(key)
        for part, number in zip(self._confirmed_labels, self._made().groups_to_confirm, strict=True):
            part.label.setText(f"Group {number}")
            part.label.buddy().setAccessibleName(f"Group {number}")
        self._show_groups()

    def _show_groups(self) -> None:
        self._go(_RECOVERY)

    def _ask_groups(self) -> None:
        self._go(_CONFIRM, self.confirmed[0])

    def _confirm(self) -> None:
        creation, typed = self._made(), (self.confirmed[0].text(), self.confirmed[1].text())
        self._do(lambda: creation.confirm_recovery(typed), self._end_recovery)

    def _end_recovery(self, _: object) -> None:
        self.groups.forget()
        for field in self.confirmed:
            field.setText("")
        self._go(_BACKUPS, self.folder)

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder for backups", self.folder.text())
        if chosen:
            self.folder.setText(chosen)

    def _finish(self) -> None:
        creation, folder = self._made(), self.folder.text()
        self._do(lambda: creation.choose_backups(folder), lambda _: self._open())

    def _open(self) -> None:
        creation, self._creation = self._made(), None
        self._set_busy("Opening…")
        self.making.emit()
        self._worker.open_with(partial(_open_made, creation))

    def _open_restored(self, opening: Callable[[], Services] | None, told: str) -> None:
        if opening is None:
            self.restored.emit(told)
            return
        self._set_busy("Opening…")
        self.making.emit()
        self._worker.open_with(opening)

    def _go_back(self) -> None:
        self._made().back()
        self._go(self.currentIndex() - 1)

    def _do(self, job: Callable[[], object], then: Callable[..., None], busy: str = "One moment…") -> None:
        """Take a step on the worker thread, which needs no open workspace for it."""
        self.failure.clear()
        self._set_busy(busy)

        def done(result: object) -> None:
            self._set_busy("")
            then(result)

        self._worker.run_alone(job, done, self._fail)

    def _fail(self, failure: Failed) -> None:
        self._set_busy("")
        self.failure.tell(failure.message, failure.hint)
        if self._focused is not None:
            self._focused.setFocus()
            if isinstance(self._focused, QLineEdit):
                self._focused.selectAll()

    def _set_busy(self, doing: str) -> None:
        """Show that something is being done, and take no input meanwhile; empty: it is done."""
        page = self.currentWidget()
        assert page is not None
        if doing:
            self._focused = self.focusWidget()
        self.doing.setText(doing)
        for told in (self.doing, self.busy_bar):
            told.setVisible(bool(doing))
        page.setEnabled(not doing)

    def _go(self, page: int, focus: QWidget | None = None) -> None:
        self.setCurrentIndex(page)
        form = self.currentWidget()
        assert isinstance(form, CentredForm)
        for told in (self.failure, self.doing, self.busy_bar):  # they stand above the buttons of the page that is shown
            form.column.insertWidget(form.column.count() - 2, told)
        self.failure.clear()
        self._set_busy("")
        (focus or self.primary[page]).setFocus()

    def _made(self) -> VaultCreation:
        assert self._creation is not None
        return self._creation

    def _use_theme(self, theme: Theme) -> None:
        self._mark.setPixmap(picture(theme, "mark", "accent", "on_accent", theme.sizes.mark_pixels))


def _new_creation() -> VaultCreation:
    from medbot_desktop.vault.creation import VaultCreation  # slow to import
    from medbot_desktop.vault.folder import VaultFolder

    creation = VaultCreation(VaultFolder.standard())
    creation.begin()
    return creation


def _create(creation: VaultCreation, passphrase: str) -> str:
    creation.choose_passphrase(passphrase, passphrase)
    return creation.create()


def _open_made(creation: VaultCreation) -> Services:
    return build_on(creation.finish())
