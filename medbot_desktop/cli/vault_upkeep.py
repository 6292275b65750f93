"""`medbot vault backup`, `restore`, `verify`, `retention` and `rekey`: what keeps the vault whole, small and secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from medbot_desktop.cli.opening import SignIn, clinic_credentials, opened_vault, opened_with
from medbot_desktop.cli.options import AccountOption, PassphraseFileOption, RecoverOption, RecoveryKeyFileOption
from medbot_desktop.cli.output import JsonOption, counted, print_json, progress_bar
from medbot_desktop.errors import VaultError
from medbot_desktop.logs import start_logging
from medbot_desktop.settings import home_folder
from medbot_desktop.vault import rekey as rekeying
from medbot_desktop.vault import restore as restoring
from medbot_desktop.vault.backup import BackupInfo, Backups
from medbot_desktop.vault.folder import VaultFolder
from medbot_desktop.vault.integrity import verify_vault
from medbot_desktop.vault.preferences import Preferences
from medbot_desktop.vault.retention import Retention, RetentionReport, RuleReport

YesOption = typer.Option(False, "--yes", help="Do not ask whether it is meant.")


def backup(
    to: Path = typer.Option(None, "--to", help="A folder that is there; without it the one of the clinic's plan."),
    only_list: bool = typer.Option(False, "--list", help="Show the backups that there are, and make none."),
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Back the vault up, encrypted, and check the backup by opening it."""
    found: Sequence[BackupInfo]
    with opened_vault(SignIn(account, passphrase_file)) as opened:
        backups = Backups(opened, Preferences(opened.vault, opened.access))
        if only_list:
            found = backups.list(to)
        else:
            with progress_bar("Backing up", as_json) as progress:
                found = [backups.make(to, progress)]
    if as_json:
        for info in found:
            print_json(_backup_object(info))
    elif only_list:
        _print_backups(found)
    else:
        typer.echo(f"The backup is in {found[0].file} ({found[0].size / 1e6:,.1f} MB), and was checked by opening it.")


def restore(
    file: Path = typer.Argument(..., metavar="FILE", help="The backup."),
    other_vault: bool = typer.Option(False, "--other-vault", help="Also where it is of another vault than this one."),
    yes: bool = YesOption,
    recovery_key_file: Path = RecoveryKeyFileOption,
    recover: bool = RecoverOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Put a backup in the vault's place; the vault that is here is kept beside it."""
    sign_in, folder = SignIn(account, passphrase_file, recovery_key_file, recover), VaultFolder.standard()
    credentials = sign_in.credentials()
    start_logging(home_folder() / "logs")
    if folder.exists():
        sign_in.confirm("Put the backup in the place of the vault that is here, which is kept beside it?", yes)
    with progress_bar("Restoring", as_json) as progress:
        restored = restoring.restore(file, folder, credentials, other_vault, progress)
    aside = str(restored.set_aside) if restored.set_aside else None
    if as_json:
        created = restored.created.isoformat()
        print_json({"folder": str(restored.folder.path), "set_aside": aside, "created": created})
        return
    typer.echo(f"The vault of {restored.created.astimezone():%Y-%m-%d %H:%M} is in {restored.folder.path} again.")
    if aside is not None:
        typer.echo(f"What was there is kept in {aside}.")


def verify(
    account: str = AccountOption, passphrase_file: Path = PassphraseFileOption, as_json: bool = JsonOption
) -> None:
    """Check every page, row, keyslot and entry of the trail."""
    with opened_vault(SignIn(account, passphrase_file)) as opened, progress_bar("Checking", as_json) as progress:
        report = verify_vault(opened, progress)
    if as_json:
        print_json({"ok": report.ok, "pages": report.pages, "faults": list(report.faults)})
    else:
        for fault in report.faults:
            typer.echo(fault)
    if not report.ok:
        count = len(report.faults)
        raise VaultError(
            f"The vault has {'a fault' if count == 1 else f'{count} faults'}.",
            hint="Keep its folder as it is, and restore the latest backup with `medbot vault restore`.",
        )
    if not as_json:
        typer.echo(f"The vault is whole: {report.pages} pages, the full text, the keyslots and the audit trail.")


def retention(
    dry_run: bool = typer.Option(False, "--dry-run", help="Only say what would be erased."),
    yes: bool = YesOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Erase what is older than the clinic's rules keep it."""
    sign_in, now = SignIn(account, passphrase_file), datetime.now(UTC)
    with opened_vault(sign_in) as opened:
        rules = Retention(opened.vault, opened.access, Preferences(opened.vault, opened.access))
        report = rules.dry_run(now)
        if not dry_run:
            sign_in.confirm(f"Erase {counted(report.conversations, 'conversation')} for good?", yes)
            report = rules.run(now, confirmed=True)
    if as_json:
        print_json(_retention_object(report, dry_run))
        return
    if report.postponed:
        typer.echo(report.postponed)
    for rule in report.rules:
        typer.echo(_rule_line(rule, "Would erase" if dry_run else "Erased"))


def rekey(
    yes: bool = YesOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Encrypt the whole vault under a new key; every other account gets a one-time passphrase."""
    sign_in = SignIn(account, passphrase_file)
    credentials = clinic_credentials(sign_in)
    with opened_with(credentials) as opened:
        sign_in.confirm("Change the data key? Others get one-time passphrases, and the recovery key changes.", yes)
        with progress_bar("Encrypting", as_json) as progress:
            rekeyed = rekeying.rekey(opened, credentials.secret, progress)
    if as_json:
        print_json(
            {
                "recovery_key": rekeyed.recovery_key,
                "one_time_passphrases": rekeyed.one_time,
                "dropped": rekeyed.dropped,
            }
        )
        return
    typer.echo("The vault is encrypted under a new key. Earlier backups open with what opened them before.")
    typer.echo(f"\nThe new recovery key, shown this once; write it down:\n\n    {rekeyed.recovery_key}\n")
    for name, one_time in rekeyed.one_time.items():
        typer.echo(f"The one-time passphrase of {name}: {one_time}")
    for name in rekeyed.dropped:
        typer.echo(f"The kiosk {name} has no key any more. `medbot vault accounts kiosk` removes it and adds it again.")


def _print_backups(found: Sequence[BackupInfo]) -> None:
    columns = ("Made", "Size", "Messages", "Reason", "File", "")
    table = Table(*(Column(name, overflow="fold") for name in columns), box=None, pad_edge=False)
    for info in found:
        made = f"{info.created.astimezone():%Y-%m-%d %H:%M}"
        messages = "" if info.messages is None else str(info.messages)
        size = f"{info.size / 1e6:,.1f} MB"
        table.add_row(made, size, messages, Text(info.reason), Text(info.file.name), Text(info.fault))
    Console().print(table)


def _backup_object(info: BackupInfo) -> dict[str, Any]:
    return {
        **asdict(info),
        "file": str(info.file),
        "created": info.created.isoformat(),
        "state": info.state.value,
    }


def _rule_line(rule: RuleReport, verb: str) -> str:
    erased = f"{verb} {counted(len(rule.conversations), 'conversation')}"
    if rule.kind == "deleted":
        return f"{erased} deleted on an earlier day."
    whose = "of the kiosk" if rule.kind == "kiosk" else "of the staff"
    if rule.days is None:
        return f"The rules keep conversations {whose} for good."
    return f"{erased} {whose} with no message for {counted(rule.days, 'day')}."


def _retention_object(report: RetentionReport, dry_run: bool) -> dict[str, Any]:
    rules = [
        {
            "kind": rule.kind,
            "days": rule.days,
            "conversations": len(rule.conversations),
            "oldest": rule.oldest.isoformat() if rule.oldest else None,
        }
        for rule in report.rules
    ]
    return {
        "dry_run": dry_run,
        "conversations": report.conversations,
        "postponed": report.postponed,
        "rules": rules,
    }
