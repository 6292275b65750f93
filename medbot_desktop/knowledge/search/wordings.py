"""Know what else a question could have said: lay or clinical name, British or American word, brand or substance."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.search.two_spellings import TwoSpellings

Kind = Literal["synonym", "spelling", "substance", "brand"]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*")
_ALIKE = " = "
_BRANDS = " : "
_TOGETHER = " + "
_SPELLING = "spelling"
"""The table of the rules, beside those of the names."""


@dataclass(frozen=True, slots=True)
class Alternate:
    """Another way to write a part of a text.

    Attributes:
        start: offset of the part's first character in the text.
        end: offset behind its last one.
        wording: the other way, in lower case.
        kind: ``synonym``, ``spelling``, ``substance`` (what a brand holds, or another name of a substance) or ``brand``
            (of the substance that the text names; nothing else acts in it).
    """

    start: int
    end: int
    wording: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Medicines:
    """The lines of one class of medicines, as they stand in the file.

    Attributes:
        substances: the names of each substance, and its brands.
        combinations: each brand that holds several substances, and those.
    """

    substances: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    combinations: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """A name, and every wording of what it means, which may hold the name itself."""

    name: str
    wordings: tuple[tuple[str, Kind], ...]


class Wordings:
    """The names that mean the same.

    Args:
        groups: names of one thing each, in lower case.
        medicines: substances and brands.
        spellings: the rules of spelling.
    """

    def __init__(
        self, groups: Iterable[tuple[str, ...]], medicines: Iterable[Medicines], spellings: TwoSpellings
    ) -> None:
        self._spellings = spellings
        known: dict[str, _Known] = {}
        plurals: dict[str, _Known] = {}
        spelt: dict[str, str] = {}
        for item in (*_synonyms(groups), *_medicines(medicines)):
            words = [_plain(word) for word in _WORD.findall(item.name)]
            for word in words:
                if word not in spelt:
                    spelt[word] = spellings.british(word)
            *before, last = (spelt[word] for word in words)
            known.setdefault(" ".join((*before, last)), item)
            plurals.setdefault(" ".join((*before, _plural(last))), item)
        self._known = plurals | known  # a name of its own goes before another one's plural
        self._most_words: dict[str, int] = {}
        for key in self._known:
            first, length = key.partition(" ")[0], key.count(" ") + 1
            if length > self._most_words.get(first, 0):
                self._most_words[first] = length

    @classmethod
    def load(cls, wordings: Path, brands: Path) -> Self:
        """Read ``resources/retrieval/wordings.toml`` and ``brands.toml``.

        Raises:
            LibraryError: a file is missing or broken.
        """
        try:
            spellings = TwoSpellings(_tables(wordings)[_SPELLING])
            return cls(read_groups(wordings), read_medicines(brands), spellings)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise LibraryError("The lists of synonyms cannot be read.", hint="Install MedBot again.") from error

    def alternates(self, text: str) -> tuple[Alternate, ...]:
        """The other ways to write parts of a text, in the order of the parts.

        Of names that overlap, the longest counts: "blood pressure tablets" brings nothing for "blood pressure". The
        other spelling of a word comes also where the word is part of a name.
        """
        spans, words = [], []
        for match in _WORD.finditer(text):
            spans.append(match.span())
            words.append(_plain(match.group()))
        british = [self._spellings.british(word) for word in words]
        found = list(self._spelt(words, british, spans))
        position = 0
        while position < len(words):
            length, known = self._longest_at(british, position)
            if known is not None:
                start, end = spans[position][0], spans[position + length - 1][1]
                found += [Alternate(start, end, wording, kind) for wording, kind in self._wordings_of(known)]
            position += length
        return tuple(sorted(found, key=lambda alternate: alternate.start))

    def knows(self, name: str) -> bool:
        """Whether a whole text is a name that is known here, in either spelling."""
        return " ".join(self._spellings.british(_plain(word)) for word in _WORD.findall(name)) in self._known

    def _spelt(self, words: list[str], british: list[str], spans: list[tuple[int, int]]) -> Iterator[Alternate]:
        for word, own, (start, end) in zip(words, british, spans, strict=True):
            other = own if own != word else self._spellings.american(word)
            if other != word:
                yield Alternate(start, end, other, "spelling")

    def _longest_at(self, words: list[str], position: int) -> tuple[int, _Known | None]:
        """How many words a name at this position has, and the name; one word to step over where there is none."""
        most = min(self._most_words.get(words[position], 0), len(words) - position)
        for length in range(most, 0, -1):
            known = self._known.get(" ".join(words[position : position + length]))
            if known is not None:
                return length, known
        return 1, None

    def _wordings_of(self, known: _Known) -> Iterator[tuple[str, Kind]]:
        for wording, kind in known.wordings:
            if wording != known.name:
                yield wording, kind
                american = " ".join(map(self._spellings.american, wording.split()))
                if american not in (wording, known.name):
                    yield american, kind


def read_groups(path: Path) -> list[tuple[str, ...]]:
    """The names of one thing each, line by line, of ``wordings.toml``.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no TOML.
    """
    tables = _tables(path)
    return [tuple(line.split(_ALIKE)) for name in tables if name != _SPELLING for line in _lines(tables[name]["same"])]


def read_medicines(path: Path) -> list[Medicines]:
    """The classes of medicines of ``brands.toml``.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no TOML, or a line has not the form that the file's head states.
    """
    return [
        Medicines(
            tuple(_substance(line) for line in _lines(table["medicines"])),
            tuple(_combination(line) for line in _lines(table.get("combinations", ""))),
        )
        for table in _tables(path).values()
    ]


def _tables(path: Path) -> dict[str, dict[str, str]]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _substance(line: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names, _, brands = line.partition(_BRANDS)
    return tuple(names.split(_ALIKE)), tuple(brand.strip() for brand in brands.split(",") if brand.strip())


def _combination(line: str) -> tuple[str, tuple[str, ...]]:
    brand, parts = line.split(_ALIKE)
    return brand, tuple(parts.split(_TOGETHER))


def _synonyms(groups: Iterable[tuple[str, ...]]) -> Iterator[_Known]:
    for group in groups:
        wordings: tuple[tuple[str, Kind], ...] = tuple((name, "synonym") for name in group)
        for name in group:
            yield _Known(name, wordings)


def _medicines(medicines: Iterable[Medicines]) -> Iterator[_Known]:
    """A substance leads to its other names and its brands, a brand to its substances and to no other brand."""
    called: dict[str, tuple[str, ...]] = {}
    combinations: list[tuple[str, tuple[str, ...]]] = []
    for some in medicines:
        combinations += some.combinations
        for names, brands in some.substances:
            called |= dict.fromkeys(names, names)
            held: tuple[tuple[str, Kind], ...] = tuple((name, "substance") for name in names)
            sold: tuple[tuple[str, Kind], ...] = tuple((brand, "brand") for brand in brands)
            for name in names:
                yield _Known(name, (*held, *sold))
            for brand in brands:
                yield _Known(brand, held)
    for brand, parts in combinations:
        yield _Known(brand, tuple((together, "substance") for together in _all_named(parts, called)))


def _all_named(parts: tuple[str, ...], called: dict[str, tuple[str, ...]]) -> list[str]:
    """The substances of a brand in one wording: once by their first names, once by those of the other country."""
    first = [called.get(part, (part,))[0] for part in parts]
    second = [called.get(part, (part,))[:2][-1] for part in parts]
    return list(dict.fromkeys([_listed(first), _listed(second)]))


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _plural(word: str) -> str:
    """The plural of a word; the word itself where that cannot be told."""
    if word.endswith(("s", "x", "z")) or not word[-1].isalpha():
        return word
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("ch", "sh")) else f"{word}s"


def _plain(word: str) -> str:
    return word.lower().replace("'", "").replace("’", "")
