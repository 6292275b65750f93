"""Answer questions about medicines from the formulary: each sentence is one of a monograph, and cites it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from medbot_desktop.assistant.medicine_warnings import holding, listed, named, opened, repeated, warnings
from medbot_desktop.assistant.render import AnswerText
from medbot_desktop.assistant.wording import MedicineWords
from medbot_desktop.domain import UNKNOWN_MEDICINE, Cited, Grounding, Hit, Passage, TextDelta, Utterance
from medbot_desktop.generation.sentence import SupportedSentence
from medbot_desktop.medicines.checking import Check, check
from medbot_desktop.medicines.files import Medicine
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.text import sentence_spans

LIBRARY = "medicines"
"""What the sources of these answers are said to be from."""

_NAMES = ("medicine", "medicine_class", "substance")
_MOST_SENTENCES = 7
_SHORT = 5
"""A message of so few words that names a medicine asks about it in general."""

# What is asked about a medicine: the field that answers, its heading, and the words that ask for it.
_ASPECTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "max_daily",
        "Most in a day",
        (
            r"how (?:much|many)\b.*\b(?:too (?:much|many)|day|daily|24 (?:hours|hrs)|at most|at once|safely|safe)\b",
            r"\bmax(?:imum|imal)?\b",
            r"\b(?:the most|highest)\b",
            r"\blimit\b",
        ),
    ),
    (
        "overdose",
        "Too much",
        ("too much", "too many", "overdos", "double dose", "twice by (?:mistake|accident)", "kill", "lethal"),
    ),
    ("missed_dose", "Missed dose", (r"miss(?:ed)?\b", "forgot", "forget", "skipped", "late (?:dose|pill|tablet)")),
    (
        "children",
        "Children",
        (
            r"\bchild",
            r"\bkids?\b",
            r"\bbab(?:y|ies)\b(?! aspirin)",  # "baby aspirin" is what a low dose for adults is called
            r"\bgiv(?:e|ing)\b.{0,20}\bbaby\b",
            r"\btoddler",
            r"\binfant",
            r"\bnewborn",
            r"\bteen(?:s|ager)",
            r"\b(?:grand|step)?(?:son|daughter)s?\b",
            r"\b(?:1[0-5]|\d)[- ]?(?:year|yr)s?[- ]olds?\b",
            r"\b(?:month|week|day)s?[- ]old\b",
            r"\bI(?:'m| am) (?:1[0-5]|\d)\b(?! (?:week|month|day|hour|mg))",
        ),
    ),
    ("pregnancy", "Pregnancy", ("pregnan", "expecting", "conceive", "trying for a baby")),
    ("breastfeeding", "Breastfeeding", ("breast ?feed", "nursing", "lactat", "milk supply")),
    ("alcohol", "Alcohol", ("alcohol", r"\bdrink(?:ing)?\b(?! (?:water|with))", r"\bbeer", r"\bwine", "spirits")),
    ("driving", "Driving", (r"\bdriv(?:e|ing)", "machin")),
    ("storage", "Storage", (r"\bstor(?:e|age)", "fridge", "keep it", "expire", "out of date")),
    (
        "serious",
        "Get help for",
        ("serious", "danger", "severe side", "emergency", "allergic reaction", "warning"),
    ),
    (
        "common",
        "Side effects",
        ("side[ -]?effects?", "mak(?:e|es|ing) me", "cause", "reaction", "feel (?:sick|dizzy|tired)"),
    ),
    (
        "avoid",
        "Who should ask first",
        ("who (?:should|can)(?:n.?t| not)", "should(?:n.?t| not) take", "safe (?:for|if|to|with)", "can i take"),
    ),
    (
        "adult_dose",
        "Usual dose for adults",
        (r"\bdos(?:e|age|ing)", "how (?:much|many|often|long)", r"max(?:imum)?\b", r"mg\b", "when (?:should|do) i"),
    ),
    (
        "uses",
        "What it is for",
        (
            r"what(?:'s| is| are)? .*\bfor\b",
            r"\buse(?:d for)?\b",
            r"\btreat",
            r"work(?:s)?\b",
            "what (?:is|are)",
            "tell me",
        ),
    ),
)
_ASKED = tuple((field, re.compile("|".join(words), re.IGNORECASE)) for field, _, words in _ASPECTS)
_PATTERNS = dict(_ASKED)
_HOLDS = "holds"
_TOO_YOUNG = "too_young"
_HEADINGS = {
    **{field: heading for field, heading, _ in _ASPECTS},
    _HOLDS: "What it holds",
    _TOO_YOUNG: "Do not take it, or ask first",
}
_AGE = re.compile(r"\bunder \d+\b(?! ?(?:kg|mg|ml|cm|stone))")
_TOOK = re.compile(
    r"\b(?:took|swallowed|overdosed)\b|\b(?:have|has|had|'ve|'s) (?:already |just )?(?:taken|had)\b", re.IGNORECASE
)
_AMOUNTS = ("max_daily", "adult_dose", "overdose")
"""What is said to who asks for the most that may be taken, in this order."""
_DESPAIR = frozenset({"hopeless", "suicidal", "despair_words", "farewell_words", "means_at_hand", "set_for_tonight"})
"""Who says one of these is told no amount, also where no crisis was seen."""
_FOR_ADULTS = frozenset({"children", "max_daily", "adult_dose", "uses", "avoid"})
"""What is not said to who asks about a child."""
_BESIDE_UNKNOWN = (_HOLDS, "avoid")
"""What is said of the one medicine that is known beside those that are not."""
_OVERVIEW = ("uses", "adult_dose", "common", "serious")
_MOST_ASPECTS = 3


class MedicineAnswers:
    """Answers from the formulary.

    Args:
        formulary: what is published.
        words: MedBot's own words around it.
    """

    def __init__(self, formulary: Formulary, words: MedicineWords) -> None:
        self._formulary = formulary
        self._words = words

    def named(self, utterance: Utterance) -> list[str]:
        """The medicines and substances that a message names, each once, in order."""
        named = [entity.name for entity in utterance.entities if entity.kind in _NAMES]
        return list(dict.fromkeys(named))

    def unknown(self, utterance: Utterance) -> list[str]:
        """What a message asks about as it does about medicines, and the formulary does not hold; as written."""
        written = {entity.name: entity.text for entity in utterance.entities if entity.kind == UNKNOWN_MEDICINE}
        return list(written.values())

    def is_check(self, utterance: Utterance) -> bool:
        """Whether a message names things that may not go together, or beside which something unknown is asked about."""
        named = self.named(utterance)
        return len(named) > 1 or bool(named and self.allergies(utterance)) or bool(self.unknown(utterance))

    def can_answer(self, utterance: Utterance) -> bool:
        """Whether a message names things that may not go together, or asks something of one medicine, held or not."""
        named = self.named(utterance)
        if self.is_check(utterance):
            return True
        asks = any(pattern.search(utterance.own) for _, pattern in _ASKED)
        is_short = len(utterance.own.split()) <= _SHORT
        return any(name in self._formulary.medicines for name in named) and (asks or is_short)

    def allergies(self, utterance: Utterance) -> list[str]:
        """What a message says somebody is allergic to."""
        return list(dict.fromkeys(entity.name for entity in utterance.entities if entity.kind == "allergy"))

    def check(self, utterance: Utterance) -> Check:
        """What the medicines of a message mean together."""
        return check(self._formulary, self.named(utterance), self.allergies(utterance))

    def together(self, utterance: Utterance, answer: AnswerText) -> Iterator[TextDelta | Cited]:
        """Say what several medicines mean together, the weightiest first; before it, what is not known."""
        yield from self.tell_unknown(utterance, answer)
        names = self.named(utterance)
        if _PATTERNS["children"].search(utterance.own):
            yield from self._for_children(names, answer)
        if len(names) > 1 or (names and self.allergies(utterance)):
            yield from self._checked(utterance, answer)
        elif names and names[0] in self._formulary.medicines:
            yield from self._tell(self._formulary.medicines[names[0]], _BESIDE_UNKNOWN, answer)

    def tell_unknown(self, utterance: Utterance, answer: AnswerText) -> Iterator[TextDelta]:
        """Say of what is asked about and not known that it is so, and whom to ask; nothing where all is known."""
        names, unknown = self.named(utterance), self.unknown(utterance)
        if unknown:
            pattern = self._words.unknown_with if names else self._words.unknown
            yield from answer.say(pattern.format(unknown=listed(unknown), names=self._titles(names)))

    def about(self, utterance: Utterance, answer: AnswerText) -> Iterator[TextDelta | Cited]:
        """Say what is asked about the medicine that a message names."""
        named = (name for name in self.named(utterance) if name in self._formulary.medicines)
        medicine = self._formulary.medicines[next(named)]
        wanted = [field for field, pattern in _ASKED if pattern.search(utterance.own)][:_MOST_ASPECTS]
        if _DESPAIR & {entity.name for entity in utterance.entities}:
            wanted = [field for field in wanted if field not in ("max_daily", "adult_dose")] or ["overdose"]
        if "children" in wanted:
            yield from self._for_children([medicine.name], answer)
            wanted = [field for field in wanted if field not in _FOR_ADULTS]
            yield from self._tell(medicine, wanted, answer)
        elif "max_daily" in wanted:
            beside = [field for field in wanted if field not in (*_AMOUNTS, "uses", "avoid")]
            wanted = [*beside, *_AMOUNTS]
            if _TOOK.search(utterance.own):
                wanted = list(dict.fromkeys(("overdose", *wanted)))
            most = wanted.index("max_daily") + 1
            yield from self._tell(medicine, (_HOLDS, *wanted[:most]), answer)
            if medicine.max_daily:
                yield from answer.say(self._words.most.format(name=medicine.name))
            yield from self._tell(medicine, wanted[most:], answer)
        else:
            yield from self._tell(medicine, (_HOLDS, *(wanted or _OVERVIEW)), answer)
        if "adult_dose" in wanted or "overdose" in wanted:
            yield from answer.say(self._words.ask_about_dose)

    def _for_children(self, names: Iterable[str], answer: AnswerText) -> Iterator[TextDelta | Cited]:
        """Say for which ages medicines, or what they hold, are not, and who works out a child's dose."""
        known = self._formulary.medicines
        for medicine in (known[name] for name in names if name in known):
            held = [known[name] for name in (*medicine.ingredients, *medicine.may_hold) if name in known]
            of = [medicine] if _lines(medicine, _TOO_YOUNG) else held
            if any(_lines(one, _TOO_YOUNG) for one in of):
                yield from self._tell(medicine, (_HOLDS,), answer, opens=not answer.citations)
            for one in of:
                yield from self._tell(one, (_TOO_YOUNG,), answer, opens=not answer.citations)
        yield from answer.say(self._words.children)

    def _checked(self, utterance: Utterance, answer: AnswerText) -> Iterator[TextDelta | Cited]:
        """Say what was found about medicines that are all known."""
        found, names, title = self.check(utterance), self.named(utterance), self._formulary.title
        if found.worst is None:
            allergies = self.allergies(utterance)
            together = self._words.none_of_class if found.classes else self._words.none_found
            pattern = together if len(names) > 1 else self._words.allergy_none
            asked = {"names": self._titles(names), "classes": self._titles(found.classes)}
            yield from answer.say(pattern.format(allergies=listed(allergies or names), **asked))
        for line in warnings(found, self._words, title):
            yield from answer.say(line)
        yield from self.tell(found, answer, names)
        if found.unsettled and found.worst is not None:
            yield from answer.say(self._words.which.format(classes=self._titles(found.unsettled)))

    def tell(self, found: Check, answer: AnswerText, names: Sequence[str] = ()) -> Iterator[TextDelta | Cited]:
        """Cite everything that a check has found, the weightiest first, and what these medicines hold.

        Args:
            found: what was found.
            answer: what is written into.
            names: the medicines of which it is said what they hold.
        """
        opens = True
        for against in found.allergies:
            source = against.allergy.source or "general rule"
            kind = f"allergy: {against.allergy.to}"
            about = self._named(against.medicine, against.some).rstrip(",")
            advice = f"{opened(about)}: {against.advice}" if against.some else against.advice
            yield from self._cite(kind, about, advice, source, answer, opens)
            opens = False
        for one in found.interactions:
            first, second = self._named(one.first, one.of_first), self._named(one.second, one.of_second)
            heading = opened(f"{first} with {second}").rstrip(",")
            text = f"{heading}: {one.interaction.mechanism} {one.interaction.advice}"
            yield from self._cite("interaction", heading, text, one.interaction.source, answer, opens)
            opens = False
        for medicine in (self._formulary.medicines[name] for name in names if name in self._formulary.medicines):
            yield from self._tell(medicine, (_HOLDS,), answer, opens)
            opens = opens and not answer.citations
        for line in repeated(found, self._words, self._formulary.title):
            yield from answer.say(line)

    def tell_pregnancy(self, names: Sequence[str], answer: AnswerText) -> Iterator[TextDelta | Cited]:
        """Cite what the monographs say of pregnancy.

        Args:
            names: the medicines; what has no monograph is left out.
            answer: what is written into.
        """
        for medicine in (self._formulary.medicines[name] for name in names if name in self._formulary.medicines):
            yield from self._tell(medicine, ("pregnancy",), answer, opens=False)

    def asks_of_pregnancy(self, utterance: Utterance) -> bool:
        """Whether the answer about one medicine tells of pregnancy as it is."""
        return not self.is_check(utterance) and any(
            field == "pregnancy" and pattern.search(utterance.own) for field, pattern in _ASKED
        )

    def _tell(
        self, medicine: Medicine, fields: Iterable[str], answer: AnswerText, opens: bool = True
    ) -> Iterator[TextDelta | Cited]:
        """Say what a monograph holds under some of its fields."""
        for field in fields:
            lines = [holding(medicine, self._words)] if field == _HOLDS else _lines(medicine, field)
            if not any(lines):
                continue
            for sentence in _supported(self._passage(medicine, field, lines))[:_MOST_SENTENCES]:
                yield from answer.sentence(sentence, opens=opens)
                opens = False

    def _named(self, name: str, some: Sequence[str]) -> str:
        return named(name, some, self._words, self._formulary.title)

    def _titles(self, names: Sequence[str]) -> str:
        return listed(self._formulary.title(name) for name in names) if names else ""

    def _passage(self, medicine: Medicine, field: str, lines: Sequence[str]) -> Passage:
        text = "\n".join(lines)
        return Passage(
            id=f"{LIBRARY}/{medicine.name}/{field}",
            library=LIBRARY,
            document_id=medicine.name,
            title=f"{opened(medicine.name)} ({'; '.join(medicine.sources)})",
            section=_HEADINGS[field],
            text=text,
            start=0,
            end=len(text),
        )

    def _cite(
        self, kind: str, title: str, text: str, source: str, answer: AnswerText, opens: bool
    ) -> Iterator[TextDelta | Cited]:
        passage = Passage(
            id=f"{LIBRARY}/{kind}/{title}",
            library=LIBRARY,
            document_id=title,
            title=f"{opened(title)} ({source})",
            section=opened(kind),
            text=text,
            start=0,
            end=len(text),
        )
        for sentence in _supported(passage):
            yield from answer.sentence(sentence, opens=opens)
            opens = False


def grounding_of(answer: AnswerText) -> Grounding:
    """How an answer of monograph sentences came about: every cited sentence is one of its passage."""
    count = sum(len(citation.quotes) for citation in answer.citations)
    return Grounding("extractive" if count else "none", count, count)


def _lines(medicine: Medicine, field: str) -> list[str]:
    """The sentences of a field; what is a phrase becomes one."""
    name = opened(medicine.name)
    if field == _TOO_YOUNG:
        ages = (phrase.replace("your", "their") for phrase in medicine.avoid if _AGE.search(phrase))
        return [f"{name}: not for children who {phrase}." for phrase in ages]
    value = getattr(medicine, field)
    if field == "uses":
        return [f"{name}: {value[0]}", *value[1:]]
    if field == "max_daily":
        return [f"{name}, the most in a day for adults: {value}."] if value else []
    if field == "common":
        return [f"Common side effects of {medicine.name}: {'; '.join(value)}."]
    if field == "serious":
        return [f"Get help at once if {medicine.name} causes any of these: {'; '.join(value)}."]
    if field == "avoid":
        return [f"Do not take {medicine.name}, or ask first, if you {'; or if you '.join(value)}."]
    return [f"{name}: {value}"]


def _supported(passage: Passage) -> list[SupportedSentence]:
    hit = Hit(passage, 1.0)
    return [
        SupportedSentence(text=passage.text[start:end], hit=hit, span=(start, end), part="body")
        for start, end in sentence_spans(passage.text)
    ]
