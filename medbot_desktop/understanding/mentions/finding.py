"""Find what a message names beside its signs and medicines: when, who, where on the body, and how to be reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from medbot_desktop.domain import Entity
from medbot_desktop.understanding.assertion import Context
from medbot_desktop.understanding.mentions.body_parts import BodyParts
from medbot_desktop.understanding.mentions.contacts import Contacts
from medbot_desktop.understanding.mentions.dates import Dates
from medbot_desktop.understanding.mentions.names import Names
from medbot_desktop.understanding.mentions.onset import Onsets
from medbot_desktop.understanding.mentions.people import People
from medbot_desktop.understanding.mentions.relative_dates import DAY_FIRST
from medbot_desktop.understanding.tokens import Token

KINDS = ("body_part", "contact", "date", "name", "onset", "person")
"""What is found here; none of it tells how urgent a complaint is."""

_ENGLISH = ("en", "und")


class Mentions:
    """What finds the mentions of a message.

    Args:
        dates: finds when.
        onsets: finds since when, and how it began.
        people: finds of whom.
        names: finds what they are called.
        contacts: finds how they are reached.
        body_parts: finds where on the body.
    """

    def __init__(
        self, dates: Dates, onsets: Onsets, people: People, names: Names, contacts: Contacts, body_parts: BodyParts
    ) -> None:
        self._dates = dates
        self._onsets = onsets
        self._people = people
        self._names = names
        self._contacts = contacts
        self._body_parts = body_parts

    @classmethod
    def load(cls, resources: Path, knows: Callable[[str], bool]) -> Mentions:
        """Read the files of ``mentions/``.

        Args:
            resources: the folder of what ships as data.
            knows: whether a word is one of the language or of the lexicon.

        Raises:
            InputError: a file is missing or wrong.
        """
        return cls(
            Dates.load(resources),
            Onsets.load(resources),
            People.load(resources),
            Names.load(resources, knows),
            Contacts.load(resources),
            BodyParts.load(resources),
        )

    def find(
        self,
        text: str,
        tokens: Sequence[Token],
        context: Context,
        named: Sequence[Entity],
        language: str,
        now: datetime,
        country: str = "",
    ) -> list[Entity]:
        """Return the mentions of a message; in another language than English its contacts and its dates in figures.

        Args:
            text: the message as cleaned.
            tokens: its tokens.
            context: decides whether what is said of an onset holds.
            named: its signs, medicines and measures, whose numbers and names are nothing else.
            language: its language.
            now: what "tomorrow" is relative to, without a time zone.
            country: two-letter code (ISO 3166-1), by which the order of day and month is known; empty: it is not.

        Returns:
            Entities of the kinds in ``KINDS``.
        """
        contacts = self._contacts.find(text)
        if language not in _ENGLISH:
            taken = _places((*contacts, *_numbers(named)))
            return contacts + self._dates.find(text, now, DAY_FIRST, taken, only_figures=True)
        names = [one for one in self._names.find(text, named) if not _meets(one, contacts)]
        order = self._dates.order_in(country)
        dates = self._dates.find(text, now, order, _places((*contacts, *names, *_numbers(named))))
        been = [date for date in dates if date.value is not None and date.value[:10] <= now.date().isoformat()]
        onsets = self._onsets.find(text, tokens, context, been, named)
        others = [*self._people.find(text), *self._body_parts.find(text, tokens)]
        return [*contacts, *names, *dates, *onsets, *(one for one in others if not _meets(one, (*contacts, *names)))]


def _places(entities: Sequence[Entity]) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in entities]


def _meets(entity: Entity, others: Sequence[Entity]) -> bool:
    return any(entity.start < other.end and other.start < entity.end for other in others)


def _numbers(named: Sequence[Entity]) -> list[Entity]:
    """The measures whose number is no date: "7/10", "3/7"; not "3 days", which may be "3 days ago"."""
    return [
        one
        for one in named
        if one.kind == "measure" and one.number is not None and (one.name != "duration" or "/" in one.text)
    ]
