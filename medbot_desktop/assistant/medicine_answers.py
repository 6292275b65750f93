"""Answer questions about medicines from the formulary: each sentence is one of a monograph, and cites it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from medbot_desktop.assistant.asked_medicines import NAMES, asked_about, of_asked
from medbot_desktop.assistant.medicine_aspects import asked_fields, asks_of, asks_of_stopping, tells_of_dose
from medbot_desktop.assistant.medicine_warnings import holding, listed, named, opened, repeated, warnings
from medbot_desktop.assistant.monograph_lines import HEADINGS, HOLDS, TOO_YOUNG, lines_of, stems_of_conditions
from medbot_desktop.assistant.render import AnswerText
from medbot_desktop.assistant.wording import MedicineWords
from medbot_desktop.domain import UNKNOWN_MEDICINE, Cited, Grounding, Hit, Passage, TextDelta, Utterance
from medbot_desktop.generation.sentence import SupportedSentence
from medbot_desktop.medicines.checking import Against, Check, check
from medbot_desktop.medicines.files import Medicine
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.text import sentence_spans

LIBRARY = "medicines"
"""What the sources of these answers are said to be from."""

_MOST_SENTENCES = 7
_SHORT = 5
"""A message of so few words that names a medicine asks about it in general."""

_TOOK = re.compile(
    r"\b(?:took|swallowed|overdosed)\b|\b(?:have|has|had|'ve|'s) (?:already |just )?(?:taken|had)\b", re.IGNORECASE
)
_AMOUNTS = ("max_daily", "adult_dose", "overdose")
"""What is said to who asks for the most that may be taken, in this order."""
_DESPAIR = frozenset({"hopeless", "suicidal", "despair_words", "farewell_words", "means_at_hand", "set_for_tonight"})
"""Who says one of these is told no amount, also where no crisis was seen."""
_FOR_ADULTS = frozenset({"children", "max_daily", "adult_dose", "uses", "avoid"})
"""What is not said to who asks about a child."""
_BESIDE_UNKNOWN = (HOLDS, "avoid")
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
        named = [entity for entity in utterance.entities if entity.kind in NAMES]
        return list(dict.fromkeys(one.name for one in named if not _is_breast_milk(utterance.text, one.start)))

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
        asks = bool(asked_fields(utterance.own)) or self._asks_of_stopping(utterance)
        is_short = len(utterance.own.split()) <= _SHORT
        return any(name in self._formulary.medicines for name in named) and (asks or is_short)

    def allergies(self, utterance: Utterance) -> list[str]:
        """What a message says somebody is allergic to."""
        return list(dict.fromkeys(entity.name for entity in utterance.entities if entity.kind == "allergy"))

    def check(self, utterance: Utterance) -> Check:
        """What the medicines of a message mean together."""
        return check(self._formulary, self.named(utterance), self.allergies(utterance))

    def tells_of_dose(self, utterance: Utterance) -> bool:
        """Whether a message tells of a dose of one medicine of the formulary that was missed, or was too much."""
        named = [name for name in self.named(utterance) if name in self._formulary.medicines]
        return len(named) == 1 and not self.is_check(utterance) and tells_of_dose(utterance.own)

    def together(
        self, utterance: Utterance, answer: AnswerText, told: Sequence[Against] = ()
    ) -> Iterator[TextDelta | Cited]:
        """Say what several medicines mean together; before it, what is not known.

        What concerns the medicines that are asked about comes first, and the weightiest of it before the rest.

        Args:
            utterance: the message.
            answer: what is written into.
            told: the allergies that the answer has told already, by the record.
        """
        yield from self.tell_unknown(utterance, answer)
        names = self.named(utterance)
        if "children" in asked_fields(utterance.own):
            yield from self._for_children(names, answer)
            if len([name for name in names if name in self._formulary.medicines]) > 1:
                yield from answer.say(self._words.children_two)
        if len(names) > 1 or (names and self.allergies(utterance)):
            yield from self._checked(utterance, answer, told)
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
        if self._asks_of_stopping(utterance):
            yield from self._tell_stopping(medicine, answer)
            if not asked_fields(utterance.own):
                return
        wanted, has = asked_fields(utterance.own)[:_MOST_ASPECTS], stems_of_conditions(utterance)
        if _DESPAIR & {entity.name for entity in utterance.entities}:
            wanted = [field for field in wanted if field not in ("max_daily", "adult_dose")] or ["overdose"]
        if "children" in wanted:
            first = [field for field in wanted if field == "overdose"]
            yield from self._tell(medicine, first, answer)
            yield from self._for_children([medicine.name], answer)
            beside = [field for field in wanted if field not in (*_FOR_ADULTS, *first)]
            yield from self._tell(medicine, beside, answer)
        elif "max_daily" in wanted:
            beside = [field for field in wanted if field not in (*_AMOUNTS, "uses", "avoid")]
            wanted = [*beside, *_AMOUNTS]
            if _TOOK.search(utterance.own):
                wanted = list(dict.fromkeys(("overdose", *wanted)))
            most = wanted.index("max_daily") + 1
            yield from self._tell(medicine, (HOLDS, *wanted[:most]), answer)
            if medicine.max_daily:
                yield from answer.say(self._words.most.format(name=medicine.name))
            yield from self._tell(medicine, wanted[most:], answer)
        else:
            yield from self._tell(medicine, (HOLDS, *(wanted or _OVERVIEW)), answer, conditions=has)
        if {"adult_dose", "overdose"}.intersection(wanted) and "children" not in wanted:
            yield from answer.say(self._words.ask_about_dose)

    def _asks_of_stopping(self, utterance: Utterance) -> bool:
        places = [entity.start for entity in utterance.entities if entity.kind in NAMES]
        return asks_of_stopping(utterance.text, places)

    def _tell_stopping(self, medicine: Medicine, answer: AnswerText) -> Iterator[TextDelta | Cited]:
        """Say what to know before a medicine is stopped, by the narrowest of its classes that tells."""
        of_it, held = [*medicine.classes], self._formulary.groups(medicine.name, sure=True)
        narrowest = [*of_it, *(name for name in sorted(held) if name not in of_it)]
        classes = (self._formulary.classes[name] for name in narrowest if name in self._formulary.classes)
        told = next((one for one in classes if one.stopping), None)
        if told is not None:
            text = f"{opened(medicine.name)}: {told.stopping}"
            yield from self._cite("stopping", medicine.name, text, told.stopping_source, answer, opens=True)
        yield from answer.say(self._words.stopping)

    def _for_children(self, names: Iterable[str], answer: AnswerText) -> Iterator[TextDelta | Cited]:
        """Say for which ages medicines, or what they hold, are not, and who works out a child's dose."""
        known = self._formulary.medicines
        for medicine in (known[name] for name in names if name in known):
            held = [known[name] for name in (*medicine.ingredients, *medicine.may_hold) if name in known]
            of = [medicine] if lines_of(medicine, TOO_YOUNG) else held
            if any(lines_of(one, TOO_YOUNG) for one in of):
                yield from self._tell(medicine, (HOLDS,), answer, opens=not answer.citations)
            for one in of:
                yield from self._tell(one, (TOO_YOUNG,), answer, opens=not answer.citations)
        yield from answer.say(self._words.children)

    def _checked(
        self, utterance: Utterance, answer: AnswerText, told: Sequence[Against]
    ) -> Iterator[TextDelta | Cited]:
        """Say what was found about medicines that are all known."""
        names, words, title = self.named(utterance), self._words, self._formulary.title
        whole = self.check(utterance)
        is_told = {one.medicine for one in told}
        left = tuple(one for one in whole.allergies if one.medicine not in is_told)
        if left != whole.allergies and len(names) == 1:
            return
        asked = asked_about(utterance)
        found, rest = of_asked(replace(whole, allergies=left), asked)
        if found.worst is None and "children" not in asked_fields(utterance.own):
            yield from self._none_found(found, names, asked, utterance, answer)
        for line in warnings(found, words, title):
            yield from answer.say(line)
        yield from self.tell(found, answer, names)
        if "alcohol" in names:
            yield from self._of_alcohol(found, names, answer)
        if found.unsettled and found.worst is not None:
            yield from answer.say(words.which.format(classes=self._titles(found.unsettled)))
        yield from self._beside(rest, answer)

    def _none_found(
        self, found: Check, names: Sequence[str], asked: Sequence[str], utterance: Utterance, answer: AnswerText
    ) -> Iterator[TextDelta]:
        """Say that nothing was found about what is asked, which is no proof."""
        words, allergies = self._words, self.allergies(utterance)
        together = words.none_of_class if found.classes else words.none_with if asked else words.none_found
        pattern = together if len(names) > 1 else words.allergy_none
        others = [name for name in names if name not in asked]
        yield from answer.say(
            pattern.format(
                names=self._titles(names),
                asked=self._titles(asked),
                others=self._titles(others),
                classes=self._titles(found.classes),
                allergies=listed(allergies or names),
            )
        )

    def _beside(self, rest: Check, answer: AnswerText) -> Iterator[TextDelta | Cited]:
        """Say what was found about medicines that nobody asked about: in full where it is severe, else shortly."""
        severe = tuple(one for one in rest.interactions if one.interaction.severity == "severe")
        must_not = tuple(one for one in rest.allergies if one.must_not)
        grave = replace(rest, interactions=severe, duplicates=(), allergies=must_not)
        title = self._formulary.title
        if grave.worst is not None:
            yield from answer.say(self._words.beside_severe)
            for line in warnings(grave, self._words, title):
                yield from answer.say(line)
            yield from self.tell(grave, answer)
        pairs = [(one.first, one.second) for one in rest.interactions]
        pairs += [(one.first, one.second) for one in rest.duplicates]
        told = {(one.first, one.second) for one in severe}
        others = [f"{title(one)} with {title(other)}" for one, other in pairs if (one, other) not in told]
        if others:
            yield from answer.say(self._words.beside.format(names=listed(others)))

    def _of_alcohol(self, found: Check, names: Sequence[str], answer: AnswerText) -> Iterator[TextDelta | Cited]:
        """Cite what the monographs say of alcohol where no entry speaks of it with that medicine."""
        told = {name for one in found.interactions for name in (one.first, one.second)}
        for medicine in (self._formulary.medicines[name] for name in names if name in self._formulary.medicines):
            if medicine.name not in told:
                yield from self._tell(medicine, ("alcohol",), answer, opens=not answer.citations)

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
            yield from self._tell(medicine, (HOLDS,), answer, opens)
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
        return not self.is_check(utterance) and asks_of("pregnancy", utterance.own)

    def _tell(
        self,
        medicine: Medicine,
        fields: Iterable[str],
        answer: AnswerText,
        opens: bool = True,
        conditions: frozenset[str] = frozenset(),
    ) -> Iterator[TextDelta | Cited]:
        """Say what a monograph holds under some of its fields."""
        for field in fields:
            lines = [holding(medicine, self._words)] if field == HOLDS else lines_of(medicine, field, conditions)
            if not any(lines):
                continue
            for sentence in supported(self._passage(medicine, field, lines))[:_MOST_SENTENCES]:
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
            section=HEADINGS[field],
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
        for sentence in supported(passage):
            yield from answer.sentence(sentence, opens=opens)
            opens = False


def grounding_of(answer: AnswerText) -> Grounding:
    """How an answer of monograph sentences came about: every cited sentence is one of its passage."""
    count = sum(len(citation.quotes) for citation in answer.citations)
    return Grounding("extractive" if count else "none", count, count)


def supported(passage: Passage) -> list[SupportedSentence]:
    """The sentences of a passage that is cited whole."""
    hit = Hit(passage, 1.0)
    return [
        SupportedSentence(text=passage.text[start:end], hit=hit, span=(start, end), part="body")
        for start, end in sentence_spans(passage.text)
    ]


def _is_breast_milk(text: str, start: int) -> bool:
    """Whether what is named at a place is the milk of a mother, and no food."""
    return text[:start].rstrip(" -").lower().endswith("breast")
