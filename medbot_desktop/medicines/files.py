"""Say what the files of ``resources/medicines`` hold."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Medicine(_Strict):
    """What national formularies and labels publish about one medicine, in our own words.

    Attributes:
        name: the international name; for a brand whose products differ, the brand.
        also: other generic names.
        brands_uk: its brands in the United Kingdom.
        brands_us: its brands in the United States.
        misspellings: how people write it.
        classes: the narrowest classes that it belongs to; empty where it belongs to none.
        ingredients: the medicines that a combination holds, or most products of a brand.
        may_hold: what some products of a brand hold, and others do not.
        uses: what it is for.
        adult_dose: the usual range for adults as published; children's doses are never given.
        max_daily: the published maximum of a day; empty where none is published.
        common: side effects that are common.
        serious: side effects that need help, as a person would see them.
        avoid: who should not take it, or ask first; each completes "if you ...".
        pregnancy: whether it may be taken in pregnancy, and so on for breastfeeding, alcohol, driving.
        storage: how it is kept.
        missed_dose: what to do about one.
        overdose: what too much does, and whom to call.
        sources: the bodies and their pages.
        reviewed: when it was last read over by somebody else than who wrote it.
    """

    name: str
    also: list[str] = []
    brands_uk: list[str] = []
    brands_us: list[str] = []
    misspellings: list[str] = []
    classes: list[str] = []
    ingredients: list[str] = []
    may_hold: list[str] = []
    uses: list[str] = Field(min_length=1)
    adult_dose: str
    max_daily: str
    common: list[str]
    serious: list[str]
    avoid: list[str]
    pregnancy: str
    breastfeeding: str
    alcohol: str
    driving: str
    storage: str
    missed_dose: str
    overdose: str
    sources: list[str] = Field(min_length=1)
    reviewed: datetime.date

    @property
    def names(self) -> list[str]:
        """Every name that it goes by, the international one first."""
        return [self.name, *self.also, *self.brands_uk, *self.brands_us]


class MedicineFile(_Strict):
    """One file of ``monographs/``."""

    medicine: list[Medicine]


class MedicineClass(_Strict):
    """A class of medicines.

    Attributes:
        name: its identifier.
        title: what it is called in a sentence.
        called: what people call it.
        within: the wider classes that it belongs to.
        stopping: what to know before one of it is stopped; empty where nothing is said of the class.
        stopping_source: the body that says so, and its page.
    """

    name: str
    title: str
    called: list[str] = []
    within: list[str] = []
    stopping: str = ""
    stopping_source: str = ""


class ClassFile(_Strict):
    """``classes.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    classes: list[MedicineClass] = Field(alias="class")


Severity = Literal["severe", "moderate", "mild"]


class Interaction(_Strict):
    """What two medicines, classes or substances do together.

    Attributes:
        between: the two.
        severity: severe (avoid, or only under a specialist), moderate (ask first), mild (be aware).
        mechanism: one sentence.
        advice: what to do.
        source: the body and its page.
        never: whether the source says of every product and dose that they must not be taken together.
    """

    between: tuple[str, str]
    severity: Severity
    mechanism: str
    advice: str
    source: str
    never: bool = False


class InteractionFile(_Strict):
    """One file of ``interactions/``."""

    interaction: list[Interaction]


class Caution(_Strict):
    """What may cross-react with an allergy, and what to do."""

    name: str
    advice: str


class Allergy(_Strict):
    """An allergy or intolerance that people have on record.

    Attributes:
        to: what it is to.
        also: other words for it.
        avoid: medicines and classes that must not be taken.
        caution: what may cross-react.
        advice: what to do.
        source: the body and its page.
    """

    to: str
    also: list[str] = []
    avoid: list[str] = []
    caution: list[Caution] = []
    advice: str
    source: str


class AllergyFile(_Strict):
    """``allergies.toml``."""

    allergy: list[Allergy]
