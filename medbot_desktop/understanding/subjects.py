"""Tell whose a condition is where a message names several people: "my brother is diabetic and I am always thirsty".

Whoever a sign of danger is said of, it counts: what somebody shows is left to hold unless the message says that the
patient is another and well. A lasting condition of somebody else is theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from medbot_desktop.domain import GONE, Assertion, Entity
from medbot_desktop.understanding.tokens import Token

_MEN = frozenset(
    """dad dads father fathers stepdad stepfather grandfather grandfathers grandad granddad grandpa brother brothers
    uncle uncles husband husbands boyfriend boyfriends fiance nephew nephews""".split()
)
_WOMEN = frozenset(
    """mum mums mam mom moms mother mothers stepmum stepmom stepmother grandmother grandmothers grandma gran
    granny nan
    nana sister sisters aunt aunts auntie wife wifes girlfriend girlfriends fiancee niece nieces""".split()
)
_KIN = (
    _MEN | _WOMEN | frozenset("parents sibling siblings cousin cousins partner partners spouse twin relative".split())
)
_FAR = frozenset(
    """friend friends mate mates neighbour neighbours neighbor neighbors colleague colleagues coworker
    coworkers boss
    teacher classmate classmates flatmate flatmates housemate housemates roommate roommates cleaner
    childminder nanny
    landlord landlady contact contacts ex inlaw relatives grandparents grandparent""".split()
)
_BOYS, _GIRLS = (
    frozenset("son sons boy boys grandson".split()),
    frozenset("daughter daughters girl granddaughter".split()),
)
_FOLK = (
    _BOYS | _GIRLS | frozenset("child childs baby babys toddler toddlers infant newborn neonate kid grandchild".split())
)
_STRANGERS = frozenset(
    """man woman lady lad lads bloke guy passenger person people kids children girls babies everyone everybody
    someone
    somebody half lots loads most several pupils residents customer""".split()
)
_PLACES = frozenset(
    """class school nursery work office team playgroup preschool daycare kindergarten course plane bus train flight
    ward street road door gym shop club group year camp party hospital church neighbours""".split()
)
_SELF = frozenset("i im ive id mine myself".split())
_HE, _SHE = frozenset("he hes him himself".split()), frozenset("she shes herself".split())
_PATIENT = frozenset("patient patients pt pts ours".split())
_THEY = _HE | _SHE | _PATIENT | frozenset("they theyve theyre them".split())
_OWNING = frozenset("her his their theirs hers".split())
_BETWEEN = frozenset("best older younger elder big little own birth foster late ex twin identical in law step".split())
_BELIEF = frozenset(
    """thinks think reckons swears says said believes convinced told worried suspects insists sure""".split()
)
_CARES = frozenset(
    """think thought know believe suspect guess call called calling ring ringing found find gave give tried try need
    worry worried scared afraid concerned noticed saw see heard took checked looked wonder asked ask hope should
    have to live left just did do do want writing write care look after with his her their the not sure visited
    phoned told understand want panicking terrified frightened helped desperate""".split()
)
_WELL = frozenset(
    """fine ok okay well alright right good calm healthy negative normal clear asymptomatic thriving unaffected
    normoglycaemic immune vaccinated jabs jabbed tested checked screened catch catching normotensive
    unwell""".split()
)
_DENIES = frozenset("never dont havent didnt wasnt hadnt doesnt hasnt isnt without".split())
_BRINGS = frozenset(
    """brings bringing brought calls calling rings ringing phones phoned reports states concerned worried
    noticed notices
    says thinks reckons present presents gave took asking asks wants""".split()
)
# Who has been near one of these is at risk by it (UKHSA: infections in pregnancy and in the immunosuppressed).
_CAUGHT = ("chickenpox", "chicken pox", "measles", "rubella", "shingles", "slapped", "whooping", "pertussis", "rash")
_AT_RISK = frozenset(
    """pregnant pregnancy weeks wks trimester expecting newborn premature chemo chemotherapy immunosuppressed
    transplant
    leukaemia leukemia methotrexate""".split()
)
_NOW = frozenset(
    """today tonight now just suddenly currently morning afternoon evening keeps cant cannot wont help ambulance
    collapsed unconscious ago breathing still having""".split()
)
_PAST_OF_KIN = frozenset("had died dx diagnosed lost dying".split())
_LASTS = frozenset("suffers suffered gets diagnosed caught tested died off born".split())
_REACH = 12
_LASTING, _SHOWN = ("condition", "context"), ("symptom", "event")
_HELD = (Assertion.PRESENT, Assertion.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody whom a word names.

    Attributes:
        who: self, kin, far (a friend, the boss, somebody's brother), folk (perhaps the patient) or they.
        first: the place of the word that named them first; below 0 for nobody in particular.
        is_owned: whether somebody else is named by it, too, as in "her brother": a "she" is not the brother, perhaps.
    """

    who: str
    first: int
    is_owned: bool = False


def of_others(entities: Sequence[Entity], tokens: Sequence[Token]) -> list[Entity]:
    """Return the entities, those of people who are not the patient marked so.

    Args:
        entities: what the message names, each with its assertion.
        tokens: the message.
    """
    people = _people(tokens)
    if not any(person.who in ("kin", "far") for person in people.values()):
        return list(entities)
    owners = [_owner(entity, people, tokens) for entity in entities]
    scene = _Scene(entities, owners, people, tokens)
    return [
        replace(entity, assertion=Assertion.OTHER) if owner and scene.is_of_another(entity, owner) else entity
        for entity, owner in zip(entities, owners, strict=True)
    ]


class _Scene:
    """Who of those in a message is its patient."""

    def __init__(
        self,
        entities: Sequence[Entity],
        owners: Sequence[_Person | None],
        people: Mapping[int, _Person],
        tokens: Sequence[Token],
    ) -> None:
        self._entities, self._owners, self._people, self._tokens = entities, owners, people, tokens

    def is_of_another(self, entity: Entity, owner: _Person) -> bool:
        """Whether an entity is the matter of somebody who is not the patient."""
        if owner.who not in ("kin", "far") or entity.assertion in (Assertion.NEGATED, Assertion.HYPOTHETICAL):
            return False
        if self._shows_signs(owner, entity) or self._endangers(entity):
            return False
        words = {token.word for token in self._tokens[owner.first + 1 :] if token.end <= entity.end}
        is_told_of_past = bool(_PAST_OF_KIN & words) and not self._is_of_now(owner)
        if entity.kind in _LASTING:
            is_listed = self._is_listed(owner, entity)
            return owner.who == "far" or is_told_of_past or is_listed or self._another_is_spoken_of(owner)
        if entity.kind not in _SHOWN or not self._another_is_well_or_ill(owner):
            return False
        is_named_disease = any(one.kind in _LASTING and _touch(one, entity) for one in self._entities)
        return owner.who == "far" or is_named_disease or is_told_of_past or bool(_LASTS & words)

    def _endangers(self, entity: Entity) -> bool:
        """Whether what another has is caught by being near, and the patient is one whom it harms."""
        is_caught = any(word in entity.text.lower() for word in _CAUGHT)
        return is_caught and any(token.word in _AT_RISK for token in self._tokens)

    def _is_listed(self, owner: _Person, entity: Entity) -> bool:
        """Whether the relation and the condition stand as in a clinician's list: "Sister: coeliac disease"."""
        before = self._tokens[owner.first - 1].word if owner.first else ""
        between = {token.word for token in self._tokens[owner.first + 1 :] if token.end <= entity.start}
        return before not in ("my", "our") and between <= {"with", "dx", "known", "also", "on"}

    def _is_of_now(self, owner: _Person) -> bool:
        sentence = self._tokens[owner.first].sentence
        return any(token.word in _NOW for token in self._tokens if token.sentence == sentence)

    def _shows_signs(self, owner: _Person, besides: Entity) -> bool:
        """Whether somebody is said to show a sign now, other than by the words of ``besides``."""
        return any(
            whose == owner
            and one.kind in _SHOWN
            and one.assertion in _HELD
            and one.value != GONE
            and not _touch(one, besides)
            for one, whose in zip(self._entities, self._owners, strict=True)
        )

    def _another_is_spoken_of(self, owner: _Person) -> bool:
        others = (whose for one, whose in zip(self._entities, self._owners, strict=True) if one.kind != "measure")
        speaks_of_self = any(person.who == "self" and not self._cares(at) for at, person in self._people.items())
        return (
            speaks_of_self
            or self._another_is_well_or_ill(owner)
            or any(whose is not None and whose != owner and whose.who in ("folk", "they") for whose in others)
        )

    def _another_is_well_or_ill(self, owner: _Person) -> bool:
        """Whether somebody else is said to be well, to lack a sign, or to have one now as well."""
        for at, person in self._people.items():
            is_another = person.who not in ("kin", "far")
            is_perhaps_another = person == owner and owner.is_owned and self._tokens[at].word in _THEY
            if (is_another or is_perhaps_another) and self._is_compared(at):
                return True
        return any(
            whose is not None and whose.who in ("self", "folk", "they") and one.assertion is Assertion.NEGATED
            for one, whose in zip(self._entities, self._owners, strict=True)
        )

    def _is_compared(self, at: int) -> bool:
        tokens = self._tokens
        after = [token.word for token in tokens[at + 1 : at + 10] if token.sentence == tokens[at].sentence]
        denial = next((n for n, word in enumerate(after[:2]) if word in _DENIES), None)
        denies = denial is not None and not _CARES.intersection(after[denial + 1 : denial + 2])
        comes_after = at > 0 and tokens[at - 1].word == "now" and not self._cares(at)
        return denies or comes_after or bool(_WELL.intersection(after[:8]))

    def _cares(self, at: int) -> bool:
        """Whether somebody speaks as one who cares for another: "I think", "I called"."""
        return at + 1 < len(self._tokens) and self._tokens[at + 1].word in _CARES


def _people(tokens: Sequence[Token]) -> dict[int, _Person]:
    """Everybody whom the words name, by the place of the word; one who owns another ("her brother's son") left out."""
    people: dict[int, _Person] = {}
    for at, token in enumerate(tokens):
        word = token.word
        if _is_noun(word) and not _leads_to_noun(tokens, at):
            if at + 1 < len(tokens) and tokens[at + 1].word in _BRINGS and word in _KIN:
                continue
            people[at] = _person(tokens, at)
        elif word in _SELF or (word == "my" and not _leads_to_noun(tokens, at)):
            people[at] = _Person("self", -1)
        elif word in _THEY or (word in ("his", "her") and not _leads_to_noun(tokens, at)):
            people[at] = _meant(tokens, at, people)
    return people


def _is_noun(word: str) -> bool:
    return word in _KIN or word in _FAR or word in _FOLK or word in _STRANGERS


def _next_noun(tokens: Sequence[Token], at: int) -> int | None:
    """The place of the noun for a person that a word at ``at`` leads to, past "best" or "older"."""
    for later in range(at + 1, min(at + 4, len(tokens))):
        if tokens[later].sentence != tokens[at].sentence or tokens[later].pause:
            return None
        if _is_noun(tokens[later].word):
            return _next_noun(tokens, later) or later
        if tokens[later].word not in _BETWEEN:
            return None
    return None


def _leads_to_noun(tokens: Sequence[Token], at: int) -> bool:
    return _next_noun(tokens, at) is not None


def _person(tokens: Sequence[Token], at: int) -> _Person:
    """Whom the noun at ``at`` names, and what they are to the patient."""
    word = tokens[at].word
    owners = (before for before in range(max(0, at - 3), at) if _next_noun(tokens, before) == at)
    owners_words = {tokens[before].word for before in owners}
    is_owned_by_noun = any(_is_noun(word) and word.endswith("s") for word in owners_words)
    is_owned = is_owned_by_noun or bool(_OWNING & owners_words)
    after = [token.word for token in tokens[at + 1 : at + 6] if token.sentence == tokens[at].sentence]
    preposition = next((n for n, later in enumerate(after[:3]) if later in ("in", "at", "from", "on", "next")), None)
    is_elsewhere = preposition is not None and bool(_PLACES.intersection(after[preposition + 1 : preposition + 4]))
    if word in _STRANGERS:
        is_far = is_elsewhere or "next" in after[:2]
    elif word in _FOLK:
        is_far = is_elsewhere or is_owned_by_noun
    else:
        is_far = word in _FAR or is_owned
    near = "kin" if word in _KIN else "folk" if word in _FOLK else "they"
    return _Person("far" if is_far else near, at, is_owned)


def _meant(tokens: Sequence[Token], at: int, people: Mapping[int, _Person]) -> _Person:
    """Whom a "he" or "she" at ``at`` means: the last person named whom the word fits."""
    word = tokens[at].word
    is_another = at + 1 < len(tokens) and tokens[at + 1].word in ("himself", "herself")
    if word in _PATIENT or is_another:
        return _Person("they", -2)
    if word in _HE or word == "his":
        unfit = _WOMEN | _GIRLS
    else:
        unfit = _MEN | _BOYS if word in _SHE or word == "her" else frozenset()
    for place in sorted(people, reverse=True):
        person = people[place]
        if person.who in ("kin", "far", "folk") and place == person.first and tokens[place].word not in unfit:
            return person
    return _Person("they", -2)


def _owner(entity: Entity, people: Mapping[int, _Person], tokens: Sequence[Token]) -> _Person | None:
    """Whom the nearest word for a person before the entity names; None for nobody, or where that one only says it."""
    first = next((n for n, token in enumerate(tokens) if token.end > entity.start), 0)
    if any(entity.start <= tokens[at].start < entity.end for at in people):
        return None
    for at in range(first - 1, max(-1, first - 1 - _REACH), -1):
        if tokens[at].sentence != tokens[first].sentence:
            return None
        if at in people:
            says = any(token.word in _BELIEF for token in tokens[at + 1 : first])
            return None if says and people[at].who in ("kin", "far") else people[at]
    return None


def _touch(one: Entity, other: Entity) -> bool:
    """Whether two entities share words or stand side by side, as "scarlet" and "fever" do."""
    return one.start <= other.end + 1 and other.start <= one.end + 1
