"""Ask a person at the terminal, on standard error, so that standard output holds the result alone."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterable
from typing import TypeVar

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
        EOFError: the input has ended.
        InputError: what was typed is no text.
    """
    sys.stderr.write(f"{question} [{default}]: " if default else f"{question}: ")
    sys.stderr.flush()
    try:
        line = sys.stdin.readline()
    except UnicodeDecodeError as error:
        raise _no_text() from error
    if not line:
        raise EOFError
    return line.rstrip("\r\n") or default


def ask_hidden(question: str) -> str:
    """Ask for something that nobody else should see on the screen; raises what `ask` raises."""
    try:
        return getpass.getpass(f"{question}: ", stream=sys.stderr)
    except UnicodeDecodeError as error:
        raise _no_text() from error


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


def _no_text() -> InputError:
    return InputError("What was typed is no UTF-8 text.", hint="Set the terminal to UTF-8 and type it again.")
