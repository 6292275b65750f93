"""`medbot vault audit`: who did what and when, whether the trail is whole, and a copy of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from medbot_desktop.cli.listing import ListByDefault
from medbot_desktop.cli.opening import SignIn, opened_vault
from medbot_desktop.cli.options import AccountOption, PassphraseFileOption
from medbot_desktop.cli.output import JsonOption, counted, print_json
from medbot_desktop.errors import InputError, VaultError
from medbot_desktop.vault.audit import AuditEntry, AuditTrail
from medbot_desktop.vault.trail import Action

app = typer.Typer(cls=ListByDefault, help="The audit trail; without a command, its newest entries.")


@app.command("list")
def list_entries(
    limit: int = typer.Option(20, "--limit", min=1, help="How many entries, the newest first."),
    before: int = typer.Option(None, "--before", help="Only entries with a smaller number."),
    action: Action = typer.Option(None, "--action", help="Only entries of this action."),
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Show who did what to which record, and when."""
    with _trail(account, passphrase_file) as trail:
        entries = trail.entries(limit, before, action)
    if as_json:
        for entry in entries:
            print_json(asdict(entry))
        return
    when = Column("When (UTC)", no_wrap=True)
    others = [Column(name, overflow="fold") for name in ("Who", "What", "Record", "Details")]
    table = Table("Entry", when, *others, box=None, pad_edge=False)
    for entry in entries:
        table.add_row(*map(Text, _cells(entry)))
    Console().print(table)


@app.command()
def verify(
    account: str = AccountOption, passphrase_file: Path = PassphraseFileOption, as_json: bool = JsonOption
) -> None:
    """Look for entries that were changed, removed or moved."""
    with _trail(account, passphrase_file) as trail:
        report = trail.verify()
    if as_json:
        print_json({"ok": report.ok, "entries": report.entries, "faults": [asdict(fault) for fault in report.faults]})
    else:
        for fault in report.faults:
            typer.echo(fault.sentence)
    if not report.ok:
        raise VaultError(
            f"The audit trail is broken at {counted(len(report.faults), 'place')}.",
            hint="Compare it with a backup's, and ask who had access to this computer.",
        )
    if not as_json:
        typer.echo(f"The audit trail is whole: {counted(report.entries, 'entry', 'entries')}.")


@app.command()
def export(
    file: Path = typer.Argument(..., metavar="FILE", help="A new file; one entry a line, as JSON."),
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Copy every entry to a file, oldest first; the copy is not encrypted."""
    if os.access(file, os.F_OK):  # unlike Path.exists, no error where a name is too long: writing it says so
        raise InputError("There is a file of that name already.", hint="Choose another name.")
    with _trail(account, passphrase_file) as trail:
        count = trail.export(file)
    if as_json:
        print_json({"file": str(file), "entries": count})
    else:
        typer.echo(f"Wrote {counted(count, 'entry', 'entries')} to {file}, which anybody can read who gets it.")


@contextmanager
def _trail(account: str | None, passphrase_file: Path | None) -> Iterator[AuditTrail]:
    with opened_vault(SignIn(account, passphrase_file)) as opened:
        yield AuditTrail(opened.vault, opened.access)


def _cells(entry: AuditEntry) -> tuple[str, ...]:
    details = ", ".join(f"{name}: {value}" for name, value in entry.details.items())
    what = f"{entry.action.replace('_', ' ')}, {entry.kind}"
    return str(entry.seq), entry.at[:19].replace("T", " "), entry.account, what, entry.record, details
