"""`medbot library verify` and `embed`: whether everything fits together, and another embedder."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Protocol, TypeVar

import typer
from rich.console import Console
from rich.progress import Progress

from medbot_desktop.cli.opening import AccountOption, PassphraseFileOption, ProfileOption, SignIn, opened_workspace
from medbot_desktop.cli.output import JsonOption, print_json
from medbot_desktop.errors import LibraryError

Result = TypeVar("Result")


class _Step(Protocol):
    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...


def verify(
    repair: bool = typer.Option(False, "--repair", help="Put right what can be."),
    profile: str = ProfileOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Compare documents, passages, vectors, full text and the kept index with one another."""
    sign_in = SignIn(account, passphrase_file)
    with opened_workspace(profile, sign_in, with_text_model=False) as workspace, workspace.library_upkeep() as upkeep:
        health = _followed(upkeep.repair() if repair else upkeep.verify(), "Looking through the libraries", as_json)
        if repair:
            workspace.retriever.renew()
    if as_json:
        faults = {fault.name.lower(): count for fault, count in health.faults.items()}
        mended = {fault.name.lower(): count for fault, count in health.mended.items()}
        counts = {"documents": health.documents, "passages": health.passages, "names": health.names}
        print_json({"well": health.is_well, **counts, "faults": faults, "mended": mended})
    else:
        for line in health.lines():
            typer.echo(line)
    if not health.is_well:
        raise LibraryError(
            "Something is wrong with the libraries.", hint="Mend it with `medbot library verify --repair`."
        )


def embed(
    name: str = typer.Argument(..., help="An embedder, as `medbot models list` names it."),
    profile: str = ProfileOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Embed the libraries again by another embedder, and use that from then on.

    Interrupted, it goes on where it stopped; until it is done, the one in use serves.
    """
    sign_in = SignIn(account, passphrase_file)
    with opened_workspace(profile, sign_in, with_text_model=False) as workspace, workspace.reembedding(name) as work:
        _followed(_ending(work.run()), f"Embedding by {name}", as_json)
        work.switch(workspace.embedder_marks(name))
    if as_json:
        print_json({"embedder": name})
    else:
        typer.echo(f"The libraries are embedded by {name} now.")


def _ending(steps: Iterable[_Step]) -> Generator[_Step, None, None]:
    yield from steps


def _followed(steps: Generator[_Step, None, Result], words: str, quiet: bool) -> Result:
    """Do all steps with a bar; returns what came of them."""
    with Progress(console=Console(stderr=True), transient=True, disable=quiet or not sys.stderr.isatty()) as bar:
        task = bar.add_task(words)
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                result: Result = end.value
                return result
            bar.update(task, completed=step.done, total=step.total)
