"""Walk whoever opens MedBot for the first time through making a vault, or let them try it without keeping anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QGridLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from medbot_desktop.domain import Failed
from medbot_desktop.ui.entry import build_on
from medbot_desktop.ui.form import CentredForm, FailureLine, Labelled, text_field
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Services, Worker

if TYPE_CHECKING:
    from medbot_desktop.vault.creation import VaultCreation

_PROMISE = (
    "MedBot keeps conversations in an encrypted vault on this computer. Nothing of it leaves the computer, and "
    "without a passphrase nobody can read it."
)
_ABOUT_RECOVERY = (
    "Write this key on paper and keep it in a safe place. If every passphrase is forgotten, it is the only way into "
    "the vault. It is shown this once."
)
_ABOUT_BACKUPS = (
    "A backup is made every day. On another disk, such as a USB drive, it also helps when this computer is lost. Leave "
    "it empty to keep backups beside the vault."
)


class FirstRunPage(QStackedWidget):
    """The steps of `VaultCreation`, one page each.

    Signals:
        demo_wanted: MedBot is to be tried without a vault.
        making: the vault is made, and everything is being built on it.
    """

    demo_wanted = Signal()
    making = Signal()

    def __init__(self, appearance: Appearance, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._worker = worker
        self._creation: VaultCreation | None = None
        self.failure = FailureLine()
        self.account = text_field("Name of your account")
        self.account.setText("admin")
        self.passphrase, self.repeated = text_field("Passphrase", True), text_field("Passphrase again", True)
        self.strength = words("", "small")
        self.groups = [words("", "recoveryGroup", selectable=True) for _ in range(7)]
        self.confirmed = (text_field("First group"), text_field("Second group"))
        self._confirmed_labels = [Labelled("", field, appearance.theme.sizes.unit) for field in self.confirmed]
        self.folder = text_field("Folder for backups")
        self.primary: list[QPushButton] = []
        self._key = ""
        for page in (self._welcome(), self._account(), self._secret(), self._recovery(), self._backups()):
            self.addWidget(page)
        self.passphrase.textChanged.connect(self._estimate)
        worker.unavailable.connect(self._fail)

    def _welcome(self) -> QWidget:
        form = self._form("Welcome to MedBot", _PROMISE)
        demo = QPushButton("Only try it")
        demo.setToolTip("Nothing is kept when MedBot is closed")
        demo.clicked.connect(self.demo_wanted)
        self._end(form, "Make a vault for this clinic", self._begin, [demo])
        return form

    def _account(self) -> QWidget:
        form = self._form("Your account", "You will be the administrator, and can add accounts for others later.")
        form.add(Labelled("Name of your account", self.account, form.unit))
        self._end(form, "Next", self._name_account, [self._back()])
        self.account.returnPressed.connect(self._name_account)
        return form

    def _secret(self) -> QWidget:
        form = self._form("Your passphrase", "Four or more words are easy to remember and hard to guess.")
        form.add(Labelled("Passphrase", self.passphrase, form.unit), self.strength)
        form.add(Labelled("Passphrase again", self.repeated, form.unit))
        self._end(form, "Make the vault", self._choose_passphrase, [self._back()])
        self.repeated.returnPressed.connect(self._choose_passphrase)
        return form

    def _recovery(self) -> QWidget:
        form = self._form("The recovery key", _ABOUT_RECOVERY)
        grid = QGridLayout()
        grid.setSpacing(form.unit)
        for number, group in enumerate(self.groups):
            group.setAlignment(Qt.AlignmentFlag.AlignCenter)
            cell = QVBoxLayout()
            cell.setSpacing(0)
            label = words(str(number + 1), "small")
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            cell.addWidget(label)
            cell.addWidget(group)
            grid.addLayout(cell, number // 4, number % 4)
        form.column.addLayout(grid)
        form.add(words("To be sure that it was written down, type two of its groups.", "strong"))
        form.add(*self._confirmed_labels)
        self._end(form, "Next", self._confirm, [])
        self.confirmed[1].returnPressed.connect(self._confirm)
        return form

    def _backups(self) -> QWidget:
        form = self._form("Backups", _ABOUT_BACKUPS)
        choose = QPushButton("Choose a folder…")
        choose.clicked.connect(self._choose_folder)
        form.add(Labelled("Folder for backups", self.folder, form.unit), choose)
        self._end(form, "Finish", self._finish, [])
        return form

    def _form(self, title: str, text: str) -> CentredForm:
        form = CentredForm(self._appearance)
        form.column.addStretch(1)
        form.add(words(title, "title"), words(text))
        return form

    def _end(self, form: CentredForm, label: str, act: Callable[[], None], others: Sequence[QPushButton]) -> None:
        button = named(QPushButton(label), "primary")
        button.clicked.connect(act)
        self.primary.append(button)
        form.add_row([*others, button])
        form.column.addStretch(2)

    def _back(self) -> QPushButton:
        button = QPushButton("Back")
        button.clicked.connect(self._go_back)
        return button

    def begin(self) -> None:
        """Show the first page."""
        self._go(0)

    def _begin(self) -> None:
        self._do(_new_creation, self._take_creation)

    def _take_creation(self, creation: VaultCreation) -> None:
        self._creation = creation
        self._go(1, self.account)

    def _name_account(self) -> None:
        creation, name = self._made(), self.account.text()
        self._do(lambda: creation.name_account(name), lambda _: self._go(2, self.passphrase))

    def _choose_passphrase(self) -> None:
        creation, typed = self._made(), (self.passphrase.text(), self.repeated.text())

        def make() -> str:
            creation.choose_passphrase(*typed)
            return creation.create()

        self._do(make, self._show_recovery_key, busy="Making the vault…")

    def _show_recovery_key(self, key: str) -> None:
        for field in (self.passphrase, self.repeated):
            field.clear()
        for label, group in zip(self.groups, key.split("-"), strict=True):
            label.setText(group)
        for part, number in zip(self._confirmed_labels, self._made().groups_to_confirm, strict=True):
            part.label.setText(f"Group {number}")
        self._go(3, self.confirmed[0])

    def _confirm(self) -> None:
        creation, typed = self._made(), (self.confirmed[0].text(), self.confirmed[1].text())
        self._do(lambda: creation.confirm_recovery(typed), self._end_recovery)

    def _end_recovery(self, _: object) -> None:
        for label in self.groups:
            label.clear()
        for field in self.confirmed:
            field.clear()
        QGuiApplication.clipboard().clear()
        self._go(4, self.folder)

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

    def _go_back(self) -> None:
        self._made().back()
        self._go(self.currentIndex() - 1)

    def stop(self) -> None:
        """Let go of a vault that was made but not opened; it stays on the disk."""
        if self._creation is not None:
            self._creation.close()
            self._creation = None

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

    def _set_busy(self, words_: str) -> None:
        button = self.primary[self.currentIndex()]
        if words_:
            button.setProperty("label", button.property("label") or button.text())
            button.setText(words_)
        elif button.property("label"):
            button.setText(button.property("label"))
            button.setProperty("label", None)
        page = self.currentWidget()
        assert page is not None
        page.setEnabled(not words_)

    def _go(self, page: int, focus: QWidget | None = None) -> None:
        self.setCurrentIndex(page)
        form = self.currentWidget()
        assert isinstance(form, CentredForm)
        form.column.insertWidget(form.column.count() - 2, self.failure)
        self.failure.clear()
        (focus or self.primary[page]).setFocus()

    def _estimate(self, typed: str) -> None:
        from medbot_desktop.vault.passphrase import strength

        self.strength.setText(strength(typed).advice if typed else "")

    def _made(self) -> VaultCreation:
        assert self._creation is not None
        return self._creation


def _new_creation() -> VaultCreation:
    from medbot_desktop.vault.creation import VaultCreation
    from medbot_desktop.vault.folder import VaultFolder

    creation = VaultCreation(VaultFolder.standard())
    creation.begin()
    return creation


def _open_made(creation: VaultCreation) -> Services:
    return build_on(creation.finish())
