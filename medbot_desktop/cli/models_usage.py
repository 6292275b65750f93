"""`medbot models usage`: what the text models did, by day and in numbers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from medbot_desktop.cli.opening import SignIn, opened_vault
from medbot_desktop.cli.options import AccountOption, PassphraseFileOption
from medbot_desktop.cli.output import JsonOption, print_json
from medbot_desktop.memory.usage import DayUse, Usage


def usage(
    days: int = typer.Option(14, "--days", min=1, max=400, help="How many days, today among them."),
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Show what the text models did for answers, the newest day first. No word of a conversation is kept for it."""
    with opened_vault(SignIn(account, passphrase_file)) as opened:
        found = Usage(opened.vault, opened.access).by_day(days)
    if as_json:
        for use in found:
            print_json({**asdict(use), "day": use.day.isoformat()})
        return
    if not found:
        typer.echo("No question has been answered in these days.")
        return
    table = Table("Day", "Model", "Answers", "Composed", "Tokens", "First words", "Fallbacks", box=None, pad_edge=False)
    for use in found:
        table.add_row(*map(Text, _cells(use)))
    Console(highlight=False).print(table)


def _cells(use: DayUse) -> tuple[str, ...]:
    if not use.model:
        return (use.day.isoformat(), "the library's own words", f"{use.answers:,}", "", "", "", "")
    first = "" if use.first_text_ms is None else f"{use.first_text_ms / 1000:,.2f} s"
    counts = (f"{use.answers:,}", f"{use.composed:,}", f"{use.tokens:,}", first, f"{use.fallbacks:,}")
    return (use.day.isoformat(), use.model, *counts)
