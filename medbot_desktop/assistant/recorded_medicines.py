"""Check the medicines that a message names against what the record of the person holds, and say that it does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from medbot_desktop.assistant.asked_medicines import asked_about
from medbot_desktop.assistant.medicine_answers import MedicineAnswers
from medbot_desktop.assistant.render import AnswerText
from medbot_desktop.assistant.wording import RecordWords
from medbot_desktop.domain import FROM_RECORD, Cited, Person, TextDelta, Utterance
from medbot_desktop.medicines.checking import Check, allergen, check
from medbot_desktop.medicines.formulary import Formulary
from medbot_desktop.triage.recorded import with_record

_MEDICINES = ("medicine", "medicine_class")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of a check against a record.

    Attributes:
        asked: the medicines and substances that the message names.
        found: what the record has against them.
        unknown: entries of the record that the formulary does not know, so that they could not be checked.
        pregnant: whether the record holds a pregnancy that the message does not speak of.
    """

    asked: tuple[str, ...]
    found: Check
    unknown: tuple[str, ...]
    pregnant: bool = False

    @property
    def warns(self) -> bool:
        """Whether something of the record must be told."""
        return self.pregnant or self.found.worst is not None


class RecordedMedicines:
    """Checks against records.

    Args:
        formulary: what is published.
        answers: cites what was found.
        words: MedBot's own words around it.
    """

    def __init__(self, formulary: Formulary, answers: MedicineAnswers, words: RecordWords) -> None:
        self._formulary = formulary
        self._answers = answers
        self._words = words

    def check(self, utterance: Utterance, person: Person | None) -> Recorded | None:
        """What the record has against the medicines of a message; None where it holds nothing to check them against.

        Args:
            utterance: the message, read with what is known of the person.
            person: whom it is about.
        """
        asked = tuple(self._answers.named(utterance))
        pregnant = self._is_pregnant(utterance)
        if person is None or not asked or not (person.allergies or person.medicines or pregnant):
            return None
        taken = [(entry, self._told(utterance, entry, _MEDICINES)) for entry in person.medicines]
        allergies = [(entry, self._allergens(utterance, entry)) for entry in person.allergies]
        own = dict.fromkeys(name for _, names in taken for name in names if name not in asked)
        recorded = [name for _, names in allergies for name in names]
        # With what the message says beside, so that each medicine gets one line, the most cautious.
        found = check(
            self._formulary, [*asked, *own], [*recorded, *(self._answers.allergies(utterance) if recorded else ())]
        )
        unknown = tuple(entry for entry, names in (*allergies, *taken) if not names)
        return Recorded(asked, _of_asked(found, asked, asked_about(utterance)), unknown, pregnant)

    def say(self, recorded: Recorded, person: Person, answer: AnswerText) -> Iterator[TextDelta | Cited]:
        """Say what came of a check, and by which entries of the record.

        Args:
            recorded: what came of it.
            person: whose record it is.
            answer: what is written into.
        """
        words, names = self._words, " and ".join(map(self._formulary.title, recorded.asked))
        lists = ((words.allergic, person.allergies), (words.takes, person.medicines))
        entries = "; ".join(said.format(entries=", ".join(own)) for said, own in lists if own)
        if entries:
            nothing = words.nothing_of_class if recorded.found.classes else words.nothing
            said = nothing if recorded.found.worst is None else getattr(words, recorded.found.worst)
            yield from answer.say(f"{words.holds.format(entries=entries)} {said.format(names=names)}")
        yield from self._answers.tell(recorded.found, answer)
        if recorded.pregnant:
            yield from answer.say(words.pregnant.format(names=names))
            yield from self._answers.tell_pregnancy(recorded.asked, answer)
        if recorded.unknown:
            yield from answer.say(words.unknown.format(entries=", ".join(recorded.unknown)))

    def _is_pregnant(self, utterance: Utterance) -> bool:
        """Whether the record holds a pregnancy that the message neither denies nor asks about."""
        counted = with_record(utterance.entities, utterance.known)[len(utterance.entities) :]
        return any(one.name == "pregnant" for one in counted) and not self._answers.asks_of_pregnancy(utterance)

    def _told(self, utterance: Utterance, entry: str, kinds: Sequence[str]) -> list[str]:
        """What was read out of an entry of the record."""
        read = [one.name for one in utterance.known if one.kind in kinds and one.text == f"{entry}{FROM_RECORD}"]
        return list(dict.fromkeys(read))

    def _allergens(self, utterance: Utterance, entry: str) -> list[str]:
        known = allergen(self._formulary, entry)
        return [known] if known else self._told(utterance, entry, ("allergy",))


def _of_asked(found: Check, named: Sequence[str], asked: Sequence[str]) -> Check:
    """What the record has against what the message names: neither what speaks of the record alone, nor of it alone.

    Of what the message names as taken already, beside what it asks about, only what is severe counts.
    """

    def counts(first: str, second: str) -> bool:
        return (first in named) != (second in named)

    def is_asked(*names: str) -> bool:
        return not asked or not {*asked}.isdisjoint(names)

    return replace(
        found,
        interactions=tuple(
            one
            for one in sorted(found.interactions, key=lambda one: not is_asked(one.first, one.second))
            if counts(one.first, one.second)
            and (is_asked(one.first, one.second) or one.interaction.severity == "severe")
        ),
        duplicates=tuple(
            one for one in found.duplicates if counts(one.first, one.second) and is_asked(one.first, one.second)
        ),
        allergies=tuple(one for one in found.allergies if one.medicine in named),
    )
