"""`medbot vault`: make the vault, change one's passphrase, and mount the groups of commands that look after it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import typer

from medbot_desktop.cli import vault_accounts, vault_people, vault_trail, vault_upkeep
from medbot_desktop.cli.opening import DEFAULT_ACCOUNT, SignIn, clinic_credentials, new_passphrase, opened_with
from medbot_desktop.cli.options import (
    AccountOption,
    NewPassphraseFileOption,
    PassphraseFileOption,
    RecoverOption,
    RecoveryKeyFileOption,
)
from medbot_desktop.cli.output import JsonOption, print_json
from medbot_desktop.cli.prompts import ask, ask_hidden, ask_until_accepted, at_terminal, tell
from medbot_desktop.errors import InputError
from medbot_desktop.logs import start_logging
from medbot_desktop.settings import home_folder
from medbot_desktop.vault.accounts import Accounts
from medbot_desktop.vault.creation import VaultCreation
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.passphrase import strength
from medbot_desktop.vault.roles import Role

app = typer.Typer(no_args_is_help=True, help="The encrypted vault: making it, its accounts, its trail and its upkeep.")


@app.command()
def create(
    account: str = AccountOption, passphrase_file: Path = PassphraseFileOption, as_json: bool = JsonOption
) -> None:
    """Make a vault in the home folder, with an administrator's account and a recovery key."""
    given = SignIn(account, passphrase_file).given()
    if given is None and not at_terminal():
        raise InputError(
            "The new vault needs a passphrase.", hint="Give it with --passphrase-file or MEDBOT_PASSPHRASE."
        )
    with closing(VaultCreation(VaultFolder.standard())) as creation:
        creation.begin()
        start_logging(home_folder() / "logs")
        if given is not None:
            creation.name_account(DEFAULT_ACCOUNT if account is None else account)
            creation.choose_passphrase(given, given)
        else:
            _ask_who(creation, account)
        recovery_key = creation.create()
        if as_json:
            print_json(
                {
                    "folder": str(creation.folder.path),
                    "account": creation.account_name,
                    "recovery_key": recovery_key,
                }
            )
        else:
            _show(creation, recovery_key)
            if given is None:
                _ask_the_rest(creation)


@app.command()
def passphrase(
    new_passphrase_file: Path = NewPassphraseFileOption,
    recovery_key_file: Path = RecoveryKeyFileOption,
    recover: bool = RecoverOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Change one's own passphrase; with the recovery key, set a new one without the old."""
    sign_in = SignIn(account, passphrase_file, recovery_key_file, recover)
    credentials = clinic_credentials(sign_in)
    with opened_with(credentials) as opened:
        accounts, new = Accounts(opened), new_passphrase(new_passphrase_file, sign_in.may_ask)
        if sign_in.with_recovery_key:
            name = account or _only_account(accounts)
            accounts.set_passphrase_after_recovery(name, new)
        else:
            name = opened.account.name
            accounts.change_passphrase(credentials.secret, new)
    if as_json:
        print_json({"account": name, "changed": True})
    else:
        typer.echo(f"The passphrase of {name} was changed.")


app.command()(vault_upkeep.backup)
app.command()(vault_upkeep.restore)
app.command()(vault_upkeep.verify)
app.command()(vault_upkeep.retention)
app.command()(vault_upkeep.rekey)
app.command()(vault_people.forget)
app.add_typer(vault_people.app, name="people")
app.add_typer(vault_accounts.app, name="accounts")
app.add_typer(vault_trail.app, name="audit")


def _ask_who(creation: VaultCreation, account: str | None) -> None:
    """Ask for the administrator's name, unless it was given, and for a passphrase."""

    def name() -> None:
        creation.name_account(ask("Name of the administrator's account", DEFAULT_ACCOUNT))

    def choose() -> None:
        typed = ask_hidden("Passphrase, four or more words")
        creation.choose_passphrase(typed, ask_hidden("The same again"))
        tell([strength(typed).advice])

    if account is None:
        ask_until_accepted(name)
    else:
        creation.name_account(account)
    ask_until_accepted(choose)
    tell(["Measuring this computer, so that guessing the passphrase is slow. This takes a few seconds."])


def _show(creation: VaultCreation, recovery_key: str) -> None:
    typer.echo(f"The vault is in {creation.folder.path}, with the account {creation.account_name}.")
    typer.echo("\nThe recovery key, which opens the vault where a passphrase is forgotten, is shown this once.")
    typer.echo("Write it down, and keep it away from this computer:")
    typer.echo(f"\n    {recovery_key}\n")


def _ask_the_rest(creation: VaultCreation) -> None:
    """Ask for two groups of the recovery key, and where backups go."""

    def confirm() -> None:
        first, second = creation.groups_to_confirm
        creation.confirm_recovery((ask(f"Group {first} of the key, as written down"), ask(f"Group {second}")))

    ask_until_accepted(confirm)
    question = "A folder for backups, on another disk best; empty for the vault's own"
    ask_until_accepted(lambda: creation.choose_backups(ask(question)))
    typer.echo("The vault is ready. `medbot` opens it.")


def _only_account(accounts: Accounts) -> str:
    """Whose passphrase is set anew where no account was named: the only one's, or the one called admin."""
    names = [line.account.name for line in accounts.list() if line.account.role is not Role.KIOSK]
    return names[0] if len(names) == 1 else DEFAULT_ACCOUNT
