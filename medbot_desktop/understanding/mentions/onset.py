"""Find how and since when a complaint has been there: "since this morning", "came on suddenly"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from medbot_desktop.domain import Assertion, Entity
from medbot_desktop.resources import load_resource
from medbot_desktop.understanding.assertion import Context
from medbot_desktop.understanding.cleaning import small
from medbot_desktop.understanding.mentions.date_patterns import alternatives
from medbot_desktop.understanding.mentions.files import OnsetFile
from medbot_desktop.understanding.patterns import Match, PatternSet
from medbot_desktop.understanding.tokens import Token

_SINCE = re.compile(
    r"\b(?:since|from)\s+(?:about\s+|around\s+|roughly\s+|the\s+|at\s+least\s+|early\s+|late\s+|on\s+)*$"
)
_FROM = "from"
_STILL = re.compile(r"\b(?:had|been|have|has|hurting|sore|ill|sick|poorly|unwell|ache|aching|pain)\b[^.!?\n]*$")
_MEDICINES = ("medicine", "medicine_class", "substance")
_BEGINNERS = ("symptom", "event", *_MEDICINES)
_NOT = frozenset("not no never didnt wasnt isnt doesnt".split())
_WORDS_BETWEEN, _WORDS_BEHIND = 4, 4
_REACH = 60
_STOPS = re.compile(r"\b(?:stop\w*|quit\w*|cut\w*|giv(?:e|ing)\s+up|withdraw\w*|wean\w*|com(?:e|ing)\s+off)\b")


class Onsets:
    """The words for how something begins, compiled once.

    Args:
        rules: what ``onset.toml`` holds.
    """

    def __init__(self, rules: OnsetFile) -> None:
        self._patterns = PatternSet([(one.value, pattern) for one in rules.onset for pattern in one.patterns], {})
        began = alternatives(rules.began)
        word = r"[^\s.!?;,]+"
        self._before = re.compile(rf"\b(?:{began})(?:\s+{word}){{0,{_WORDS_BETWEEN}}}?[\s,:-]+(?:\(\s*)?$")
        self._behind = re.compile(rf",?(?:\s+{word}){{0,{_WORDS_BEHIND}}}?\s+(?:{began})\b")
        self._other = re.compile(rf"\b(?:{alternatives(rules.not_of_illness)})\b")

    @classmethod
    def load(cls, resources: Path) -> Onsets:
        """Read ``mentions/onset.toml``.

        Raises:
            InputError: the file is missing or wrong.
        """
        return cls(load_resource(resources / "mentions" / "onset.toml", OnsetFile))

    def find(
        self, text: str, tokens: Sequence[Token], context: Context, dates: Sequence[Entity], named: Sequence[Entity]
    ) -> list[Entity]:
        """Return the onsets of a message in their order.

        Args:
            text: the message as cleaned.
            tokens: its tokens.
            context: decides whether what is said of the onset holds.
            dates: the dates of the message that are not to come.
            named: its signs and medicines; what begins with a medicine is no complaint.

        Returns:
            Entities of kind ``onset`` whose value is the date, ``sudden`` or ``gradual``.
        """
        lowered = small(text)
        found = [*self._dated(text, lowered, dates, named), *self._manners(text, lowered, tokens, context)]
        return sorted(found, key=lambda entity: (entity.start, entity.end))

    def _dated(self, text: str, lowered: str, dates: Sequence[Entity], named: Sequence[Entity]) -> Iterator[Entity]:
        for one in dates:
            span = self._span(lowered, one)
            if span is None or one.value is None:
                continue
            start, end = span
            if _is_of_medicine(lowered, start, end, named) or self._other.search(lowered, start, end):
                continue
            yield Entity(text[start:end], "onset", "onset_when", start, end, Assertion.PRESENT, one.value)

    def _span(self, lowered: str, one: Entity) -> tuple[int, int] | None:
        """Where the words stand that make a date the beginning of something."""
        begin = max(0, one.start - _REACH)
        since = _SINCE.search(lowered, begin, one.start)
        if since is not None:
            is_since = not since.group().startswith(_FROM)
            return (since.start(), one.end) if is_since or _STILL.search(lowered[begin : since.start()]) else None
        before = self._before.search(lowered, begin, one.start)
        if before is not None:
            return before.start(), one.end
        behind = self._behind.match(lowered, one.end, min(len(lowered), one.end + _REACH))
        return (one.start, behind.end()) if behind is not None else None

    def _manners(self, text: str, lowered: str, tokens: Sequence[Token], context: Context) -> Iterator[Entity]:
        taken: set[int] = set()
        for match in sorted(self._patterns.find(tokens), key=lambda one: (one.first - one.last, one.first)):
            own = range(match.first, match.last + 1)
            start, end = tokens[match.first].start, tokens[match.last].end
            if taken.intersection(own) or self._is_of_stopping(lowered, tokens, match):
                continue
            taken.update(own)
            is_denied = any(token.word in _NOT for token in tokens[max(0, match.first - 2) : match.first])
            assertion = Assertion.NEGATED if is_denied else context.assertion(match.tokens, "onset")
            yield Entity(text[start:end], "onset", "onset_manner", start, end, assertion, match.key)

    def _is_of_stopping(self, lowered: str, tokens: Sequence[Token], match: Match) -> bool:
        """Whether the sentence speaks of stopping something suddenly or gradually."""
        sentence = [token for token in tokens if token.sentence == tokens[match.first].sentence]
        return _STOPS.search(lowered, sentence[0].start, sentence[-1].end) is not None


def _is_of_medicine(lowered: str, start: int, end: int, named: Sequence[Entity]) -> bool:
    """Whether it is a medicine that began: it stands within, or last before in the same sentence."""
    if any(one.kind in _MEDICINES and start < one.end and one.start < end for one in named):
        return True
    if lowered.startswith("since", start):
        return False
    sentence = max(lowered.rfind(mark, 0, start) for mark in (". ", "! ", "? ", "\n"))
    before = [one for one in named if sentence < one.start and one.end <= start and one.kind in _BEGINNERS]
    return bool(before) and max(before, key=lambda one: one.end).kind in _MEDICINES
