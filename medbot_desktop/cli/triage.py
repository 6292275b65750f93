"""`medbot triage` and `medbot understand`: what a message says, and how soon which help is needed, by rules alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from medbot_desktop.assistant.long_texts import alarm_of
from medbot_desktop.assistant.wording import Wording
from medbot_desktop.cli.answers import triage_object, utterance_object
from medbot_desktop.cli.output import (
    SUMMARY_HEADING,
    WHY_ASKED,
    JsonOption,
    care_heading,
    counted,
    error_object,
    print_cases,
    print_json,
)
from medbot_desktop.domain import Because, Disposition, Entity, Triage, Utterance
from medbot_desktop.errors import TooLongError
from medbot_desktop.settings import load_settings, resources_folder
from medbot_desktop.triage.dialogue import Dialogue
from medbot_desktop.triage.judging import Judge
from medbot_desktop.triage.numbers import EmergencyNumbers, emergency_numbers
from medbot_desktop.triage.summary import sbar
from medbot_desktop.workspace import open_reader

_NO_HELP = "No help is called for"
_MOST_KEPT_OFF = 4
_NOT_JUDGED = "Nothing can be judged yet"

CasesOption = typer.Option(None, "--cases", help="Do it for every line of a JSON-lines file of id and text instead.")


def triage(
    text: str = typer.Argument(None, help="The message."),
    cases: Path = CasesOption,
    why: bool = typer.Option(
        False, "--why", help="Add the summary for the clinician; with --json also every rule, its words and its source."
    ),
    as_json: bool = JsonOption,
) -> None:
    """Say how soon which help a message calls for, and which rules and words decided.

    A text that is too long is refused, with the alarm where an emergency is in it.
    """
    reader, judge = open_reader(with_embedder=False), Judge.load(resources_folder())
    numbers, wording = emergency_numbers(load_settings().country), Wording.load(resources_folder())

    def judged(message: str) -> tuple[Triage, str, TooLongError | None]:
        try:
            utterance = reader.read(message)
        except TooLongError as error:
            alarm = alarm_of(reader, judge, message)
            if alarm is None:
                raise
            return numbers.filled(alarm), "", error
        dialogue = Dialogue()
        dialogue.hear(utterance)
        found = numbers.filled(wording.told(judge.judge(utterance), utterance.language))
        return found, sbar(dialogue, found) if why and found.disposition is not Disposition.NONE else "", None

    def as_object(found: Triage, summary: str, refused: TooLongError | None) -> dict[str, Any]:
        trace = _trace(found, summary) if why else {}
        refusal = {"error": error_object(refused)} if refused else {}
        return {**triage_object(found), **trace, **refusal}

    if _many(text, cases, lambda message: as_object(*judged(message))):
        return
    found, summary, refused = judged(text)
    if as_json:
        print_json({"id": None, **as_object(found, summary, refused)})
    else:
        _show_triage(found, numbers)
        if summary:
            Console().print(Text(f"\n{SUMMARY_HEADING}", style="bold"), Text(summary), sep="\n")
    if refused is not None:
        raise refused


def understand(
    text: str = typer.Argument(None, help="The message."),
    cases: Path = CasesOption,
    every: bool = typer.Option(False, "--all", help="Show the circumstances that only rules ask for, too."),
    as_json: bool = JsonOption,
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
        utterance = reader.read(text)
        _show_utterance(utterance, utterance.entities if every else _telling(utterance))


def _many(text: str | None, cases: Path | None, as_object: Callable[[str], dict[str, Any]]) -> bool:
    """Do the cases, where they are given in place of a message."""
    if (text is None) == (cases is None):
        raise typer.BadParameter("Give either a message or --cases FILE.")
    if cases is None:
        return False
    print_cases(cases, as_object)
    return True


def _trace(found: Triage, summary: str) -> dict[str, Any]:
    """What `--why` adds: the rules that held, those that a denial kept off, why a question is asked, the summary."""
    return {
        "because": [_because(reason) for reason in found.because],
        "kept_off": [_because(reason) for reason in found.kept_off],
        "follow_up_why": found.follow_up_why,
        "summary": summary or None,
    }


def _because(reason: Because) -> dict[str, Any]:
    return {
        "level": reason.level.value,
        "rule": reason.rule,
        "why": reason.why,
        "source": reason.source,
        "words": list(reason.words),
        "names": list(reason.names),
        "detail": reason.detail,
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
        if found.follow_up_why:
            console.print(Text(f"{WHY_ASKED} {found.follow_up_why}", style="dim"))
    _show_rules(console, "What decided", found.because)
    _show_rules(console, "What would have decided, had it not been denied", found.kept_off[:_MOST_KEPT_OFF])
    if len(found.kept_off) > _MOST_KEPT_OFF:
        console.print(Text(f"- and {len(found.kept_off) - _MOST_KEPT_OFF} more; --json --why tells them all"))


def _show_rules(console: Console, heading: str, rules: Sequence[Because]) -> None:
    if rules:
        console.print(Text(f"\n{heading}", style="bold"))
    for because in rules:
        console.print(Text(_line(because)))


def _line(because: Because) -> str:
    """One rule with its words, what they come to, and its source."""
    words = ", ".join(f"“{word}”" for word in because.words) or "what is not said"
    told = f"{words}; {because.detail}" if because.detail else words
    return f"- {because.level.value}, {because.rule}: {told} ({because.source or 'no source'})"


def _telling(utterance: Utterance) -> tuple[Entity, ...]:
    """What a message names, without the circumstances that only rules ask for and that decided nothing here.

    "Ramipril" is a medicine; that it lowers blood pressure, and may be what somebody is allergic to, serves rules.
    """
    judged = Judge.load(resources_folder()).judge(utterance)
    decided = {name for because in (*judged.because, *judged.kept_off) for name in because.names}
    return tuple(
        entity
        for entity in dict.fromkeys(utterance.entities)
        if entity.kind != "context" or entity.name in decided or _is_said(entity)
    )


def _is_said(entity: Entity) -> bool:
    """Whether the words themselves are the name of a circumstance: "30 weeks pregnant" of ``pregnant``."""
    said = entity.text.lower().split()
    return all(any(word.startswith(part) for word in said) for part in entity.name.split("_"))


def _show_utterance(utterance: Utterance, shown: Sequence[Entity]) -> None:
    console = Console()
    intent = utterance.intent
    sure = f" ({intent.confidence:.0%})" if intent.confidence is not None else ""
    strength = f" ({utterance.emotion_strength:.0%})" if utterance.emotion_strength else ""
    feels = f"{utterance.emotion or 'neutral'}{strength}"
    console.print(f"Language {utterance.language}, wants {intent.name}{sure}, feels {feels}", soft_wrap=True)
    table = Table("Words", "Kind", "Name", "Holds", "Because of", "Value", box=None, pad_edge=False)
    for entity in shown:
        holds, because = entity.assertion.value, Text(entity.because)
        if entity.ruled is not None:
            holds = f"{holds} (by the rules {entity.ruled.value})"
        table.add_row(Text(entity.text), entity.kind, entity.name, holds, because, entity.value or "")
    if shown:
        console.print(table)
    if hidden := len(utterance.entities) - len(shown):
        console.print(Text(f"{counted(hidden, 'circumstance')} that only rules ask for: --all shows all", style="dim"))
