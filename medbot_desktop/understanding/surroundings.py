"""Look at the words around a sign for what they say of it: the features that ``assertion_weights`` weighs.

Each feature is written so that it can be read: ``left: had`` (a word before the sign in its sentence), ``right 1: now``
(the first word behind it), ``left class: relative had`` (two classes of words in a row), ``rules: negated`` (what the
rules make of it). The sign itself is ``<x>``, another sign ``<s>``, a medicine ``<m>``, a number ``#``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import RootModel

from medbot_desktop.domain import Entity
from medbot_desktop.resources import load_resource
from medbot_desktop.understanding.tokens import Token

KINDS = ("symptom", "condition", "event", "context")
"""The kinds of entities whose surroundings are weighed."""

_NEAR = 4
_STEP, _FARTHEST = 3, 3
_SHORT = 4
_ENDINGS = ("ed", "ing", "ly")
_ITSELF = "itself"
_PEOPLE = ("relative", "another", "self", "they")
_VERBS = ("is", "have", "had", "was", "modal", "denying", "did", "-ed")
_MOST_SENTENCES = 4
_WRITER = frozenset("i im ive ill id me myself".split())


class WordClasses(RootModel[dict[str, str]]):
    """``word_classes.toml``: the words of each class, parted by spaces."""

    @classmethod
    def load(cls, resources: Path) -> Mapping[str, str]:
        """The class of each word that has one.

        Raises:
            InputError: the file is missing or wrong.
        """
        read = load_resource(resources / "triage" / "word_classes.toml", cls).root
        classes: dict[str, str] = {}
        for name, words in read.items():
            for word in words.split():
                classes.setdefault(word, word if name == _ITSELF else name)
        return classes


class Surroundings:
    """The words of one message, to be looked at from each of its signs.

    Args:
        text: the message as cleaned.
        tokens: its tokens.
        entities: what it names, each with the assertion that the rules give it.
        classes: the class of each word that has one.
    """

    def __init__(
        self, text: str, tokens: Sequence[Token], entities: Sequence[Entity], classes: Mapping[str, str]
    ) -> None:
        self._text, self._tokens, self._entities = text, tokens, entities
        self._signs = [entity for entity in entities if entity.kind in KINDS]
        self._words = list(self._named())
        self._classes = [_class(word, classes) for word in self._words]
        self._places: dict[int, tuple[int, int]] = {}
        for at, token in enumerate(tokens):
            self._places[token.sentence] = (self._places.get(token.sentence, (at, at))[0], at + 1)
        self._said_beside: dict[int, list[str]] = {}
        self._sign_places = [at for at, word in enumerate(self._words) if word == "<s>"]
        self._writer_places = [at for at, word in enumerate(self._words) if word in _WRITER]

    def of(self, entity: Entity) -> list[str]:
        """The features of one sign, each once; none where the sign has no words of its own."""
        own = [at for at, token in enumerate(self._tokens) if token.start < entity.end and entity.start < token.end]
        if not own:
            return []
        return list(dict.fromkeys(self._features(entity, own[0], own[-1])))

    def _named(self) -> Iterator[str]:
        """The words as the features name them."""
        signs = [(entity.start, entity.end) for entity in self._signs]
        medicines = [(entity.start, entity.end) for entity in self._entities if entity.kind.startswith("medicine")]
        for token in self._tokens:
            if any(start < token.end and token.start < end for start, end in signs):
                yield "<s>"
            elif any(start < token.end and token.start < end for start, end in medicines):
                yield "<m>"
            else:
                yield "#" if token.value is not None else token.word

    def _features(self, entity: Entity, first: int, last: int) -> Iterator[str]:
        begin, end = self._sentence(self._tokens[first].sentence)
        yield f"rules: {entity.assertion}"
        yield f"rules of a {entity.kind}: {entity.assertion}"
        yield f"kind: {entity.kind}"
        yield from self._at_places(begin, first, last, end)
        for side, low, high in (("left", begin, first), ("right", last + 1, end)):
            yield from _runs(side, self._bounded(self._words, side, low, high), (1, 2))
            yield from _runs(f"{side} class", self._bounded(self._classes, side, low, high), (2,))
        yield from self._of_people_and_verbs(begin, first, last, end)
        yield from self._beside(self._tokens[first].sentence)
        yield "it: asks" if self._asks(end) else "it: tells"
        yield f"begins: {self._words[begin]}"
        yield f"begins: {self._words[begin]} {self._words[min(begin + 1, end - 1)]}"
        here = (self._tokens[begin].start, self._tokens[end - 1].end)
        for other in self._signs:
            if other is not entity and here[0] <= other.start < here[1]:
                yield f"beside: {other.assertion}"
        sentences = self._tokens[-1].sentence - self._tokens[0].sentence + 1
        yield f"length: {min(sentences, _MOST_SENTENCES)}"

    def _at_places(self, begin: int, first: int, last: int, end: int) -> Iterator[str]:
        """The words at their distances, and the runs of words and classes that touch the sign."""
        for names, of in ((self._words, ""), (self._classes, " class")):
            left = ["^"] * _NEAR + names[begin:first]
            right = names[last + 1 : end] + ["$"] * _NEAR
            for size in (2, 3):
                yield f"before{of}: {' '.join(left[-size:])}"
                yield f"behind{of}: {' '.join(right[:size])}"
            if of:
                yield f"around{of}: {' '.join(left[-2:])} <x> {' '.join(right[:2])}"
                continue
            for distance in range(1, _NEAR + 1):
                yield f"left {distance}: {left[-distance]}"
                yield f"right {distance}: {right[distance - 1]}"

    def _of_people_and_verbs(self, begin: int, first: int, last: int, end: int) -> Iterator[str]:
        """Who and which verb stands nearest before the sign, who behind it, and who is in the sentence."""
        classes = self._classes
        before = range(first - 1, begin - 1, -1)
        who = next((at for at in before if classes[at] in _PEOPLE), None)
        yield f"who: {classes[who]}" if who is not None else "who: nobody"
        if who is not None:
            yield f"who and how far: {classes[who]} {min((first - who) // _STEP, _FARTHEST)}"
        verb = next((classes[at] for at in before if classes[at] in _VERBS), None)
        if verb is not None:
            yield f"verb: {verb}"
        behind = next((classes[at] for at in range(last + 1, end) if classes[at] in _PEOPLE), None)
        if behind is not None:
            yield f"who behind: {behind}"
        yield f"people: {' '.join(sorted({name for name in classes[begin:end] if name in _PEOPLE}))}"
        yield from self._of_the_message(classes[who] if who is not None else "nobody", begin, end)

    def _of_the_message(self, who: str, begin: int, end: int) -> Iterator[str]:
        """Who has the sign, and what else the message tells: whether it is the matter, or said by the way."""
        elsewhere = "elsewhere" if any(not begin <= at < end for at in self._sign_places) else "nowhere else"
        writer = "I" if self._writer_places else "no I"
        apart = "I apart" if any(not begin <= at < end for at in self._writer_places) else "no I apart"
        for told in (elsewhere, writer, apart, f"{elsewhere}, {apart}"):
            yield f"who and what else: {who}, {told}"

    def _beside(self, sentence: int) -> list[str]:
        """What the sentences before and behind say, told once for all signs of a sentence."""
        if sentence not in self._said_beside:
            self._said_beside[sentence] = list(self._of_sentences_beside(sentence))
        return self._said_beside[sentence]

    def _of_sentences_beside(self, sentence: int) -> Iterator[str]:
        """What the sentences before and behind say."""
        for side, number in (("sentence before", sentence - 1), ("sentence behind", sentence + 1)):
            begin, end = self._sentence(number)
            if begin == end:
                yield f"{side}: none"
                continue
            yield f"{side} begins: {self._words[begin]}"
            yield from _runs(side, self._words[begin:end], (1, 2))
            yield from _runs(f"{side} class", ["^", *self._classes[begin:end], "$"], (2,))
            if number > sentence and self._asks(end):
                yield f"{side}: asks"

    def _bounded(self, names: Sequence[str], side: str, low: int, high: int) -> list[str]:
        return ["^", *names[low:high], "<x>"] if side == "left" else ["<x>", *names[low:high], "$"]

    def _sentence(self, number: int) -> tuple[int, int]:
        """Where a sentence begins, and where it is over; twice the same where there is none."""
        return self._places.get(number, (0, 0))

    def _asks(self, end: int) -> bool:
        """Whether a question mark comes after the sentence that is over at ``end``."""
        behind = self._tokens[end - 1].end
        return "?" in self._text[behind : behind + 3]


def _class(word: str, classes: Mapping[str, str]) -> str:
    """The class of a word: that of its list, its ending, or one for all the others."""
    if word in classes or not word[:1].isalpha():
        return classes.get(word, word)
    if len(word) <= _SHORT:
        return "-"
    return next((f"-{ending}" for ending in _ENDINGS if word.endswith(ending)), "-")


def _runs(name: str, parts: Sequence[str], sizes: Sequence[int]) -> Iterator[str]:
    for size in sizes:
        for at in range(len(parts) - size + 1):
            yield f"{name}: {' '.join(parts[at : at + size])}"
