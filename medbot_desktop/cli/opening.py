"""Open the profile that a command works on: which one, for which account, and with a passphrase from where."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from medbot_desktop.cli.prompts import ask, ask_hidden, ask_until_accepted, at_terminal, require_yes, tell
from medbot_desktop.errors import InputError, MedBotError, PassphraseError, VaultError
from medbot_desktop.logs import start_logging
from medbot_desktop.settings import home_folder
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.keyslots import Keyslots, SlotKind
from medbot_desktop.vault.opening import Credentials, OpenedVault, open_vault
from medbot_desktop.vault.passphrase import check_new, read_passphrase_file, strength

if TYPE_CHECKING:
    from medbot_desktop.workspace import Workspace

PASSPHRASE = "MEDBOT_PASSPHRASE"
NEW_PASSPHRASE = "MEDBOT_NEW_PASSPHRASE"
DEFAULT_ACCOUNT = "admin"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who opens the vault, as a command's options say.

    Attributes:
        account: ``--account``.
        passphrase_file: ``--passphrase-file``.
        recovery_key_file: ``--recovery-key-file``, where a command has it.
        recover: ``--recover``: the recovery key is typed in place of a passphrase.
    """

    account: str | None = None
    passphrase_file: Path | None = None
    recovery_key_file: Path | None = None
    recover: bool = False

    @property
    def with_recovery_key(self) -> bool:
        """Whether the recovery key is used in place of a passphrase."""
        return self.recover or self.recovery_key_file is not None

    @property
    def may_ask(self) -> bool:
        """Whether a person may be asked: at a terminal, where no secret came from a file or from the environment."""
        return at_terminal() and self.recovery_key_file is None and self.given() is None

    def given(self) -> str | None:
        """The passphrase that a file or the environment gives, or None.

        Raises:
            InputError: the file cannot be read.
        """
        return _given(self.passphrase_file, PASSPHRASE)

    def credentials(self, folder: VaultFolder | None = None) -> Credentials:
        """With what the vault is opened; asks for what was not given.

        Args:
            folder: the vault whose accounts decide whether a name is asked for; None: it is not.

        Raises:
            InputError: a file cannot be read, or nothing was given and nobody can be asked.
        """
        if self.with_recovery_key:
            return Credentials(None, self._recovery_key(), SlotKind.RECOVERY)
        secret = self.given()
        if secret is not None:
            return Credentials(self.account, secret)
        if not at_terminal():
            raise PassphraseError(
                "The vault needs a passphrase.", hint=f"Give it with --passphrase-file or {PASSPHRASE}."
            )
        account = self.account
        if account is None and folder is not None and _has_several_accounts(folder):
            account = ask("Account", DEFAULT_ACCOUNT)
        return Credentials(account, ask_hidden("Passphrase"))

    def confirm(self, question: str, yes: bool) -> None:
        """Go on with something that cannot be taken back only if a person who can be asked says yes.

        Args:
            question: what is going to happen.
            yes: ``--yes`` was given, so nobody is asked.

        Raises:
            InputError: they did not.
        """
        if self.may_ask and not yes:
            require_yes(question)

    def _recovery_key(self) -> str:
        if self.recovery_key_file is not None:
            return read_passphrase_file(self.recovery_key_file)
        if not at_terminal():
            raise PassphraseError("The recovery key is needed.", hint="Give it with --recovery-key-file.")
        return ask("Recovery key")


@contextmanager
def opened_vault(sign_in: SignIn) -> Iterator[OpenedVault]:
    """The vault of the home folder, open for one account until the block ends.

    Raises:
        VaultError: there is none, or it cannot be opened.
    """
    with opened_with(clinic_credentials(sign_in)) as opened:
        yield opened


@contextmanager
def opened_with(credentials: Credentials) -> Iterator[OpenedVault]:
    """The same, for a command that needs the passphrase itself."""
    start_logging(home_folder() / "logs")
    with closing(open_vault(VaultFolder.standard(), credentials)) as opened:
        tell(opened.notices)
        yield opened


@contextmanager
def opened_workspace(profile: str | None, sign_in: SignIn, with_text_model: bool = True) -> Iterator[Workspace]:
    """A profile with all its services, open until the block ends.

    Args:
        profile: ``--profile``; None: the clinic's vault where there is one, else the demo.
        sign_in: who opens the clinic's vault.
        with_text_model: whether to start the language model.

    Raises:
        MedBotError: it cannot be opened.
    """
    # Loaded here, because most commands of the vault need none of the services.
    from medbot_desktop.workspace import CLINIC, Workspace, default_profile

    profile = profile or default_profile()
    credentials = None
    if profile == CLINIC:
        credentials = clinic_credentials(sign_in)
        start_logging(home_folder() / "logs")
    with Workspace.open(profile, with_text_model, credentials) as workspace:
        tell(workspace.notices)
        yield workspace


def clinic_credentials(sign_in: SignIn) -> Credentials:
    """With what the vault of the home folder is opened; asks only where there is one.

    Raises:
        InputError: a file cannot be read.
        VaultError: there is no vault, or no passphrase was given and nobody can be asked.
    """
    folder = VaultFolder.standard()
    if not folder.exists():
        raise VaultError("There is no vault in this home folder yet.", hint="Make one with `medbot vault create`.")
    return sign_in.credentials(folder)


def new_passphrase(file: Path | None, may_ask: bool) -> str:
    """A new passphrase from a file, from the environment, or typed twice at the terminal.

    Args:
        file: ``--new-passphrase-file``.
        may_ask: whether a person may be asked.

    Raises:
        InputError: none was given, or the file cannot be read.
        PassphraseError: it cannot be used.
    """
    given = _given(file, NEW_PASSPHRASE)
    if given is not None:
        check_new(given)
        return given
    if not may_ask:
        raise InputError("A new passphrase is needed.", hint=f"Give it with --new-passphrase-file or {NEW_PASSPHRASE}.")
    return ask_until_accepted(_typed_twice)


def _given(file: Path | None, variable: str) -> str | None:
    return os.environ.get(variable) if file is None else read_passphrase_file(file)


def _typed_twice() -> str:
    typed = ask_hidden("New passphrase")
    check_new(typed)
    if ask_hidden("The same again") != typed:
        raise PassphraseError("The two passphrases are not the same.", hint="Type the same one twice.")
    tell([strength(typed).advice])
    return typed


def _has_several_accounts(folder: VaultFolder) -> bool:
    """Whether the vault has more than one account with a passphrase; where that cannot be read, opening it says why."""
    try:
        return len(Keyslots.read(folder).account_ids(SlotKind.PASSPHRASE)) > 1
    except MedBotError:
        return False
