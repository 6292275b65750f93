"""`medbot vault people` and `medbot vault forget`: whom conversations are about, and erasing everything about one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from medbot_desktop.cli.listing import ListByDefault
from medbot_desktop.cli.opening import SignIn, opened_vault
from medbot_desktop.cli.options import AccountOption, PassphraseFileOption
from medbot_desktop.cli.output import JsonOption, counted, print_json
from medbot_desktop.domain import Person
from medbot_desktop.errors import InputError, VaultError
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.medicines.record_entries import UNKNOWN, unknown_entries
from medbot_desktop.memory.forgetting import Erasure, Forgetting
from medbot_desktop.memory.people import People
from medbot_desktop.settings import resources_folder
from medbot_desktop.vault.backup import Backups
from medbot_desktop.vault.preferences import Preferences

AllergyOption = typer.Option([], "--allergy", help="What they are allergic to; may be repeated.")
MedicineOption = typer.Option([], "--medicine", help="A medicine that they take; may be repeated.")
ConditionOption = typer.Option([], "--condition", help="A lasting condition, such as asthma; may be repeated.")
DueOption = typer.Option(None, "--due", formats=["%Y-%m-%d"], help="The day on which a child that they carry is due.")

app = typer.Typer(cls=ListByDefault, help="Whom conversations are about; without a command, the list of them.")


@app.command("list")
def list_people(
    account: str = AccountOption, passphrase_file: Path = PassphraseFileOption, as_json: bool = JsonOption
) -> None:
    """List the people by name."""
    with opened_vault(SignIn(account, passphrase_file)) as opened:
        people = People(opened.vault, opened.access).list()
    if as_json:
        for person in people:
            print_json(_person_object(person))
        return
    table = Table("Name", "Born", "Reference", "Identifier", "Record", box=None, pad_edge=False)
    for person in people:
        born = person.born.isoformat() if person.born else ""
        table.add_row(Text(person.name), born, Text(person.reference), person.id, Text(_record(person)))
    Console().print(table)


@app.command()
def add(
    name: str = typer.Argument(..., help="The person's name, as the clinic writes it."),
    born: datetime = typer.Option(None, "--born", formats=["%Y-%m-%d"], help="Date of birth, such as 1980-12-31."),
    reference: str = typer.Option("", "--reference", help="The clinic's own number for them."),
    allergy: list[str] = AllergyOption,
    medicine: list[str] = MedicineOption,
    condition: list[str] = ConditionOption,
    due: datetime = DueOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Add a person; `medbot chat --person NAME` then keeps a conversation about them."""
    with opened_vault(SignIn(account, passphrase_file)) as opened:
        person = People(opened.vault, opened.access).add(
            name,
            _day(born),
            reference,
            allergies=allergy,
            medicines=medicine,
            conditions=condition,
            due=_day(due),
        )
    _tell_kept(person, "Added", as_json)


@app.command()
def edit(
    who: str = typer.Argument(..., metavar="PERSON", help="Name, identifier or the clinic's number of the person."),
    name: str = typer.Option(None, "--name", help="Another name."),
    born: datetime = typer.Option(None, "--born", formats=["%Y-%m-%d"], help="Another date of birth."),
    reference: str = typer.Option(None, "--reference", help="Another number; empty takes it away."),
    allergy: list[str] = AllergyOption,
    medicine: list[str] = MedicineOption,
    condition: list[str] = ConditionOption,
    due: datetime = DueOption,
    remove: list[str] = typer.Option(
        [], "--remove", help="An allergy, a medicine or a condition to take away, as it is written; or: due."
    ),
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Correct what is kept of a person; allergies, medicines and conditions are added to those that are there."""
    with opened_vault(SignIn(account, passphrase_file)) as opened:
        people = People(opened.vault, opened.access)
        person = _without(people.find(who), remove)
        person = people.change(
            replace(
                person,
                name=person.name if name is None else name,
                born=_day(born) or person.born,
                reference=person.reference if reference is None else reference,
                allergies=(*person.allergies, *allergy),
                medicines=(*person.medicines, *medicine),
                conditions=(*person.conditions, *condition),
                due=_day(due) or person.due,
            )
        )
    _tell_kept(person, "Changed", as_json)


def forget(
    who: str = typer.Argument(..., metavar="PERSON", help="Name, identifier or the clinic's number of the person."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only say what would be erased."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask whether it is meant."),
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Erase everything about one person, for good: from every table, from the full text and from the backups."""
    sign_in = SignIn(account, passphrase_file)
    with opened_vault(sign_in) as opened:
        backups = Backups(opened, Preferences(opened.vault, opened.access))
        forgetting = Forgetting(opened.vault, opened.access, backups, opened.folder)
        person = People(opened.vault, opened.access).find(who)
        if dry_run:
            erasure = forgetting.preview(person)
        else:
            if sign_in.may_ask and not yes:
                typer.echo(_counts("There are", forgetting.preview(person)), err=True)
            sign_in.confirm(f"Erase everything about {person.name}, for good?", yes)
            erasure = forgetting.forget(person)
    if as_json:
        print_json({"dry_run": dry_run, **asdict(erasure)})
    else:
        _print(erasure, dry_run)
    if erasure.not_reached and not dry_run:
        raise VaultError(
            "The person was erased from the vault, but may still be in what could not be changed: "
            f"{', '.join(erasure.not_reached)}.",
            hint="Delete it if it is not needed; plug a missing drive in and erase again.",
        )


def _print(erasure: Erasure, dry_run: bool) -> None:
    typer.echo(_counts("Would erase" if dry_run else "Erased", erasure))
    for name in erasure.backups:
        typer.echo(f"{'Would write anew' if dry_run else 'Written anew without the person'}: {name}")
    if dry_run:
        for name in erasure.not_reached:
            typer.echo(f"Cannot be changed, and may hold the person: {name}")
    if not erasure.compacted:
        typer.echo("The file keeps its size, for want of room to rewrite it; what was erased is overwritten in it.")
    if erasure.mentions:
        typer.echo("The name is still written in these other conversations:")
        for conversation_id in erasure.mentions:
            typer.echo(f"    {conversation_id}")


def _counts(verb: str, erasure: Erasure) -> str:
    return (
        f"{verb} 1 person, {counted(erasure.conversations, 'conversation')}, {counted(erasure.messages, 'message')} "
        f"and {counted(erasure.citations, 'citation')}."
    )


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _without(person: Person, entries: Sequence[str]) -> Person:
    """The person without some entries of the record.

    Raises:
        InputError: the record holds no such entry.
    """
    for entry in entries:
        changed = replace(
            person,
            allergies=_other(person.allergies, entry),
            medicines=_other(person.medicines, entry),
            conditions=_other(person.conditions, entry),
            due=None if entry == "due" else person.due,
        )
        if changed == person:
            raise InputError("The record holds no such entry to remove.", hint="`medbot vault people` shows them.")
        person = changed
    return person


def _other(entries: Sequence[str], entry: str) -> tuple[str, ...]:
    return tuple(one for one in entries if one.casefold() != entry.casefold())


def _tell_kept(person: Person, verb: str, as_json: bool) -> None:
    if as_json:
        print_json(_person_object(person))
    else:
        typer.echo(f"{verb} {person.name} ({person.id}).")
    unknown = unknown_entries(Formulary.load(resources_folder()), person)
    if unknown:
        typer.echo(UNKNOWN.format(entries=", ".join(unknown)), err=True)


def _record(person: Person) -> str:
    """What the record of a person holds, in a line."""
    lists = (("allergic to", person.allergies), ("takes", person.medicines), ("has", person.conditions))
    told = [f"{words} {', '.join(entries)}" for words, entries in lists if entries]
    return "; ".join([*told, f"a child is due on {person.due.isoformat()}"] if person.due else told)


def _person_object(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "born": person.born.isoformat() if person.born else None,
        "reference": person.reference,
        "allergies": list(person.allergies),
        "medicines": list(person.medicines),
        "conditions": list(person.conditions),
        "due": person.due.isoformat() if person.due else None,
    }
