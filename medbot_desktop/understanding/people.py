"""Find the people whom a message names, and what each is to the patient: "my mum", "a boy in her class", "himself"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medbot_desktop.understanding.rulefiles import PeopleWords
from medbot_desktop.understanding.tokens import Token

_SELF = frozenset("i im ive id mine me myself we weve".split())
_ALL_OF_US = frozenset("all both fine ok okay well".split())
_SELVES = frozenset("himself herself themselves".split())
_HE, _SHE = frozenset("he hes him himself".split()), frozenset("she shes herself".split())
_THEY = frozenset("they theyve theyre them".split())
_OURS, _OWNING = frozenset("my our".split()), frozenset("her his their theirs hers".split())
_SAME = frozenset("my our the her his is does did and that if when was for with".split())
_MANY = frozenset("people kids children men women everyone everybody half lots loads most several parents".split())
_OWNERS_OF_CHILDREN = frozenset("my our his her".split())
_PLACING = frozenset("in at from on next".split())
_US = frozenset("him her me us my them mine you".split())
_LONGEST_NAME = 4
_TITLES = frozenset("mr mrs ms miss dr master sir".split())
_NO_NAMES = frozenset("My Our The His Her Their And But If When".split())
NOBODY = -2
"""The place of a "he" or "the patient" whom no word before names."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a word names.

    Attributes:
        who: self, kin, far (a friend, the boss, somebody's brother), folk (perhaps the patient) or they.
        first: the place of the word that named them first; below 0 for nobody in particular.
        is_owned: whether somebody else is named by it, too, as in "her brother": a "she" is not the brother, perhaps.
    """

    who: str
    first: int
    is_owned: bool = False


SELF = Person("self", -1)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody in one message.

    Attributes:
        tokens: the message.
        people: who is named in it, by the place of the word; one who owns another ("her brother's son") left out.
        finder: knows the words for people.
        words: what ``people.toml`` holds.
    """

    tokens: Sequence[Token]
    people: Mapping[int, Person]
    finder: People
    words: PeopleWords


class People:
    """The words for people, applied to one message at a time.

    Args:
        words: what ``people.toml`` holds.
    """

    def __init__(self, words: PeopleWords) -> None:
        self._words = words
        self._children = words.boys | words.girls | words.children
        self._kin = words.men | words.women | words.kin
        self._strangers = words.strangers | words.caring
        self._nouns = self._kin | words.far | self._children | self._strangers
        self.they = _HE | _SHE | _THEY | words.patient

    def cast(self, tokens: Sequence[Token], text: str = "") -> Cast:
        """Everybody whom the words name.

        Args:
            tokens: the message.
            text: its words as written; names are told by their capitals.
        """
        return Cast(tokens, self._named(tokens, text), self, self._words)

    def _named(self, tokens: Sequence[Token], text: str) -> dict[int, Person]:
        people: dict[int, Person] = {}
        for at, token in enumerate(tokens):
            word = token.word
            if self._names_place(tokens, at):
                continue
            if (self.is_noun(word) or self._is_pet(tokens, at)) and not self._leads_to_noun(tokens, at):
                if not self._only_speaks(tokens, at):
                    people[at] = self._named_before(tokens, at, people) or self._person(tokens, at)
            elif word in _SELVES and at - 1 in people:
                people[at] = people[at - 1]
            elif word in _OWNERS_OF_CHILDREN and _names_by_age(tokens, at):
                people[at] = Person("folk", at)
            elif self._is_self(tokens, at):
                people[at] = SELF
            elif word in self.they or (word in ("his", "her") and not self._leads_to_noun(tokens, at)):
                people[at] = self._meant(tokens, at, people)
            elif self._ends_name(tokens, at, text):
                people[at] = Person("far", at)
        return people

    def is_noun(self, word: str) -> bool:
        """Whether a word names a person by what they are: "mum", "teacher", "the boy's"."""
        return self._bare(word) in self._nouns

    def _bare(self, word: str) -> str:
        """The noun without the s of "mum's" and "nurses"."""
        return word if word in self._nouns or not word.endswith("s") else word[:-1]

    def _only_speaks(self, tokens: Sequence[Token], at: int) -> bool:
        """Whether somebody only brings the patient, or cares for them and says what they think."""
        after = [token.word for token in tokens[at + 1 : at + 3]]
        if tokens[at].word in self._kin and self._words.brings.intersection(after[:1]):
            return True
        if self._bare(tokens[at].word) not in self._words.caring:
            return False
        return not self._has_something(tokens, at) or bool(self._words.telling.intersection(after[1:]))

    def _is_plural(self, word: str) -> bool:
        """Whether the word names several; without its apostrophe "husbands" may be one."""
        return word in _MANY or (word.endswith("s") and word[:-1] in self._strangers)

    def _is_self(self, tokens: Sequence[Token], at: int) -> bool:
        """Whether the word names who writes: "I", "my" of what is their own, "we're" of "we're all well"."""
        word = tokens[at].word
        if word == "were":
            return at + 1 < len(tokens) and tokens[at + 1].word in _ALL_OF_US
        return word in _SELF or (word in _OURS and not self._leads_to_noun(tokens, at))

    def _is_pet(self, tokens: Sequence[Token], at: int) -> bool:
        """Whether the word names an animal that has something itself, rather than one that did something."""
        after = [token.word for token in tokens[at + 1 : at + 4] if token.sentence == tokens[at].sentence]
        is_pet = tokens[at].word in self._words.pets and not self._words.done_by_pets.intersection(after)
        return is_pet and self._has_something(tokens, at)

    def _has_something(self, tokens: Sequence[Token], at: int) -> bool:
        """Whether a verb of having stands behind the word, or behind its place: "has", "at our school has"."""
        after = [token.word for token in tokens[at + 1 : at + 6] if token.sentence == tokens[at].sentence]
        if not after:
            return False
        is_placed = after[0] in _PLACING and not self._words.having.isdisjoint(after)
        return after[0] in self._words.having or after[0] == "with" or is_placed

    def _ends_name(self, tokens: Sequence[Token], at: int, text: str) -> bool:
        """Whether a name of two words or more ends here, as of somebody in the news: "Stephen Hawking lived with"."""
        begin = at
        while begin and at - begin < _LONGEST_NAME and _is_capital(tokens, begin - 1, text):
            begin -= 1
        if tokens[begin].word in _TITLES:
            return False
        follows = at + 1 < len(tokens) and tokens[at + 1].word in self._words.behind_a_name
        return follows and begin < at and _is_capital(tokens, at, text) and not _is_titled(tokens, text)

    def _names_place(self, tokens: Sequence[Token], at: int) -> bool:
        """Whether the word says only where somebody is: "my" and "mum's" in "a nurse on my mum's ward"."""
        word = tokens[at].word
        owns = word in ("my", "our", "his", "her") or (self.is_noun(word) and word.endswith("s"))
        if not owns or not any(later.word in self._words.places for later in tokens[at + 1 : at + 3]):
            return False
        before = [token.word for token in tokens[max(0, at - 5) : at] if token.sentence == tokens[at].sentence]
        there = next((n for n, word in enumerate(before) if word in ("in", "on", "at", "from")), None)
        return there is not None and any(self.is_noun(word) for word in before[:there])

    def _next_noun(self, tokens: Sequence[Token], at: int) -> int | None:
        """The place of the noun for a person that a word at ``at`` leads to, past "best" or "older"."""
        for later in range(at + 1, min(at + 4, len(tokens))):
            if tokens[later].sentence != tokens[at].sentence or tokens[later].pause:
                return None
            if self.is_noun(tokens[later].word):
                return self._next_noun(tokens, later) or later
            if tokens[later].word not in self._words.between:
                return None
        return None

    def _leads_to_noun(self, tokens: Sequence[Token], at: int) -> bool:
        return self._next_noun(tokens, at) is not None

    def _person(self, tokens: Sequence[Token], at: int) -> Person:
        """Whom the noun at ``at`` names, and what they are to the patient."""
        word = self._bare(tokens[at].word)
        owners = (before for before in range(max(0, at - 3), at) if self._next_noun(tokens, before) == at)
        owners_words = {tokens[before].word for before in owners}
        is_owned_by_noun = any(self.is_noun(word) and word.endswith("s") for word in owners_words)
        is_owned = is_owned_by_noun or bool(_OWNING & owners_words)
        before = tokens[at - 1].word if at else ""
        if word in self._strangers:
            is_far = before == "co" or self._is_elsewhere(tokens, at, self._words.places | self._words.spots)
        elif word in self._children:
            is_contact = before in ("contact", "contacts")
            is_far = self._is_elsewhere(tokens, at, self._words.places) or is_owned_by_noun or is_contact
        else:
            is_far = word in self._words.far or is_owned or word not in self._nouns
        is_far = is_far or before in self._words.gone
        near = "kin" if word in self._kin else "folk" if word in self._children else "they"
        return Person("far" if is_far else near, at, is_owned)

    def _named_before(self, tokens: Sequence[Token], at: int, people: Mapping[int, Person]) -> Person | None:
        """Who was named by the same word before: "my dad ... dad"; "another boy" is another."""
        if tokens[at - 1].word not in _SAME or self._is_elsewhere(tokens, at, self._words.places):
            return None
        return next((people[place] for place in people if tokens[place].word == tokens[at].word), None)

    def _is_elsewhere(self, tokens: Sequence[Token], at: int, places: frozenset[str]) -> bool:
        """Whether the words behind a noun say that somebody is beside the patient: "the boy who sits next to her"."""
        after = [token.word for token in tokens[at + 1 : at + 7] if token.sentence == tokens[at].sentence]
        if after[:2] in (["of", "mine"], ["of", "ours"]):
            return True
        placing = next((n for n, word in enumerate(after[:3]) if word in _PLACING), None)
        if placing is not None and places.intersection(after[placing + 1 : placing + 4]):
            return True
        beside = next((n for n, word in enumerate(after[:5]) if word in self._words.beside), None)
        return beside is not None and bool(_US.intersection(after[beside : beside + 4]))

    def _meant(self, tokens: Sequence[Token], at: int, people: Mapping[int, Person]) -> Person:
        """Whom a "he" or "she" at ``at`` means: the last person named whom the word fits."""
        word = tokens[at].word
        is_another = at + 1 < len(tokens) and tokens[at + 1].word in ("himself", "herself")
        if word in self._words.patient or is_another:
            return Person("they", NOBODY)
        if word in _HE or word == "his":
            unfit = self._words.women | self._words.girls
        else:
            unfit = self._words.men | self._words.boys if word in _SHE or word == "her" else frozenset()
        for place in sorted(people, reverse=True):
            person = people[place]
            named = tokens[place].word
            if person.who != "self" and place == person.first and named not in unfit and not self._is_plural(named):
                return person
        return Person("they", NOBODY)


def _names_by_age(tokens: Sequence[Token], at: int) -> bool:
    """Whether "my" leads to an age that stands for a child: "my 6 week old"."""
    after = tokens[at + 1 : at + 4]
    return len(after) == 3 and after[0].value is not None and after[2].word == "old"


def _is_capital(tokens: Sequence[Token], at: int, text: str) -> bool:
    """Whether the word is written as a name is: one capital, and small letters."""
    written = text[tokens[at].start : tokens[at].end]
    return written[:1].isupper() and written[1:].islower() and written.isalpha() and written not in _NO_NAMES


def _is_titled(tokens: Sequence[Token], text: str) -> bool:
    """Whether every word of the message begins with a capital: none of them tells a name."""
    return sum(text[token.start].isupper() for token in tokens) * 2 > len(tokens)
