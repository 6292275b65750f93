"""Say what the files of ``resources/`` hold that tell how a message is understood."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from medbot_desktop.comparison import Comparison
from medbot_desktop.understanding.tokens import normal


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _words(text: str | frozenset[str]) -> frozenset[str]:
    return frozenset(text.split()) if isinstance(text, str) else text


Words = Annotated[frozenset[str], BeforeValidator(_words), Field(min_length=1)]
"""Words written side by side in one string."""


class SignEntry(_Strict):
    """One sign of ``signs.toml``: what it is called, the words that people use for it, and those that deny it.

    Attributes:
        name: stable identifier.
        kind: what it is.
        patterns: words that name it.
        denials: words that say by themselves that it is not there: "afebrile" denies ``fever``.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: Literal["symptom", "condition", "event", "context"] = "symptom"
    patterns: list[str] = Field(min_length=1)
    denials: list[str] = []


class SignFile(_Strict):
    """``triage/signs.toml``, or one file of ``lexicon/``, which may use the groups of the former."""

    groups: dict[str, list[str]] = {}
    figurative: list[str] = []
    sign: list[SignEntry]


class TongueEntry(_Strict):
    """The words of another tongue for a sign that ``signs.toml`` or the lexicon names."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    patterns: list[str] = Field(min_length=1)


class TongueFile(_Strict):
    """One file of ``triage/tongues/``: a tongue that MedBot does not speak, and its words for an emergency."""

    code: str = Field(pattern=r"^[a-z]{2}$")
    groups: dict[str, list[str]] = {}
    sign: list[TongueEntry] = Field(min_length=1)


class MeasureEntry(_Strict):
    """One way to write a measure: a regular expression, and how its number is read, or what its words stand for."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    pattern: str
    reads: Literal["", "number", "days", "years", "celsius", "sugar", "decade", "weeks_of_months"] = ""
    values: dict[str, float] = {}


class TimingWords(_Strict):
    """The words of a sentence that gives a time and names no sign.

    Attributes:
        course: those that tell how a complaint went.
        life: those of everyday life, whose times say nothing of a complaint.
        alike: those that speak of something like the complaint.
        earlier: those that say that this was before.
    """

    course: Words
    life: Words
    alike: Words
    earlier: Words


class MeasureFile(_Strict):
    """``lexicon/measures.toml``."""

    timing: TimingWords
    units: dict[str, str]
    possible: dict[str, tuple[float, float]]
    measure: list[MeasureEntry]


class AskedMedicinesFile(_Strict):
    """``mentions/asked_medicines.toml``: the words around the places where a medicine is asked about.

    Attributes:
        takes: what is done with medicines.
        takes_if_allowed: the same behind one of ``may`` only.
        may: the words that ask whether one may.
        on_behind: what stands before "on X".
        fits: what may be asked of a medicine: "safe".
        goes: what medicines do with each other.
        asks: words that open a question.
        joins: what joins two medicines.
        behind: what may stand behind the last of several.
        skipped: what may stand before a name and says nothing of it.
        often: words that are often written wrong.
        names: names that are words of the language, and of which nothing is held.
    """

    takes: frozenset[str]
    takes_if_allowed: frozenset[str]
    may: frozenset[str]
    on_behind: frozenset[str]
    fits: frozenset[str]
    goes: frozenset[str]
    asks: frozenset[str]
    joins: frozenset[str]
    behind: frozenset[str]
    skipped: frozenset[str]
    often: frozenset[str]
    names: frozenset[str] = Field(min_length=1)


class MeasuredEntry(_Strict):
    """A sign that a measure tells, whatever the words beside it."""

    sign: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: Literal["symptom", "context"]
    when: str

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """What is compared; one of them must hold."""
        return tuple(map(Comparison.read, self.when.split("|")))


class MeasuredFile(_Strict):
    """``lexicon/measured.toml``."""

    measured: list[MeasuredEntry]


class TriggerEntry(_Strict):
    """One set of ConText triggers of ``context.toml``."""

    category: Literal["negated", "uncertain", "past", "resolved", "hypothetical", "other", "none", "present"]
    direction: Literal["forward", "backward", "both", "sentence", "message"] = "forward"
    scope: int = Field(default=8, ge=1, le=22)
    item: int = Field(default=22, ge=1, le=22)
    crosses_commas: bool = False
    is_date: bool = False
    stops_at: list[str] = []
    lifted_by: list[str] = []
    kinds: list[str] = []
    phrases: list[str] = Field(min_length=1)


class ContextFile(_Strict):
    """``context.toml``."""

    groups: dict[str, list[str]]
    terminators: list[str]
    openers: list[str]
    nothing_since: list[str] = []
    trigger: list[TriggerEntry]


class IntentEntry(_Strict):
    """One intent: found by a pattern, in a message of at most ``max_words`` words, made only of ``only_words``."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    patterns: list[str] = []
    signs: list[str] = []
    any_sign_of: list[str] = []
    only_words: list[str] = []
    max_words: int = Field(default=1000, ge=1)
    unless_signs: bool = False


class IntentFile(_Strict):
    """``intents.toml``: the first intent that fits is the message's."""

    groups: dict[str, list[str]]
    default: str
    intent: list[IntentEntry]


class EmotionEntry(_Strict):
    """Words that show a feeling, and how strongly they do by themselves."""

    name: Literal["anxious", "frustrated", "sad", "angry", "satisfied", "in_pain"]
    strength: float = Field(gt=0, le=1)
    patterns: list[str] = Field(min_length=1)


class EmotionFile(_Strict):
    """``emotions.toml``."""

    emphasis: list[str]
    emotion: list[EmotionEntry]


class RecordFile(_Strict):
    """``triage/record.toml``: the names of what lasts."""

    lasting: list[str] = Field(min_length=1)


class LanguageEntry(_Strict):
    """A language's function words, the words that alone show it, and its words that are English ones as well."""

    code: str = Field(pattern=r"^[a-z]{2,3}$")
    function_words: list[str]
    telling_words: list[str] = []
    shared_words: list[str] = []


class LanguageFile(_Strict):
    """``languages.toml``."""

    language: list[LanguageEntry]

    @property
    def words(self) -> set[str]:
        """All their words, in lower case, without apostrophes and accents."""
        return {normal(word) for entry in self.language for word in (*entry.function_words, *entry.telling_words)}


class PeopleWords(_Strict):
    """``people.toml``: what people are called, and what is said of them."""

    men: Words
    women: Words
    kin: Words
    far: Words
    boys: Words
    girls: Words
    children: Words
    strangers: Words
    caring: Words
    telling: Words
    pets: Words
    patient: Words
    gone: Words
    behind_a_name: Words
    places: Words
    spots: Words
    beside: Words
    between: Words
    brings: Words
    belief: Words
    cares: Words
    aside: Words
    well: Words
    denies: Words
    having: Words
    lasts: Words
    past_of_kin: Words
    past_times: Words
    now: Words
    matters: Words
    own_asking: Words
    own_acts: Words
    frets: Words
    diseases: Words
    catching: Words
    harms_who_is_near: Words
    at_risk: Words
    sudden: Words
    acute: Words
    done_by_pets: Words
