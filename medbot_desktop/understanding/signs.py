"""Find what a message reports: symptoms, conditions, events and the circumstances that make them worse."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from medbot_desktop.domain import GONE, Assertion, Entity
from medbot_desktop.errors import InputError
from medbot_desktop.resources import load_resource
from medbot_desktop.understanding.asides import without_asides
from medbot_desktop.understanding.assertion import Context
from medbot_desktop.understanding.measures import Measures
from medbot_desktop.understanding.patterns import Match, PatternSet
from medbot_desktop.understanding.rulefiles import MeasuredEntry, MeasuredFile, SignEntry, SignFile
from medbot_desktop.understanding.tokens import Token, tokenise, written
from medbot_desktop.understanding.tongues import Spoken

_FIGURATIVE = "figurative"
_DENIED = "not "
"""Stands before the name of a sign in the key of the words that deny it."""
_NO_SIGNS = ("measured.toml", "measures.toml")
# What outweighs what where the same words were read twice, or one sign is named twice in one place.
_WEIGHT = (
    Assertion.PRESENT,
    Assertion.UNCERTAIN,
    Assertion.PAST,
    Assertion.OTHER,
    Assertion.HYPOTHETICAL,
    Assertion.NEGATED,
)


class Signs:
    """The lexicon of signs, applied to one message at a time.

    Args:
        lexicon: the signs and the words for them.
        measures: finds the numbers that mean something.
        measured: the signs that they tell.
    """

    def __init__(self, lexicon: SignFile, measures: Measures, measured: Sequence[MeasuredEntry] = ()) -> None:
        self._kinds = {sign.name: sign.kind for sign in lexicon.sign}
        self._measures = measures
        self._measured = measured
        self._patterns = PatternSet(
            [(sign.name, pattern) for sign in lexicon.sign for pattern in sign.patterns]
            + [(_DENIED + sign.name, pattern) for sign in lexicon.sign for pattern in sign.denials]
            + [(_FIGURATIVE, pattern) for pattern in lexicon.figurative],
            lexicon.groups,
        )

    @classmethod
    def load(cls, resources: Path) -> Signs:
        """Read ``triage/signs.toml`` and the files of ``lexicon/``.

        Raises:
            InputError: a file is missing or wrong, or two name one sign or group.
        """
        folder = resources / "lexicon"
        words = [file for file in sorted(folder.glob("*.toml")) if file.name not in _NO_SIGNS]
        lexicon = _together([resources / "triage" / "signs.toml", *words])
        measured = load_resource(folder / "measured.toml", MeasuredFile).measured
        return cls(lexicon, Measures.load(resources), measured)

    @property
    def words(self) -> set[str]:
        """The words of the lexicon, against which spelling is put right."""
        return self._patterns.words

    @property
    def names(self) -> Collection[str]:
        """The names of all signs."""
        return self._kinds.keys()

    def find(self, text: str, tokens: Sequence[Token], context: Context, spoken: Sequence[Spoken] = ()) -> list[Entity]:
        """Return the signs and measures of a message, each with its assertion.

        Args:
            text: the message as cleaned.
            tokens: its tokens.
            context: decides whether a sign holds.
            spoken: the signs that it names in other tongues.
        """
        matches = [*self._patterns.find(tokens), *(one.match for one in spoken)]
        sayings = [set(match.tokens) for match in matches if match.key == _FIGURATIVE]
        kept = [match for match in matches if match.key != _FIGURATIVE and not _belongs_to(match, sayings)]
        best: dict[tuple[str, int], Entity] = {}
        for match in kept:
            entity = self._entity(text, tokens, match, context)
            place = (match.key, tokens[match.first].start)
            if entity is None:
                continue
            if place not in best or _WEIGHT.index(entity.assertion) < _WEIGHT.index(best[place].assertion):
                best[place] = entity
        measures = [_asserted(text, entity, tokens, context) for entity in self._measures.find(text)]
        told = _overruled(list(best.values()), measures, self._measured)
        return without_asides(told, tokens, self._measures.timing)

    def _entity(self, text: str, tokens: Sequence[Token], match: Match, context: Context) -> Entity | None:
        """What a match names; None where its words deny a sign, and are no statement of now themselves."""
        start, end = tokens[match.first].start, tokens[match.last].end
        name = match.key.removeprefix(_DENIED)
        kind = self._kinds[name]
        decided = context.decide(match.tokens, kind)
        if match.key.startswith(_DENIED):
            if decided.assertion is not Assertion.PRESENT:
                return None
            words = text[start:end]
            return Entity(words, kind, name, start, end, Assertion.NEGATED, because=words)
        value = GONE if decided.is_over else None
        because = written(text, tokens, decided.by)
        return Entity(text[start:end], kind, match.key, start, end, decided.assertion, value, because=because)


def _together(files: Sequence[Path]) -> SignFile:
    """The signs and groups of all files."""
    read = [(file, load_resource(file, SignFile)) for file in files]
    groups: dict[str, list[str]] = {}
    signs: dict[str, SignEntry] = {}
    for file, lexicon in read:
        twice = groups.keys() & lexicon.groups.keys() | signs.keys() & {sign.name for sign in lexicon.sign}
        if twice:
            raise InputError(f"The lexicon {file.name} names {min(twice)} again.", hint="Give it another name.")
        groups.update(lexicon.groups)
        signs.update((sign.name, sign) for sign in lexicon.sign)
    return SignFile(groups=groups, figurative=read[0][1].figurative, sign=list(signs.values()))


def _asserted(text: str, entity: Entity, tokens: Sequence[Token], context: Context) -> Entity:
    """The measure with its assertion; "no fever, 37.2" denies the fever and not the number."""
    own = tuple(n for n, token in enumerate(tokens) if token.start < entity.end and entity.start < token.end)
    if not own:
        return entity
    decided = context.decide(own, entity.kind)
    if decided.assertion is Assertion.NEGATED:
        return entity
    return replace(entity, assertion=decided.assertion, because=written(text, tokens, decided.by))


def _overruled(signs: list[Entity], found: list[Entity], rules: Sequence[MeasuredEntry]) -> list[Entity]:
    """The signs and the measures, with the signs that the measures tell, without those that they tell against.

    A measure that cannot be tells nothing, but takes no word away: in "a fever of 400" there is a fever. What is told
    by its number itself is no sign.
    """
    for rule in rules:
        for measure in found:
            own = [one for one in rule.comparisons if one.name == measure.name]
            if not own:
                continue
            if measure.number is not None and any(one.holds(measure.number) for one in own):
                signs.append(replace(measure, kind=rule.kind, name=rule.sign, value=None, number=None))
            else:
                signs = [sign for sign in signs if sign.name != rule.sign or not _tells_against(measure, sign)]
    return signs + found


def _tells_against(measure: Entity, sign: Entity) -> bool:
    """Whether a measure that does not tell a sign takes it away: they share words, or a number where it cannot be."""
    first, last = max(measure.start, sign.start), min(measure.end, sign.end)
    if first >= last:
        return False
    shared = measure.text[first - measure.start : last - measure.start]
    return measure.number is not None or any(token.value is not None for token in tokenise(shared))


def _belongs_to(match: Match, sayings: list[set[int]]) -> bool:
    """Whether a saying takes words away from ``match``; a sign that holds the whole saying keeps them."""
    taken = set(match.tokens)
    return any(saying & taken and not saying <= taken for saying in sayings)
