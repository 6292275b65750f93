"""MedBot's own sentences, none of them medical, read from ``resources/locale``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


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


class Crisis(_Group):
    """What is said to somebody in a crisis of mind: calm sentences, and the offer to fetch a person."""

    sentences: list[str] = Field(min_length=1)
    offer: str
    options: list[str] = Field(min_length=1)


class MedicineWords(_Group):
    """What stands around the facts about medicines; ``names``, ``first``, ``second`` and ``shared`` are filled in."""

    severe: str
    moderate: str
    mild: str
    none_found: str
    twice: str
    children: str
    ask_about_dose: str


class RecordWords(_Group):
    """What stands around a check against a record; ``entries`` and ``names`` are filled in."""

    holds: str
    allergic: str
    takes: str
    severe: str
    moderate: str
    mild: str
    nothing: str
    unknown: str


class Wording(_Group):
    """Everything that MedBot says in its own words."""

    disclaimer: str
    safety_net: str
    asked: str
    other_language: OtherLanguage
    openings: list[str] = Field(min_length=1)
    phrase_instruction: str
    not_found: NotFound
    after_alert: Fixed
    instruction_attempt: Fixed
    greeting: Choice
    thanks: Choice
    small_talk: Fixed
    speak_to_person: Fixed
    judged: Fixed
    crisis: Crisis
    medicines: MedicineWords
    record: RecordWords
