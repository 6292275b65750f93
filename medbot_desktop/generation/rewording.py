"""Put a sentence in other ways that claim the same, whatever a passage says: each may be looked for in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator

_AMOUNT = r"\d[\d.,]*\s?(?:mg|mcg|µg|g|kg|ml|l|iu|cm|mm|inch(?:es)?|micrograms?|milligrams?|grams?|°?[cf]|units?)"
_TWO_UNITS = re.compile(rf"({_AMOUNT}) \(({_AMOUNT})\)", re.IGNORECASE)
_AVOIDED = re.compile(r"^(?P<what>[^;:]+?) (?:should|must) (?:always )?be avoided\b(?P<rest>[^;:]*)$", re.IGNORECASE)
_AND = re.compile(r"\band\b", re.IGNORECASE)
_LEADS = re.compile(r"(?:if|when|unless|in|for|during|before|after|while|until)\b", re.IGNORECASE)
_URGENTLY = r"(?:at once|now|today|immediately|straight ?away|right away|the same day|as soon as possible)"
_SEEKING = rf"(?:call|phone|ring|see|go to|get) [^,;:]*?\b{_URGENTLY}"
_HAVING = r"if you (?:have|get) (?P<sign>(?!(?:been|ever|had|just|never|no|not|only|to)\b|\w+(?:ed|en)\b)\w[^;:]*)"
_SIGN_LAST = re.compile(rf"^(?P<seek>(?:you (?:should|must) )?{_SEEKING}) {_HAVING}$", re.IGNORECASE)
_SIGN_FIRST = re.compile(rf"^{_HAVING}, (?P<seek>{_SEEKING})$", re.IGNORECASE)
_IS_NO_SIGN = re.compile(
    r"\b(?:advice|help|care|support|information|results?|appointments?|visits?|reviews?|checks?|tests?|scans?|prescriptions?"
    r"|treatments?|medicines?|tablets?|antibiotics?|antidotes?|vaccines?|injections?|operations?|screening|questions?)\b",
    re.IGNORECASE,
)
"""What somebody is seen for without having it yet: "call today for an appointment"."""


def rewordings(sentence: str) -> Iterator[str]:
    """The sentence in other ways that claim the same.

    Args:
        sentence: one sentence without citation marks.

    Yields:
        Only what differs from the sentence: an amount in two units with the other one first, "avoid X" for "X should be
        avoided", "see a doctor today for X" for "see a doctor today if you have X".
    """
    swapped = _TWO_UNITS.sub(r"\2 (\1)", sentence)
    if swapped != sentence:
        yield swapped
    bare = sentence.rstrip(". ")
    avoided = _AVOIDED.match(bare)
    if avoided and not _LEADS.match(avoided["what"]):
        yield f"Avoid {avoided['what']}{avoided['rest']}."
        # What is avoided with "and" is not had with "or".
        yield f"Do not have {_AND.sub('or', avoided['what'])}{avoided['rest']}."
    sought = _SIGN_LAST.match(bare) or _SIGN_FIRST.match(bare)
    if sought and not _IS_NO_SIGN.search(sought["sign"]):
        yield f"{sought['seek']} for {sought['sign']}."
