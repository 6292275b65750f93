"""`medbot eval`: how well the rules do on labelled cases."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from medbot_desktop.cli.output import JsonOption, print_json, read_cases
from medbot_desktop.errors import InputError
from medbot_desktop.evaluation.cases import Case
from medbot_desktop.evaluation.report import as_object, as_page, calibration_in_words, in_words, spelt_out
from medbot_desktop.evaluation.scores import Confusion
from medbot_desktop.evaluation.suites import Result, Suite, run, suites
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.settings import program_folder, resources_folder
from medbot_desktop.triage.judging import Judge
from medbot_desktop.triage.watch import Watch
from medbot_desktop.workspace import open_reader

_SHOWN = 12
_UNBOUNDED = 10_000
"""Columns in which any table fits."""


def evaluate(
    suite: str = typer.Argument(
        ..., help="redflags, triage, assertions, intents, entities, mentions, medicines or support."
    ),
    cases: Path = typer.Option(None, "--cases", help="A JSON-lines file of labelled cases; the repository's without."),
    half: str = typer.Option("dev", "--half", help="Which part of the set; test is for reporting only."),
    html: Path = typer.Option(None, "--html", help="Write the report as a page into this file, too."),
    as_json: bool = JsonOption,
) -> None:
    """Judge the rules on labelled cases: recall and precision with intervals, a confusion matrix, the worst cases."""
    chosen = _suite(suite)
    result = run(chosen, _of_half(read_cases(cases or _own_cases(chosen)), half))
    if not result.judged:
        raise InputError(f"The set has no cases of the half {half}.", hint="Use --half dev or --half test.")
    if html is not None:
        try:
            html.write_text(as_page(result), encoding="utf-8")
        except OSError as error:
            raise InputError(
                f"{html.name} cannot be written: {error.strerror}.", hint="Choose another file."
            ) from error
    if as_json:
        print_json(as_object(result))
    else:
        _show(result, tell_wrong=half != "test")


def _matrix(confusion: Confusion, console: Console) -> Table:
    """What was found for what was expected: a column for each label where they fit, else what was found instead."""
    matrix = Table("Expected, and found:", *confusion.labels, box=None, pad_edge=False)
    for expected in confusion.expected:
        matrix.add_row(expected, *(f"{confusion.counts[expected, found]:,}" for found in confusion.labels))
    if console.measure(matrix, options=console.options.update(max_width=_UNBOUNDED)).maximum <= console.width:
        return matrix
    named = Table("Expected", "Right", "Found instead", box=None, pad_edge=False)
    for expected in confusion.expected:
        instead = ", ".join(f"{found} {n:,}" for found, n in confusion.mistaken(expected))
        named.add_row(expected, f"{confusion.counts[expected, expected]:,}", instead or "nothing")
    return named


def _suite(name: str) -> Suite:
    resources = resources_folder()
    reader = open_reader(with_embedder=name in ("intents", "assertions"))
    known = suites(reader, Watch.load(resources), Judge.load(resources), Formulary.load(resources))
    if name not in known:
        raise InputError(f"There is no suite {name}.", hint=f"Use one of: {', '.join(known)}.")
    return known[name]


def _own_cases(suite: Suite) -> Path:
    file = program_folder() / "tests" / "evaluation" / suite.cases
    if not file.is_file():
        raise InputError("The cases are not part of this copy of MedBot.", hint="Name a file with --cases.")
    return file


def _of_half(cases: Iterable[Case], half: str) -> Iterable[Case]:
    return (case for case in cases if case.get("half", half) == half)


def _show(result: Result, *, tell_wrong: bool) -> None:
    console, confusion = Console(), result.confusion
    console.print(f"{result.suite}: {len(result.judged):,} cases, right in {in_words(confusion.accuracy)}")
    console.print(f"Macro-F1 {confusion.macro_f1:.3f}, micro-F1 {confusion.micro_f1:.3f}")
    if result.calibration is not None:
        console.print(calibration_in_words(result.calibration))
    scores = Table("Label", "Recall", "Precision", "F1", box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for label in confusion.scored:
        recall, precision = confusion.recall(label), confusion.precision(label)
        scores.add_row(label, in_words(recall), in_words(precision), f"{confusion.f1(label):.3f}")
    console.print(scores)
    for name, share in result.shares.items():
        console.print(f"{spelt_out(name)}: {in_words(share)}")
    console.print(_matrix(confusion, console))
    # Whoever reads what went wrong in the test half tunes to it, and then it tells nothing any more.
    for case in result.wrong[:_SHOWN] if tell_wrong else ():
        console.print(Text(f"{case.id}: {case.expected}, found {case.found} {case.because}".strip(), style="bold"))
        console.print(Text(f"  {case.text}"))
