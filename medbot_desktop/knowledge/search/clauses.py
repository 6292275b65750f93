"""Cut a message into its clauses and tell which of them ask."""

from __future__ import annotations

import re
from dataclasses import dataclass

from medbot_desktop.knowledge.search.question_words import is_place, is_subject, is_treatment
from medbot_desktop.text import sentences

_ONE = (
    r"(?:i|you|u|he|she|it|we|they|this|that|these|those|there|my|his|her|our|their|your|any(?:one|body|thing)|people)"
)
_WHO = rf"(?:{_ONE}|the|an?|any|some(?:one|body|thing)?|children|kids|babies|nothing)"
_HELPING = (
    r"(?:can|could|should|shall|will|would|do|does|did|is|are|am|was|were|has|have|had|may|might|must|isn'?t|aren'?t|don'?t"
    r"|doesn'?t|can'?t|won'?t|shouldn'?t)"
)
_ASKING_WORD = r"(?:what(?:'?s)?|how(?:'?s)?|when(?:'?s)?|where(?:'?s)?|why|which|who(?:'?s)?)"
_HOW_MUCH = r"how (?:long|much|many|often|soon|quickly)\b|what (?:if|about)\b"

_OPENING = (
    rf"(?:{_ASKING_WORD}(?:\s+(?!{_HELPING}\b)[\w'’-]+){{0,4}}?\s+{_HELPING}\b"
    rf"|{_HELPING}\s+{_WHO}\b|does\s+\w+|{_HOW_MUCH})"
)
"""How a question opens where a question mark ends it."""

_PLAIN_OPENING = (
    rf"(?:(?:what|how|when|where|why)(?:\s+(?!{_HELPING}\b)[\w'’-]+){{0,3}}?\s+{_HELPING}\s+{_ONE}\b"
    rf"|what(?:'?s| is| are| helps)\b|(?!had|would you believe){_HELPING}\s+{_ONE}\b|does\s+\w+|{_HOW_MUCH})"
)
"""How one opens that no mark ends: stricter, because "when I was", "which is" and "had a" open statements."""

_FILLERS = (
    r"(?:(?:and|but|so|or|well|ok(?:ay)?|right|also|then|now|please|hi|hello|anyway|basically|plus|first(?:ly)?|second(?:ly)?"
    r"|third(?:ly)?|finally|another thing|\(?\d[.)])[\s,:]+)*"
)
_OPENS = re.compile(_FILLERS + rf"(?:{_OPENING}|{_ASKING_WORD}\b)", re.IGNORECASE)
_OPENS_PLAINLY = re.compile(_FILLERS + rf"(?:{_PLAIN_OPENING}|any (?:idea|advice|tips|chance)\b)", re.IGNORECASE)

_ASKED = r"(?:if|whether|what|how|when|where|why|which|who|about)\b"
_LEAD = (
    r"(?:(?:can|could|would|will) you (?:please |kindly )?(?:tell|explain|advise|let)\b"
    r"|please (?:tell|explain|advise)\b"
    r"|(?:i|we)(?:'d|’d| would| just)? (?:like|want|need|love|wanted|wish) to (?:know|ask|find)\b"
    rf"|(?:i|we)(?:'m|’m|'re|’re| am| are| was| were| just)* (?:wonder|wondering|wondered|asking) {_ASKED}"
    r"|(?:what|all) (?:i|we)(?:'m|’m| am)? (?:want|need|trying|wondering)(?: to (?:know|find out))?\b|tell me\b"
    rf"|(?:i|we) (?:don'?t|do not) know {_ASKED})"
)
_WONDERS = re.compile(_LEAD, re.IGNORECASE)
_OPENS_WITH_LEAD = re.compile(_FILLERS + _LEAD, re.IGNORECASE)

_JOINED = (
    r"\s*(?:[,;:]|\s[-–—])\s*(?:and|but|so|also|or)?\s*(?:also\s+|then\s+)?"
    r"|\s+(?:and|but|so|also)\s+(?:also\s+|then\s+)?"
)
_BETWEEN = re.compile(rf"(?:{_JOINED})(?={_OPENING})", re.IGNORECASE)
_BETWEEN_PLAINLY = re.compile(
    rf"(?:{_JOINED})(?={_PLAIN_OPENING})"
    rf"|\s+(?=(?:what|how|when|where) (?:do|can|should|could|shall) (?:i|we|you|he|she|they)\b)",
    re.IGNORECASE,
)
"""What stands between two questions of one sentence, or between a statement and its question."""

_INDIRECT = re.compile(r",\s*(?:and\s+)?(?=(?:what|how|when|where|why|whether|if|which)\b)", re.IGNORECASE)
_ENUMERATOR = re.compile(r"^(?:\(?\d{1,2}[.)]|[-*•])\s*")
_ONLY_ENUMERATOR = re.compile(r"\(?\d{1,2}[.)]$")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence or a part of one.

    Attributes:
        text: its words as they were typed.
        asks: whether it is a question.
        sentence: number of the sentence that it is of.
    """

    text: str
    asks: bool
    sentence: int

    @property
    def words(self) -> list[str]:
        """The words as they were typed."""
        return _WORD.findall(self.text)

    @property
    def subjects(self) -> frozenset[str]:
        """The words, in lower case, that name a complaint, a condition or a medicine."""
        return frozenset(word.lower() for word in self.words if is_subject(word) and not is_treatment(word))

    @property
    def is_medical(self) -> bool:
        """Whether any word is of a complaint, a place of the body or a treatment."""
        return any(is_subject(word) or is_place(word) or is_treatment(word) for word in self.words)


def clauses_of(message: str) -> list[Clause]:
    """The clauses of a message in order: its sentences, of which one that asks is cut into its questions."""
    found: list[Clause] = []
    for number, sentence in enumerate(_sentences(message)):
        found += _cut(sentence, number)
    return found


def _sentences(message: str) -> list[str]:
    """The sentences; a bare number goes with the sentence behind it, and then away."""
    whole = [sentence for sentence in sentences(message) if not _ONLY_ENUMERATOR.match(sentence)]
    return [told for sentence in whole if (told := _ENUMERATOR.sub("", sentence))]


def _cut(sentence: str, number: int) -> list[Clause]:
    if _OPENS_WITH_LEAD.match(sentence):
        return [Clause(part, True, number) for part in _INDIRECT.split(sentence)]
    is_marked = sentence.rstrip("\"')”’").endswith("?")
    opens, between = (_OPENS, _BETWEEN) if is_marked else (_OPENS_PLAINLY, _BETWEEN_PLAINLY)
    parts = _split(sentence, between)
    asking = [opens.match(part) is not None or _WONDERS.search(part) is not None for part in parts]
    asking[-1] = asking[-1] or is_marked
    return [Clause(part, asks, number) for part, asks in zip(parts, asking, strict=True)]


def _split(sentence: str, between: re.Pattern[str]) -> list[str]:
    parts, start = [], 0
    for match in between.finditer(sentence):
        if match.start() > start:
            parts.append(sentence[start : match.start()])
            start = match.end()
    return [*parts, sentence[start:]]
