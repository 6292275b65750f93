"""`medbot medicines`: what is published about a medicine, and what several mean together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from medbot_desktop.cli.output import JsonOption, print_json
from medbot_desktop.errors import InputError
from medbot_desktop.medicines.checking import Check, Found, allergen, check
from medbot_desktop.medicines.files import Medicine
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.medicines.monograph import NO_DOSES_FOR_CHILDREN, monograph_of
from medbot_desktop.settings import resources_folder

app = typer.Typer(no_args_is_help=True, help="Medicines: what is published about each, and checks of several.")

_NOTHING = "No interaction of these is in this formulary. That is no proof that there is none: a pharmacist can tell."
_DEPENDS = "It depends on which of the {classes} it is: check again with its name, and until then ask a pharmacist."


@app.command()
def show(name: str = typer.Argument(..., help="A generic name or a brand."), as_json: bool = JsonOption) -> None:
    """Print what is published about one medicine."""
    formulary = Formulary.load(resources_folder())
    medicine = formulary.require(name)
    if as_json:
        print_json(_medicine(medicine, formulary))
    else:
        _show_medicine(medicine, formulary)


@app.command("check")
def check_together(
    names: list[str] = typer.Argument(..., help="Medicines, kinds of them, foods or drinks, by any name."),
    allergy: list[str] = typer.Option([], "--allergy", help="What the person is allergic to; may be repeated."),
    as_json: bool = JsonOption,
) -> None:
    """Check medicines against each other and against allergies."""
    formulary = Formulary.load(resources_folder())
    asked = [(name, formulary.named(name)) for name in names]
    for said in allergy:
        if allergen(formulary, said) is None:
            raise InputError(
                f"The formulary knows no allergy to {said[:60]!r}.",
                hint="Name a medicine or a group, such as penicillin.",
            )
    found = check(formulary, [own for _, own in asked], allergy)
    if as_json:
        print_json({"medicines": [{"asked": name, "name": own} for name, own in asked], **_check(found, formulary)})
    else:
        _show_check(found, formulary)


def _medicine(medicine: Medicine, formulary: Formulary) -> dict[str, Any]:
    classes = [formulary.title(name) for name in medicine.classes]
    return {
        **medicine.model_dump(mode="json", exclude={"misspellings"}),
        "class_titles": classes,
        "children": NO_DOSES_FOR_CHILDREN,
    }


def _check(found: Check, formulary: Formulary) -> dict[str, Any]:
    return {
        "severity": found.worst or "none",
        "interactions": [
            {
                "between": [one.first, one.second],
                **_only_of(one),
                "severity": one.interaction.severity,
                "mechanism": one.interaction.mechanism,
                "advice": one.interaction.advice,
                "source": one.interaction.source,
            }
            for one in found.interactions
        ],
        "duplicates": [
            {
                "between": [one.first, one.second],
                "shared": one.shared,
                "title": formulary.title(one.shared),
                "sure": one.sure,
            }
            for one in found.duplicates
        ],
        "allergies": [
            {
                "medicine": one.medicine,
                **({"only_of": list(one.some)} if one.some else {}),
                "allergy": one.allergy.to,
                "must_not": one.must_not,
                "advice": one.advice,
                "source": one.allergy.source,
            }
            for one in found.allergies
        ],
        **({"depends_on_which": [formulary.title(name) for name in found.unsettled]} if found.unsettled else {}),
        "note": _note(found, formulary),
    }


def _only_of(one: Found) -> dict[str, dict[str, list[str]]]:
    """The classes of a finding that holds for some of them only, with these; empty where it holds for all."""
    some = {one.first: list(one.of_first), one.second: list(one.of_second)}
    only = {name: members for name, members in some.items() if members}
    return {"only_of": only} if only else {}


def _note(found: Check, formulary: Formulary) -> str:
    """What must be added to what was found; empty where there is nothing."""
    classes = " and of the ".join(map(formulary.title, found.unsettled))
    notes = [_DEPENDS.format(classes=classes)] if classes else []
    return " ".join([*notes, *([] if found.worst else [_NOTHING])])


def _title(name: str, some: Sequence[str], formulary: Formulary) -> str:
    return f"some {formulary.title(name)} ({', '.join(some)})" if some else formulary.title(name)


def _show_medicine(medicine: Medicine, formulary: Formulary) -> None:
    console, monograph = Console(), monograph_of(medicine, formulary)
    console.print(Text(monograph.title, style="bold"))
    for fact in monograph.facts:
        console.print(Text(fact))
    for heading, lines in monograph.sections:
        console.print(Text(f"\n{heading}", style="bold"))
        for line in lines:
            console.print(Text(f"- {line}" if len(lines) > 1 else line))


def _show_check(found: Check, formulary: Formulary) -> None:
    console = Console()
    for against in found.allergies:
        heading = "Must not be taken" if against.must_not else "Take care"
        name = _title(against.medicine, against.some, formulary)
        console.print(Text(f"{heading}: {name} with an allergy to {against.allergy.to}", style="bold"))
        console.print(Text(f"{against.advice} ({against.allergy.source or 'general rule'})\n"))
    for one in found.interactions:
        first, second = _title(one.first, one.of_first, formulary), _title(one.second, one.of_second, formulary)
        console.print(Text(f"{one.interaction.severity.capitalize()}: {first} and {second}", style="bold"))
        console.print(Text(f"{one.interaction.mechanism} {one.interaction.advice} ({one.interaction.source})\n"))
    for twice in found.duplicates:
        console.print(Text(f"Twice: {formulary.title(twice.first)} and {formulary.title(twice.second)}", style="bold"))
        holds = "are or hold" if twice.sure else "may hold (it depends on the product)"
        console.print(Text(f"Both {holds} {formulary.title(twice.shared)}; ask a pharmacist before taking both.\n"))
    note = _note(found, formulary)
    if note:
        console.print(Text(note))
