"""Ask for a passphrase before anything of the vault is shown, and help whoever has forgotten it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QProgressBar, QPushButton, QWidget

from medbot_desktop.domain import Failed
from medbot_desktop.errors import MustChangeError, PassphraseError
from medbot_desktop.ui.bringing_back import BringingBack
from medbot_desktop.ui.by_button import AT_THE_LOCK, by_button
from medbot_desktop.ui.entry import has_kiosk, recover, unlock, unlock_kiosk
from medbot_desktop.ui.form import CentredForm, FailureLine, Labelled, text_field
from medbot_desktop.ui.icons import picture
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.theme import Appearance, Theme
from medbot_desktop.ui.worker import Services, Worker

_SECOND_MS = 1_000


class Mode(Enum):
    """What the screen asks for, by what its button says."""

    UNLOCK = "Unlock"
    NEW_PASSPHRASE = "Change it and unlock"
    RECOVERY = "Set it and unlock"


_TITLES = {
    Mode.UNLOCK: ("MedBot is locked", "Sign in to go on."),
    Mode.NEW_PASSPHRASE: ("Choose your passphrase", "The one that you typed was made for one use."),
    Mode.RECOVERY: (
        "Use the recovery key",
        "It was written down when the vault was made. It sets a new passphrase for one account.",
    ),
}


class LockScreen(CentredForm):
    """The page before the vault is open.

    Signals:
        accepted: the vault is open, and everything is being built on it.
    """

    accepted = Signal()

    def __init__(self, appearance: Appearance, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(appearance, parent)
        self._worker = worker
        self._mode = Mode.UNLOCK
        self.is_busy = False
        self._wait_s = 0
        self._waiting = ("", Mode.UNLOCK)
        self._mark = QLabel()
        self.title, self.explanation = words("", "title"), words("")
        self.notice = words("", "small")
        self.account = text_field("Account")
        self.passphrase = text_field("Passphrase", is_secret=True)
        self.recovery_key = text_field("Recovery key")
        self.new, self.repeated = (text_field(name, True) for name in ("New passphrase", "New passphrase again"))
        self.show_letters = QCheckBox("Show what I type")
        self.failure = FailureLine()
        self.busy_bar = QProgressBar()
        self.busy_bar.setRange(0, 0)
        self.busy_bar.setTextVisible(False)
        self.busy_bar.setAccessibleName("Opening the vault")
        self.button = named(QPushButton(), "primary")
        self.other_way = QPushButton()
        self.kiosk_button = QPushButton("Open as kiosk")
        self._has_kiosk = False
        self.restore_button = QPushButton("Restore a backup…")
        self.restore_button.hide()
        self.bringing_back = BringingBack(appearance, worker, self, is_new=False)
        self._parts = {
            field: Labelled(field.accessibleName(), field, self.unit)
            for field in (self.account, self.passphrase, self.recovery_key, self.new, self.repeated)
        }
        self._counting = QTimer(self)
        self._counting.setInterval(_SECOND_MS)
        self._arrange()
        self._connect(appearance)
        self._show(Mode.UNLOCK)

    def _arrange(self) -> None:
        self.column.addStretch(1)
        self.add(self._mark, self.title, self.explanation, self.notice, *self._parts.values())
        self.add(self.show_letters, self.failure, self.busy_bar)
        self.add_row([self.restore_button, self.other_way, self.kiosk_button, self.button])
        self.column.addStretch(2)

    def _connect(self, appearance: Appearance) -> None:
        self.button.clicked.connect(self.submit)
        self.other_way.clicked.connect(self._take_other_way)
        self.kiosk_button.clicked.connect(self._open_as_kiosk)
        self.restore_button.clicked.connect(self.bringing_back.ask)
        self.bringing_back.begun.connect(partial(self._set_busy, True))
        self.bringing_back.failed.connect(self._fail)
        self.bringing_back.ended.connect(self._open_restored)
        self.show_letters.toggled.connect(self._show_secrets)
        self._counting.timeout.connect(self._count)
        self.account.textChanged.connect(self._refresh)
        for field in self._parts:
            field.returnPressed.connect(self.submit)
        self._worker.refused.connect(self._refuse)
        self._worker.unavailable.connect(self._fail)
        self.accepted.connect(self._forget_typed)
        self._worker.ready.connect(self._end)
        appearance.changed.connect(self._use_theme)
        self._use_theme(appearance.theme)

    def begin(self, account: str = "", notice: str = "") -> None:
        """Ask for the passphrase of an account.

        Args:
            account: who had the vault open before.
            notice: why the screen is there, in a sentence.
        """
        self._end()
        self.restore_button.hide()
        self.account.setText(account)
        self.notice.setText(notice)
        self.notice.setVisible(bool(notice))
        self._offer_kiosk(False)
        self._worker.run_alone(has_kiosk, self._offer_kiosk)
        self._show(Mode.UNLOCK)
        self.focus_first()

    def focus_first(self) -> None:
        """Put the keyboard where something has to be typed."""
        empty = (field for field in self._parts if not self._parts[field].isHidden() and not field.text())
        next(empty, self.button).setFocus()

    def submit(self) -> None:
        """Try what was typed."""
        if self.is_busy or self._has_to_wait():
            return
        self.failure.clear()
        missing = [field for field in self._parts if self._is_needed(field) and not field.text()]
        if missing:
            self.failure.tell(f"{missing[0].accessibleName()}: nothing is typed there yet.")
            missing[0].setFocus()
            return
        self._set_busy(True)
        self._worker.open_with(self._opening())

    def _open_as_kiosk(self) -> None:
        self.failure.clear()
        self._set_busy(True)
        self._worker.open_with(partial(unlock_kiosk, self.accepted.emit))

    def _offer_kiosk(self, has_kiosk: bool) -> None:
        self._has_kiosk = has_kiosk
        self._refresh()

    def _opening(self) -> Callable[[], Services]:
        account, new, accepted = self.account.text(), (self.new.text(), self.repeated.text()), self.accepted.emit
        if self._mode is Mode.RECOVERY:
            return partial(recover, account, self.recovery_key.text(), new, accepted)
        chosen = new if self._mode is Mode.NEW_PASSPHRASE else None
        return partial(unlock, account, self.passphrase.text(), chosen, accepted)

    def _is_needed(self, field: QLineEdit) -> bool:
        may_be_empty = field is self.account and self._mode is not Mode.RECOVERY
        return not self._parts[field].isHidden() and not may_be_empty

    def _refuse(self, error: PassphraseError) -> None:
        self._set_busy(False)
        if isinstance(error, MustChangeError):
            self._show(Mode.NEW_PASSPHRASE)
            self.focus_first()
            return
        self.failure.tell(error.message, error.hint)
        if error.wait_seconds > 0:
            self._wait_s, self._waiting = round(error.wait_seconds), self._attempt()
            self._counting.start()
        self._refresh()
        fields = {Mode.UNLOCK: self.passphrase, Mode.NEW_PASSPHRASE: self.new, Mode.RECOVERY: self.recovery_key}
        field = fields[self._mode]
        field.selectAll()
        field.setFocus()

    def _fail(self, failure: Failed) -> None:
        """Say why the vault cannot be opened; where it is damaged, a backup helps."""
        self._set_busy(False)
        told = by_button(failure, AT_THE_LOCK)
        self.failure.tell(told.message, told.hint)
        self.restore_button.show()

    def _open_restored(self, opening: Callable[[], Services] | None, told: str) -> None:
        if opening is None:
            self.begin(self.account.text(), told)
        else:
            self.accepted.emit()
            self._worker.open_with(opening)

    def _attempt(self) -> tuple[str, Mode]:
        """What is tried: the wait after wrong tries holds for this account, and not for the recovery key."""
        return self.account.text(), self._mode

    def _has_to_wait(self) -> bool:
        return self._wait_s > 0 and self._waiting == self._attempt()

    def _count(self) -> None:
        self._wait_s -= 1
        if self._wait_s <= 0:
            self._counting.stop()
        self._refresh()

    def _set_busy(self, is_busy: bool) -> None:
        self.is_busy = is_busy
        for button in (self.restore_button, self.other_way, self.kiosk_button):
            button.setEnabled(not is_busy)
        for field in self._parts:
            field.setReadOnly(is_busy)
        self._refresh()

    def _refresh(self) -> None:
        """Let the button say what it does, or why it does nothing now."""
        has_to_wait = self._has_to_wait()
        wait = f"Wait {self._wait_s} s" if self._wait_s < 60 else f"Wait {self._wait_s // 60}:{self._wait_s % 60:02}"
        self.button.setText("Opening…" if self.is_busy else wait if has_to_wait else self._mode.value)
        self.button.setEnabled(not self.is_busy and not has_to_wait)
        self.busy_bar.setVisible(self.is_busy)
        self.kiosk_button.setVisible(self._has_kiosk and self._mode is Mode.UNLOCK)

    def _take_other_way(self) -> None:
        self.failure.clear()
        self._show(Mode.RECOVERY if self._mode is Mode.UNLOCK else Mode.UNLOCK)
        self.focus_first()

    def _show(self, mode: Mode) -> None:
        self._mode = mode
        title, explanation = _TITLES[mode]
        self.title.setText(title)
        self.explanation.setText(explanation)
        self.other_way.setText("I have forgotten it" if mode is Mode.UNLOCK else "Back")
        self.other_way.setAccessibleName("Use the recovery key" if mode is Mode.UNLOCK else "Back to the passphrase")
        shown = {
            self.account: mode is not Mode.NEW_PASSPHRASE,
            self.passphrase: mode is Mode.UNLOCK,
            self.recovery_key: mode is Mode.RECOVERY,
            self.new: mode is not Mode.UNLOCK,
            self.repeated: mode is not Mode.UNLOCK,
        }
        for field, is_shown in shown.items():
            self._parts[field].setVisible(is_shown)
        self._refresh()

    def _show_secrets(self, is_shown: bool) -> None:
        echo = QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password
        for field in (self.passphrase, self.new, self.repeated):
            field.setEchoMode(echo)

    def _forget_typed(self) -> None:
        for field in (self.passphrase, self.recovery_key, self.new, self.repeated):
            field.clear()
        self.show_letters.setChecked(False)
        self.failure.clear()

    def _end(self) -> None:
        self._forget_typed()
        self._set_busy(False)

    def _use_theme(self, theme: Theme) -> None:
        self._mark.setPixmap(picture(theme, "mark", "accent", "on_accent", theme.sizes.mark_pixels))
