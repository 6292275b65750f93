"""MedBot's own sentences, none of them medical, read from ``resources/locale``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from medbot_desktop.domain import Disposition, Triage
from medbot_desktop.resources import load_resource


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NotFound(_Group):
    """What is said where the library holds no answer; ``nearest`` names topics in ``{titles}``."""

    text: str
    next_step: str
    nearest: str


class Fixed(_Group):
    """A reply that is always the same."""

    text: str


class Choice(_Group):
    """Replies of which a model that may only phrase chooses one; the first serves without a model."""

    choices: list[str] = Field(min_length=1)


class OtherLanguage(_Group):
    """What is said to a message in another language, by language code; English is always there."""

    model_config = ConfigDict(extra="allow", frozen=True)

    en: str

    def sentences(self, language: str) -> list[str]:
        """The sentence in that language, where there is one, then the English one."""
        own = getattr(self, language, None)
        return [own, self.en] if own and language != "en" else [self.en]


class JudgedWords(_Group):
    """What is said once nothing is left to ask; ``nothing_yet`` where nothing was reported that calls for help."""

    text: str
    nothing_yet: str


class CrisisWords(_Group):
    """What is said to somebody in a crisis of mind: calm sentences, the offer to fetch a person, and what follows it.

    ``accepted`` follows a yes, ``not_now`` a no, ``still_here`` anything else that is said in the crisis.
    """

    sentences: list[str] = Field(min_length=1)
    offer: str
    options: list[str] = Field(min_length=1)
    accepted: list[str] = Field(min_length=1)
    not_now: list[str] = Field(min_length=1)
    still_here: list[str] = Field(min_length=1)


class Crisis(CrisisWords):
    """The same in English, and in other tongues by their codes."""

    tongues: dict[str, CrisisWords] = {}

    def said_in(self, language: str) -> CrisisWords:
        """The words in that language; the English ones where there are none."""
        return self.tongues.get(language, self)


class MedicineWords(_Group):
    """What stands around the facts about medicines; the names in braces are filled in."""

    never: str
    severe: str
    moderate: str
    mild: str
    allergy_severe: str
    allergy_moderate: str
    allergy_none: str
    unknown: str
    unknown_with: str
    none_found: str
    none_of_class: str
    none_with: str
    beside: str
    beside_severe: str
    some: str
    which: str
    twice: str
    twice_unsure: str
    holds: str
    holds_mostly: str
    may_hold: str
    children: str
    children_two: str
    most: str
    ask_about_dose: str
    stopping: str


class RecordWords(_Group):
    """What stands around a check against a record; ``entries`` and ``names`` are filled in."""

    holds: str
    allergic: str
    takes: str
    pregnant: str
    severe: str
    moderate: str
    mild: str
    nothing: str
    nothing_of_class: str
    unknown: str


class MissedPillWords(_Group):
    """What stands around the rules for missed contraceptive pills; ``names`` is filled in."""

    depends: str
    which: str
    options: list[str] = Field(min_length=1)


class Wording(_Group):
    """Everything that MedBot says in its own words."""

    disclaimer: str
    safety_net: str
    asked: str
    other_language: OtherLanguage
    emergency: dict[str, str]
    openings: list[str] = Field(min_length=1)
    phrase_instruction: str
    not_found: NotFound
    after_alert: Fixed
    instruction_attempt: Fixed
    greeting: Choice
    thanks: Choice
    small_talk: Fixed
    speak_to_person: Fixed
    picture: Fixed
    judged: JudgedWords
    crisis: Crisis
    harm: Crisis
    medicines: MedicineWords
    record: RecordWords
    missed_pills: MissedPillWords

    @classmethod
    def load(cls, resources: Path) -> Self:
        """Read ``locale/en.toml``.

        Raises:
            InputError: the file is missing or wrong.
        """
        return load_resource(resources / "locale" / "en.toml", cls)

    def told(self, triage: Triage, language: str) -> Triage:
        """What was found, with a sentence in the language of the message, where there is one for it.

        Args:
            triage: what was found.
            language: the code of the message's language.

        Returns:
            An emergency with whom to call before its steps and reasons; anything else with whom to ask behind these.
        """
        if triage.disposition is not Disposition.EMERGENCY:
            own = self.other_language.sentences(language)[:-1]
            return replace(triage, reasons=(*triage.reasons, *own))
        if language not in self.emergency:
            return triage
        call = self.emergency[language]
        flags = tuple(replace(flag, do_now=(call, *flag.do_now)) for flag in triage.red_flags)
        return replace(triage, red_flags=flags, reasons=(call, *triage.reasons), do_now=(call, *triage.do_now))
