"""`medbot library export`, and installing what it makes: libraries on their way to other computers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import typer

from medbot_desktop.cli.opening import SignIn, opened_workspace
from medbot_desktop.cli.options import AccountOption, PassphraseFileOption, ProfileOption
from medbot_desktop.cli.output import JsonOption, counted, print_json, progress_bar
from medbot_desktop.knowledge.packs.packs import PackFacts, PackProgress
from medbot_desktop.workspace import Workspace

AcceptOption = typer.Option(
    None, "--accept", help="The fingerprint of a pack that an administrator has compared and accepts."
)


def export(
    library: str = typer.Option(..., "--library", help="Which library."),
    out: Path = typer.Option(..., "--out", help="The file to write, e.g. protocols.medpack."),
    profile: str = ProfileOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Write a library into a signed pack, which other computers install without embedding it again."""
    sign_in = SignIn(account, passphrase_file)
    with opened_workspace(profile, sign_in, with_text_model=False) as workspace, workspace.packs() as packs:
        _follow(packs.make(library, out), f"Packing {library}", quiet=as_json)
        facts = packs.inspect(out)
    if as_json:
        print_json(_pack_object(facts, out.name))
    else:
        typer.echo(f"{out.name}: {counted(facts.documents, 'document')}, {counted(facts.passages, 'passage')}.")
        typer.echo(f"Signed by {facts.fingerprint}: whoever installs it compares these letters with you.")


def signers(
    forget: str | None = typer.Option(None, "--forget", help="A fingerprint that is to be accepted no longer."),
    profile: str = ProfileOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Print the fingerprints of packs that administrators have accepted."""
    sign_in = SignIn(account, passphrase_file)
    with opened_workspace(profile, sign_in, with_text_model=False) as workspace, workspace.packs() as packs:
        if forget is not None:
            packs.forget(forget)
        accepted = packs.signers()
    if as_json:
        print_json({"accepted": list(accepted)})
    else:
        typer.echo("\n".join(accepted) or "No signer was accepted yet.")


def install(
    workspace: Workspace, file: Path, accept: str | None, library: str | None, quiet: bool
) -> dict[str, object]:
    """Install a pack.

    Args:
        workspace: an open workspace.
        file: the pack.
        accept: the fingerprint that an administrator accepts.
        library: what the library is to be called; None: as in the pack.
        quiet: whether no bar is shown.

    Returns:
        What was installed, as ``--json`` prints it.

    Raises:
        LibraryError: the pack is not accepted, damaged or altered.
    """
    with workspace.packs() as packs:
        facts = packs.inspect(file)
        _follow(packs.install(file, accept, library), f"Installing {file.name}", quiet)
    return _pack_object(facts, file.name)


def _follow(steps: Iterable[PackProgress], words: str, quiet: bool) -> None:
    with progress_bar(words, quiet) as tell:
        for step in steps:
            tell(step.done, step.total)


def _pack_object(facts: PackFacts, name: str) -> dict[str, object]:
    return {
        "file": name,
        "library": facts.library,
        "state": "done",
        "documents": facts.documents,
        "passages": facts.passages,
        "fingerprint": facts.fingerprint,
        "signed": facts.is_signed,
    }
