"""Mount the groups of commands, and be the outermost line: every failure ends here as one clear sentence."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import NoReturn

import typer

from medbot_desktop import __version__
from medbot_desktop.cli import (
    ask,
    doctor,
    evaluate,
    library,
    library_add,
    library_packs,
    library_upkeep,
    medicines,
    models,
    models_exam,
    models_server,
    models_usage,
    triage,
    vault,
)
from medbot_desktop.cli.opening import ProfileOption
from medbot_desktop.cli.output import quiet_when_pipe_closes
from medbot_desktop.errors import MedBotError

OpenWindow = Callable[[str | None], int]
"""Opens the window on a profile, or where none was named on the one that there is; returns the exit status."""

_log = logging.getLogger(__name__)


def build_app(open_window: OpenWindow) -> typer.Typer:
    """The whole command line.

    Args:
        open_window: what ``medbot`` without a command calls.
    """
    app = typer.Typer(
        add_completion=False,
        no_args_is_help=False,
        pretty_exceptions_enable=False,
        help="MedBot Desktop: an offline clinical assistant. Without a command it opens the window.",
    )
    app.command()(ask.ask)
    app.command()(ask.chat)
    app.command()(triage.triage)
    app.command()(triage.understand)
    app.command()(doctor.doctor)
    app.command("eval")(evaluate.evaluate)
    library.app.command()(library_add.add)
    for command in (library_packs.export, library_packs.signers, library_upkeep.verify, library_upkeep.embed):
        library.app.command()(command)
    app.add_typer(library.app, name="library")
    app.add_typer(medicines.app, name="medicines")
    models.app.command()(models_exam.exam)
    models.app.command()(models_server.server)
    models.app.command()(models_usage.usage)
    app.add_typer(models.app, name="models")
    app.add_typer(vault.app, name="vault")

    @app.callback(invoke_without_command=True)
    def start(
        context: typer.Context,
        profile: str = ProfileOption,
        version: bool = typer.Option(False, "--version", help="Print the version."),
    ) -> None:
        """Open the window unless a command is given."""
        if version:
            typer.echo(f"medbot {__version__}")
        elif context.invoked_subcommand is None:
            raise typer.Exit(open_window(profile))

    return app


def run(open_window: OpenWindow) -> None:
    """Run the command line on the program's arguments, and exit: 0 on success, 1 on a clear error, 2 on bad usage."""
    try:
        with quiet_when_pipe_closes():
            build_app(open_window)(prog_name="medbot")
    except MedBotError as error:
        _fail(f"{error.message} {error.hint}".strip())
    except KeyboardInterrupt:
        sys.exit(1)
    except Exception as error:
        _log.error("command failed", exc_info=error)
        _fail(
            f"Something went wrong inside MedBot ({type(error).__name__}). Run `medbot doctor` to look for the cause."
        )


def _fail(sentence: str) -> NoReturn:
    sys.stderr.write(sentence + "\n")
    sys.exit(1)
