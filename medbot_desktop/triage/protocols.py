"""Say what the files of ``resources/triage/protocols`` hold: complaints, and what decides how urgent each is."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from medbot_desktop.domain import Disposition
from medbot_desktop.errors import InputError
from medbot_desktop.resources import load_resource
from medbot_desktop.triage.conditions import Conditions

Level = Literal["emergency", "urgent", "routine", "self_care"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Discriminator(_Strict):
    """What decides that a complaint has a level.

    Attributes:
        flag: the red flag whose conditions, reason and source it takes; the rest is empty then.
        name: stable identifier.
        level: how urgent it makes the complaint.
        all_of: conditions of which each must hold, see ``conditions.py``.
        any_of: of these at least ``at_least`` must hold, where there are any.
        none_of: none may hold.
        why: one plain sentence that a patient can read.
        source: the guideline and its year.
    """

    flag: str = ""
    name: str = ""
    level: Level = "emergency"
    all_of: list[str] = []
    any_of: list[str] = []
    at_least: int = Field(default=1, ge=1)
    none_of: list[str] = []
    why: str = ""
    source: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Discriminator:
        if self.flag:
            if self.name or self.all_of or self.any_of:
                raise ValueError("it takes a red flag's conditions and has its own")
        elif not (self.name and self.why and self.source and (self.all_of or self.any_of)):
            raise ValueError("it lacks a name, a reason, a source or conditions")
        return self

    @property
    def disposition(self) -> Disposition:
        """The level as the rest of the program knows it."""
        return Disposition(self.level)

    @cached_property
    def conditions(self) -> Conditions:
        """Its conditions, read."""
        return Conditions.read(self.all_of, self.any_of, self.none_of, self.at_least)


class Asked(_Strict):
    """How to ask for signs, or for one measure.

    Attributes:
        asks: the signs that a yes asserts and a no denies, or one measure.
        text: the question in plain words.
        buttons: answers to offer.
        why: why it is asked; where that is empty, it is the reason of what its answer may raise.
    """

    asks: list[str] = Field(min_length=1)
    text: str = Field(min_length=8)
    buttons: list[str] = ["Yes", "No", "Not sure"]
    why: str = ""


class Protocol(_Strict):
    """One presenting complaint.

    Attributes:
        name: stable identifier, also the file's name.
        title: what it is called.
        group: which file of the lexicon has most of its signs.
        presents_with: the signs of which one makes it apply.
        topic: the topic of the core library that explains it; empty where there is none yet.
        otherwise: the level where no discriminator holds.
        why_otherwise: why that is so.
        explained_by: signs of other complaints to whose picture these signs belong: with one of them, the default of
            this protocol does not count.
        sources: the guidelines that it follows.
        do_emergency: what to do at that level, and so on for each level.
        safety_net: when to come back.
        discriminator: what decides, the most urgent first.
        question: how to ask for what is not known.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    group: str
    presents_with: list[str] = Field(min_length=1)
    topic: str = ""
    otherwise: Level
    why_otherwise: str = Field(min_length=15)
    explained_by: list[str] = []
    sources: list[str] = Field(min_length=1)
    do_emergency: list[str]
    do_urgent: list[str]
    do_routine: list[str]
    do_self_care: list[str]
    safety_net: list[str] = Field(min_length=1)
    discriminator: list[Discriminator] = Field(min_length=1)
    question: list[Asked] = []

    def what_to_do(self, level: Disposition) -> tuple[str, ...]:
        """The steps of a level."""
        steps = {
            Disposition.EMERGENCY: self.do_emergency,
            Disposition.URGENT: self.do_urgent,
            Disposition.ROUTINE: self.do_routine,
            Disposition.SELF_CARE: self.do_self_care,
        }
        return tuple(steps.get(level, ()))


def load_protocols(folder: Path) -> tuple[Protocol, ...]:
    """Read all protocols.

    Args:
        folder: ``resources/triage/protocols``.

    Raises:
        InputError: there is none, or one is wrong.
    """
    protocols = tuple(load_resource(file, Protocol) for file in sorted(folder.glob("*.toml")))
    if not protocols:
        raise InputError("There are no triage protocols.", hint="Install MedBot again.")
    return protocols
