"""Print results as tables for people, or as JSON objects for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rich.progress
import typer
from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn

from medbot_desktop.domain import Disposition
from medbot_desktop.errors import InputError, MedBotError

Progress = Callable[[int, int], None]
"""Is told how much is done, and of how much."""

WHY_ASKED = "Why this is asked:"
"""What stands before the reason of a question."""

SUMMARY_HEADING = "Summary for the clinician"
"""What stands above the summary of a complaint."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line of ``--cases`` that cannot be used: its ``id``, where it has one, and why."""

    id: Any
    error: InputError


JsonOption = typer.Option(False, "--json", help="Print JSON: one object, or one object a line for many.")


def print_json(value: Any) -> None:
    """Print one object on one line; halves of a character that cannot be printed become question marks."""
    line = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8")
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def read_cases(file: Path) -> Iterator[dict[str, Any]]:
    """Read the inputs of ``--cases``: one JSON object a line, with ``id`` and ``text``.

    Raises:
        InputError: the file cannot be read, or a line is no such object; names the line.
    """
    for case in _cases(file):
        if isinstance(case, BadLine):
            raise case.error
        yield case


def print_cases(file: Path, answer: Callable[[str], dict[str, Any]]) -> None:
    """Print one object for each line of ``--cases``, in their order, each with its ``id``.

    A line that cannot be used gives an object with its ``error``, and the others are done all the same; how many there
    are is said on standard error.

    Args:
        file: the inputs.
        answer: turns a text into what is printed; it may hold an ``error`` too.

    Raises:
        InputError: the file cannot be read, or none of its lines could be used.
    """
    lines = failed = 0
    for case in _cases(file):
        if isinstance(case, BadLine):
            found = {"id": case.id, "error": error_object(case.error)}
        else:
            try:
                found = {"id": case["id"], **answer(case["text"])}
            except InputError as error:
                found = {"id": case["id"], "error": error_object(error)}
        lines, failed = lines + 1, failed + ("error" in found)
        print_json(found)
    if failed and failed == lines:
        raise InputError(f"No line of {file.name} could be used.", hint="Each says why in its error.")
    if failed:
        typer.echo(f"{failed} of {lines} lines of {file.name} could not be used; each says why in its error.", err=True)


def error_object(error: MedBotError) -> dict[str, str]:
    """Why something was not done, in the place of the result."""
    return {"message": error.message, "hint": error.hint}


def _cases(file: Path) -> Iterator[dict[str, Any] | BadLine]:
    """The lines of a file of inputs that are not empty.

    Raises:
        InputError: the file cannot be read.
    """
    hint = 'Each line is an object such as {"id": "1", "text": "..."}.'
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The file {file} cannot be read as UTF-8 text.", hint=hint) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
        except (ValueError, RecursionError):
            yield BadLine(None, InputError(f"Line {number} of {file.name} is not JSON.", hint=hint))
            continue
        if isinstance(case, dict) and "id" in case and isinstance(case.get("text"), str):
            yield case
        else:
            own = case.get("id") if isinstance(case, dict) else None
            yield BadLine(own, InputError(f"Line {number} of {file.name} has no id or no text.", hint=hint))


def care_heading(disposition: Disposition, emergency: str = "") -> str:
    """The level and what it calls for on one line: "Routine: book an appointment".

    Args:
        disposition: the level.
        emergency: what an emergency calls for.
    """
    level = disposition.value.replace("_", " ").capitalize()
    advice = emergency if disposition is Disposition.EMERGENCY else disposition.advice
    return f"{level}: {advice[0].lower()}{advice[1:]}" if advice else level


@contextmanager
def progress_bar(words: str, quiet: bool) -> Iterator[Progress]:
    """A progress bar on standard error where that is a terminal, so that standard output holds the result alone."""
    columns, console = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()), Console(stderr=True)
    hidden = quiet or not console.is_terminal
    with rich.progress.Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task(words, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun; ``many`` is the plural where it is not made with an s."""
    return f"{number} {one if number == 1 else many or one + 's'}"


@contextmanager
def quiet_when_pipe_closes() -> Iterator[None]:
    """Let ``medbot ... | head`` end without a word."""
    try:
        yield
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
