"""Remember what an earlier message of a conversation told that a later one must not forget.

"I take warfarin" counts when crushing chest pain is told ten minutes later: no aspirin is advised then. And despair
that was spoken of before counts when somebody asks how much of a medicine may be taken at once.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from medbot_desktop.domain import RECORDED, Assertion, Conversation, Entity, Utterance

SAID_BEFORE = " (said before)"
"""What stands behind the words of something that an earlier message told."""

_MOST = 200
"""Conversations of which it is remembered; the oldest goes first."""
_KINDS = ("medicine", "medicine_class", "allergy")
_SIGNS = frozenset(
    """blood_thinner antiplatelet peptic_ulcer known_severe_allergy hopeless suicidal despair_words farewell_words
    means_at_hand set_for_tonight affairs_in_order""".split()
)
_HELD = (Assertion.PRESENT, Assertion.UNCERTAIN, Assertion.PAST)


class ToldBefore:
    """What the conversations have told so far; forgotten when the program is locked."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, dict[str, Entity]] = OrderedDict()

    def beside(self, conversation: Conversation, utterance: Utterance) -> Utterance:
        """The message, knowing of what those before it told; what it tells itself is remembered.

        What was told counts as what a record holds does: it raises no alarm alone, and what the message itself says,
        or denies, goes before it.

        Args:
            conversation: where it was said.
            utterance: the message.
        """
        told = self._told.setdefault(conversation.id, {})
        self._told.move_to_end(conversation.id)
        while len(self._told) > _MOST:
            self._told.popitem(last=False)
        recorded = {entity.name for entity in utterance.known}
        earlier = tuple(entity for entity in told.values() if entity.name not in recorded)
        for entity in utterance.entities:
            if entity.kind not in _KINDS and entity.name not in _SIGNS:
                continue
            if entity.by_rules in _HELD:
                told[entity.name] = replace(
                    entity, text=f"{entity.text}{SAID_BEFORE}", start=RECORDED, end=RECORDED, because=""
                )
            elif entity.by_rules is Assertion.NEGATED:
                told.pop(entity.name, None)
        return replace(utterance, known=(*utterance.known, *earlier))
