"""Walk a person through making a vault, step by step and without a window: the wizard and the terminal share it."""

from __future__ import annotations

import secrets
import tempfile
from enum import StrEnum
from pathlib import Path

from medbot_desktop.errors import InputError, PassphraseError, VaultError
from medbot_desktop.text import name_key
from medbot_desktop.vault.accounts import checked_account_name
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import KeyCost
from medbot_desktop.vault.opening import OpenedVault, create_vault
from medbot_desktop.vault.passphrase import check_new
from medbot_desktop.vault.preferences import Preferences
from medbot_desktop.vault.recovery_key import GROUPS, parse_recovery_key
from medbot_desktop.vault.roles import RECOVERY_ACCOUNT

_CONFIRMED_GROUPS = 2


class Step(StrEnum):
    """Where the making of a vault stands."""

    WELCOME = "welcome"
    ACCOUNT = "account"
    PASSPHRASE = "passphrase"
    RECOVERY = "recovery"
    BACKUPS = "backups"
    DONE = "done"


_BEFORE = {
    Step.ACCOUNT: Step.WELCOME,
    Step.PASSPHRASE: Step.ACCOUNT,
    Step.BACKUPS: Step.RECOVERY,
    Step.DONE: Step.BACKUPS,
}
"""Where `VaultCreation.back` leads; once the vault is made, its account and passphrase are."""


class VaultCreation:
    """The making of one vault.

    The steps, and what leads from each to the next::

        WELCOME     begin()
        ACCOUNT     name_account(name)
        PASSPHRASE  choose_passphrase(passphrase, repeated), which stays here, and then create()
        RECOVERY    confirm_recovery(groups)
        BACKUPS     choose_backups(folder)
        DONE        finish()

    Each raises a `MedBotError` with the sentence to show, and stays on its step. A method that does not belong to the
    step raises `RuntimeError`. Nothing is on the disk before `create`, and everything that opens the vault is there
    after it: `finish` may be called at any step from RECOVERY on, and what was not chosen is as it is by default.
    Whoever stops without `finish` calls `close`; the vault stays, opens with its passphrase, and an administrator can
    make a new recovery key.

    All methods come from one thread at a time. Only `create` takes long (it measures this computer for some seconds);
    it may run on another thread, and `finish` on any thread after it.

    Args:
        folder: where the vault is made.
        cost: of deriving a key from a passphrase; None: tuned to this computer.

    Attributes:
        folder: where the vault is made.
        step: where the making stands.
        account_name: the name of the administrator's account; empty before it was given.
    """

    def __init__(self, folder: VaultFolder, cost: KeyCost | None = None) -> None:
        self.folder = folder
        self.step = Step.WELCOME
        self.account_name = ""
        self._cost = cost
        self._passphrase = ""
        self._recovery_key = ""
        self._groups: tuple[int, int] = (0, 0)
        self._opened: OpenedVault | None = None

    @property
    def can_go_back(self) -> bool:
        """Whether `back` leads anywhere from this step."""
        return self.step in _BEFORE

    @property
    def groups_to_confirm(self) -> tuple[int, int]:
        """The numbers of two groups of the recovery key, counted from 1 and in order; chosen at random by `create`."""
        return self._groups

    def begin(self) -> None:
        """Go from WELCOME to ACCOUNT.

        Raises:
            VaultError: the folder holds a vault already, which is not touched.
        """
        self._require(Step.WELCOME)
        self._require_no_vault()
        self.step = Step.ACCOUNT

    def name_account(self, name: str) -> None:
        """Name the administrator's account, and go from ACCOUNT to PASSPHRASE.

        Args:
            name: 1 to 100 characters of any script; space around it and between its words is made regular.

        Raises:
            InputError: the name cannot be used.
        """
        self._require(Step.ACCOUNT)
        checked = checked_account_name(name)
        if name_key(checked) == name_key(RECOVERY_ACCOUNT.name):
            raise InputError("That name belongs to the recovery key.", hint="Choose another name.")
        self.account_name = checked
        self.step = Step.PASSPHRASE

    def choose_passphrase(self, passphrase: str, repeated: str) -> None:
        """Choose the account's passphrase, and stay at PASSPHRASE: `create` goes on.

        Args:
            passphrase: any text that `passphrase.check_new` takes.
            repeated: the same again.

        Raises:
            PassphraseError: it cannot be used, or the two differ.
        """
        self._require(Step.PASSPHRASE)
        self._passphrase = ""
        check_new(passphrase)
        if passphrase != repeated:
            raise PassphraseError("The two passphrases are not the same.", hint="Type the same one twice.")
        self._passphrase = passphrase

    def create(self) -> str:
        """Make the vault, and go from PASSPHRASE to RECOVERY.

        Returns:
            The recovery key, seven groups with dashes between them, to show once.

        Raises:
            DiskFullError: there is no room for it.
            PassphraseError: no passphrase was chosen.
            VaultError: the folder cannot be written, or holds a vault by now, which is not touched.
        """
        self._require(Step.PASSPHRASE)
        check_new(self._passphrase)
        self._require_no_vault()
        self._opened, self._recovery_key = create_vault(self.folder, self.account_name, self._passphrase, self._cost)
        self._passphrase = ""
        first, second = sorted(secrets.SystemRandom().sample(range(1, GROUPS + 1), _CONFIRMED_GROUPS))
        self._groups = (first, second)
        self.step = Step.RECOVERY
        return self._recovery_key

    def confirm_recovery(self, groups: tuple[str, str]) -> None:
        """Show that the recovery key was written down, and go from RECOVERY to BACKUPS.

        Args:
            groups: the two groups that `groups_to_confirm` asks for, in its order, as they were typed; case and
                space do not matter.

        Raises:
            InputError: one of them is not what the key says there; the sentence names its number.
        """
        self._require(Step.RECOVERY)
        for number, typed in zip(self._groups, groups, strict=True):
            if not self._is_group(number, typed):
                raise InputError(
                    f"Group {number} is not as the recovery key shows it.",
                    hint="Compare it with what was written down.",
                )
        self.step = Step.BACKUPS

    def choose_backups(self, folder: str) -> None:
        """Choose where backups go, and go from BACKUPS to DONE.

        Args:
            folder: a folder that is there and can be written, on another disk best; empty: the vault's own.

        Raises:
            InputError: there is no such folder, or it cannot be written.
        """
        self._require(Step.BACKUPS)
        opened = self._require_opened()
        chosen = str(_writable_folder(folder)) if folder.strip() else ""
        preferences = Preferences(opened.vault, opened.access)
        settings = preferences.read()
        preferences.change(
            settings.model_copy(update={"backup": settings.backup.model_copy(update={"folder": chosen})})
        )
        self.step = Step.DONE

    def finish(self) -> OpenedVault:
        """Hand over the open vault, at any step from RECOVERY on, and forget the recovery key."""
        opened = self._require_opened()
        self._opened, self._recovery_key = None, ""
        self.step = Step.DONE
        return opened

    def back(self) -> None:
        """Go to the step before; from WELCOME and from RECOVERY there is none, see `can_go_back`."""
        if not self.can_go_back:
            raise RuntimeError(f"No step comes before {self.step}.")
        self.step = _BEFORE[self.step]

    def close(self) -> None:
        """Stop here, and close the vault if it was made and not handed over."""
        self._passphrase = self._recovery_key = ""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _require(self, step: Step) -> None:
        if self.step is not step:
            raise RuntimeError(f"This belongs to the step {step}, not to {self.step}.")

    def _require_opened(self) -> OpenedVault:
        if self._opened is None:
            raise RuntimeError("The vault is not made yet, or was handed over.")
        return self._opened

    def _require_no_vault(self) -> None:
        if self.folder.exists():
            raise VaultError(
                "There is a vault in this home folder already, and it was left as it is.",
                hint="Open it, or choose another home folder with MEDBOT_HOME.",
            )

    def _is_group(self, number: int, typed: str) -> bool:
        groups = self._recovery_key.split("-")
        groups[number - 1] = typed
        try:
            return parse_recovery_key("-".join(groups)) == self._recovery_key
        except PassphraseError:
            return False


def _writable_folder(folder: str) -> Path:
    try:
        path = Path(folder.strip()).expanduser().absolute()
        with tempfile.TemporaryFile(dir=path):
            return path
    except (OSError, RuntimeError, ValueError) as error:
        raise InputError(
            "Backups cannot be written to that folder.", hint="Choose a folder that is there and may be written to."
        ) from error
