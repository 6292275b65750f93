"""Read one message: clean it, tell its language, find its signs, and say what it wants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.domain import GONE, Assertion, Context, Entity, Intent, Utterance
from medbot_desktop.errors import InputError
from medbot_desktop.resources import read_once, state_of
from medbot_desktop.understanding.assertion import Assertions
from medbot_desktop.understanding.assertion import Context as Asserted
from medbot_desktop.understanding.assertion_head import AssertionHead
from medbot_desktop.understanding.assertion_weights import AssertionWeights, Weighed
from medbot_desktop.understanding.cleaning import clean
from medbot_desktop.understanding.emotion import Emotions
from medbot_desktop.understanding.intent_classifier import IntentClassifier, features
from medbot_desktop.understanding.intents import Intents
from medbot_desktop.understanding.language import LanguageGuess
from medbot_desktop.understanding.medicine_names import MedicineNames
from medbot_desktop.understanding.mentions.finding import Mentions
from medbot_desktop.understanding.quoted import ON_LABELS, blanked, kept, quotes
from medbot_desktop.understanding.record import Records
from medbot_desktop.understanding.signs import Signs
from medbot_desktop.understanding.spelling import Spelling
from medbot_desktop.understanding.subjects import Subjects
from medbot_desktop.understanding.surroundings import KINDS, Surroundings, WordClasses
from medbot_desktop.understanding.taken_up import taken_up
from medbot_desktop.understanding.tokens import Token, tokenise, written
from medbot_desktop.understanding.tongues import FOLDER, Spoken, Tongues
from medbot_desktop.understanding.unknown_medicines import UnknownMedicines

if TYPE_CHECKING:  # ONNX Runtime takes its time, and is not needed where nothing is embedded
    from medbot_desktop.inference.embedder import Embedder, Looked

_SURE = 0.4
"""How likely the words around a sign must make a reading that is not that of the rules."""
_ENGLISH = ("en", "und")
_DECIDED_BY_RULE = frozenset({"crisis", "instruction_attempt"})


@dataclass(frozen=True, slots=True)
class Rules:
    """What a message is read by.

    Attributes:
        signs: finds what the message reports.
        tongues: finds what it reports in other tongues.
        assertions: tells whether it holds.
        subjects: tells whose it is.
        weights: weigh the words around a sign, with what the rules say.
        head: judges a sign by what the embedder makes of the words around it.
        classes: the class of each word that has one.
        medicines: finds the medicines that it names.
        unknown: finds what is asked about as medicines are, and is none that is known.
        mentions: finds when, who, where on the body, and how to be reached.
        intents: tells what it wants.
        emotions: tells what somebody feels.
        records: tells what of a person's record counts.
        spelling: puts misspelt clinical words right.
        language: tells the language.
    """

    signs: Signs
    tongues: Tongues
    assertions: Assertions
    subjects: Subjects
    weights: AssertionWeights
    head: AssertionHead
    classes: Mapping[str, str]
    medicines: MedicineNames
    unknown: UnknownMedicines
    mentions: Mentions
    intents: Intents
    emotions: Emotions
    records: Records
    spelling: Spelling
    language: LanguageGuess


class Reader:
    """Turns text into an ``Utterance`` by rules and one small classifier; loaded once, used for every message."""

    def __init__(
        self,
        rules: Rules,
        embedder: Embedder | None = None,
        classifier: IntentClassifier | None = None,
        country: str = "",
    ) -> None:
        self._rules = rules
        self._country = country
        self._spelling = rules.spelling.anew()
        self._embedder = embedder
        self._classifier = classifier
        self._record: tuple[Context, tuple[Entity, ...]] = Context(), ()

    @classmethod
    def load(
        cls,
        resources: Path,
        medicines: Mapping[str, tuple[str, str]],
        embedder: Embedder | None = None,
        country: str = "",
    ) -> Reader:
        """Read the rules.

        Args:
            resources: the folder of what ships as data.
            medicines: every way to write a medicine, with its kind and international name.
            embedder: looks at each message once; without it intents are told by rules alone, and whether a sign holds
                by rules and words.
            country: two-letter code (ISO 3166-1): whether "5/6" is in May or in June; empty: it may be either.

        Raises:
            InputError: a rule file is missing or wrong.
        """
        folders = ("triage", FOLDER, "lexicon", "intents", "mentions")
        files = (file for folder in folders for file in (resources / folder).glob("*"))
        rules = _rules(resources, tuple(medicines.items()), state_of(files))
        return cls(rules, embedder, IntentClassifier.load(resources) if embedder else None, country)

    def read(self, text: str, context: Context | None = None) -> Utterance:
        """Return what ``text`` says, its signs with their assertions and offsets in the cleaned text.

        Args:
            text: the message.
            context: the moment, and what is known of the person; None: now, and nothing.

        Raises:
            TooLongError: the text is longer than ``MESSAGE_LIMIT`` characters.
            InputError: it is empty.
        """
        cleaned = clean(text)
        known = context or Context()
        spans = quotes(cleaned)
        said = blanked(cleaned, spans)  # as long as the text, so that every offset holds in both
        tokens, asserted, signs, spoken = self._found(said)
        language = self._rules.language.guess(said, self._tongues_of(spoken, tokens))
        emotion, strength = self._rules.emotions.read(said, tokens, asserted)
        moment = (known.now or datetime.now()).replace(tzinfo=None)
        mentions = self._rules.mentions.find(said, tokens, asserted, signs, language, moment, self._country)
        quoted = self._medicines_in(cleaned, spans)
        intent = self._rules.intents.choose(tokens, signs)  # what else is mentioned tells nothing of what is wanted
        looked = self._looked(said, tokens, intent)
        intent = self._intent(said, tokens, signs, quoted, intent, looked)
        entities = [*self._weighed(said, tokens, signs, looked), *mentions, *quoted]
        if language in _ENGLISH:
            entities += self._rules.unknown.find(said, tokens, entities)
        recorded = self._recorded(known)
        return Utterance(cleaned, language, intent, _in_order(entities), emotion, strength, recorded, spans)

    def signs(self, text: str) -> Utterance:
        """What a text reports, and nothing else of it: all that red flags are looked for in.

        Args:
            text: a message, or a piece of a longer text.

        Raises:
            InputError: the text is empty, or longer than ``MESSAGE_LIMIT`` characters.
        """
        cleaned = clean(text)
        _, _, signs, _ = self._found(cleaned)
        return Utterance(cleaned, "und", Intent("symptom_report"), signs)

    def features(self, text: str, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the intent of a message is told by, for training.

        Args:
            text: the message.
            vector: its vector, shape (d,).
        """
        cleaned = clean(text)
        tokens, _, signs, _ = self._found(cleaned)
        return features(vector, cleaned, tokens, signs)

    def surroundings(self, text: str) -> list[tuple[Entity, list[str]]]:
        """The signs of a message as the rules read them, each with the features around it, for training."""
        cleaned = clean(text)
        tokens, _, signs, _ = self._found(cleaned)
        around = Surroundings(cleaned, tokens, signs, self._rules.classes)
        return [(entity, around.of(entity)) for entity in signs if entity.kind in KINDS]

    def _recorded(self, known: Context) -> tuple[Entity, ...]:
        """What the record tells; read once, as long as the messages are about the same person."""
        record = replace(known, now=None)
        if record != self._record[0]:
            found = self._rules.records.read(record, lambda sentence: self._found(clean(sentence))[2])
            self._record = record, found
        return self._record[1]

    def _weighed(
        self, cleaned: str, tokens: list[Token], signs: Sequence[Entity], looked: Looked | None
    ) -> list[Entity]:
        """The signs, with what the words around them say where that is not what the rules say."""
        around = Surroundings(cleaned, tokens, signs, self._rules.classes)
        of_kinds = [entity for entity in signs if entity.kind in KINDS]
        judged = self._rules.head.judge(looked, of_kinds) if looked is not None and self._is_known else {}
        made: list[Entity] = []
        for entity in signs:
            if _is_weighed(entity):
                features = around.of(entity)
                found = self._rules.weights.weigh(features, judged.get(entity))
                if _overrules(found, entity):
                    because = self._rules.weights.because(features, found.assertion)
                    entity = replace(entity, assertion=found.assertion, because=because, ruled=entity.assertion)
            made.append(entity)
        return made

    def _tongues_of(self, spoken: Sequence[Spoken], tokens: Sequence[Token]) -> Counter[str]:
        """How often each tongue names a sign with a word that is no English one."""
        knows = self._rules.spelling.knows
        return Counter(one.tongue for one in spoken if not all(knows(tokens[at].word) for at in one.match.tokens))

    def _found(self, cleaned: str) -> tuple[list[Token], Asserted, tuple[Entity, ...], list[Spoken]]:
        rules = self._rules
        tokens = tokenise(cleaned, self._spelling.correct)
        context = rules.assertions.read(tokens)
        spoken = rules.tongues.find(tokens)
        found = rules.signs.find(cleaned, tokens, context, spoken)
        for entity, own in rules.medicines.find(cleaned, tokens):
            decided = context.decide(own, entity.kind)
            because = written(cleaned, tokens, decided.by)
            found.append(replace(entity, assertion=decided.assertion, because=because))
        found = taken_up(rules.subjects.of_others(found, tokens, cleaned), tokens, cleaned)
        return tokens, context, _in_order(found), spoken

    def _medicines_in(self, cleaned: str, spans: tuple[tuple[int, int], ...]) -> list[Entity]:
        """The medicines and allergies that quoted text names as taken or had; "do not take with" names none."""
        if not spans:
            return []
        _, _, signs, _ = self._found(kept(cleaned, spans))
        return [sign for sign in signs if sign.kind in ON_LABELS and sign.assertion is Assertion.PRESENT]

    @property
    def _is_known(self) -> bool:
        """Whether the embedder is the one whose states tell something of signs."""
        return self._embedder is not None and self._embedder.identity == self._rules.head.identity

    def _looked(self, cleaned: str, tokens: list[Token], by_rule: Intent) -> Looked | None:
        """What the embedder makes of a message; None where the rules need none of it."""
        is_decided = not tokens or by_rule.name in _DECIDED_BY_RULE
        return None if self._embedder is None or is_decided else self._embedder.look(cleaned)

    def _intent(
        self,
        cleaned: str,
        tokens: list[Token],
        entities: tuple[Entity, ...],
        quoted: Sequence[Entity],
        by_rule: Intent,
        looked: Looked | None,
    ) -> Intent:
        if not tokens:  # nothing is said beside what is quoted
            return Intent("medicine_question" if quoted else "health_question")
        if looked is None or self._classifier is None:
            return by_rule
        return self._classifier.choose(features(looked.vector, cleaned, tokens, entities))


@read_once
def _rules(resources: Path, medicines: tuple[tuple[str, tuple[str, str]], ...], _state: object) -> Rules:
    """What is compiled once, however often a vault is opened and locked; it remembers nothing of any message."""
    signs, intents, names = Signs.load(resources), Intents.load(resources), MedicineNames(dict(medicines))
    common = _common_words(resources / "triage" / "common_words.txt")
    tongues = Tongues.load(resources, signs.names)
    assertions, emotions = Assertions.load(resources), Emotions.load(resources)
    languages = LanguageGuess.read(resources)
    left = assertions.words | languages.words
    spelling = Spelling(signs.words | intents.words | names.words, common, tongues.words, left)
    language = LanguageGuess(languages, spelling.knows)
    unknown = UnknownMedicines.load(resources, spelling.knows)
    mentions = Mentions.load(resources, spelling.knows)
    records = Records.load(resources)
    subjects, weights = Subjects.load(resources), AssertionWeights.load(resources)
    head = AssertionHead.load(resources)
    classes = WordClasses.load(resources)
    return Rules(
        signs=signs,
        tongues=tongues,
        assertions=assertions,
        subjects=subjects,
        weights=weights,
        head=head,
        classes=classes,
        medicines=names,
        unknown=unknown,
        mentions=mentions,
        intents=intents,
        emotions=emotions,
        records=records,
        spelling=spelling,
        language=language,
    )


def _is_weighed(entity: Entity) -> bool:
    """Whether the words around an entity may say more than the rules: "afebrile" is a denial wherever it stands."""
    return entity.kind in KINDS and entity.because != entity.text


def _overrules(weighed: Weighed, entity: Entity) -> bool:
    """Whether the words around a sign say otherwise than the rules, and that with some likelihood.

    Where they waver between several, the likeliest is right more often than the rules are, which they know as well.

    "The rash has gone" says both that it was there and that it is there no more: no difference.
    """
    is_same = weighed.assertion is entity.assertion or (entity.value == GONE and weighed.assertion is Assertion.NEGATED)
    return not is_same and weighed.chance > _SURE


def _in_order(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    return tuple(sorted(entities, key=lambda entity: (entity.start, entity.end, entity.name)))


def _common_words(file: Path) -> frozenset[str]:
    try:
        return frozenset(file.read_text(encoding="utf-8").split())
    except OSError as error:
        raise InputError(f"The word list {file.name} cannot be read.", hint="Install MedBot again.") from error
