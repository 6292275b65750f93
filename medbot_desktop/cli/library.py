"""`medbot library`: what the libraries hold, searching them, and taking out of them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from textwrap import shorten

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from medbot_desktop.cli.answers import hit_object
from medbot_desktop.cli.opening import SignIn, opened_workspace
from medbot_desktop.cli.options import AccountOption, PassphraseFileOption, ProfileOption
from medbot_desktop.cli.output import JsonOption, counted, print_json, read_cases
from medbot_desktop.domain import Filters, Hit
from medbot_desktop.errors import InputError
from medbot_desktop.knowledge.documents import DocumentSummary
from medbot_desktop.knowledge.library import LibrarySummary
from medbot_desktop.knowledge.search.retrieval import best_per_document
from medbot_desktop.workspace import Workspace

app = typer.Typer(no_args_is_help=True, help="What the libraries hold, and searching them.")

_LISTED_AT_ONCE = 1_000
_QUOTE = 240  # letters

LimitOption = typer.Option(5, "--limit", min=1, max=100, help="How many documents to show.")


@app.command("list")
def list_libraries(
    library: str = typer.Option(None, "--library", help="List the documents of this library instead."),
    profile: str = ProfileOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """List the libraries with the numbers of their documents and passages, or the documents of one."""
    with opened_workspace(profile, SignIn(account, passphrase_file), with_text_model=False) as workspace:
        if library is not None:
            _require_library(workspace, library)
            _list_documents(workspace, library, as_json)
            return
        summaries = workspace.libraries.summaries()
    if as_json:
        for summary in summaries:
            print_json(_library_object(summary))
        return
    table = Table("Library", "Documents", "Passages", "Read by")
    for summary in summaries:
        readers = ", ".join(role.words for role in summary.readable_by) or "everybody"
        table.add_row(summary.name, f"{summary.documents:,}", f"{summary.passages:,}", readers)
    Console().print(table)


@app.command("remove")
def remove(
    documents: list[str] = typer.Argument(None, help="Identifiers of documents; without any, the whole library."),
    library: str = typer.Option(..., "--library", help="From which library."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    profile: str = ProfileOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Remove documents from a library, or a library with all that is in it."""
    sign_in = SignIn(account, passphrase_file)
    with opened_workspace(profile, sign_in, with_text_model=False) as workspace:
        _require_library(workspace, library)
        if documents:
            workspace.documents.remove([workspace.documents.find(library, key) for key in documents])
            removed = len(documents)
        else:
            removed = next(found.documents for found in workspace.libraries.summaries() if found.name == library)
            sign_in.confirm(f"Remove the library {library} with {counted(removed, 'document')}?", yes)
            workspace.libraries.remove(library)
        workspace.retriever.refresh()
    if as_json:
        print_json({"library": library, "documents": removed})
    else:
        typer.echo(f"{counted(removed, 'document')} removed from the library {library}.")


@app.command("search")
def search(
    text: str = typer.Argument(None, help="What to look for."),
    cases: Path = typer.Option(
        None, "--cases", help="Search for every line of a JSON-lines file of id and text instead."
    ),
    limit: int = LimitOption,
    library: list[str] = typer.Option(None, "--library", help="Search only this library; may be given several times."),
    audience: str = typer.Option("", "--audience", help="Only what is for these people, e.g. adults."),
    language: str = typer.Option("", "--language", help="Only documents in this language, e.g. en."),
    since: datetime = typer.Option(
        None, "--since", formats=["%Y-%m-%d"], help="Only what was reviewed since this day."
    ),
    tag: str = typer.Option("", "--tag", help="Only documents with this tag."),
    profile: str = ProfileOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Find the documents that fit best, each with its best passage."""
    if (text is None) == (cases is None):
        raise typer.BadParameter("Give either words to look for or --cases FILE.")
    libraries = frozenset(library) if library else None
    filters = Filters(libraries, frozenset(), audience, language, since.date().isoformat() if since else "", tag)
    with opened_workspace(profile, SignIn(account, passphrase_file), with_text_model=False) as workspace:
        for name in library or ():
            _require_library(workspace, name)
        if cases is not None:
            for case in read_cases(cases):
                hits = _search(workspace, case["text"], limit, filters)
                print_json({"id": case["id"], "hits": [hit_object(hit) for hit in hits]})
            return
        hits = _search(workspace, text, limit, filters)
    if as_json:
        print_json({"id": None, "hits": [hit_object(hit) for hit in hits]})
    else:
        _print_hits(hits)


def _require_library(workspace: Workspace, name: str) -> None:
    if name not in [summary.name for summary in workspace.libraries.summaries()]:
        raise InputError(f"There is no library {name}.", hint="`medbot library list` names them.")


def _library_object(summary: LibrarySummary) -> dict[str, object]:
    return {
        "name": summary.name,
        "documents": summary.documents,
        "passages": summary.passages,
        "readable_by": [role.value for role in summary.readable_by],
        "pack": summary.pack_fingerprint or None,
    }


def _list_documents(workspace: Workspace, library: str, as_json: bool) -> None:
    table = Table("Document", "Title", "From", "Passages", "Added")
    offset = 0
    while documents := workspace.documents.list(library, limit=_LISTED_AT_ONCE, offset=offset):
        offset += len(documents)
        for document in documents:
            if as_json:
                print_json(_document_object(document))
            else:
                added = document.added.date().isoformat() if document.added else ""
                table.add_row(document.key, document.title, document.file_name, str(document.passages), added)
    if not as_json:
        Console().print(table)


def _document_object(document: DocumentSummary) -> dict[str, object]:
    return {
        "document_id": document.key,
        "title": document.title,
        "file": document.file_name or None,
        "pages": document.pages,
        "passages": document.passages,
        "language": document.language or None,
        "tags": list(document.tags),
        "url": document.url or None,
    }


def _search(workspace: Workspace, text: str, limit: int, filters: Filters) -> list[Hit]:
    return best_per_document(workspace.retriever.retrieve(text, limit, filters).hits)


def _print_hits(hits: list[Hit]) -> None:
    console = Console(highlight=False)
    if not hits:
        console.print("Nothing was found.")
    for n, hit in enumerate(hits, start=1):
        console.print(Text(f"{n}. {hit.passage.title}, {hit.passage.section} ({hit.score:.2f})"), style="bold")
        console.print(Text(shorten(hit.passage.text, _QUOTE, placeholder=" …")), soft_wrap=True)
