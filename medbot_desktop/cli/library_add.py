"""`medbot library add`: bring files and folders into a library, with a bar for each and for all."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.text import Text

from medbot_desktop.cli.library_packs import AcceptOption, install
from medbot_desktop.cli.opening import SignIn, opened_workspace
from medbot_desktop.cli.options import AccountOption, PassphraseFileOption, ProfileOption
from medbot_desktop.cli.output import JsonOption, counted, print_json
from medbot_desktop.errors import LibraryError, VaultError
from medbot_desktop.knowledge.importing.file_states import FileState, Standing
from medbot_desktop.knowledge.library import CLINIC_LIBRARY
from medbot_desktop.knowledge.packs.manifest import SUFFIX
from medbot_desktop.workspace import CLINIC, Workspace, default_profile


def add(
    paths: list[Path] = typer.Argument(..., help="Files and folders."),
    library: str = typer.Option(
        None,
        "--library",
        help=f"Which library to add to; made if it is new. Without it {CLINIC_LIBRARY}, or the pack's.",
    ),
    accept: str = AcceptOption,
    watch: bool = typer.Option(False, "--watch", help="Look through the folders again whenever MedBot is open."),
    profile: str = ProfileOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Add documents: PDF, scans, Word, web pages, Markdown, text, CSV, JSON lines, EPUB, ZIM, MedlinePlus XML, packs.

    A file is in the library whole or not at all. Interrupted, the same command goes on where it stopped.
    """
    if profile is None and default_profile() != CLINIC:
        raise VaultError(
            "There is no vault in this home folder yet, so nothing could be kept.",
            hint="Make one with `medbot vault create`.",
        )
    with opened_workspace(profile, SignIn(account, passphrase_file), with_text_model=False) as workspace:
        for pack in [path for path in paths if path.suffix == SUFFIX]:
            installed = install(workspace, pack, accept, library, quiet=as_json)
            workspace.retriever.refresh()
            _print_pack(installed, as_json)
        paths = [path for path in paths if path.suffix != SUFFIX]
        if not paths:
            return
        added = workspace.queue.add(library or CLINIC_LIBRARY, paths, watch)
        files = _brought_in(workspace, added.files, quiet=as_json or not sys.stderr.isatty())
        known = workspace.queue.files(ids=[file for file in added.known if file not in {found.id for found in files}])
    if as_json:
        for file in [*files, *known]:
            print_json(_file_object(file))
    elif [file.standing for file in files] != [Standing.FAILED]:  # of one that failed, the error tells
        _print_files(files, len(known))
    failed = [file for file in files if file.standing is Standing.FAILED]
    if failed and len(failed) == len(files):
        raise LibraryError(failed[0].message, failed[0].hint) if len(failed) == 1 else _none_added(len(failed))
    if failed:
        raise LibraryError(
            f"{counted(len(failed), 'file')} of {len(files)} could not be added.", hint="The others are in the library."
        )


def _print_pack(installed: dict[str, object], as_json: bool) -> None:
    if as_json:
        print_json(installed)
    else:
        typer.echo("{file}: the library {library} with {documents:,} documents was installed.".format_map(installed))


def _brought_in(workspace: Workspace, ids: Iterable[int], quiet: bool) -> list[FileState]:
    """Work through the queue, what an earlier command left in it first; returns how the files stand."""
    wanted = list(ids)
    with workspace.importing() as importing, _bars(quiet) as bars:
        whole = bars.add_task("All files", total=workspace.queue.waiting())
        lines: dict[int, TaskID] = {}
        with closing(importing.run()) as run:
            for state in run:
                if state.id not in lines:
                    lines[state.id] = bars.add_task(state.name, total=100)
                bars.update(lines[state.id], completed=round(100 * state.share))
                if not state.is_unfinished:
                    bars.remove_task(lines[state.id])
                    bars.advance(whole)
    workspace.retriever.refresh()
    return workspace.queue.files(ids=[*dict.fromkeys([*wanted, *lines])])


def _bars(quiet: bool) -> Progress:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=quiet)


def _print_files(files: list[FileState], known: int) -> None:
    console = Console(highlight=False)
    for file in files:
        console.print(Text(f"{file.name}: {_outcome(file)}"), soft_wrap=True)
    if known:
        console.print(f"{counted(known, 'file')} in the library already, unchanged.")


def _outcome(file: FileState) -> str:
    if file.standing is Standing.DONE:
        return f"{counted(file.documents, 'document')}, {counted(file.passages, 'passage')}"
    return " ".join(part for part in (file.message or file.standing.words, file.hint) if part)


def _file_object(file: FileState) -> dict[str, object]:
    return {
        "file": file.name,
        "library": file.library,
        "state": file.standing.value,
        "documents": file.documents,
        "passages": file.passages,
        "pages": file.pages,
        "message": file.message,
        "hint": file.hint,
    }


def _none_added(count: int) -> LibraryError:
    return LibraryError(f"None of the {count} files could be added.", hint="The lines above say why.")
