"""Open an answer about several medicines: name only those that are meant, and warn as strongly as what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from medbot_desktop.assistant.wording import MedicineWords
from medbot_desktop.medicines.checking import Check, Found
from medbot_desktop.medicines.files import Medicine

_LEVELS = ("never", "severe", "moderate", "mild")
_EXAMPLES = 3
"""So many of a class are named for all of those that are meant."""


def listed(names: Iterable[str]) -> str:
    """Names as they are read in a sentence, each once: "a, b and c"."""
    *others, last = dict.fromkeys(names)
    return f"{', '.join(others)} and {last}" if others else last


def opened(text: str) -> str:
    """A text with a capital at its beginning, and all else as it is."""
    return text[:1].upper() + text[1:]


def warnings(found: Check, words: MedicineWords, title: Callable[[str], str]) -> list[str]:
    """The sentences that open an answer, the strongest first; none where nothing was found.

    Args:
        found: what was found about the medicines.
        words: MedBot's own words.
        title: gives what a medicine or a substance is called.
    """
    return [*_of_allergies(found, words, title), *_of_pairs(found, words, title)]


def repeated(found: Check, words: MedicineWords, title: Callable[[str], str]) -> list[str]:
    """A sentence for each two medicines that are, or hold, the same; arguments as for `warnings`."""
    shared: dict[tuple[str, str, bool], list[str]] = {}
    for twice in found.duplicates:
        shared.setdefault((twice.first, twice.second, twice.sure), []).append(title(twice.shared))
    return [
        (words.twice if sure else words.twice_unsure).format(
            first=opened(title(first)), second=title(second), shared=listed(names)
        )
        for (first, second, sure), names in shared.items()
    ]


def holding(medicine: Medicine, words: MedicineWords) -> str:
    """What a combination or a brand holds; empty where its name says it all."""
    name, ingredients, others = opened(medicine.name), medicine.ingredients, medicine.may_hold
    if others:
        pattern = words.holds_mostly if ingredients else words.may_hold
        return pattern.format(name=name, ingredients=listed(ingredients or others), others=listed(others))
    if all(one in medicine.name for one in ingredients):
        return ""
    return words.holds.format(name=name, ingredients=listed(ingredients))


def named(name: str, some: Sequence[str], words: MedicineWords, title: Callable[[str], str]) -> str:
    """What something is called; of a class of which only some are meant, with a few of them.

    Args:
        name: a medicine, a class or a substance.
        some: those of the class that are meant; empty where all are.
        words: MedBot's own words.
        title: gives what it is called.
    """
    return words.some.format(name=title(name), members=listed(some[:_EXAMPLES])) if some else title(name)


def _of_allergies(found: Check, words: MedicineWords, title: Callable[[str], str]) -> list[str]:
    lines = []
    for must_not, pattern in ((True, words.allergy_severe), (False, words.allergy_moderate)):
        against = [one for one in found.allergies if one.must_not is must_not]
        if against:
            names = (named(one.medicine, one.some, words, title) for one in against)
            allergies = (one.allergy.to for one in against)
            lines.append(pattern.format(names=listed(names), allergies=listed(allergies)))
    return lines


def _of_pairs(found: Check, words: MedicineWords, title: Callable[[str], str]) -> list[str]:
    """The worst level that was found, with the pairs that are at it; the severe ones also behind those of "never"."""
    levels: dict[str, list[str]] = {level: [] for level in _LEVELS}
    for one in found.interactions:
        level = _level(one)
        levels[level].append(_pair(found, one, level, words, title))
    levels["moderate"] += [f"{title(one.first)} and {title(one.second)}" for one in found.duplicates]
    worst = [level for level in _LEVELS if levels[level]]
    said = [level for level in worst if level == "severe" or level == worst[0]]
    return [getattr(words, level).format(names=_pairs(levels[level])) for level in said]


def _pair(found: Check, one: Found, level: str, words: MedicineWords, title: Callable[[str], str]) -> str:
    """Two as they are named in a warning: of a class, one medicine of each entry about it that is at this level."""
    alike = [
        other
        for other in found.interactions
        if (other.first, other.second) == (one.first, one.second) and _level(other) == level
    ]
    both = (
        (one.first, [] if any(not each.of_first for each in alike) else [each.of_first for each in alike]),
        (one.second, [] if any(not each.of_second for each in alike) else [each.of_second for each in alike]),
    )
    sides = (
        named(name, [each[0] for each in some] if len(some) > 1 else some[0] if some else (), words, title)
        for name, some in both
    )
    return " and ".join(sides)


def _level(one: Found) -> str:
    return "never" if one.interaction.never else one.interaction.severity


def _pairs(pairs: Sequence[str]) -> str:
    each = [pair.rstrip(",") for pair in dict.fromkeys(pairs)]
    is_open = len(each) > 1 or any(pair.endswith(",") for pair in pairs)
    return ", or ".join(each) + ("," if is_open else "")
