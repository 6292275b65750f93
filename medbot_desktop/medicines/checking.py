"""Check medicines against each other, against what else is taken, and against allergies on record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from rapidfuzz import fuzz, process

from medbot_desktop.medicines.files import Allergy, Interaction, Medicine, Severity
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.medicines.published import ORDER, members, published

_THE_SAME = "It is, or holds, {medicine}, to which there is an allergy. Do not take it; ask a pharmacist for another."
_ALLERGIC_TO = re.compile(r"^(?:(?:is|am|are)\s+)?(?:allerg(?:ic|y)|intoleran(?:t|ce))\s+(?:to|of)\s+|\s+allergy$")
_ALIKE = 85.0
# Two of these together are one too many; two of a wide class, such as blood pressure medicines, are often meant.
_NOT_TWICE = frozenset(
    """nsaid anticoagulant opioid benzodiazepine z_drug gabapentinoid sedating_antihistamine ssri snri tricyclic maoi
    antipsychotic triptan ace_inhibitor arb beta_blocker statin ppi h2_blocker sulfonylurea dpp4_inhibitor
    sglt2_inhibitor glp1_agonist thyroid_hormone oral_corticosteroid combined_contraceptive paracetamol_class
    potassium_supplement iron_supplement macrolide quinolone tetracycline penicillin pde5_inhibitor bisphosphonate
    calcium_channel_blocker thiazide loop_diuretic nicotine_replacement antihistamine""".split()
)


@dataclass(frozen=True, slots=True)
class Found:
    """An interaction of two of the medicines that were asked about.

    Attributes:
        first: one of them.
        second: the other.
        interaction: what is published.
        of_first: where the first is a class, those of it for which this holds; empty where it holds for all.
        of_second: the same of the second.
    """

    first: str
    second: str
    interaction: Interaction
    of_first: tuple[str, ...] = ()
    of_second: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Twice:
    """Two medicines that are, or hold, the same or the same kind; not ``sure`` where that depends on the product."""

    first: str
    second: str
    shared: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Against:
    """A medicine that an allergy speaks against; ``must_not`` is false where it is only a caution.

    ``some`` holds those of a class for which it is so; it is empty where it is so for all.
    """

    medicine: str
    allergy: Allergy
    must_not: bool
    advice: str
    some: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """What was found about some medicines; the weightiest of each kind first.

    ``classes`` holds what was asked about and is a whole class: what was found may not hold for all of it.
    """

    interactions: tuple[Found, ...]
    duplicates: tuple[Twice, ...]
    allergies: tuple[Against, ...]
    classes: tuple[str, ...] = ()

    @property
    def worst(self) -> Severity | None:
        """The severity of the worst that was found; None where nothing was."""
        if any(one.must_not for one in self.allergies):
            return "severe"
        found = {one.interaction.severity for one in self.interactions}
        if self.duplicates or self.allergies:
            found.add("moderate")
        return next((severity for severity in ORDER if severity in found), None)

    @property
    def unsettled(self) -> tuple[str, ...]:
        """The classes of which more must be known: nothing was found, or it holds for some of them only."""
        some = {one.medicine for one in self.allergies if one.some}
        some |= {one.first for one in self.interactions if one.of_first}
        some |= {one.second for one in self.interactions if one.of_second}
        some |= {name for one in self.duplicates if not one.sure for name in (one.first, one.second)}
        return tuple(name for name in self.classes if self.worst is None or name in some)


def check(formulary: Formulary, names: Sequence[str], allergies: Iterable[str] = ()) -> Check:
    """Check some medicines and substances together.

    Args:
        formulary: what is published.
        names: international names of medicines, identifiers of substances and of classes.
        allergies: what the person is allergic to, in words.
    """
    allergies = tuple(allergies)
    groups = {name: formulary.groups(name) for name in dict.fromkeys(names)}
    found, twice = [], []
    for first, second in combinations(groups, 2):
        entries = published(formulary, first, second)
        found += [Found(first, second, entry.interaction, entry.of_first, entry.of_second) for entry in entries]
        twice += _twice(formulary, first, second)
    twice += [Twice(name, name, name) for name in groups if name in formulary.medicines and list(names).count(name) > 1]
    found.sort(key=lambda one: ORDER.index(one.interaction.severity))
    against = [one for name in groups for one in _once(formulary, _against_all(formulary, name, allergies))]
    against.sort(key=lambda one: not one.must_not)
    classes = tuple(name for name in groups if name in formulary.classes and name not in formulary.medicines)
    return Check(tuple(found), tuple(twice), tuple(against), classes)


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


def _twice(formulary: Formulary, first: str, second: str) -> list[Twice]:
    """What two have in common that should not be taken twice; of a class it is not sure where only some have it."""
    whole = _shared(formulary, first, second)
    ones, others = members(formulary, first), members(formulary, second)
    if whole or (ones, others) == ((first,), (second,)):
        return whole
    some = dict.fromkeys(one.shared for each in ones for other in others for one in _shared(formulary, each, other))
    kinds = [name for name in some if name in _NOT_TWICE]
    return [Twice(first, second, name, sure=False) for name in kinds or some]


def _shared(formulary: Formulary, first: str, second: str) -> list[Twice]:
    """What two medicines have in common that should not be taken twice: medicines, or else a class."""
    both = formulary.groups(first) & formulary.groups(second)
    surely = formulary.groups(first, sure=True) & formulary.groups(second, sure=True)
    same = sorted(both & formulary.medicines.keys(), key=lambda name: (name not in surely, name))
    kinds = sorted(both & _NOT_TWICE, key=lambda name: (name not in surely, name))[:1]
    if same and (same[0] in surely or not surely.intersection(kinds)):
        kinds = []
    return [Twice(first, second, name, name in surely) for name in (*kinds, *same)]


def _against_all(formulary: Formulary, name: str, allergies: Sequence[str]) -> list[Against]:
    """What allergies say of a medicine, or of a class; where not of all the class, of those members that they name."""
    whole = _against(formulary, name, formulary.groups(name), allergies)
    if any(one.must_not for one in whole):
        return whole
    some: dict[tuple[str, bool], list[Against]] = {}
    for member in members(formulary, name):
        for one in _against(formulary, member, formulary.groups(member), allergies):
            if member != name and all(one.allergy != other.allergy or one.must_not for other in whole):
                some.setdefault((one.allergy.to, one.must_not), []).append(one)
    worst = {key: each for key, each in some.items() if key[1] or (key[0], True) not in some}
    return [
        *whole,
        *(replace(each[0], medicine=name, some=tuple(one.medicine for one in each)) for each in worst.values()),
    ]


def _once(formulary: Formulary, against: Sequence[Against]) -> list[Against]:
    """What allergies say of one medicine, each once: what must not be taken is no matter of care as well.

    Of allergies that are to the same, or of which one is to what the other includes (amoxicillin and penicillin), the
    most cautious speaks; before one without a source goes one with it.
    """
    kept: list[Against] = []
    for one in sorted(against, key=lambda one: (not one.must_not, bool(one.some), not one.allergy.source)):
        of_same = _reach(formulary, one.allergy)
        is_told = any(of_same & _reach(formulary, other.allergy) for other in kept)
        if not is_told and (one.must_not or not any(other.must_not and not other.some for other in kept)):
            kept.append(one)
    return kept


def _reach(formulary: Formulary, allergy: Allergy) -> frozenset[str]:
    """What an allergy is to: the medicines and classes that it names, with what a medicine holds and its own kind."""
    reach = {allergy.to, *allergy.avoid}
    medicine = formulary.medicines.get(allergy.to)
    if medicine is not None:
        held = [formulary.medicines[name] for name in medicine.ingredients if name in formulary.medicines]
        reach.update(medicine.ingredients, *(one.classes for one in (medicine, *held)))
    return frozenset(reach)


def _against(formulary: Formulary, name: str, groups: frozenset[str], allergies: Iterable[str]) -> list[Against]:
    found = []
    for said in allergies:
        plain = allergen(formulary, said) or said.lower()
        medicine = formulary.find(plain)
        if medicine is not None and medicine.name in groups:
            entry = Allergy(to=medicine.name, advice=_THE_SAME.format(medicine=medicine.name), source="")
            found.append(Against(name, entry, True, entry.advice))
            continue
        for allergy in sorted(formulary.allergies, key=lambda entry: not _is_called(entry, plain, medicine)):
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
    if _is_called(allergy, said, medicine):
        return True
    own = formulary.groups(medicine.name) if medicine else frozenset({said})
    return bool(own & set(allergy.avoid))


def _is_called(allergy: Allergy, said: str, medicine: Medicine | None) -> bool:
    """Whether an entry names what somebody said by its own words."""
    called = {word.lower() for word in (allergy.to, *allergy.also)}
    return said in called or said.rstrip("s") in called or (medicine is not None and medicine.name in called)
