"""Write a sentence the one way in which two spellings of the same are alike."""

from __future__ import annotations

import re

_SOMEBODY = (
    "child|children|baby|babies|toddlers?|infants?|boys?|girls?|teenagers?|adults?|people|person|women|woman|men|man|"
    "anyone|anybody|someone|somebody|everyone|everybody|those"
)
_LIMIT = "under|over|below|above|younger than|older than|less than|more than|at least|up to"
_AMERICAN = (
    (r"rrhea", "rrhoea"), (r"\b(an|leuk|isch|ur|hypoglyc|hyperglyc|septic|bacter)em(ia|ic)\b", r"\1aem\2"),
    (r"\bhem(o|a)(?=[a-z]{3})", r"haem\1"), (r"\b(an)esth", r"\1aesth"), (r"\bedema", "oedema"),
    (r"\besoph", "oesoph"), (r"\bestrogen", "oestrogen"), (r"\bpediatric", "paediatric"),
    (r"\borthopedic", "orthopaedic"), (r"\bfet(us|al)", r"foet\1"), (r"\bgynecolog", "gynaecolog"),
    (r"\bfec(es|al)\b", r"faec\1"), (r"\b(c)esarean", r"\1aesarean"), (r"\bsulf(?=[aiou])", "sulph"),
    (r"\b(col|tum|behavi|od|lab|fav|hum|vap|harb|rum)or(?=s?\b|ed\b|ing\b|less\b|al\b)", r"\1our"),
    (r"\b(cent|fib|lit|met)er(s?)\b", r"\1re\2"), (r"(?<=[a-z]{3})yz(?=e[sdr]?\b|ing\b)", "ys"),
    (r"(?<=[a-z]{3})iz(?=e[sdr]?\b|ers?\b|ing\b|ations?\b)", "is"), (r"\bgray\b", "grey"),
)  # fmt: skip
_ALIKE = tuple(
    (re.compile(pattern), written)
    for pattern, written in (
        *_AMERICAN,
        (r", (?:by contrast|in contrast|however),", ""),
        (r"\bavoid(?= \w+ing\b)", "not"),
        (r"\b(it|that|there|who)'s\b", r"\1 is"),
        (r"'s\b|(?<=s)'(?=\s)", ""),
        (rf"\b((?:{_SOMEBODY})(?: who (?:is|are))?(?: aged)? (?:{_LIMIT}) \d+) years?\b(?: old\b| of age\b)?", r"\1"),
        (rf"\b(aged (?:(?:{_LIMIT}) )?\d+(?: to \d+)?) years?\b(?: old\b| of age\b)?", r"\1"),
        (r"\b(years?|months?|weeks?|days?)(?: old| of age)\b", r"\1"),
        (r"\baged (?=\d)", ""),
        (r"\b(?:is|are) (?:unable|not able) to\b", "can not"),
        (r"\b(may|might) be able to\b", r"\1"),
        (r"\bhalf an hour\b", "30 minutes"),
        (
            r"\b(within|for|after|in|about|least|than|to|over) an? (?=(?:minute|hour|day|week|month|year)\b)",
            r"\1 1 ",
        ),
        (r"\bon (?=the same day\b)", ""),
        (r"\b(?:on (?:its|their|your) own|by (?:itself|themselves|yourself))\b", "alone"),
        (r"\b(first|second|third|last|next|other|new|each|this|that|another|which) ones?\b", r"\1"),
        (r"\b(stops?|stopped|prevents?|prevented) ((?:\w+ ){1,3})from (?=\w+ing\b)", r"\1 \2"),
        (r"\bround (?=(?:the|a|an|your|his|her|their|it|them)\b)", "around "),
        (r"\bat (?:its|their) (worst|best)\b", r"\1"),
    )
)


def alike(plain: str) -> str:
    """Return a sentence in the spelling and the short phrases that stand for all that say the same.

    Args:
        plain: the sentence as `claim.plain_text` gives it.
    """
    for pattern, written in _ALIKE:
        plain = pattern.sub(written, plain)
    return plain
