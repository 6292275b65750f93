"""Tell which signs a trigger reaches: so many words before or behind it, its sentence, or what stands in its frame.

A reach ends at a terminator ("but"), at a comma unless a list goes on to an "or", and at the words that the trigger
stops at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medbot_desktop.understanding.frames import Frames
from medbot_desktop.understanding.patterns import Match
from medbot_desktop.understanding.rulefiles import TriggerEntry
from medbot_desktop.understanding.tokens import Token

RESOLVED = "resolved"
PAST, HYPOTHETICAL = "past", "hypothetical"
TERMINATOR, OPENER, STOP, NOTHING_SINCE = "terminator", "opener", "stop", "nothing since"
_LIST_REACH = 22
_MAY_SHARE = ("uncertain", RESOLVED)
"""The categories whose triggers may hold words of the sign: "is my toe infected?", "he was a colicky baby"."""
# What stands before or in the words that say that a sign has gone, and says that it has not, or that it is waited for.
_NOT_YET = frozenset(
    """not hasnt havent isnt arent wont never doesnt dont didnt wasnt cant cannot couldnt nor hardly barely
    until before if
    unless when will would to make makes made making wish hope hoping want help helps nothing yet""".split()
)
# What may follow "gone" where the sign has gone; "gone numb" is a sign itself.
_AFTER_GONE = frozenset(
    """now and but by since after today in this for with altogether down off overnight too at entirely totally
    within before
    so when once thanks thankfully away completely again as finally too i""".split()
)
# A sentence that begins so speaks of what the one before has named: "It has gone now".
_SPEAKS_OF_BEFORE = frozenset("it its that thats they theyve theyre both all gone stopped settled cleared".split())
_LISTING = frozenset({"or", "nor"})
_JOINING = frozenset("and so then plus".split())
_SUBJECTS = frozenset("i im ive we weve my our he hes she shes his her".split())
_PERSONS = frozenset("i he she we they".split())
# What stands between a sign and the date of something else.
_LINKS = frozenset("after following since post from because who which that they left lost".split())
_WERE = frozenset("had was were got felt did".split())
_HAVE_HAD = frozenset("have has ive hes shes having".split())
_TELLS_ON = frozenset("i he she we they my his her our there it was were had".split())
# What begins a circumstance that no denial before it holds: "not feeding after his jabs".
_BEHIND_IT = frozenset("after since following".split())
_LEAD = 3
"""How many words may stand before a date that leads to what it dates, or between "had" and a sign."""
_SAYING = 8
"""The most words from the first to the last of a saying."""
# Words that no denial holds behind its comma: "denies SOB, crushing CP radiating L arm" tells of the pain.
_STRIKING = frozenset("crushing ongoing persistent worsening".split())
_TELLING = frozenset("radiating radiates radiated since started began ago".split())
_CONTRASTING = frozenset("just more rather only simply merely instead its".split())
_OPENING = 3
"""How many words may stand before such a trigger in its sentence."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger where it stands: what it is, and the indices of the tokens that it took."""

    entry: TriggerEntry
    tokens: tuple[int, ...]


class Reach:
    """How far the triggers of one message reach.

    Args:
        tokens: the message.
        found: the terminators, openers and stops in it, among other matches.
        entries: the sets of triggers, in the order of the file.
    """

    def __init__(self, tokens: Sequence[Token], found: Sequence[Match], entries: Sequence[TriggerEntry]) -> None:
        self._tokens = tokens
        self._lists: dict[int, bool] = {}
        self._terminators = {match.first for match in found if match.key == TERMINATOR}
        self._openers = {match.first for match in found if match.key == OPENER}
        self._nothing_since = {tokens[match.first].sentence for match in found if match.key == NOTHING_SINCE}
        stopping = [match for match in found if match.key.startswith(f"{STOP} ")]
        self._stops: dict[int, set[int]] = {}
        for match in stopping:
            self._stops.setdefault(id(entries[int(match.key.split()[1])]), set()).add(match.first)
        self._frames = Frames(tokens, self._stops)

    def covers(self, trigger: Trigger, sign: tuple[int, ...]) -> bool:
        """Whether a trigger speaks of the sign that took the tokens ``sign``."""
        direction = trigger.entry.direction
        if direction in ("sentence", "message"):
            return self._frames.holds(trigger.entry, trigger.tokens, sign)
        apart = self._tokens[trigger.tokens[0]].sentence - self._tokens[sign[0]].sentence
        if apart:
            return apart == 1 and self._speaks_of_before(trigger) and self._reaches_backward(trigger, sign)
        if trigger.tokens[0] < sign[0] and sign[-1] < trigger.tokens[-1]:
            return True
        if trigger.entry.category == HYPOTHETICAL and _is_within(trigger.tokens, sign):
            return False
        if trigger.entry.category == PAST and self._tells_an_old_story(trigger, sign):
            return True
        shared = set(trigger.tokens) & set(sign)
        if trigger.entry.category in _MAY_SHARE and shared and len(shared) < len(trigger.tokens):
            return True
        forward = direction != "backward" and self._reaches_forward(trigger, sign)
        return forward or (direction != "forward" and self._reaches_backward(trigger, sign))

    def _tells_an_old_story(self, trigger: Trigger, sign: tuple[int, ...]) -> bool:
        """Whether what stands behind an early time is part of it, as the next sentence says that nothing came since.

        "It was when she was two, her throat closed, two pens. Nothing since."
        """
        first, last = trigger.tokens[0], sign[-1]
        if trigger.tokens[-1] >= sign[0] or self._tokens[first].sentence + 1 not in self._nothing_since:
            return False
        ends = self._terminators | self._stops.get(id(trigger.entry), set())
        return not any(at in ends for at in range(trigger.tokens[-1] + 1, last + 1) if at not in sign)

    def _speaks_of_before(self, trigger: Trigger) -> bool:
        """Whether the sentence of a trigger says of what the one before has named that it is over."""
        if trigger.entry.category != RESOLVED or trigger.entry.direction == "forward":
            return False
        sentence = self._tokens[trigger.tokens[0]].sentence
        begin = next(at for at, token in enumerate(self._tokens) if token.sentence == sentence)
        return self._tokens[begin].word in _SPEAKS_OF_BEFORE and trigger.tokens[0] - begin <= _OPENING

    def _reaches_forward(self, trigger: Trigger, sign: tuple[int, ...]) -> bool:
        last = trigger.tokens[-1]
        if trigger.entry.is_date and not self._leads(trigger):
            return False
        later = [at for at in sign if at > last]
        if not later or later[0] - last > trigger.entry.scope:
            return False
        if trigger.entry.category == "negated" and self._tokens[later[0]].word in _BEHIND_IT and later[0] - last > 1:
            return False
        between = range(last + 1, later[0] + 1)
        if any(self._ends_at(at, trigger, sign) for at in between):
            return False
        if trigger.entry.category == "negated" and any(map(self._contrasts, range(later[0] + 1, later[-1] + 1))):
            return False
        joints = [last, *(at for at in between if self._tokens[at].pause or self._tokens[at].word in _LISTING)]
        ends = [*joints[1:], later[0]]
        return all(end - begin <= trigger.entry.item for begin, end in zip(joints, ends, strict=True))

    def _reaches_backward(self, trigger: Trigger, sign: tuple[int, ...]) -> bool:
        first = trigger.tokens[0]
        earlier = [at for at in sign if at < first]
        if not earlier or first - earlier[-1] > trigger.entry.scope:
            return False
        if trigger.entry.category == RESOLVED and self._is_not_yet(trigger, earlier[-1]):
            return False
        sentence = self._tokens[first].sentence
        if trigger.entry.is_date and self._dates_another(trigger, earlier):
            return False
        if trigger.entry.category == "negated" and self._speaks_of_somebody(trigger, earlier[-1]):
            return False
        inside = (at for at in range(earlier[-1] + 1, first + 1) if self._tokens[at].sentence == sentence)
        return not any(
            (at in self._terminators and at not in trigger.tokens)
            or (self._tokens[at].pause and not trigger.entry.crosses_commas)
            for at in inside
        )

    def _speaks_of_somebody(self, trigger: Trigger, sign_ends: int) -> bool:
        """Whether a denial behind a sign is the clause of a person: "took them all, I feel ok" denies nothing."""
        first = trigger.tokens[0]
        is_own_clause = first - 1 > sign_ends and self._tokens[first - 1].word in _PERSONS
        return is_own_clause or any(begins_clause(self._tokens, at) for at in range(sign_ends + 2, first))

    def _leads(self, trigger: Trigger) -> bool:
        """Whether a date stands before what it dates: "last week I had", and not "asthma two years ago, can't"."""
        first, last = trigger.tokens[0], trigger.tokens[-1]
        before = self._tokens[max(0, first - _LEAD) : first]
        opens = any(token.pause or token.sentence != self._tokens[first].sentence for token in before)
        begins = first < _LEAD or opens or self._tokens[first].pause or self._tokens[first - 1].word in _JOINING
        return begins or self._tokens[min(last + 1, len(self._tokens) - 1)].word in _TELLS_ON

    def _dates_another(self, trigger: Trigger, sign: Sequence[int]) -> bool:
        """Whether a date behind a sign is that of something else: "fever AFTER CHEMO last week"."""
        if any(token.word in _WERE for token in self._tokens[max(0, sign[0] - _LEAD) : sign[0]]):
            have = {token.word for token in self._tokens[max(0, sign[0] - _LEAD - 1) : sign[0]]}
            if have.isdisjoint(_HAVE_HAD):
                return False
        between = range(sign[-1] + 1, trigger.tokens[0])
        return any(self._tokens[at].word in _LINKS or begins_clause(self._tokens, at) for at in between)

    def _is_not_yet(self, trigger: Trigger, sign_ends: int) -> bool:
        """Whether what stands before or in the trigger says that it has not come about: "until it stops"."""
        nearby = range(max(sign_ends + 1, trigger.tokens[0] - 4), trigger.tokens[-1])
        if any(self._tokens[at].word in _NOT_YET for at in nearby if at not in trigger.tokens):
            return True
        last = trigger.tokens[-1]
        if item_ends(self._tokens, last):
            return False
        word, after = self._tokens[last].word, self._tokens[last + 1].word
        return after.endswith("ing") or (word == "gone" and after not in _AFTER_GONE)

    def _ends_at(self, at: int, trigger: Trigger, sign: tuple[int, ...]) -> bool:
        """Whether the scope of a forward trigger ends at the token ``at``."""
        is_have_got = self._tokens[at].word == "got" and at == trigger.tokens[-1] + 1
        if at in self._terminators and at not in sign and not is_have_got:
            return True
        if at in self._stops.get(id(trigger.entry), ()):
            return True
        joined = self._tokens[at - 1].word in _JOINING and at - 1 > trigger.tokens[-1]
        if joined and at in self._openers:
            return True
        if not self._tokens[at].pause:
            return False
        if trigger.entry.crosses_commas:
            return trigger.entry.category == "negated" and self._is_told(at)
        if at not in self._lists:
            self._lists[at] = self._list_goes_on(at)
        return at in self._openers or not self._lists[at]

    def _contrasts(self, at: int) -> bool:
        """Whether what is so begins behind a comma: "no pain in my chest, just a heavy weight"."""
        return self._tokens[at].pause and self._tokens[at].word in _CONTRASTING

    def _is_told(self, at: int) -> bool:
        """Whether the item behind the comma at ``at`` tells of a sign more than one does who only denies it."""
        end = next((later for later in range(at, len(self._tokens)) if item_ends(self._tokens, later)), at)
        item = [token.word for token in self._tokens[at : end + 1]]
        is_listed = any(
            token.word in _LISTING for token in self._tokens[at:] if token.sentence == self._tokens[at].sentence
        )
        return (item[0] in _STRIKING or not _TELLING.isdisjoint(item)) and not is_listed

    def _list_goes_on(self, at: int) -> bool:
        """Whether a comma at ``at`` parts items of a list that ends in "or": "no cough, fever or rash"."""
        for later in range(at, min(at + _LIST_REACH, len(self._tokens))):
            token = self._tokens[later]
            if token.sentence != self._tokens[at].sentence or later in self._terminators:
                return False
            if token.pause and later in self._openers:
                return False
            if token.word in ("or", "nor"):
                return True
        return False


def _is_within(trigger: tuple[int, ...], sign: tuple[int, ...]) -> bool:
    """Whether a trigger belongs to the words of a sign: "better off if she were dead"."""
    return sign[0] < trigger[0] and trigger[-1] < sign[-1] and sign[-1] - sign[0] <= _SAYING


def begins_clause(tokens: Sequence[Token], at: int) -> bool:
    """Whether the token begins a clause about somebody: "... and I feel fine" denies nothing before it."""
    return tokens[at].word in _SUBJECTS and tokens[at - 1].word in _JOINING


def item_ends(tokens: Sequence[Token], at: int) -> bool:
    """Whether a comma, the end of the sentence or the end of the message comes after the token ``at``."""
    return sentence_ends(tokens, at) or tokens[at + 1].pause


def sentence_ends(tokens: Sequence[Token], at: int) -> bool:
    """Whether the token is the last of its sentence."""
    return at + 1 == len(tokens) or tokens[at + 1].sentence != tokens[at].sentence
