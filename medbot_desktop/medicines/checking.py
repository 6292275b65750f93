"""Check medicines against each other, against what else is taken, and against allergies on record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz import fuzz, process

from medbot_desktop.medicines.files import Allergy, Interaction, Medicine, Severity
from medbot_desktop.medicines.formulary import Formulary

_THE_SAME = "It is, or holds, {medicine}, to which there is an allergy. Do not take it; ask a pharmacist for another."
_ALLERGIC_TO = re.compile(r"^(?:(?:is|am|are)\s+)?(?:allerg(?:ic|y)|intoleran(?:t|ce))\s+(?:to|of)\s+|\s+allergy$")
_ALIKE = 85.0
_ORDER: tuple[Severity, ...] = ("severe", "moderate", "mild")
# Two of these together are one too many; two of a wide class, such as blood pressure medicines, are often meant.
_NOT_TWICE = frozenset(
    """nsaid anticoagulant opioid benzodiazepine z_drug gabapentinoid sedating_antihistamine ssri snri tricyclic maoi
    antipsychotic triptan ace_inhibitor arb beta_blocker statin ppi h2_blocker sulfonylurea dpp4_inhibitor
    sglt2_inhibitor glp1_agonist thyroid_hormone oral_corticosteroid combined_contraceptive paracetamol_class
    potassium_supplement iron_supplement macrolide quinolone tetracycline penicillin pde5_inhibitor bisphosphonate
    calcium_channel_blocker thiazide loop_diuretic nicotine_replacement""".split()
)


@dataclass(frozen=True, slots=True)
class Found:
    """An interaction of two of the medicines that were asked about.

    Attributes:
        first: one of them.
        second: the other.
        interaction: what is published.
    """

    first: str
    second: str
    interaction: Interaction


@dataclass(frozen=True, slots=True)
class Twice:
    """Two medicines that are, or hold, the same or the same kind; not ``sure`` where that depends on the product."""

    first: str
    second: str
    shared: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Against:
    """A medicine that an allergy speaks against; ``must_not`` is false where it is only a caution."""

    medicine: str
    allergy: Allergy
    must_not: bool
    advice: str


@dataclass(frozen=True, slots=True)
class Check:
    """What was found about some medicines; the weightiest of each kind first."""

    interactions: tuple[Found, ...]
    duplicates: tuple[Twice, ...]
    allergies: tuple[Against, ...]

    @property
    def worst(self) -> Severity | None:
        """The severity of the worst that was found; None where nothing was."""
        if any(one.must_not for one in self.allergies):
            return "severe"
        found = {one.interaction.severity for one in self.interactions}
        if self.duplicates or self.allergies:
            found.add("moderate")
        return next((severity for severity in _ORDER if severity in found), None)


def check(formulary: Formulary, names: Sequence[str], allergies: Iterable[str] = ()) -> Check:
    """Check some medicines and substances together.

    Args:
        formulary: what is published.
        names: international names of medicines, identifiers of substances.
        allergies: what the person is allergic to, in words.
    """
    allergies = tuple(allergies)
    groups = {name: formulary.groups(name) for name in dict.fromkeys(names)}
    found, twice = [], []
    for first, second in combinations(groups, 2):
        entry = _published(formulary, first, second)
        if entry is not None:
            found.append(Found(first, second, entry))
        twice += _twice(formulary, first, second)
    twice += [Twice(name, name, name) for name in groups if name in formulary.medicines and list(names).count(name) > 1]
    found.sort(key=lambda one: _ORDER.index(one.interaction.severity))
    against = [one for name in groups for one in _against(formulary, name, groups[name], allergies)]
    against.sort(key=lambda one: not one.must_not)
    return Check(tuple(found), tuple(twice), tuple(against))


def allergen(formulary: Formulary, said: str) -> str | None:
    """What somebody says they are allergic to, as the formulary calls it; None where it knows nothing like it.

    Args:
        formulary: what is published.
        said: such as ``penicillin``, ``allergic to penicilin`` or ``Nurofen``.
    """
    plain = _ALLERGIC_TO.sub("", " ".join(said.lower().split()))
    known = {word.lower(): None for entry in formulary.allergies for word in (entry.to, *entry.also)}
    if plain in known or formulary.find(plain) is not None or plain in formulary.classes:
        return plain
    alike = process.extractOne(plain, [*known, *formulary.names], scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return alike[0] if alike else None


def _published(formulary: Formulary, first: str, second: str) -> Interaction | None:
    """The weightiest of the entries that speak of two, those aside that a narrower entry takes the place of.

    "Pravastatin with clarithromycin" takes the place of "statins with macrolides": it speaks of one name or class in
    each place that the other's place includes.
    """
    one, other = formulary.groups(first), formulary.groups(second)
    placed = [
        (entry, sides)
        for entry in formulary.interactions
        for sides in dict.fromkeys((entry.between, entry.between[::-1]))
        if sides[0] in one and sides[1] in other
    ]
    standing = [
        entry
        for entry, sides in placed
        if not any(narrower != sides and _is_narrower(formulary, narrower, sides) for _, narrower in placed)
    ]
    return min(standing, key=lambda entry: _ORDER.index(entry.severity), default=None)


def _is_narrower(formulary: Formulary, sides: tuple[str, str], than: tuple[str, str]) -> bool:
    return all(wide in formulary.groups(narrow) for narrow, wide in zip(sides, than, strict=True))


def _twice(formulary: Formulary, first: str, second: str) -> list[Twice]:
    """What two medicines have in common that should not be taken twice: medicines, or else a class."""
    both = formulary.groups(first) & formulary.groups(second)
    surely = formulary.groups(first, sure=True) & formulary.groups(second, sure=True)
    same = sorted(both & formulary.medicines.keys(), key=lambda name: (name not in surely, name))
    kinds = sorted(both & _NOT_TWICE, key=lambda name: (name not in surely, name))[:1]
    if same and (same[0] in surely or not surely.intersection(kinds)):
        kinds = []
    return [Twice(first, second, name, name in surely) for name in (*kinds, *same)]


def _against(formulary: Formulary, name: str, groups: frozenset[str], allergies: Iterable[str]) -> list[Against]:
    found = []
    for said in allergies:
        plain = allergen(formulary, said) or said.lower()
        medicine = formulary.find(plain)
        if medicine is not None and medicine.name in groups:
            entry = Allergy(to=medicine.name, advice=_THE_SAME.format(medicine=medicine.name), source="")
            found.append(Against(name, entry, True, entry.advice))
            continue
        for allergy in formulary.allergies:
            if not _is_of(allergy, plain, medicine, formulary):
                continue
            if groups & set(allergy.avoid):
                found.append(Against(name, allergy, True, allergy.advice))
            else:
                cautions = [caution for caution in allergy.caution if caution.name in groups]
                found += [Against(name, allergy, False, caution.advice) for caution in cautions]
    return found


def _is_of(allergy: Allergy, said: str, medicine: Medicine | None, formulary: Formulary) -> bool:
    """Whether an entry speaks of what somebody said: by its own words, or by a class that the medicine belongs to."""
    called = {word.lower() for word in (allergy.to, *allergy.also)}
    if said in called or said.rstrip("s") in called or (medicine is not None and medicine.name in called):
        return True
    own = formulary.groups(medicine.name) if medicine else frozenset({said})
    return bool(own & set(allergy.avoid))
