"""`medbot library verify` and `embed`: whether everything fits together, and another embedder."""

from __future__ import annotations

from pathlib import Path

import typer

from medbot_desktop.cli.opening import SignIn, opened_workspace
from medbot_desktop.cli.options import AccountOption, PassphraseFileOption, ProfileOption
from medbot_desktop.cli.output import JsonOption, print_json, progress_bar
from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.upkeep.upkeep import carried_out


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
        with progress_bar("Looking through the libraries", as_json) as tell:
            health = carried_out(upkeep.repair() if repair else upkeep.verify(), tell)
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
    cancel: bool = typer.Option(False, "--cancel", help="Throw away what an interrupted run has made."),
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
        if cancel:
            work.cancel()
            typer.echo("What was made is thrown away; the embedder in use stays.", err=as_json)
            return
        with progress_bar(f"Embedding by {name}", as_json) as tell:
            for step in work.run():
                tell(step.done, step.total)
        work.switch(workspace.embedder_marks(name))
    if as_json:
        print_json({"embedder": name})
    else:
        typer.echo(f"The libraries are embedded by {name} now.")
