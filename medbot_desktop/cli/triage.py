"""`medbot triage` and `medbot understand`: what a message says, and how soon which help is needed, by rules alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from medbot_desktop.assistant.long_texts import alarm_of
from medbot_desktop.cli.answers import triage_object, utterance_object
from medbot_desktop.cli.output import JsonOption, care_heading, error_object, print_cases, print_json
from medbot_desktop.domain import Because, Disposition, Triage, Utterance
from medbot_desktop.errors import TooLongError
from medbot_desktop.settings import load_settings, resources_folder
from medbot_desktop.triage.judging import Judge
from medbot_desktop.triage.numbers import EmergencyNumbers, emergency_numbers
from medbot_desktop.workspace import open_reader

_NO_HELP = "No help is called for"

CasesOption = typer.Option(None, "--cases", help="Do it for every line of a JSON-lines file of id and text instead.")


def triage(
    text: str = typer.Argument(None, help="The message."),
    cases: Path = CasesOption,
    why: bool = typer.Option(False, "--why", help="With --json: add every rule that held, its words and its source."),
    as_json: bool = JsonOption,
) -> None:
    """Say how soon which help a message calls for, and which rules and words decided.

    A text that is too long is refused, with the alarm where an emergency is in it.
    """
    reader, judge = open_reader(with_embedder=False), Judge.load(resources_folder())
    numbers = emergency_numbers(load_settings().country)

    def judged(message: str) -> tuple[Triage, TooLongError | None]:
        try:
            return numbers.filled(judge.judge(reader.read(message))), None
        except TooLongError as error:
            alarm = alarm_of(reader, judge, message)
            if alarm is None:
                raise
            return numbers.filled(alarm), error

    def as_object(found: Triage, refused: TooLongError | None) -> dict[str, Any]:
        trace = {"because": [_because(reason) for reason in found.because]} if why else {}
        refusal = {"error": error_object(refused)} if refused else {}
        return {**triage_object(found), **trace, **refusal}

    if _many(text, cases, lambda message: as_object(*judged(message))):
        return
    found, refused = judged(text)
    if as_json:
        print_json({"id": None, **as_object(found, refused)})
    else:
        _show_triage(found, numbers)
    if refused is not None:
        raise refused


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
    """Do the cases, where they are given in place of a message."""
    if (text is None) == (cases is None):
        raise typer.BadParameter("Give either a message or --cases FILE.")
    if cases is None:
        return False
    print_cases(cases, as_object)
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
    console.print(Text(_NO_HELP if found.disposition is Disposition.NONE else heading, style="bold"))
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
    strength = f" ({utterance.emotion_strength:.0%})" if utterance.emotion_strength else ""
    feels = f"{utterance.emotion or 'neutral'}{strength}"
    console.print(f"Language {utterance.language}, wants {intent.name}{sure}, feels {feels}", soft_wrap=True)
    table = Table("Words", "Kind", "Name", "Holds", "Because of", "Value", box=None, pad_edge=False)
    for entity in utterance.entities:
        holds, because = entity.assertion.value, Text(entity.because)
        if entity.ruled is not None:
            holds = f"{holds} (by the rules {entity.ruled.value})"
        table.add_row(Text(entity.text), entity.kind, entity.name, holds, because, entity.value or "")
    if utterance.entities:
        console.print(table)
