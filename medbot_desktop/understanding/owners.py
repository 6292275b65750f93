"""Tell of whom each sign of a message is said: the subject before it, or the one behind it ("MI in her father")."""

from __future__ import annotations

from medbot_desktop.domain import Entity
from medbot_desktop.understanding.people import Cast, Person

_REACH = 12
_REACH_BEHIND = 5
_GOVERNING = frozenset("beside behind opposite near to with of than like for by against around from on at in".split())
_WITH = frozenset("with w wiv wi".split())
_TELLING_MORE = frozenset("who whos whose with".split())
_LEADING_BEHIND = frozenset("in on affects affected from".split())
_LEADING_TO = frozenset(
    "a an the my his her our their one of both most many two three some another several best".split()
)
_BEFORE_IT = frozenset("confirmed diagnosed dx noted reported known found detected present positive common".split())


class Owners:
    """Whose the signs of one message are.

    Args:
        cast: who is in it.
    """

    def __init__(self, cast: Cast) -> None:
        self._tokens, self._people = cast.tokens, cast.people
        self._finder, self._words = cast.finder, cast.words

    def of(self, entity: Entity) -> Person | None:
        """Whom an entity is said of; None for nobody, or where the one named only says it."""
        if any(entity.start <= self._tokens[at].start < entity.end for at in self._people):
            return None
        return self._behind(entity) or self._before(entity)

    def _before(self, entity: Entity) -> Person | None:
        """The nearest person before the entity who is subject or owner there."""
        tokens, people = self._tokens, self._people
        first = next((n for n, token in enumerate(tokens) if token.end > entity.start), 0)
        for at in range(first - 1, max(-1, first - 1 - _REACH), -1):
            if tokens[at].sentence != tokens[first].sentence:
                return None
            is_none = at not in people or self._is_aside(at) or self._is_placing(at) or self._is_company(at)
            if is_none or self._is_governed(at, first):
                continue
            says = any(token.word in self._words.belief for token in tokens[at + 1 : first])
            return None if says and people[at].who in ("kin", "far") else people[at]
        return None

    def _behind(self, entity: Entity) -> Person | None:
        """The person whom the words behind an entity give it to: "breast cancer in her aunt", "nits on my son"."""
        tokens = self._tokens
        after = next((n for n, token in enumerate(tokens) if token.start >= entity.end), len(tokens))
        if after < len(tokens) and tokens[after].word in self._words.diseases:
            after += 1
        if after < len(tokens) and tokens[after].word in _BEFORE_IT:
            after += 1
        if after >= len(tokens) or tokens[after].word not in _LEADING_BEHIND or tokens[after].pause:
            return None
        for at in range(after + 1, min(after + 1 + _REACH_BEHIND, len(tokens))):
            if tokens[at].sentence != tokens[after].sentence or tokens[at].pause:
                return None
            if at in self._people and self._finder.is_noun(tokens[at].word):
                return self._people[at]
            if tokens[at].word not in _LEADING_TO and not self._finder.is_noun(tokens[at].word):
                return None
        return None

    def _is_aside(self, at: int) -> bool:
        """Whether "I" only says that something was meant, read or heard: "my dad had, I think, a hernia"."""
        after = self._tokens[at + 1].word if at + 1 < len(self._tokens) else ""
        return self._people[at].who == "self" and after in self._words.aside

    def _is_placing(self, at: int) -> bool:
        """Whether "me" only says where another is, or is not: "the lad next to me", "my sister, not me"."""
        before = self._tokens[at - 1].word if at else ""
        return self._tokens[at].word in ("me", "mine") and (before == "not" or before in _GOVERNING)

    def _is_company(self, at: int) -> bool:
        """Whether somebody did what is told with the person: "I had a row with my mum and took the lot"."""
        before = at - 1
        while before > 0 and self._tokens[before].word in _LEADING_TO | self._words.between:
            before -= 1
        if before <= 0 or self._tokens[before].word not in _WITH:
            return False
        after = self._tokens[at + 1].word if at + 1 < len(self._tokens) else ""
        told = (one for one in range(before) if self._tokens[one].sentence == self._tokens[at].sentence)
        return after not in self._words.having | _TELLING_MORE and any(one in self._people for one in told)

    def _is_governed(self, at: int, first: int) -> bool:
        """Whether the person says only where the subject is: "the boy beside my daughter has nits"."""
        if at + 1 >= first or self._tokens[at + 1].word not in self._words.having:
            return False
        for before in range(at - 1, max(-1, at - 5), -1):
            token = self._tokens[before]
            if token.sentence != self._tokens[at].sentence or self._tokens[before + 1].pause:
                return False
            if token.word in _GOVERNING:
                return any(
                    other in self._people and self._finder.is_noun(self._tokens[other].word)
                    for other in range(max(0, before - 6), before)
                    if self._tokens[other].sentence == token.sentence
                )
            if token.word not in _LEADING_TO | self._words.between and not self._finder.is_noun(token.word):
                return False
        return False
