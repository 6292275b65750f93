"""Print results as tables for people, or as JSON objects for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rich.progress
import typer
from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn

from medbot_desktop.domain import Disposition
from medbot_desktop.errors import InputError

Progress = Callable[[int, int], None]
"""Is told how much is done, and of how much."""

WHY_ASKED = "Why this is asked:"
"""What stands before the reason of a question."""

SUMMARY_HEADING = "Summary for the clinician"
"""What stands above the summary of a complaint."""

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
    hint = 'Each line is an object such as {"id": "1", "text": "..."}.'
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The file {file} cannot be read as UTF-8 text.", hint=hint) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"Line {number} of {file.name} is not JSON.", hint=hint) from error
        if not isinstance(case, dict) or "id" not in case or not isinstance(case.get("text"), str):
            raise InputError(f"Line {number} of {file.name} has no id or no text.", hint=hint)
        yield case


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
