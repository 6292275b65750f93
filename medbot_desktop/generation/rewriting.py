"""Write a sentence of a passage in other ways that say the same, so that a claim may follow any of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WHO = re.compile(
    r"^(?P<subject>people|anyone|anybody|everyone|everybody|adults|children|women|men|those)(?P<kind> with [^,;]+?|)"
    r" who (?P<doing>[^,;:]+?),? (?P<verb>should|must|may|can|could|need to|needs to)(?P<rest> [^;:]+)$",
    re.IGNORECASE,
)
_ANYBODY = frozenset("people anyone anybody everyone everybody those".split())
_CONTRAST = re.compile(r", (?:unlike|in contrast to) [^.;]+(?=\.?$)", re.IGNORECASE)
_APPOSITION = re.compile(r", which (?:is|are) (?=about |around |roughly |the |an? )", re.IGNORECASE)
_SEVERAL_VERBS = re.compile(
    r"\b(?:should|must|may|can|could|need|needs|if|unless|when|who|not|only|until)\b", re.IGNORECASE
)


def without_contrast(sentence: str) -> str:
    """The sentence without what it sets itself against at its end: ", unlike the flu vaccine"."""
    return _CONTRAST.sub("", sentence)


def ways_to_write(sentence: str) -> Iterator[str]:
    """Yield the sentence, and it written otherwise where that says the same, or less.

    Args:
        sentence: one sentence of a passage.
    """
    yield sentence
    plain = without_contrast(sentence)
    if plain != sentence:
        yield plain
    who = _WHO.match(plain.rstrip("."))
    if who and not _SEVERAL_VERBS.search(who["doing"]):
        yield f"{who['subject']}{who['kind']} {who['verb']}{who['rest']} if they {who['doing']}."
        if not who["kind"] and who["subject"].lower() in _ANYBODY:
            yield f"You {who['verb']}{who['rest']} if you {who['doing']}."
    if _APPOSITION.search(plain):
        yield _APPOSITION.sub(", ", plain)
