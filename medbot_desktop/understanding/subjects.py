"""Tell whose a condition is where a message names several people: "my brother is diabetic and I am always thirsty".

Whoever a sign of danger is said of, it counts: what somebody shows is left to hold unless the message says that the
patient is another. A lasting condition of somebody else is theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from medbot_desktop.domain import GONE, Assertion, Entity
from medbot_desktop.resources import load_resource
from medbot_desktop.understanding.comparing import Compared
from medbot_desktop.understanding.owners import Owners
from medbot_desktop.understanding.people import Cast, People, Person
from medbot_desktop.understanding.rulefiles import PeopleWords
from medbot_desktop.understanding.tokens import Token

_LASTING, _SHOWN = ("condition", "context"), ("symptom", "event")
_NEAR_ANOTHER = frozenset({"contact_with_infection"})
"""What the patient has of another's illness: to have been near it."""
_FOOT_AND_MOUTH = frozenset({"foot", "mouth"})
"""Parts of the body that only together name a disease."""
_HELD = (Assertion.PRESENT, Assertion.UNCERTAIN)


class Subjects:
    """Gives the signs of a message to those whose they are.

    Args:
        words: what ``people.toml`` holds.
    """

    def __init__(self, words: PeopleWords) -> None:
        self._words = words
        self._people = People(words)

    @classmethod
    def load(cls, resources: Path) -> Subjects:
        """Read ``triage/people.toml``.

        Raises:
            InputError: the file is missing or wrong.
        """
        return cls(load_resource(resources / "triage" / "people.toml", PeopleWords))

    def of_others(self, entities: Sequence[Entity], tokens: Sequence[Token], text: str) -> list[Entity]:
        """Return the entities, those of people who are not the patient marked so.

        Args:
            entities: what the message names, each with its assertion.
            tokens: the message.
            text: the message as cleaned.
        """
        cast = self._people.cast(tokens, text)
        if not cast.people:
            return list(entities)
        owned_by = Owners(cast)
        owners = [owned_by.of(entity) for entity in entities]
        scene = _Scene(entities, owners, cast)
        return [
            entity if owner is None else scene.told_of(entity, owner)
            for entity, owner in zip(entities, owners, strict=True)
        ]


class _Scene:
    """Who of those in a message is its patient."""

    def __init__(self, entities: Sequence[Entity], owners: Sequence[Person | None], cast: Cast) -> None:
        self._entities, self._owners, self._compared = entities, owners, Compared(cast)
        self._tokens, self._people, self._words = cast.tokens, cast.people, cast.words

    def told_of(self, entity: Entity, owner: Person) -> Entity:
        """The entity with the assertion that it has where it is said of ``owner``."""
        if self._is_of_ones_own_past(entity, owner):
            return self._asserted(entity, Assertion.PAST, owner)
        return self._asserted(entity, Assertion.OTHER, owner) if self._is_of_another(entity, owner) else entity

    def _asserted(self, entity: Entity, assertion: Assertion, owner: Person) -> Entity:
        because = self._tokens[owner.first].word if owner.first >= 0 else ""
        return replace(entity, assertion=assertion, because=because)

    def _is_of_another(self, entity: Entity, owner: Person) -> bool:
        """Whether an entity is the matter of somebody who is not the patient."""
        if entity.assertion in (Assertion.NEGATED, Assertion.HYPOTHETICAL) or owner.who == "self":
            return False
        if entity.name in _NEAR_ANOTHER:
            return False
        if owner.who in ("folk", "they"):
            return self._is_of_another_perhaps(entity, owner)
        if self._is_named_in_list(owner, entity):
            return True
        if self._endangers(entity) or (self._shows_signs(owner, entity) and not self._is_caught_beside(owner, entity)):
            return False
        if entity.kind in _SHOWN and self._is_here(owner):
            return False
        if self._is_disease(entity):
            return self._is_disease_of_another(entity, owner)
        return self._is_sign_of_another(entity, owner)

    def _is_disease_of_another(self, entity: Entity, owner: Person) -> bool:
        is_settled = self._is_told_of_past(entity, owner) or self._is_listed(owner, entity)
        if self._said(entity) & self._words.sudden and not is_settled:
            return False
        is_over = entity.assertion is Assertion.PAST and self._shows_own_signs()
        is_far = owner.who == "far" and self._is_not_alone(owner)
        return is_over or is_far or is_settled or self._another_is_spoken_of(owner)

    def _is_sign_of_another(self, entity: Entity, owner: Person) -> bool:
        if entity.kind not in _SHOWN:
            return False
        is_told_of_past = self._is_told_of_past(entity, owner)
        if (self._said(entity) & self._words.sudden or self._is_acute(entity)) and not is_told_of_past:
            return False
        if entity.assertion is Assertion.PAST and self._shows_own_signs():
            return True
        asks_of_own = self._compared.asks_of_own()
        if self._is_for(owner) and not (asks_of_own or is_told_of_past or self._is_named_disease(entity)):
            return False
        if not (asks_of_own or self._another_is_well_or_ill(owner)):
            return False
        if owner.who == "far":
            return asks_of_own or owner.is_owned or self._another_may_be_patient(owner)
        is_named_disease = any(one.kind in _LASTING and _touch(one, entity) for one in self._entities)
        is_lasting = is_named_disease or bool(self._words.lasts & self._between(owner, entity))
        return asks_of_own or is_told_of_past or is_lasting

    def _between(self, owner: Person, entity: Entity) -> set[str]:
        """The words from a person to the end of what is said of them."""
        return {token.word for token in self._tokens[owner.first + 1 :] if token.end <= entity.end}

    def _is_told_of_past(self, entity: Entity, owner: Person) -> bool:
        return bool(self._words.past_of_kin & self._between(owner, entity)) and not self._is_of_now(owner)

    def _is_of_ones_own_past(self, entity: Entity, owner: Person) -> bool:
        """Whether somebody who shows a sign now had an entity once: "my dad had shingles last year, his knee hurts"."""
        return owner.who == "kin" and entity.assertion is Assertion.OTHER and self._shows_signs(owner, entity)

    def _is_of_another_perhaps(self, entity: Entity, owner: Person) -> bool:
        """Whether a child's or a stranger's disease is theirs, and somebody else the patient."""
        if not self._is_named_disease(entity) or self._is_acute(entity) or self._endangers(entity):
            return False
        if self._shows_signs(owner, entity) and not self._is_caught_beside(owner, entity):
            return False
        if owner.first < 0:
            return self._compared.is_free("they") and self._shows_own_signs()
        is_beside = owner.who == "they" and (self._compared.self_is_well() or self._compared.self_speaks())
        return (
            is_beside
            or self._compared.asks_of_own()
            or self._compared.another_child_is_well(owner)
            or self._shows_own_signs()
        )

    def _said(self, entity: Entity) -> set[str]:
        """The words of an entity."""
        return {token.word for token in self._tokens if entity.start <= token.start < entity.end}

    def _is_disease(self, entity: Entity) -> bool:
        return entity.kind in _LASTING or self._is_named_disease(entity)

    def _is_named_disease(self, entity: Entity) -> bool:
        named = self._said(entity) & self._words.diseases
        if not named >= _FOOT_AND_MOUTH:
            named -= _FOOT_AND_MOUTH
        return entity.kind == "condition" or bool(named)

    def _is_caught_beside(self, owner: Person, entity: Entity) -> bool:
        """Whether somebody has what is caught, and who writes was near: "my boss has flu and coughs, I feel ok"."""
        if not self._said(entity) & self._words.catching or owner.who == "folk":
            return False
        is_danger = any(
            whose == owner and one.kind in _SHOWN and self._is_acute(one)
            for one, whose in zip(self._entities, self._owners, strict=True)
        )
        return not is_danger and (self._compared.self_is_well() or self._shows_own_signs())

    def _is_acute(self, entity: Entity) -> bool:
        """Whether an entity calls for help at once, and no time is told at which it was."""
        sentence = next((token.sentence for token in self._tokens if token.end > entity.start), 0)
        words = {token.word for token in self._tokens if token.sentence == sentence}
        return bool(self._words.acute & self._said(entity)) and not self._words.past_times & words

    def _is_named_in_list(self, owner: Person, entity: Entity) -> bool:
        """Whether a relation and what they have stand side by side in a note: "Mat. grandmother osteoporosis"."""
        before = self._tokens[owner.first - 1].word if owner.first else ""
        after = self._tokens[owner.first + 1] if owner.first + 1 < len(self._tokens) else None
        is_note = before not in ("my", "our", "the", "her", "his", "and", "a") or self._is_note()
        is_kin = owner.who == "kin" and entity.kind == "condition"
        return is_kin and is_note and after is not None and after.start == entity.start

    def _endangers(self, entity: Entity) -> bool:
        """Whether what another has is caught by being near, and the patient is one whom it harms."""
        is_caught = any(word in entity.text.lower() for word in self._words.harms_who_is_near)
        return is_caught and any(token.word in self._words.at_risk for token in self._tokens)

    def _is_listed(self, owner: Person, entity: Entity) -> bool:
        """Whether the relation and the condition stand as in a clinician's list: "Sister: coeliac disease"."""
        before = self._tokens[owner.first - 1].word if owner.first else ""
        between = {token.word for token in self._tokens[owner.first + 1 :] if token.end <= entity.start}
        linking = {"with", "dx", "known", "also", "on", "notified", "carrier", "status", "treated", "for"}
        if self._is_note():
            linking |= {"is", "has", "had", "was", "a", "an"}
        return before not in ("my", "our") and between <= linking

    def _is_note(self) -> bool:
        """Whether a clinician writes of a patient."""
        return any(token.word in self._words.patient for token in self._tokens)

    def _is_of_now(self, owner: Person) -> bool:
        sentence = self._tokens[owner.first].sentence
        return any(token.word in self._words.now for token in self._tokens if token.sentence == sentence)

    def _is_here(self, owner: Person) -> bool:
        """Whether somebody is said to be with who writes: "my neighbour is here, her mouth is down on one side"."""
        sentence = self._tokens[owner.first].sentence
        said = [token.word for token in self._tokens if token.sentence == sentence]
        return "here" in said or any(pair in (("with", "me"), ("with", "us")) for pair in pairwise(said))

    def _shows_signs(self, owner: Person, besides: Entity) -> bool:
        """Whether somebody is said to show a sign now, other than by the words of ``besides``."""
        return any(
            one.kind in _SHOWN
            and one.assertion in _HELD
            and one.value != GONE
            and (
                not _touch(one, besides)
                if whose == owner
                else whose is None and not _overlap(one, besides) and self._names(one, owner)
            )
            for one, whose in zip(self._entities, self._owners, strict=True)
        )

    def _names(self, entity: Entity, owner: Person) -> bool:
        """Whether the words of an entity name its owner themselves: "hit her head"."""
        return any(
            person == owner and entity.start <= self._tokens[at].start < entity.end
            for at, person in self._people.items()
        )

    def _shows_own_signs(self) -> bool:
        """Whether who writes shows a sign of their own, one that weighs on who cares for another left aside."""
        return any(
            whose is not None
            and whose.who == "self"
            and one.kind in _SHOWN
            and one.assertion in _HELD
            and not self._said(one) & self._words.frets
            for one, whose in zip(self._entities, self._owners, strict=True)
        )

    def _is_not_alone(self, owner: Person) -> bool:
        """Whether the message names anybody else than ``owner``."""
        return any(person != owner for person in self._people.values()) or self._is_note()

    def _another_is_spoken_of(self, owner: Person) -> bool:
        others = (whose for one, whose in zip(self._entities, self._owners, strict=True) if one.kind != "measure")
        return (
            self._compared.self_speaks()
            or self._another_is_well_or_ill(owner)
            or any(whose is not None and whose != owner and whose.who in ("folk", "they") for whose in others)
        )

    def _is_for(self, owner: Person) -> bool:
        """Whether who writes is well, and so asks for a relative: "I'm fine, my wife's face has dropped"."""
        return owner.who == "kin" and self._compared.self_is_well() and not self._shows_own_signs()

    def _another_may_be_patient(self, owner: Person) -> bool:
        """Whether more is said of somebody else than that who writes is well: "my mate is vomiting, I'm fine"."""
        return self._shows_own_signs() or self._compared.another_than_self_is_well(owner)

    def _another_is_well_or_ill(self, owner: Person) -> bool:
        """Whether somebody else is said to be well, to lack a sign, or to have one now as well."""
        return self._compared.another_is_well(owner) or any(
            whose is not None and whose.who in ("self", "folk", "they") and one.assertion is Assertion.NEGATED
            for one, whose in zip(self._entities, self._owners, strict=True)
        )


def _touch(one: Entity, other: Entity) -> bool:
    """Whether two entities share words or stand side by side, as "scarlet" and "fever" do."""
    return one.start <= other.end + 1 and other.start <= one.end + 1


def _overlap(one: Entity, other: Entity) -> bool:
    """Whether two entities share words."""
    return one.start < other.end and other.start < one.end
