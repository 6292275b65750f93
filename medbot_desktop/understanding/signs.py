"""Find what a message reports: symptoms, conditions, events and the circumstances that make them worse."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.resources import load_resource
from medbot_desktop.understanding.assertion import Assertions
from medbot_desktop.understanding.patterns import Match, PatternSet
from medbot_desktop.understanding.rulefiles import SignFile
from medbot_desktop.understanding.tokens import Token

_FIGURATIVE = "figurative"
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
        assertions: decides whether a sign holds.
    """

    def __init__(self, lexicon: SignFile, assertions: Assertions) -> None:
        self._kinds = {sign.name: sign.kind for sign in lexicon.sign}
        self._assertions = assertions
        self._patterns = PatternSet(
            [(sign.name, pattern) for sign in lexicon.sign for pattern in sign.patterns]
            + [(_FIGURATIVE, pattern) for pattern in lexicon.figurative],
            lexicon.groups,
        )

    @classmethod
    def load(cls, resources: Path) -> Signs:
        """Read ``triage/signs.toml`` and ``triage/context.toml``.

        Raises:
            InputError: a file is missing or wrong.
        """
        return cls(load_resource(resources / "triage" / "signs.toml", SignFile), Assertions.load(resources))

    @property
    def words(self) -> set[str]:
        """The words of the lexicon, against which spelling is put right."""
        return self._patterns.words

    def find(self, text: str, tokens: Sequence[Token]) -> tuple[Entity, ...]:
        """Return the signs of ``text`` in order of their first word, each with its assertion."""
        matches = self._patterns.find(tokens)
        sayings = [set(match.tokens) for match in matches if match.key == _FIGURATIVE]
        kept = [match for match in matches if match.key != _FIGURATIVE and not _belongs_to(match, sayings)]
        context = self._assertions.read(tokens)
        best: dict[tuple[str, int], Entity] = {}
        for match in kept:
            entity = self._entity(text, tokens, match, context.assertion(match.tokens, self._kinds[match.key]))
            place = (match.key, tokens[match.first].start)
            if place not in best or _WEIGHT.index(entity.assertion) < _WEIGHT.index(best[place].assertion):
                best[place] = entity
        return tuple(sorted(best.values(), key=lambda entity: (entity.start, entity.end, entity.name)))

    def _entity(self, text: str, tokens: Sequence[Token], match: Match, assertion: Assertion) -> Entity:
        start, end = tokens[match.first].start, tokens[match.last].end
        return Entity(text[start:end], self._kinds[match.key], match.key, start, end, assertion)


def _belongs_to(match: Match, sayings: list[set[int]]) -> bool:
    """Whether a saying takes words away from ``match``; a sign that holds the whole saying keeps them."""
    taken = set(match.tokens)
    return any(saying & taken and not saying <= taken for saying in sayings)
