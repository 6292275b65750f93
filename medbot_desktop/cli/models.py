"""`medbot models`: fetch, list, check, add and remove what MedBot computes with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn
from rich.table import Column, Table

from medbot_desktop.cli.models_permission import changing_models
from medbot_desktop.cli.opening import SignIn
from medbot_desktop.cli.options import AccountOption, PassphraseFileOption
from medbot_desktop.cli.output import JsonOption, print_json
from medbot_desktop.errors import ModelError
from medbot_desktop.generation.exam_items import exam_version
from medbot_desktop.generation.exam_record import Examinee, stored_result, tier_in_force
from medbot_desktop.inference.adding import add_model
from medbot_desktop.inference.catalogue import BroughtModel, CatalogueEntry
from medbot_desktop.inference.gguf import one_line
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.inference.sync import SyncedModel, SyncEvent, sync_models
from medbot_desktop.inference.trial_record import remembered_speed
from medbot_desktop.knowledge.opening import core_is_prepared, prepare_core
from medbot_desktop.settings import resources_folder

app = typer.Typer(help="The models on this computer.", no_args_is_help=True)

_NamesArgument = typer.Argument(None, metavar="[NAME]...", help="Names of models; without any, the defaults.")


@app.command()
def sync(
    names: list[str] = _NamesArgument,
    everything: bool = typer.Option(False, "--all", help="Every model that can be fetched, not the defaults only."),
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Fetch what is missing or was changed. This is the only command that uses the network."""
    store = ModelStore.standard()
    entries = [store.entry(name) for name in names or ()]
    entries = entries or [e for e in store.catalogue.entries if e.default or (everything and e.can_be_fetched)]
    if not all(store.is_intact(entry, file) for entry in entries for file in entry.files):
        with changing_models(SignIn(account, passphrase_file)) as change:
            synced = _fetched(store, entries, as_json)
            for model in synced:
                if model.installed:
                    change.note(model.name, "fetched")
    else:
        synced = _fetched(store, entries, as_json)
    for model in synced:
        if as_json:
            print_json({**asdict(model), "folder": str(model.folder)})
        else:
            typer.echo(_sync_line(model))
    if store.default("embedder") in store.installed():
        if not core_is_prepared():
            typer.echo("Preparing the core library, once; this takes about a minute.", err=True)
        prepare_core(store)


@app.command(name="list")
def list_models(as_json: bool = JsonOption) -> None:
    """Show which models there are, and which of them are on this computer."""
    store = ModelStore.standard()
    here = {entry.name for entry in store.installed()}
    exam = exam_version(resources_folder() / "exam")
    rows = [
        _entry_object(store, entry, entry.name in here)
        | {"tier": tier_in_force(Examinee.of(entry), exam), "tokens_per_second": _speed(entry)}
        for entry in store.entries()
    ]
    names = {row["name"] for row in rows}
    rows += [_brought_object(model) for model in store.catalogue.brought if model.name not in names]
    if as_json:
        for row in rows:
            print_json(row)
        return
    Console().print(_table([row for row in rows if not row["brought"]]))
    for row in rows:
        if row["tokens_per_second"]:
            typer.echo(f"{row['name']} writes about {row['tokens_per_second']:,.0f} tokens a second on this computer.")
    if bring := [row for row in rows if row["brought"]]:
        typer.echo("\nBring the file of one of these, on a stick for example, and run `medbot models add FILE.gguf`:\n")
        Console().print(_bring_table(bring))


def _fetched(store: ModelStore, entries: Sequence[CatalogueEntry], quiet: bool) -> list[SyncedModel]:
    with _progress(quiet) as progress:
        return list(sync_models(store, entries, _SyncDisplay(progress).show))


def _table(rows: Sequence[dict[str, Any]]) -> Table:
    table = _columns(Column("Model", no_wrap=True), "Purpose", Column("Size", no_wrap=True), "Licence", "Tier", "Here")
    for row in rows:
        tier = row["tier"] if row["purpose"] == "chat" else ""
        present = "yes" if row["present"] else "no"
        table.add_row(row["name"], row["purpose"], _readable(row["size"]), row["licence"], tier, present)
    return table


def _speed(entry: CatalogueEntry) -> float | None:
    """Tokens a second by its last exam, else when it was added; None where neither measured it."""
    if entry.purpose != "chat":
        return None
    result = stored_result(entry.name)
    return (result.tokens_per_second if result else 0.0) or remembered_speed(entry) or None


def _bring_table(rows: Sequence[dict[str, Any]]) -> Table:
    table = _columns(Column("Model", no_wrap=True), Column("About", no_wrap=True), "Licence", "What for")
    for row in rows:
        table.add_row(row["name"], _readable(row["size"]), row["licence"], row["what_for"])
    return table


def _columns(*headers: Column | str) -> Table:
    return Table(*headers, box=None, pad_edge=False, collapse_padding=True)


@app.command()
def verify(names: list[str] = _NamesArgument, as_json: bool = JsonOption) -> None:
    """Read every byte of the models again and compare it with the catalogue."""
    store = ModelStore.standard()
    entries = [store.entry(name) for name in names or ()] or _worth_verifying(store)
    faults = []
    for check in store.verify(entries):
        if as_json:
            print_json({"model": check.model, "file": check.file, "ok": not check.fault, "fault": check.fault})
        elif not check.fault:
            typer.echo(f"ok       {check.model}/{check.file}")
        else:
            typer.echo(f"damaged  {check.model}/{check.file}: {check.fault}")
        faults += [check] if check.fault else []
    if faults:
        raise ModelError(
            f"{len(faults)} model {'file is' if len(faults) == 1 else 'files are'} missing or not what it should be.",
            "Run `medbot models sync`, or add a model of your own again.",
        )


@app.command()
def add(
    file: Path = typer.Argument(
        ...,
        metavar="FILE.gguf",
        help="A GGUF model or adapter, or a folder with model.onnx, tokenizer.json and, to write text, config.json.",
    ),
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Take in a language model or an adapter from a file, or a model in ONNX from a folder."""
    store = ModelStore.standard()
    with changing_models(SignIn(account, passphrase_file)) as change:
        with _progress(as_json) as progress:
            task = progress.add_task(f"Copying {one_line(file.name)}", total=None)
            entry = add_model(store, file, lambda done, total: progress.update(task, completed=done, total=total))
        change.note(entry.name, "added")
    if as_json:
        print_json(_entry_object(store, entry, installed=True))
        return
    tier = f", tier {entry.tier}" if entry.purpose == "chat" else f", {entry.purpose}"
    typer.echo(f"Added {entry.name}: {entry.title} ({_readable(entry.size)}{tier}; licence: {entry.licence}).")
    if entry.purpose == "adapter":
        typer.echo(entry.what_for)
    if speed := remembered_speed(entry):
        typer.echo(f"It writes about {speed:,.0f} tokens a second here; `medbot models exam` measures it better.")
    if entry.terms:
        typer.echo(entry.terms)


@app.command()
def remove(
    name: str = typer.Argument(..., help="The model's name, as `medbot models list` shows it."),
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Take a model off this computer."""
    with changing_models(SignIn(account, passphrase_file)) as change:
        entry = ModelStore.standard().remove(name)
        change.note(entry.name, "removed")
    if as_json:
        print_json({"name": entry.name, "removed": True, "freed": entry.size})
    else:
        typer.echo(f"Removed {entry.name}; {_readable(entry.size)} are free again.")


class _SyncDisplay:
    """Shows the steps of a sync as one bar for each fetch."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def show(self, event: SyncEvent) -> None:
        """Show one step."""
        if event.step == "waiting":
            self._progress.console.print("Another MedBot is fetching models; waiting for it.")
        elif event.step == "fetching":
            if event.source not in self._tasks:
                part = f" (package {event.number} of {event.of})" if event.of > 1 else ""
                self._progress.console.print(f"Fetching {event.model} from the Python package {event.source}{part}.")
                for task in self._tasks.values():
                    self._progress.update(task, visible=False)
                self._tasks[event.source] = self._progress.add_task(event.model, total=None)
            self._progress.update(self._tasks[event.source], completed=event.done, total=event.total or None)


def _progress(quiet: bool) -> Progress:
    """A progress bar on standard error, so that standard output holds the result alone."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, console=Console(stderr=True, quiet=quiet, highlight=False), transient=True)


def _worth_verifying(store: ModelStore) -> list[CatalogueEntry]:
    """The defaults, which must be there, and whatever else is."""
    return [entry for entry in store.entries() if entry.default or store.folder_of(entry) is not None]


def _entry_object(store: ModelStore, entry: CatalogueEntry, installed: bool) -> dict[str, Any]:
    folder = store.folder_of(entry)
    return {
        "name": entry.name,
        "title": entry.title,
        "purpose": entry.purpose,
        "runtime": entry.runtime,
        "what_for": entry.what_for,
        "licence": entry.licence,
        "terms": entry.terms,
        "size": entry.size,
        "default": entry.default,
        "tier": entry.tier,
        "present": installed,
        "installed": installed,
        "brought": False,
        "homepage": entry.homepage,
        "folder": str(folder) if folder else None,
        "files": [{"name": file.name, "size": file.size, "sha256": file.sha256} for file in entry.files],
    }


def _brought_object(model: BroughtModel) -> dict[str, Any]:
    """A model whose file a clinic may bring, in the form of one that is in the catalogue with its files."""
    return {
        "name": model.name,
        "title": model.title,
        "purpose": "chat",
        "runtime": "llama.cpp",
        "what_for": model.what_for,
        "licence": model.licence,
        "terms": model.terms,
        "size": model.about,
        "default": False,
        "tier": "silent",
        "tokens_per_second": None,
        "present": False,
        "installed": False,
        "brought": True,
        "homepage": model.homepage,
        "folder": None,
        "files": [],
    }


def _sync_line(model: SyncedModel) -> str:
    if not model.installed:
        return f"{model.name}: already there."
    origin = f"fetched {_readable(model.fetched)}" if model.fetched else "taken from an earlier download"
    return f"{model.name}: {origin}, in {model.folder}."


def _readable(size: int) -> str:
    return f"{size / 1e9:,.2f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
