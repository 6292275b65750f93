"""Find what is published about two medicines; a class that is asked about takes the entries of its members along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from medbot_desktop.medicines.files import Interaction, Severity
from medbot_desktop.medicines.formulary import Formulary

ORDER: tuple[Severity, ...] = ("severe", "moderate", "mild")
"""How bad an interaction may be, the worst first."""

_MOST_ENTRIES = 3
"""So many entries of a class's members are told."""


@dataclass(frozen=True, slots=True)
class Published:
    """The weightiest entry about two.

    Attributes:
        interaction: what is published.
        of_first: the members of the first for which it holds; empty where it holds for all of it.
        of_second: the same of the second.
    """

    interaction: Interaction
    of_first: tuple[str, ...] = ()
    of_second: tuple[str, ...] = ()


def members(formulary: Formulary, name: str) -> tuple[str, ...]:
    """The medicines of a class, those that hold others besides left out where there are any without; else the name.

    Args:
        formulary: what is published.
        name: a medicine, a class or a substance.
    """
    if name not in formulary.classes or name in formulary.medicines:
        return (name,)
    of_class = [one for one in formulary.medicines.values() if name in formulary.groups(one.name, sure=True)]
    alone = [one.name for one in of_class if len({*one.ingredients, *one.may_hold}) < 2]
    return tuple(alone or [one.name for one in of_class]) or (name,)


def published(formulary: Formulary, first: str, second: str) -> list[Published]:
    """The weightiest of the entries that speak of two, or of a member of a class with the other.

    Args:
        formulary: what is published.
        first: a medicine, a class or a substance.
        second: another.

    Returns:
        One entry, or for a class some of those that are as bad as the worst, what must never be first, and then what
        holds for the most of it; none where there is no entry about them, nor about any member.
    """
    ones, others = members(formulary, first), members(formulary, second)
    reach = _reach(formulary, first, ones), _reach(formulary, second, others)
    entries = [entry for entry in formulary.interactions if _speaks(entry, *reach)]
    whole = _weightiest(formulary, first, second, entries)
    held: dict[int, tuple[Interaction, list[tuple[str, str]]]] = {}
    for pair in ((one, other) for one in ones for other in others if one != other):
        entry = _weightiest(formulary, *pair, entries)
        if entry is not None:
            held.setdefault(id(entry), (entry, []))[1].append(pair)
    worst = min((_weight(entry) for entry, _ in held.values()), default=None)
    if worst is None or (whole is not None and _weight(whole) <= worst):
        return [Published(whole)] if whole is not None else []
    as_bad = [each for each in held.values() if _weight(each[0])[0] == worst[0]]
    as_bad.sort(key=lambda each: -len(each[1]))
    never, other = ([each for each in as_bad if each[0].never is is_never] for is_never in (True, False))
    as_bad_as_all = [Published(whole)] if whole is not None and _weight(whole)[0] == worst[0] else []
    told = (*never[:1], *([] if as_bad_as_all else other[:_MOST_ENTRIES]))
    return [*(_held_by(entry, pairs, (ones, others)) for entry, pairs in told), *as_bad_as_all]


def _held_by(
    entry: Interaction, pairs: Iterable[tuple[str, str]], of_all: tuple[tuple[str, ...], tuple[str, ...]]
) -> Published:
    """An entry with those members for which it holds, on each side where these are not all."""
    sides = (tuple(dict.fromkeys(names)) for names in zip(*pairs, strict=True))
    of_first, of_second = (names if len(names) < len(every) else () for names, every in zip(sides, of_all, strict=True))
    return Published(entry, of_first, of_second)


def _weight(entry: Interaction) -> tuple[int, bool]:
    """Sorts the weightiest entry first."""
    return ORDER.index(entry.severity), not entry.never


def _reach(formulary: Formulary, name: str, of_it: Iterable[str]) -> frozenset[str]:
    return formulary.groups(name).union(*(formulary.groups(one) for one in of_it))


def _speaks(entry: Interaction, one: frozenset[str], other: frozenset[str]) -> bool:
    first, second = entry.between
    return (first in one and second in other) or (second in one and first in other)


def _weightiest(formulary: Formulary, first: str, second: str, entries: Sequence[Interaction]) -> Interaction | None:
    """The weightiest of the entries that speak of two, those aside that a narrower entry takes the place of.

    "Pravastatin with clarithromycin" takes the place of "statins with macrolides": it speaks of one name or class in
    each place that the other's place includes.
    """
    one, other = formulary.groups(first), formulary.groups(second)
    placed = [
        (entry, sides)
        for entry in entries
        for sides in dict.fromkeys((entry.between, entry.between[::-1]))
        if sides[0] in one and sides[1] in other
    ]
    standing = [
        entry
        for entry, sides in placed
        if not any(narrower != sides and _is_narrower(formulary, narrower, sides) for _, narrower in placed)
    ]
    return min(standing, key=lambda entry: ORDER.index(entry.severity), default=None)


def _is_narrower(formulary: Formulary, sides: tuple[str, str], than: tuple[str, str]) -> bool:
    return all(wide in formulary.groups(narrow) for narrow, wide in zip(sides, than, strict=True))
