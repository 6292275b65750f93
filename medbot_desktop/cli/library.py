"""`medbot library`: what the libraries hold, and searching them."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from medbot_desktop.cli.answers import hit_object
from medbot_desktop.cli.opening import AccountOption, PassphraseFileOption, ProfileOption, SignIn, opened_workspace
from medbot_desktop.cli.output import JsonOption, print_json, read_cases
from medbot_desktop.domain import Hit
from medbot_desktop.errors import InputError
from medbot_desktop.knowledge.retrieval import best_per_document
from medbot_desktop.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="What the libraries hold, and searching them.")

LimitOption = typer.Option(5, "--limit", min=1, max=100, help="How many documents to show.")
LibraryOption = typer.Option(None, "--library", help="Search only this library.")


@app.command("list")
def list_libraries(
    profile: str = ProfileOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """List the libraries with the numbers of their documents and passages."""
    with opened_workspace(profile, SignIn(account, passphrase_file), with_text_model=False) as workspace:
        summaries = workspace.libraries.summaries()
    if as_json:
        for summary in summaries:
            print_json({"name": summary.name, "documents": summary.documents, "passages": summary.passages})
        return
    table = Table("Library", "Documents", "Passages")
    for summary in summaries:
        table.add_row(summary.name, str(summary.documents), str(summary.passages))
    Console().print(table)


@app.command("search")
def search(
    text: str = typer.Argument(None, help="What to look for."),
    cases: Path = typer.Option(
        None, "--cases", help="Search for every line of a JSON-lines file of id and text instead."
    ),
    limit: int = LimitOption,
    library: str = LibraryOption,
    profile: str = ProfileOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Find the documents that fit best, each with its best passage."""
    if (text is None) == (cases is None):
        raise typer.BadParameter("Give either words to look for or --cases FILE.")
    with opened_workspace(profile, SignIn(account, passphrase_file), with_text_model=False) as workspace:
        if library is not None and library not in [summary.name for summary in workspace.libraries.summaries()]:
            raise InputError(f"There is no library {library}.", hint="`medbot library list` names them.")
        if cases is not None:
            for case in read_cases(cases):
                hits = _search(workspace, case["text"], limit, library)
                print_json({"id": case["id"], "hits": [hit_object(hit) for hit in hits]})
            return
        hits = _search(workspace, text, limit, library)
    if as_json:
        print_json({"id": None, "hits": [hit_object(hit) for hit in hits]})
    else:
        _print_hits(hits)


def _search(workspace: Workspace, text: str, limit: int, library: str | None) -> list[Hit]:
    return best_per_document(workspace.retriever.retrieve(text, documents=limit, library=library).hits)


def _print_hits(hits: list[Hit]) -> None:
    console = Console(highlight=False)
    if not hits:
        console.print("Nothing was found.")
    for n, hit in enumerate(hits, start=1):
        console.print(Text(f"{n}. {hit.passage.title}, {hit.passage.section} ({hit.score:.2f})"), style="bold")
        console.print(Text(hit.passage.text.partition("\n")[0]), soft_wrap=True)
