"""The classes of words on which the support check turns: what limits a claim, what may move, what stands for a name."""

from __future__ import annotations

from medbot_desktop.generation.wording import ABOVE, AT_LEAST, AT_MOST, BELOW, Token, canonical

Tokens = tuple[Token, ...]

COMPARATORS = frozenset({AT_LEAST, AT_MOST, ABOVE, BELOW})
PREPOSITIONS = canonical("in on at for from during after before until with within into by over under about out_of")
PARTICLES = canonical("up down off out back away")
PEOPLE = canonical(
    "child children baby adult woman man men people person pregnant pregnancy breastfeeding older younger elderly "
    "young age aged boy girl teenager toddler newborn infant everybody anyone someone"
)
"""Words for whom something holds."""
LIMITS = (
    canonical(
        "only both together combined between except without unless instead unlikely rarely seldom hardly never some "
        "most many few several all always usual usually often sometimes mild severe first last more less same not may "
        "stop mostly mainly no_need even_without even even_if"
    )
    | COMPARATORS
    | {"more than", "less than"}
)
"""Words that say how much, how often, how surely or for whom something holds."""
EXCEPTIONS = canonical("only without except unless instead")
HEDGES = canonical("may usually")
"""Words that make a claim weaker."""
STAND_INS = canonical(
    "medicine treatment condition illness infection problem product injection test operation cream ointment gel drop "
    "tablet capsule patch pen spray vaccine device symptom rash pain wound skin area"
)
"""Nouns that, behind "the" or "this", point back to what was named, as "it" does."""


def is_amount(token: Token) -> bool:
    """Whether it is a number, or a comparison with one."""
    return token.is_number or token.value in COMPARATORS


def begins_predicate(token: Token) -> bool:
    """Whether what somebody is or does begins with it."""
    return token.follows_aux or token.value == "may"
