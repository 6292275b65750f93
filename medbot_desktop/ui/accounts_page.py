"""Let an administrator say who may open the vault, and as what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from medbot_desktop.ui.account_form import AccountForm
from medbot_desktop.ui.amounts import local_moment
from medbot_desktop.ui.confirm_dialog import ConfirmDialog
from medbot_desktop.ui.flow_row import FlowRow
from medbot_desktop.ui.parts import named, words
from medbot_desktop.ui.plain_text import shown
from medbot_desktop.ui.recovery_key_dialog import RecoveryKeyDialog
from medbot_desktop.ui.role_choice import allowed, role_words
from medbot_desktop.ui.role_dialog import RoleDialog
from medbot_desktop.ui.secret_dialog import SecretDialog
from medbot_desktop.ui.section_page import SectionPage
from medbot_desktop.ui.table import Column, Table, TableModel
from medbot_desktop.ui.theme import Appearance
from medbot_desktop.ui.worker import Services, Worker
from medbot_desktop.vault.roles import Account, Role

if TYPE_CHECKING:
    from medbot_desktop.vault.accounts import AccountLine, Accounts

_ABOUT = "Everybody signs in with a name and a passphrase of their own, so that the audit trail can say who did what."
_ABOUT_KIOSK = (
    "A kiosk in the waiting room opens the vault by itself, with a key that lies in this computer's keyring. It may "
    "only ask questions, and sees nothing of what is kept."
)
_ABOUT_RECOVERY = (
    "It opens the vault where every passphrase is forgotten. Make a new one if the paper is lost, or if somebody may "
    "have read it."
)
_ONE_TIME = (
    "Tell them this passphrase now: it is shown this once. When they sign in with it, they choose one of their own."
)


@dataclass(frozen=True, slots=True)
class _Known:
    lines: tuple[AccountLine, ...] = ()
    own_id: str = ""


class AccountsPage(SectionPage):
    """The section "Accounts"."""

    def __init__(self, appearance: Appearance, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(appearance, worker, "Accounts", _ABOUT, parent=parent)
        self._known = _Known()
        columns: list[Column[AccountLine]] = [
            Column("Name", lambda line: line.account.name, 32),
            Column("Role", lambda line: role_words(line.account.role), 18),
            Column("Last opened", _last_opened, 22),
            Column("", lambda line: "Has to change the passphrase" if line.account.must_change else ""),
        ]
        self.table = Table(appearance, TableModel(columns, self), "Accounts")
        self.about_chosen = words("", "small")
        self.add_button = named(QPushButton("Add an account"), "primary")
        self.role_button = QPushButton("Change role")
        self.reset_button = QPushButton("Reset passphrase")
        self.remove_button = QPushButton("Remove")
        self.recovery_button = QPushButton("Make a new recovery key")
        self.about_kiosk = words(_ABOUT_KIOSK)
        self.kiosk_button = QPushButton()
        self.form = AccountForm(appearance)
        self._overview = self._arranged()
        for part in (self._overview, self.form):
            self.column.addWidget(part)
        self.form.hide()
        self._connect()
        self.settle()

    def _arranged(self) -> QWidget:
        unit = self.appearance.theme.sizes.unit
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(unit)
        column.addWidget(self.table)
        column.addWidget(self.about_chosen)
        column.addLayout(FlowRow(unit, self.add_button, self.role_button, self.reset_button, self.remove_button))
        for heading, about, button in (
            ("Kiosk", self.about_kiosk, self.kiosk_button),
            ("Recovery key", words(_ABOUT_RECOVERY), self.recovery_button),
        ):
            column.addSpacing(3 * unit)
            column.addWidget(words(heading, "heading"))
            column.addWidget(about)
            column.addLayout(FlowRow(unit, button))
        column.addStretch(1)
        return page

    def _connect(self) -> None:
        self.table.chosen_changed.connect(self.settle)
        for button, act in (
            (self.add_button, self._begin_form),
            (self.role_button, self._ask_role),
            (self.reset_button, self._ask_reset),
            (self.remove_button, self._ask_remove),
            (self.recovery_button, self._ask_recovery),
            (self.kiosk_button, self._use_kiosk),
        ):
            button.clicked.connect(act)
        self.form.filled.connect(self._add)
        self.form.cancelled.connect(self._end_form)
        self.form.refused.connect(lambda: self.bring_into_sight(self.form.failure))

    def refresh(self) -> None:
        """List the accounts as they are now."""
        self.read(_known, self._show)

    def forget(self) -> None:
        """Let go of names and of what was typed."""
        super().forget()
        self._show(_Known())
        self._end_form()

    def settle(self) -> None:
        """Offer what may be done with the chosen account."""
        line = self.table.chosen
        account = line.account if line else None
        why_not = self._why_not_removed(account) if account else ""
        is_free = account is not None and not self.is_busy
        is_person = is_free and account is not None and account.role is not Role.KIOSK
        is_own = account is not None and account.id == self._known.own_id
        self.role_button.setEnabled(is_person and not self._is_last_administrator(account))
        self.reset_button.setEnabled(is_person and not is_own)
        self.remove_button.setEnabled(is_free and not why_not)
        about = f"{account.name}: {allowed(account.role)} {why_not}" if account else "Choose an account in the table."
        self.about_chosen.setText(shown(about.strip()))
        has_kiosk = self._kiosk() is not None
        for button in (self.add_button, self.recovery_button, self.kiosk_button):
            button.setEnabled(not self.is_busy)
        self.kiosk_button.setText("Remove the kiosk" if has_kiosk else "Add a kiosk on this computer")

    def _show(self, known: _Known) -> None:
        chosen = self.table.chosen
        self._known = known
        self.table.rows.show(known.lines)
        ids = [line.account.id for line in known.lines]
        if chosen is not None and chosen.account.id in ids:
            self.table.choose(ids.index(chosen.account.id))
        self.settle()

    def _kiosk(self) -> Account | None:
        accounts = [line.account for line in self._known.lines]
        return next((account for account in accounts if account.role is Role.KIOSK), None)

    def _is_last_administrator(self, account: Account | None) -> bool:
        administrators = [line for line in self._known.lines if line.account.role is Role.ADMINISTRATOR]
        return account is not None and account.role is Role.ADMINISTRATOR and len(administrators) == 1

    def _why_not_removed(self, account: Account) -> str:
        if account.id == self._known.own_id:
            return "This is your own account: another administrator can remove it."
        return "A vault needs at least one administrator." if self._is_last_administrator(account) else ""

    def _begin_form(self) -> None:
        self.form.begin()
        self._overview.hide()
        self.form.show()
        self.form.name.setFocus()

    def _end_form(self) -> None:
        self.form.begin()
        self.form.hide()
        self._overview.show()
        self.add_button.setFocus()

    def _add(self, name: str, role: Role, passphrase: str | None) -> None:
        def added(result: tuple[Account, str | None]) -> None:
            self._end_form()
            self.refresh()
            self.notice.tell(f"The account {shown(name)} was added.")
            if result[1] is not None:
                self._tell_one_time(name, result[1])

        self.do(
            lambda services: _accounts(services).add(name, role, passphrase),
            added,
            self.form.tell,
            [self.form.add_button],
        )

    def _ask_role(self) -> None:
        account = self._chosen()
        dialog = RoleDialog(self.appearance, account, self)
        self.ask(dialog, lambda: self._change_role(account, dialog.role.chosen))

    def _change_role(self, account: Account, role: Role) -> None:
        done = f"{shown(account.name)} is {_with_article(role)} now, from the next time they sign in."
        self._act(lambda accounts: accounts.change_role(account.id, role), done, self.role_button)

    def _ask_reset(self) -> None:
        account = self._chosen()
        facts = [
            "Their passphrase opens nothing any more. You get one for a single use, to pass on to them.",
            "Nothing that they kept is lost.",
        ]
        dialog = ConfirmDialog(
            self.appearance, f"Reset the passphrase of {account.name}?", facts, "Reset it", parent=self
        )
        self.ask(dialog, lambda: self._reset(account))

    def _reset(self, account: Account) -> None:
        def done(one_time: str) -> None:
            self.refresh()
            self._tell_one_time(account.name, one_time)

        self.do(lambda services: _accounts(services).reset_passphrase(account.id), done, waiting=[self.reset_button])

    def _tell_one_time(self, name: str, one_time: str) -> None:
        self.ask(SecretDialog(self.appearance, f"A passphrase for {name}", _ONE_TIME, one_time, self))

    def _ask_remove(self) -> None:
        account = self._chosen()
        facts = ["It opens the vault no longer. The conversations that it held stay, and so does its audit trail."]
        dialog = ConfirmDialog(self.appearance, f"Remove the account {account.name}?", facts, "Remove it", parent=self)
        done = f"The account {shown(account.name)} was removed."
        self.ask(dialog, lambda: self._act(lambda accounts: accounts.remove(account.id), done, self.remove_button))

    def _ask_recovery(self) -> None:
        facts = [
            "The recovery key that you have now opens nothing any more.",
            "Have pen and paper ready: the new one is shown once.",
        ]
        dialog = ConfirmDialog(self.appearance, "Make a new recovery key?", facts, "Make it", parent=self)
        self.ask(dialog, self._make_recovery_key)

    def _make_recovery_key(self) -> None:
        self.do(
            lambda services: _accounts(services).new_recovery_key(),
            self._show_recovery_key,
            waiting=[self.recovery_button],
        )

    def _show_recovery_key(self, key: str) -> None:
        dialog = RecoveryKeyDialog(self.appearance, key, self)
        dialog.rejected.connect(
            lambda: self.notice.tell("Nobody has written the new recovery key down: make another one when you can.")
        )
        self.ask(dialog, lambda: self.notice.tell("The new recovery key holds, and the old one opens nothing."))

    def _use_kiosk(self) -> None:
        kiosk = self._kiosk()
        if kiosk is None:
            self._act(lambda accounts: accounts.add_kiosk(), "The kiosk was added.", self.kiosk_button)
            return
        facts = ["Its key is taken out of this computer's keyring, so it opens the vault no longer."]
        dialog = ConfirmDialog(self.appearance, "Remove the kiosk?", facts, "Remove it", parent=self)
        done = "The kiosk was removed."
        self.ask(dialog, lambda: self._act(lambda accounts: accounts.remove(kiosk.id), done, self.kiosk_button))

    def _act(self, act: Callable[[Accounts], object], done: str, button: QPushButton) -> None:
        def tell(_: object) -> None:
            self.refresh()
            self.notice.tell(done)

        self.do(lambda services: act(_accounts(services)), tell, waiting=[button])

    def _chosen(self) -> Account:
        line = self.table.chosen
        assert line is not None
        return line.account


def _accounts(services: Services) -> Accounts:
    assert services.accounts is not None
    return services.accounts


def _known(services: Services) -> _Known:
    return _Known(tuple(_accounts(services).list()), services.access.account.id)


def _last_opened(line: AccountLine) -> str:
    return local_moment(line.last_opened) if line.last_opened else "Never"


def _with_article(role: Role) -> str:
    return {Role.ADMINISTRATOR: "an administrator", Role.CLINICIAN: "a clinician"}.get(role, "at the front desk")
