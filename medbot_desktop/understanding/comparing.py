"""Tell who in a message is compared with whom: who is well while another is ill, who asks about their own matters."""

from __future__ import annotations

from medbot_desktop.understanding.people import SELF, Cast, Person
from medbot_desktop.understanding.reach import sentence_ends

_FOR_ONESELF = (("for", "me"), ("about", "me"), ("treat", "myself"), ("for", "myself"), ("my", "own"))
_NOT = ("not", "isnt", "arent", "wasnt")
_CATCHING = ("catch", "catching", "caught")


class Compared:
    """What one message says of those in it beside their signs.

    Args:
        cast: who is in it.
    """

    def __init__(self, cast: Cast) -> None:
        self._tokens, self._people = cast.tokens, cast.people
        self._finder, self._words = cast.finder, cast.words

    def asks_of_own(self) -> bool:
        """Whether who writes asks about something of their own: "... but my question is about my own mole"."""
        words = [token.word for token in self._tokens]
        for at, word in enumerate(words):
            owned = words[at + 1 : at + 3]
            if word == "my" and self._words.matters.intersection(owned) and not any(map(self._finder.is_noun, owned)):
                return True
            if (word, *owned[:1]) in _FOR_ONESELF or self._asks_to_act(at):
                return True
        return any(
            person.who == "self" and any(token.word in _CATCHING for token in self._tokens[at + 1 : at + 4])
            for at, person in self._people.items()
        )

    def _asks_to_act(self, at: int) -> bool:
        """Whether "I" at ``at`` asks what they may do or need: "should I be tested?", "can I still visit?"."""
        before = self._tokens[at - 1].word if at else ""
        if self._tokens[at].word != "i" or before not in self._words.own_asking:
            return False
        if sentence_ends(self._tokens, at):
            return True
        for later in range(at + 1, min(at + 6, len(self._tokens))):
            if later in self._people and self._people[later] != SELF:
                return False  # "Do I let him sleep?" asks for him.
            if self._tokens[later].word in self._words.own_acts:
                return True
        return False

    def self_is_well(self) -> bool:
        """Whether who writes is said to be well, or to lack a sign."""
        return any(person.who == "self" and self._is_compared(at) for at, person in self._people.items())

    def self_speaks(self) -> bool:
        """Whether who writes speaks of themselves, rather than as one who cares for another."""
        return any(person.who == "self" and not self._cares(at) for at, person in self._people.items())

    def is_free(self, who: str) -> bool:
        """Whether nobody else than who writes, and one of the kind ``who``, is named."""
        return all(person.who in ("self", who) for person in self._people.values())

    def another_child_is_well(self, owner: Person) -> bool:
        """Whether another child than the one named is said to be well, or asked for: "... but our two are fine"."""
        return any(
            person != owner
            and (person.who == "folk" or self._tokens[at].word in self._words.patient)
            and (self._is_compared(at) or self._is_asked_for(at))
            for at, person in self._people.items()
        )

    def _is_asked_for(self, at: int) -> bool:
        """Whether a question is about somebody: "does my baby need a vaccine?"."""
        before = [token.word for token in self._tokens[max(0, at - 3) : at]]
        return bool(self._words.own_asking.intersection(before)) and bool({"my", "our", "the"}.intersection(before))

    def another_is_well(self, owner: Person) -> bool:
        """Whether somebody else is said to be well, or to have a sign now as well."""
        for at, person in self._people.items():
            is_another = person.who not in ("kin", "far") or (person != owner and person.who == "kin")
            is_perhaps_another = person == owner and owner.is_owned and self._tokens[at].word in self._finder.they
            if (is_another or is_perhaps_another) and self._is_compared(at):
                return True
        return False

    def another_than_self_is_well(self, owner: Person) -> bool:
        """Whether a third person, neither who writes nor ``owner``, is said to be well."""
        return any(person not in (owner, SELF) and self._is_compared(at) for at, person in self._people.items())

    def _is_compared(self, at: int) -> bool:
        tokens = self._tokens
        after = [token.word for token in tokens[at + 1 : at + 10] if token.sentence == tokens[at].sentence]
        denial = next((n for n, word in enumerate(after[:2]) if word in self._words.denies), None)
        denies = denial is not None and not self._words.cares.intersection(after[denial + 1 : denial + 2])
        comes_after = at > 0 and tokens[at - 1].word == "now" and not self._cares(at)
        is_well = any(
            word in self._words.well and (n == 0 or after[n - 1] not in _NOT) for n, word in enumerate(after[:8])
        )
        return denies or comes_after or is_well

    def _cares(self, at: int) -> bool:
        """Whether somebody speaks as one who cares for another: "I think", "I called"."""
        after = [token.word for token in self._tokens[at + 1 : at + 5]]
        if after[:1] == ["have"]:
            return after[1:2] == ["to"] or any(map(self._finder.is_noun, after))
        return bool(after) and after[0] in self._words.cares
