"""`medbot triage` and `medbot understand`: what a message says, and how soon which help is needed, by rules alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from medbot_desktop.assistant.wording import Wording
from medbot_desktop.cli.answers import triage_object, utterance_object
from medbot_desktop.cli.output import JsonOption, care_heading, print_json, read_cases
from medbot_desktop.domain import Because, Disposition, Triage, Utterance
from medbot_desktop.settings import load_settings, resources_folder
from medbot_desktop.triage.judging import Judge
from medbot_desktop.triage.numbers import EmergencyNumbers, emergency_numbers
from medbot_desktop.workspace import open_reader

_NO_HELP = "No help is called for"
_NOT_JUDGED = "Nothing can be judged yet"

CasesOption = typer.Option(None, "--cases", help="Do it for every line of a JSON-lines file of id and text instead.")


def triage(
    text: str = typer.Argument(None, help="The message."),
    cases: Path = CasesOption,
    why: bool = typer.Option(False, "--why", help="With --json: add every rule that held, its words and its source."),
    as_json: bool = JsonOption,
) -> None:
    """Say how soon which help a message calls for, and which rules and words decided."""
    reader, judge = open_reader(with_embedder=False), Judge.load(resources_folder())
    numbers, wording = emergency_numbers(load_settings().country), Wording.load(resources_folder())

    def judged(message: str) -> Triage:
        utterance = reader.read(message)
        return numbers.filled(wording.told(judge.judge(utterance), utterance.language))

    def as_object(message: str) -> dict[str, Any]:
        found = judged(message)
        trace = {"because": [_because(reason) for reason in found.because]} if why else {}
        return {**triage_object(found), **trace}

    if _many(text, cases, as_object):
        return
    if as_json:
        print_json({"id": None, **as_object(text)})
    else:
        _show_triage(judged(text), numbers)


def understand(
    text: str = typer.Argument(None, help="The message."), cases: Path = CasesOption, as_json: bool = JsonOption
) -> None:
    """Say what a message wants and names, and whether each thing holds, is denied, past, or somebody else's."""
    reader = open_reader()

    def as_object(message: str) -> dict[str, Any]:
        return utterance_object(reader.read(message))

    if _many(text, cases, as_object):
        return
    if as_json:
        print_json({"id": None, **as_object(text)})
    else:
        _show_utterance(reader.read(text))


def _many(text: str | None, cases: Path | None, as_object: Callable[[str], dict[str, Any]]) -> bool:
    """Do the cases where there are some."""
    if (text is None) == (cases is None):
        raise typer.BadParameter("Give either a message or --cases FILE.")
    if cases is None:
        return False
    for case in read_cases(cases):
        print_json({"id": case["id"], **as_object(case["text"])})
    return True


def _because(reason: Because) -> dict[str, Any]:
    return {
        "level": reason.level.value,
        "rule": reason.rule,
        "why": reason.why,
        "source": reason.source,
        "words": list(reason.words),
    }


def _show_triage(found: Triage, numbers: EmergencyNumbers) -> None:
    console = Console()
    heading = care_heading(found.disposition, f"call {numbers.emergency} now")
    if found.disposition is Disposition.NONE:
        heading = _NOT_JUDGED if found.follow_up else _NO_HELP
    console.print(Text(heading, style="bold"))
    for reason in found.reasons:
        console.print(Text(reason))
    for heading, lines in (("What to do", found.steps), ("Come back or call", found.safety_net)):
        if lines:
            console.print(Text(f"\n{heading}", style="bold"))
            for line in lines:
                console.print(Text(f"- {line}"))
    if found.follow_up:
        console.print(Text("\nTo be sure", style="bold"))
        console.print(Text(found.follow_up))
    if found.because:
        console.print(Text("\nWhat decided", style="bold"))
        for because in found.because:
            words = ", ".join(f"“{word}”" for word in because.words) or "what is not said"
            console.print(Text(f"- {because.level.value}, {because.rule}: {words} ({because.source or 'no source'})"))


def _show_utterance(utterance: Utterance) -> None:
    console = Console()
    intent = utterance.intent
    sure = f" ({intent.confidence:.0%})" if intent.confidence is not None else ""
    console.print(f"Language {utterance.language}, wants {intent.name}{sure}, feels {utterance.emotion or 'neutral'}")
    table = Table("Words", "Kind", "Name", "Holds", "Because of", "Value", box=None, pad_edge=False)
    for entity in utterance.entities:
        holds, because = entity.assertion.value, Text(entity.because)
        if entity.ruled is not None:
            holds = f"{holds} (by the rules {entity.ruled.value})"
        table.add_row(Text(entity.text), entity.kind, entity.name, holds, because, entity.value or "")
    if utterance.entities:
        console.print(table)
