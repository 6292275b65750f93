"""Ask a person at the terminal, on standard error, so that standard output holds the result alone."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import typer

from medbot_desktop.errors import InputError, MedBotError

_T = TypeVar("_T")


def at_terminal() -> bool:
    """Whether somebody can be asked: the standard input is a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


def tell(sentences: Iterable[str]) -> None:
    """Say something beside the result."""
    for sentence in sentences:
        sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


def ask(question: str, default: str = "") -> str:
    """Ask for a line; an empty one is the default.

    Raises:
        InputError: what was typed is no text.
        typer.Abort: the person has had enough: Ctrl+C, or the end of the input.
    """
    sys.stderr.write(f"{question} [{default}]: " if default else f"{question}: ")
    sys.stderr.flush()
    with _typing():
        line = sys.stdin.readline()
        if not line:
            raise EOFError
    return line.rstrip("\r\n") or default


def ask_hidden(question: str) -> str:
    """Ask for something that nobody else should see on the screen; raises what `ask` raises."""
    with _typing():
        return getpass.getpass(f"{question}: ", stream=sys.stderr)


def ask_until_accepted(step: Callable[[], _T]) -> _T:
    """Ask again as long as what was typed cannot be used, and say each time why."""
    while True:
        try:
            return step()
        except MedBotError as error:
            tell([f"{error.message} {error.hint}".strip()])


def require_yes(question: str) -> None:
    """Go on only if the person says yes.

    Raises:
        InputError: they did not.
    """
    if ask(f"{question} [y/N]").strip().casefold() not in ("y", "yes"):
        raise InputError("Nothing was changed.")


@contextmanager
def _typing() -> Iterator[None]:
    """Say what it means when somebody types no text, or wants to type nothing any more."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise InputError(
            "What was typed is no UTF-8 text.", hint="Set the terminal to UTF-8 and type it again."
        ) from error
    except (EOFError, KeyboardInterrupt) as error:
        tell([""])  # the prompt's line ends here
        raise typer.Abort from error
