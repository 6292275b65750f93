"""Say what the files of ``resources/mentions/`` hold: how people write dates, names, contacts, people, body parts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[list[str], Field(min_length=1)]
Hours = tuple[float, float]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DateEntry(_Strict):
    """One way to write a day, or a stretch of days."""

    reads: Literal[
        "iso", "numeric", "short_numeric", "days_of_month", "worded", "month", "year", "day_of_month", "weekday",
        "amount", "day_word", "tonight", "part_of_today", "period", "holiday",
    ]  # fmt: skip
    pattern: str


class TimeEntry(_Strict):
    """One way to write a time of day; a weak one counts only beside a day."""

    reads: Literal["range", "clock", "spoken", "point", "meal", "part"]
    pattern: str
    weak: bool = False


class SenseWords(_Strict):
    """Words that tell whether what a sentence speaks of has been or is to come."""

    past: Words
    future: Words
    weak_future: Words


class WordList(_Strict):
    """A list of words."""

    words: Words


class DateFile(_Strict):
    """``dates.toml``."""

    month_first: list[str]
    both_orders: list[str]
    ordinals: Words
    risky: Words
    weekdays: dict[str, Words]
    short_weekdays: dict[str, Words]
    months: dict[str, Words]
    short_months: dict[str, Words]
    day_words: dict[str, int]
    holidays: dict[str, tuple[int, int]]
    parts: dict[str, Hours]
    meals: dict[str, Hours]
    eaten: dict[str, Hours]
    sense: SenseWords
    lengths: WordList
    follow: WordList
    date: list[DateEntry]
    time: list[TimeEntry]


class OnsetEntry(_Strict):
    """Ways to say that something came suddenly or gradually."""

    value: Literal["sudden", "gradual"]
    patterns: Words


class OnsetFile(_Strict):
    """``onset.toml``."""

    began: Words
    not_of_illness: Words
    onset: list[OnsetEntry]


class PersonEntry(_Strict):
    """A person by the relation to whoever writes, or by what can be seen of them."""

    name: Name
    words: Words
    alone: list[str] = []


class PeopleFile(_Strict):
    """``people.toml``."""

    owners: Words
    adjectives: Words
    not_people: list[str]
    person: list[PersonEntry]


class NamesFile(_Strict):
    """``names.toml``; its long lists are texts of words."""

    titles: Words
    own: Words
    introductions: Words
    perhaps: Words
    addressed: Words
    relations: Words
    signing: Words
    also_words: str
    ends: str
    no_names: str
    particles: Words
    given: str
    surnames: str


class ContactEntry(_Strict):
    """One way to write an address or a number by which somebody is reached."""

    name: Literal["phone", "email"]
    pattern: str
    asks_for_word: bool = False


class ContactFile(_Strict):
    """``contacts.toml``."""

    phone_words: Words
    other_numbers: Words
    contact: list[ContactEntry]


class BodyPartFile(_Strict):
    """``body_parts.toml``."""

    sides: dict[Literal["left", "right", "both"], Words]
    between: Words
    owners: Words
    complaints: Words
    owned: Words
    sayings: Words
    part: dict[Name, Words]
