"""Hold every medicine by its names, with the classes that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz, process

from medbot_desktop.errors import InputError
from medbot_desktop.medicines.files import (
    Allergy,
    AllergyFile,
    ClassFile,
    Interaction,
    InteractionFile,
    Medicine,
    MedicineClass,
    MedicineFile,
)
from medbot_desktop.resources import load_resource, read_once, state_of

_STRENGTH = re.compile(r"\s+\d+(?:/\d+)?$")
"""What stands behind some brands and is left away in talk: "Microgynon 30"."""
_SIMILAR = 80.0
_SUGGESTED = 3
_SHOWN = 60

SUBSTANCES: Mapping[str, str] = {
    "alcohol": "alcohol",
    "grapefruit": "grapefruit",
    "st_johns_wort": "St John's wort",
    "potassium_salt_substitute": "salt substitutes with potassium",
    "dairy": "milk and dairy foods",
    "tobacco": "smoking",
    "caffeine": "caffeine",
    "cranberry": "cranberry",
    "liquorice": "liquorice",
    "vitamin_k_foods": "foods rich in vitamin K",
    "tyramine_foods": "foods rich in tyramine",
    "cannabis": "cannabis",
    "ginkgo": "ginkgo",
    "ginseng": "ginseng",
    "turmeric": "turmeric",
    "garlic_supplement": "garlic supplements",
    "fish_oil": "fish oil",
    "evening_primrose": "evening primrose oil",
    "echinacea": "echinacea",
    "valerian": "valerian",
    "kava": "kava",
    "black_cohosh": "black cohosh",
}
"""What is no medicine and interacts with some, with the words for it."""

_SUBSTANCE_WORDS: Mapping[str, str] = {
    **{words.lower(): name for name, words in SUBSTANCES.items()},
    "beer": "alcohol",
    "wine": "alcohol",
    "drinking": "alcohol",
    "spirits": "alcohol",
    "vodka": "alcohol",
    "grapefruit juice": "grapefruit",
    "st johns wort": "st_johns_wort",
    "st. john's wort": "st_johns_wort",
    "milk": "dairy",
    "cheese": "tyramine_foods",
    "yoghurt": "dairy",
    "hypericum": "st_johns_wort",
    "lo-salt": "potassium_salt_substitute",
    "cranberry juice": "cranberry",
    "coffee": "caffeine",
    "cigarettes": "tobacco",
    "weed": "cannabis",
    "cbd": "cannabis",
    "ginko": "ginkgo",
    "licorice": "liquorice",
    "curcumin": "turmeric",
    "fish oils": "fish_oil",
    "omega 3": "fish_oil",
}


class Formulary:
    """The medicines, their classes, interactions and allergies.

    Args:
        medicines: what is published about each.
        classes: the classes.
        interactions: what goes badly together.
        allergies: what people may be allergic to.

    Raises:
        InputError: something names a medicine or a class that is not there.
    """

    def __init__(
        self,
        medicines: Iterable[Medicine],
        classes: Iterable[MedicineClass],
        interactions: Iterable[Interaction],
        allergies: Iterable[Allergy],
    ) -> None:
        self.medicines: Mapping[str, Medicine] = {medicine.name: medicine for medicine in medicines}
        self.classes: Mapping[str, MedicineClass] = {one.name: one for one in classes}
        self.interactions = tuple(interactions)
        self.allergies = tuple(allergies)
        self._by_name: dict[str, str] = {}
        for medicine in self.medicines.values():
            for name in (*medicine.names, *medicine.misspellings):
                self._by_name.setdefault(name.lower(), medicine.name)
            for brand in (*medicine.brands_uk, *medicine.brands_us):
                self._by_name.setdefault(_STRENGTH.sub("", brand.lower()), medicine.name)
        for medicine in self.medicines.values():
            self._by_name[medicine.name.lower()] = medicine.name
        self._check()

    @classmethod
    def load(cls, resources: Path) -> Formulary:
        """Read ``resources/medicines``; read once a process.

        Raises:
            InputError: a file is missing or wrong.
        """
        folder = resources / "medicines"
        return _formulary(folder, state_of(folder.rglob("*.toml")))

    @property
    def names(self) -> Mapping[str, str]:
        """Every way to write a medicine, in lower case, with its international name."""
        return self._by_name

    @property
    def spoken(self) -> Mapping[str, tuple[str, str]]:
        """Every way to write a medicine, a class or a substance, in lower case: its kind, and its own name."""
        return {
            **{word: ("substance", name) for word, name in _SUBSTANCE_WORDS.items()},
            **{word: ("medicine_class", one.name) for one in self.classes.values() for word in one.called},
            **{word: ("medicine", name) for word, name in self._by_name.items()},
        }

    def find(self, written: str) -> Medicine | None:
        """The medicine of a name, a brand or a known misspelling; None where there is none."""
        name = self._by_name.get(" ".join(written.lower().split()))
        return self.medicines[name] if name else None

    def require(self, written: str) -> Medicine:
        """The same.

        Raises:
            InputError: there is none; names those that are written alike.
        """
        found = self.find(written)
        if found is not None:
            return found
        plain = " ".join(written.lower().split())
        alike = process.extract(plain, list(self._by_name), scorer=fuzz.ratio, limit=8, score_cutoff=_SIMILAR)
        begun = [name for name in self._by_name if plain and name.startswith(f"{plain} ")]
        near = list(dict.fromkeys(self._by_name[name] for name in (*(one for one, _, _ in alike), *begun)))[:_SUGGESTED]
        hint = f"Did you mean {' or '.join(near)}?" if near else "Use the name on the packet, or ask a pharmacist."
        raise InputError(f"There is no medicine called {written[:_SHOWN]!r} in this formulary.", hint=hint)

    def named(self, written: str) -> str:
        """What a medicine, a food or other substance, or a class of medicines is called here.

        Args:
            written: any name of it, such as ``Nurofen``, ``beer`` or ``blood thinner``.

        Raises:
            InputError: there is none; names those that are written alike.
        """
        plain = " ".join(written.lower().split())
        substance = self.substance(plain)
        if substance is None and self.find(plain) is None:
            called = (one.name for one in self.classes.values() if plain in (*one.called, one.name, one.title.lower()))
            of_class = next(called, None)
            if of_class is not None:
                return of_class
        return substance or self.require(written).name

    def substance(self, written: str) -> str | None:
        """The identifier of a food or other substance that interacts with medicines; None where it is none."""
        plain = " ".join(written.lower().split())
        return plain if plain in SUBSTANCES else _SUBSTANCE_WORDS.get(plain)

    def title(self, name: str) -> str:
        """What a medicine, a class or a substance is called."""
        if name in self.medicines:
            return name
        return self.classes[name].title if name in self.classes else SUBSTANCES[name]

    @cache  # noqa: B019 - a formulary lives as long as the process
    def groups(self, name: str, *, sure: bool = False) -> frozenset[str]:
        """A medicine or substance, its ingredients, and every class that one of them belongs to.

        Args:
            name: a medicine, a class or a substance.
            sure: leave out what only some products of a brand hold.
        """
        found: set[str] = set()
        waiting = [name]
        while waiting:
            one = waiting.pop()
            if one in found:
                continue
            found.add(one)
            if one in self.medicines:
                medicine = self.medicines[one]
                waiting += [*medicine.ingredients, *medicine.classes, *(() if sure else medicine.may_hold)]
            elif one in self.classes:
                waiting += self.classes[one].within
        return frozenset(found)

    def _check(self) -> None:
        known = self.medicines.keys() | self.classes.keys() | SUBSTANCES.keys()
        # An ingredient may have no monograph of its own; two combinations that hold it are told apart all the same.
        used = {one for medicine in self.medicines.values() for one in medicine.classes}
        used |= {one for entry in self.classes.values() for one in entry.within}
        used |= {one for entry in self.interactions for one in entry.between}
        used |= {one for entry in self.allergies for one in (*entry.avoid, *(each.name for each in entry.caution))}
        if used - known:
            raise InputError(
                f"The medicines' files name what they lack: {', '.join(sorted(used - known)[:5])}.",
                hint="Correct the name, or add the entry.",
            )


@read_once
def _formulary(folder: Path, _state: object) -> Formulary:
    medicines = [
        medicine
        for file in sorted((folder / "monographs").glob("*.toml"))
        for medicine in load_resource(file, MedicineFile).medicine
    ]
    interactions = [
        entry
        for file in sorted((folder / "interactions").glob("*.toml"))
        for entry in load_resource(file, InteractionFile).interaction
    ]
    return Formulary(
        medicines,
        load_resource(folder / "classes.toml", ClassFile).classes,
        interactions,
        load_resource(folder / "allergies.toml", AllergyFile).allergy,
    )
