"""`medbot ask --image FILE`: the text of a photo becomes part of the question, after the person has corrected it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from medbot_desktop.cli.prompts import ask, ask_until_accepted, at_terminal, tell
from medbot_desktop.errors import InputError
from medbot_desktop.knowledge.pictures.picture_text import NO_TEXT, READS_ONLY, PictureText
from medbot_desktop.knowledge.pictures.reading import read_picture_file
from medbot_desktop.understanding.quoted import quote
from medbot_desktop.workspace import Workspace

ImageOption: Path = typer.Option(
    None, "--image", metavar="FILE", help="A photo of a label, letter or card; its text becomes part of the question."
)
_ASK = "Number of a line to correct; nothing: use the text"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was read, and the text that is used of it."""

    read: PictureText
    text: str

    def message(self, question: str | None) -> str:
        """The question with the text below it."""
        return "\n\n".join(part for part in (question, quote(self.text)) if part)

    def as_object(self, workspace: Workspace) -> dict[str, Any]:
        """What ``--json`` says of it."""
        medicines = workspace.assistant.medicines_in(self.text)
        return {
            "text": self.text,
            "medicines": [
                {"name": one.name, "text": one.written, "dose": one.dose or None, "allergy": one.is_allergy}
                for one in medicines
            ],
            "unsure": list(self.read.unsure),
            "turned": self.read.turned,
        }


def picture_of(path: Path, as_json: bool) -> Picture:
    """Read a picture, show what was read on standard error, and have it corrected where somebody can be asked.

    Raises:
        InputError: it cannot be read, or no text is in it.
    """
    read = read_picture_file(path)
    if not read.lines:
        message, hint = NO_TEXT
        raise InputError(message, hint=f"{hint} {READS_ONLY}")
    lines = [line.text for line in read.lines]
    if as_json:
        return Picture(read, "\n".join(lines))
    tell([READS_ONLY, "Text of the picture:"])
    _tell_lines(lines)
    if read.unsure:
        tell([f"Not sure of: {' · '.join(read.unsure)}"])
    if read.frames > 1:
        tell([f"The file holds {read.frames:,} pictures; the first one was read."])
    if at_terminal():
        lines = _corrected(lines)
    else:
        tell(["It is used as it was read, since nobody can be asked to correct it."])
    return Picture(read, "\n".join(lines))


def tell_medicines(workspace: Workspace, picture: Picture) -> None:
    """Say which medicines were recognised."""
    found = workspace.assistant.medicines_in(picture.text)
    tell([f"Recognised: {', '.join(one.words for one in found)}" if found else "No medicine was recognised in it."])


def _tell_lines(lines: list[str]) -> None:
    tell(f"{number:>3}  {line}" for number, line in enumerate(lines, start=1))


def _corrected(lines: list[str]) -> list[str]:
    """The lines as the person wants them."""
    lines = list(lines)

    def number() -> int:
        typed = ask(_ASK).strip()
        if not typed:
            return 0
        if not typed.isdecimal() or not 1 <= int(typed) <= len(lines):
            raise InputError(f"There is no line {typed}.", hint=f"Type a number from 1 to {len(lines)}, or nothing.")
        return int(typed)

    while lines and (at := ask_until_accepted(number)):
        line = ask(f"Line {at} should be (a single - takes it away)", default=lines[at - 1]).strip()
        lines[at - 1 : at] = [] if line == "-" else [line]
        _tell_lines(lines)
    if not lines:
        raise InputError("Nothing is left of the text of the picture.", hint="Ask without the picture.")
    return lines
