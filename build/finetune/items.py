"""Read what a model is to learn: instruction, input and output; say of each line that is broken what is wrong."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medbot_desktop.errors import InputError

_FIELDS = ("instruction", "input", "output")
_LONGEST_CHARACTERS = 8_000
_LEAST_ITEMS = 10
_WATCHED_SHARE = 0.1
_HINT = 'Each line is one object: {"instruction": "...", "input": "...", "output": "..."}.'


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to learn.

    Attributes:
        instruction: what the model is told to do, the system message.
        input: what it is given, the person's message; may be empty.
        output: what it is to write.
        line: where it stands in its file, from 1.
    """

    instruction: str
    input: str
    output: str
    line: int


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that cannot be used.

    Attributes:
        line: its number, from 1.
        why: what is wrong with it, to be read after "line 3 ".
    """

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The items, each in one part.

    Attributes:
        train: what the model learns from.
        watched: what tells after each pass whether it still gets better; the best pass is kept by it.
        held_out: what nothing is decided by; the report's figures come from it.
    """

    train: Sequence[Item]
    watched: Sequence[Item]
    held_out: Sequence[Item]


class _UnusableLineError(ValueError):
    """Why a line cannot be used."""


def read_items(path: Path, most_broken: int) -> tuple[list[Item], list[Broken]]:
    """Read a JSON-lines file; broken lines are left out and told.

    Args:
        path: the file; empty lines in it count as nothing.
        most_broken: how many broken lines are borne.

    Returns:
        The items and the broken lines, both in the order of the file.

    Raises:
        InputError: the file cannot be read, has more broken lines than are borne, or too few good ones.
    """
    items: list[Item] = []
    broken: list[Broken] = []
    first_lines: dict[tuple[str, str], int] = {}
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        try:
            item = _item(line, number)
            first = first_lines.setdefault((item.instruction, item.input), number)
            if first != number:
                raise _UnusableLineError(f"asks the same as line {first}")
        except _UnusableLineError as why:
            broken.append(Broken(number, str(why)))
        else:
            items.append(item)
    if len(broken) > most_broken:
        told = "; ".join(f"line {bad.line} {bad.why}" for bad in broken[:3])
        more = f"; and {len(broken) - 3} more" if len(broken) > 3 else ""
        raise InputError(
            f"{path.name} has {len(broken)} broken lines and {len(items)} good ones: {told}{more}.",
            hint=f"{_HINT} --most-broken {len(broken)} leaves the broken ones out.",
        )
    if len(items) < _LEAST_ITEMS:
        raise InputError(
            f"{path.name} has {len(items)} usable lines, and it takes {_LEAST_ITEMS} at least.", hint=_HINT
        )
    return items, broken


def part(items: Sequence[Item], held_out_share: float, seed: int) -> Parts:
    """Deal the items out at random, the same way each time.

    Args:
        items: all of them.
        held_out_share: share of the held-out ones, above 0 and below 1.
        seed: decides who goes where.
    """
    dealt = random.Random(seed).sample(items, len(items))
    held_out = min(max(1, round(len(dealt) * held_out_share)), len(dealt) - 2)
    watched = max(1, round((len(dealt) - held_out) * _WATCHED_SHARE))
    return Parts(dealt[held_out + watched :], dealt[held_out : held_out + watched], dealt[:held_out])


def _lines(path: Path) -> list[str]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror or error}.", hint=_HINT) from error
    # What is no UTF-8 becomes one broken line rather than the end of the file.
    return raw.decode("utf-8-sig", errors="surrogateescape").split("\n")


def _item(line: str, number: int) -> Item:
    """Take one line apart.

    Raises:
        _UnusableLineError: it is not an item.
    """
    if not line.isascii() and any("\udc80" <= character <= "\udcff" for character in line):
        raise _UnusableLineError("is not UTF-8")
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        raise _UnusableLineError("is not JSON") from None
    if not isinstance(given, dict):
        raise _UnusableLineError("is not an object")
    instruction, text, output = (_text(given, field) for field in _FIELDS)
    if not output:
        raise _UnusableLineError("has an empty output")
    if not instruction and not text:
        raise _UnusableLineError("has neither an instruction nor an input")
    return Item(instruction, text, output, number)


def _text(given: dict[str, Any], field: str) -> str:
    checks: dict[str, Callable[[Any], bool]] = {
        f"has no {field}": lambda value: value is None,
        f"has an {field} that is no text": lambda value: not isinstance(value, str),
        f"has an {field} of more than {_LONGEST_CHARACTERS:,} characters": lambda value: (
            len(value) > _LONGEST_CHARACTERS
        ),
        f"has an {field} with half a character": lambda value: any("\ud800" <= letter <= "\udfff" for letter in value),
        f"has an {field} with a mark of the chat template": lambda value: "<|" in value and "|>" in value,
    }
    value = given.get(field)
    for why, is_wrong in checks.items():
        if is_wrong(value):
            raise _UnusableLineError(why)
    return str(value).strip()
