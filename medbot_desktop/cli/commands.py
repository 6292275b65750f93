"""Load a command's module only when the command is named: one that asks nothing of a model need not wait for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from functools import cache
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group


class LazyGroup(TyperGroup):
    """All commands of the program, each loaded when it is asked for; its help asks for all of them."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = _Commands()


class _Commands(MutableMapping[str, Any]):
    """Commands by their names, in the order in which the help names them."""

    def __init__(self) -> None:
        self._added: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        return self._added[name] if name in self._added else _loaded(name)

    def __setitem__(self, name: str, command: Any) -> None:
        self._added[name] = command

    def __delitem__(self, name: str) -> None:
        del self._added[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**_MOUNTS, **self._added})

    def __len__(self) -> int:
        return len({**_MOUNTS, **self._added})


@cache
def _loaded(name: str) -> Any:
    mounted = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    _MOUNTS[name](mounted)
    return get_group(mounted).commands[name]


def _ask(app: typer.Typer) -> None:
    from medbot_desktop.cli.ask import ask

    app.command()(ask)


def _chat(app: typer.Typer) -> None:
    from medbot_desktop.cli.ask import chat

    app.command()(chat)


def _triage(app: typer.Typer) -> None:
    from medbot_desktop.cli.triage import triage

    app.command()(triage)


def _understand(app: typer.Typer) -> None:
    from medbot_desktop.cli.triage import understand

    app.command()(understand)


def _doctor(app: typer.Typer) -> None:
    from medbot_desktop.cli.doctor import doctor

    app.command()(doctor)


def _evaluate(app: typer.Typer) -> None:
    from medbot_desktop.cli.evaluate import evaluate

    app.command("eval")(evaluate)


def _library(app: typer.Typer) -> None:
    from medbot_desktop.cli import library, library_add, library_packs, library_upkeep

    library.app.command()(library_add.add)
    for command in (library_packs.export, library_packs.signers, library_upkeep.verify, library_upkeep.embed):
        library.app.command()(command)
    app.add_typer(library.app, name="library")


def _medicines(app: typer.Typer) -> None:
    from medbot_desktop.cli import medicines

    app.add_typer(medicines.app, name="medicines")


def _models(app: typer.Typer) -> None:
    from medbot_desktop.cli import models, models_exam, models_server, models_usage

    models.app.command()(models_exam.exam)
    models.app.command()(models_server.server)
    models.app.command()(models_usage.usage)
    app.add_typer(models.app, name="models")


def _vault(app: typer.Typer) -> None:
    from medbot_desktop.cli import vault

    app.add_typer(vault.app, name="vault")


_MOUNTS: dict[str, Callable[[typer.Typer], None]] = {
    "ask": _ask,
    "chat": _chat,
    "triage": _triage,
    "understand": _understand,
    "doctor": _doctor,
    "eval": _evaluate,
    "library": _library,
    "medicines": _medicines,
    "models": _models,
    "vault": _vault,
}
