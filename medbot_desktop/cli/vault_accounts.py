"""`medbot vault accounts`: who can open the vault, and what each of them may do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from medbot_desktop.cli.listing import ListByDefault
from medbot_desktop.cli.opening import SignIn, opened_vault
from medbot_desktop.cli.options import AccountOption, NewPassphraseFileOption, PassphraseFileOption
from medbot_desktop.cli.output import JsonOption, print_json
from medbot_desktop.vault.accounts import AccountLine, Accounts
from medbot_desktop.vault.passphrase import read_passphrase_file
from medbot_desktop.vault.roles import Account, Role

app = typer.Typer(cls=ListByDefault, help="Who can open the vault; without a command, the list of them.")
kiosk = typer.Typer(no_args_is_help=True, help="The kiosk of this computer, which opens the vault by itself.")
app.add_typer(kiosk, name="kiosk")

NameArgument = typer.Argument(..., help="The account's name.")
YesOption = typer.Option(False, "--yes", help="Do not ask whether it is meant.")


@app.command("list")
def list_accounts(
    account: str = AccountOption, passphrase_file: Path = PassphraseFileOption, as_json: bool = JsonOption
) -> None:
    """List the accounts with their roles."""
    with opened_vault(SignIn(account, passphrase_file)) as opened:
        lines = Accounts(opened).list()
    if as_json:
        for line in lines:
            print_json(_line_object(line))
        return
    table = Table("Account", "Role", "Last opened", "", box=None, pad_edge=False)
    for line in lines:
        opened_last = f"{line.last_opened.astimezone():%Y-%m-%d %H:%M}" if line.last_opened else "never"
        note = "has to choose a passphrase" if line.account.must_change else ""
        table.add_row(Text(line.account.name), line.account.role.words, opened_last, note)
    Console().print(table)


@app.command()
def add(
    name: str = NameArgument,
    role: Role = typer.Option(..., "--role", help="What they may do."),
    new_passphrase_file: Path = NewPassphraseFileOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Add an account; without a file it gets a one-time passphrase, which is shown once."""
    with opened_vault(SignIn(account, passphrase_file)) as opened:
        chosen = read_passphrase_file(new_passphrase_file) if new_passphrase_file is not None else None
        added, one_time = Accounts(opened).add(name, role, chosen)
    if as_json:
        print_json({**_account_object(added), "one_time_passphrase": one_time})
        return
    typer.echo(f"Added {added.name} with the role {added.role.words}.")
    if one_time is not None:
        _show_one_time(added.name, one_time)


@app.command("role")
def change_role(
    name: str = NameArgument,
    role: Role = typer.Argument(..., help="What they may do from now on."),
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Give an account another role."""
    with opened_vault(SignIn(account, passphrase_file)) as opened:
        accounts = Accounts(opened)
        accounts.change_role(accounts.find(name).id, role)
        changed = accounts.find(name)
    if as_json:
        print_json(_account_object(changed))
    else:
        typer.echo(f"{changed.name} has the role {changed.role.words} now.")


@app.command()
def remove(
    name: str = NameArgument,
    yes: bool = YesOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Remove an account; the conversations that it held stay."""
    sign_in = SignIn(account, passphrase_file)
    with opened_vault(sign_in) as opened:
        accounts = Accounts(opened)
        found = accounts.find(name)
        sign_in.confirm(f"Remove the account {found.name}?", yes)
        accounts.remove(found.id)
    if as_json:
        print_json({"name": found.name, "removed": True})
    else:
        typer.echo(f"Removed {found.name}.")


@app.command()
def reset(
    name: str = NameArgument,
    yes: bool = YesOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Give an account a one-time passphrase, which is shown once; the old passphrase opens nothing any more."""
    sign_in = SignIn(account, passphrase_file)
    with opened_vault(sign_in) as opened:
        accounts = Accounts(opened)
        found = accounts.find(name)
        sign_in.confirm(f"Give {found.name} a new passphrase?", yes)
        one_time = accounts.reset_passphrase(found.id)
    if as_json:
        print_json({"name": found.name, "one_time_passphrase": one_time})
    else:
        _show_one_time(found.name, one_time)


@app.command("recovery-key")
def recovery_key(
    yes: bool = YesOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Make a new recovery key, which is shown once; the old one opens nothing any more."""
    sign_in = SignIn(account, passphrase_file)
    with opened_vault(sign_in) as opened:
        sign_in.confirm("Make a new recovery key? The old one will open nothing any more.", yes)
        made = Accounts(opened).new_recovery_key()
    if as_json:
        print_json({"recovery_key": made})
    else:
        typer.echo(f"The new recovery key, shown this once; write it down:\n\n    {made}\n")


@kiosk.command("add")
def add_kiosk(
    name: str | None = typer.Argument(None, help="The kiosk's name; without it, kiosk."),
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Let a kiosk on this computer open the vault with a key in the system's keyring."""
    with opened_vault(SignIn(account, passphrase_file)) as opened:
        added = Accounts(opened).add_kiosk(name)
    if as_json:
        print_json(_account_object(added))
    else:
        typer.echo(f"Added {added.name}; its key lies in this computer's keyring.")


@kiosk.command("remove")
def remove_kiosk(
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Remove the kiosk, and its key from the system's keyring."""
    with opened_vault(SignIn(account, passphrase_file)) as opened:
        accounts = Accounts(opened)
        kiosks = [line.account for line in accounts.list() if line.account.role is Role.KIOSK]
        for found in kiosks:
            accounts.remove(found.id)
    if as_json:
        print_json({"removed": [found.name for found in kiosks]})
    else:
        typer.echo("The kiosk was removed." if kiosks else "This vault has no kiosk.")


def _show_one_time(name: str, one_time: str) -> None:
    typer.echo(f"The one-time passphrase of {name}, shown this once; they have to choose their own with it:")
    typer.echo(f"\n    {one_time}\n")


def _account_object(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "role": account.role.value,
        "must_change": account.must_change,
    }


def _line_object(line: AccountLine) -> dict[str, Any]:
    return {
        **_account_object(line.account),
        "created": line.created.isoformat(),
        "last_opened": line.last_opened.isoformat() if line.last_opened else None,
    }
