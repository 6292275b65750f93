"""Tell which signs stand in a frame: what a novel, a dream, an exam or a leaflet says holds for nobody.

A frame begins where a trigger names it, and goes on until the words that the trigger stops at lead back to what is
real: "... and now my own chest hurts". Where it is not plain that a sign is in the frame, the sign is left to hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from medbot_desktop.understanding.rulefiles import TriggerEntry
from medbot_desktop.understanding.tokens import Token

_SENTENCES_BEHIND = 4
_SENTENCES_BEFORE = 2


class Frames:
    """The frames of one message.

    Args:
        tokens: the message.
        stops: where the words stand that an entry stops at, by the entry's ``id``.
    """

    def __init__(self, tokens: Sequence[Token], stops: Mapping[int, set[int]]) -> None:
        self._tokens, self._stops = tokens, stops

    def holds(self, entry: TriggerEntry, trigger: tuple[int, ...], sign: tuple[int, ...]) -> bool:
        """Whether the sign at ``sign`` stands in the frame that the trigger at ``trigger`` names.

        An entry for a sentence frames its own; one for a message frames the next ones as well. Signs before the
        trigger are in the frame only where the entry crosses commas.
        """
        apart = self._tokens[sign[0]].sentence - self._tokens[trigger[0]].sentence
        is_message = entry.direction == "message"
        if not (-_SENTENCES_BEFORE * is_message <= apart <= _SENTENCES_BEHIND * is_message):
            return False
        is_before = apart < 0 or (apart == 0 and sign[-1] < trigger[0])
        if is_before and not entry.crosses_commas:
            return False
        first = self._sentence_begins(sign[0]) if is_before else trigger[0] + 1
        last = trigger[0] if is_before else sign[-1]
        return not any(first <= at <= last for at in self._stops.get(id(entry), ()))

    def _sentence_begins(self, at: int) -> int:
        while at and self._tokens[at - 1].sentence == self._tokens[at].sentence:
            at -= 1
        return at
