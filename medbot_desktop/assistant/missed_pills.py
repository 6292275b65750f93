"""Tell what to do about a contraceptive pill that was missed or is late; which one it is decides, so that is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from medbot_desktop.assistant.asked_medicines import NAMES
from medbot_desktop.assistant.medicine_answers import LIBRARY, supported
from medbot_desktop.assistant.medicine_aspects import asks_of
from medbot_desktop.assistant.render import AnswerText
from medbot_desktop.assistant.wording import MissedPillWords
from medbot_desktop.domain import Assertion, Cited, Passage, Question, TextDelta, Utterance
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.medicines.missed_pills import MissedPill

_CONTRACEPTIVES = frozenset({"hormonal_contraceptive", "emergency_contraceptive"})
_KINDS = (
    (
        "progestogen_contraceptive",
        re.compile(r"\bmini[ -]?pill|\bprogest\w+[ -]only|\bnoriday|\bnorgeston", re.IGNORECASE),
    ),
    ("combined_contraceptive", re.compile(r"\bcombined\b", re.IGNORECASE)),
)
_KIND = r"(?:combined|contraceptive|contraception|birth control|mini|oral|progest\w+[ -]only)"
_WHOSE = (
    r"(?:my|the|a|an|one|two|three|four|five|\d+|her|some|few|couple of|several|any"
    r"|last night.?s|yesterday.?s|today.?s)"
)
_PILL = rf"(?:{_WHOSE}(?: (?:{_KIND}|daily|active))*|{_KIND}(?: {_KIND})*)[ -]?(?:pills?\b|minipills?\b)"
_OTHER = r"(?:(?!period|bleed|appointment|smear|visit)[\w'’]+\W+)"
_MISSED = re.compile(
    r"\b(?:miss(?:ed|ing)?|forg[eo]t(?:ten)?|skipp?ed|late|did ?n.?t take|have ?n.?t taken|not taken)\W+"
    rf"{_OTHER}{{0,4}}?{_PILL}"
    rf"|\b{_PILL}\W+{_OTHER}{{0,8}}?(?:late|missed|forgot(?:ten)?)\b",
    re.IGNORECASE,
)
_PERIOD = re.compile(r"\bperiods?\b[^.?!]{0,20}\blate|\blate period|\bmissed (?:my |a |her )?period", re.IGNORECASE)
_HELD = (Assertion.PRESENT, Assertion.UNCERTAIN)


class MissedPills:
    """Answers about missed contraceptive pills.

    Args:
        formulary: tells which medicines are contraceptives.
        pills: what is published, by kind.
        words: MedBot's own words around it.
    """

    def __init__(self, formulary: Formulary, pills: Sequence[MissedPill], words: MissedPillWords) -> None:
        self._formulary = formulary
        self._pills = {pill.name: pill for pill in pills}
        self._words = words

    def can_answer(self, utterance: Utterance) -> bool:
        """Whether a message tells of a missed or late contraceptive pill and names no brand of one.

        A brand has a line of its own in its monograph, another medicine is no contraceptive, and whoever also tells of
        a sign of illness is asked about that first.
        """
        is_missed = _MISSED.search(utterance.own) or (self._kind(utterance) and asks_of("missed_dose", utterance.own))
        if not is_missed or _PERIOD.search(utterance.own):
            return False
        if any(entity.name == "man_patient" and entity.by_rules in _HELD for entity in utterance.entities):
            return False
        if any(entity.kind == "symptom" and entity.by_rules in _HELD for entity in utterance.entities):
            return False
        named = [entity for entity in utterance.entities if entity.kind in NAMES]
        if any(not _CONTRACEPTIVES & self._formulary.groups(entity.name) for entity in named):
            return False
        return self._kind(utterance) is not None or not any(
            entity.kind == "medicine" and "hormonal_contraceptive" in self._formulary.groups(entity.name)
            for entity in named
        )

    def say(self, utterance: Utterance, answer: AnswerText) -> Iterator[TextDelta | Cited | Question]:
        """Say what to do about a missed pill: of its kind, or, where that is not told, of each, and ask which it is.

        Args:
            utterance: the message.
            answer: what is written into.
        """
        kind = self._kind(utterance)
        if kind is not None:
            yield from self._tell(self._pills[kind], answer)
            return
        names = " or ".join(pill.called for pill in self._pills.values())
        yield from answer.say(self._words.depends.format(names=names))
        for pill in self._pills.values():
            yield from self._tell(pill, answer)
        yield from answer.say(self._words.which)
        yield Question(self._words.which, tuple(self._words.options))

    def _kind(self, utterance: Utterance) -> str | None:
        """The kind of pill that a message names, without a brand."""
        return next((name for name, pattern in _KINDS if pattern.search(utterance.own)), None)

    def _tell(self, pill: MissedPill, answer: AnswerText) -> Iterator[TextDelta | Cited]:
        text = "\n".join(pill.lines)
        passage = Passage(
            id=f"{LIBRARY}/{pill.name}/missed",
            library=LIBRARY,
            document_id=pill.about,
            title=f"{pill.called[4:5].upper()}{pill.called[5:]}: missed pills ({'; '.join(pill.sources)})",
            section="Missed dose",
            text=text,
            start=0,
            end=len(text),
        )
        for sentence in supported(passage):
            yield from answer.sentence(sentence, opens=True)
