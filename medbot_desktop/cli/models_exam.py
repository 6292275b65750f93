"""`medbot models exam`: let a language model show what it may be trusted with."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from medbot_desktop.cli.models_permission import changing_models
from medbot_desktop.cli.opening import SignIn
from medbot_desktop.cli.options import AccountOption, PassphraseFileOption
from medbot_desktop.cli.output import JsonOption, counted, print_json, progress_bar
from medbot_desktop.evaluation.report import in_words
from medbot_desktop.evaluation.scores import Share
from medbot_desktop.generation.exam_items import exam_version, load_exam
from medbot_desktop.generation.exam_marking import Mark
from medbot_desktop.generation.exam_record import ExamResult, store_result, stored_result
from medbot_desktop.generation.exam_sitting import examinee_named, hold_exam
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.knowledge.opening import open_embedder
from medbot_desktop.settings import Settings, resources_folder


def exam(
    name: str = typer.Argument(..., help="The model's name, as `medbot models list` shows it, or server:MODEL."),
    again: bool = typer.Option(False, "--again", help="Sit it again even if the last result still holds."),
    answers: bool = typer.Option(False, "--answers", help="Show the answers that were wrong, too."),
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Ask a language model the questions of the exam, and set what it may write by its marks.

    The result is kept, and holds until the model, what runs it, or the exam changes.
    """
    with changing_models(SignIn(account, passphrase_file)) as change:
        known, fresh, wrong = _sat(name, change.settings(), again or answers, as_json)
        if fresh:
            change.note(name, "examined")
    if as_json:
        print_json(_object(name, known, fresh, wrong if answers else []))
    else:
        _show(name, known, fresh, wrong if answers else [])


def _sat(name: str, settings: Settings, anew: bool, quiet: bool) -> tuple[ExamResult, bool, list[Mark]]:
    """The result of a model, whether it sat the exam for it now, and what it had wrong if so."""
    folder = resources_folder() / "exam"
    store, questions, version = ModelStore.standard(), load_exam(folder), exam_version(folder)
    examinee, model = examinee_named(name, settings, store)
    known = stored_result(name)
    changed = known.outdated_by(examinee, version) if known else ""
    if changed:
        typer.echo(f"The last exam of {name} is outdated: {changed}.", err=True)
    wrong: list[Mark] = []
    fresh = known is None or bool(changed) or anew
    if known is None or fresh:
        with progress_bar(f"Examining {name}", quiet) as progress:
            sitting = hold_exam(model, questions.items, open_embedder(store).embed, progress)
        wrong = [one for one in sitting.marks if not one.right]
        known = ExamResult.of(examinee, version, sitting, datetime.now(UTC))
        store_result(name, known)
    return known, fresh, wrong


def _object(name: str, result: ExamResult, fresh: bool, wrong: list[Mark]) -> dict[str, Any]:
    kinds = {
        kind: {**count.model_dump(), "interval": list(Share(count.right, count.among).interval)}
        for kind, count in result.kinds.items()
    }
    found = {"name": name, "fresh": fresh, **result.model_dump(), "kinds": kinds}
    if wrong:
        found["wrong"] = [{"id": one.item, "fault": one.fault, "answer": one.answer} for one in wrong]
    return found


def _show(name: str, result: ExamResult, fresh: bool, wrong: list[Mark]) -> None:
    console = Console(highlight=False)
    if not fresh:
        console.print(f"This is the result of {result.taken[:10]}, which still holds; --again sits the exam anew.")
    table = Table("Kind", "Right", "Of", "Share (95 % interval)", "Could harm", box=None, pad_edge=False)
    for kind, count in result.kinds.items():
        share = in_words(Share(count.right, count.among))
        words = kind.replace("_", " ").capitalize()
        table.add_row(words, str(count.right), str(count.among), share, str(count.grave))
    console.print(table)
    console.print(f"Sentences that the support check shows: {in_words(Share(result.kept, result.sentences))}")
    minutes, seconds = divmod(round(result.seconds), 60)
    console.print(
        f"{counted(minutes, 'minute')} {counted(seconds, 'second')}, {result.tokens_per_second:.1f} tokens a second, "
        f"{result.runtime}"
    )
    console.print(Text(f"{name} {result.tier}. {result.lacking}".strip(), style="bold"))
    for one in wrong:
        console.print(Text(f"{one.item}: {one.fault}", style="bold"))
        console.print(Text(f"  {one.answer}"))
