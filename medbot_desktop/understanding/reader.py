"""Read one message: clean it, tell its language, find its signs, and say what it wants."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from medbot_desktop.domain import Utterance
from medbot_desktop.errors import InputError
from medbot_desktop.resources import state_of
from medbot_desktop.understanding.cleaning import clean
from medbot_desktop.understanding.intents import Intents
from medbot_desktop.understanding.language import LanguageGuess
from medbot_desktop.understanding.signs import Signs
from medbot_desktop.understanding.spelling import Spelling
from medbot_desktop.understanding.tokens import tokenise


class Reader:
    """Turns text into an ``Utterance`` by rules alone; loaded once, used for every message.

    Args:
        signs: finds what the message reports.
        intents: tells what it wants.
        spelling: puts misspelt clinical words right.
        language: tells the language.
    """

    def __init__(self, signs: Signs, intents: Intents, spelling: Spelling, language: LanguageGuess) -> None:
        self._signs = signs
        self._intents = intents
        self._spelling = spelling
        self._language = language

    @classmethod
    def load(cls, resources: Path) -> Reader:
        """Read the rules.

        Args:
            resources: the folder of what ships as data.

        Raises:
            InputError: a rule file is missing or wrong.
        """
        files = (file for folder in ("triage", "intents") for file in (resources / folder).glob("*"))
        signs, intents, spelling, language = _rules(resources, state_of(files))
        return cls(signs, intents, spelling.anew(), language)

    def read(self, text: str) -> Utterance:
        """Return what ``text`` says, its signs with their assertions and offsets in the cleaned text.

        Raises:
            InputError: the text is empty, or longer than ``MESSAGE_LIMIT`` characters.
        """
        cleaned = clean(text)
        tokens = tokenise(cleaned, self._spelling.correct)
        entities = self._signs.find(cleaned, tokens)
        intent = self._intents.choose(tokens, entities)
        return Utterance(cleaned, self._language.guess(cleaned), intent, entities)


@lru_cache(maxsize=1)
def _rules(resources: Path, _state: object) -> tuple[Signs, Intents, Spelling, LanguageGuess]:
    """What is compiled once, however often a vault is opened and locked; it remembers nothing of any message."""
    signs, intents = Signs.load(resources), Intents.load(resources)
    spelling = Spelling(signs.words | intents.words, _common_words(resources / "triage" / "common_words.txt"))
    return signs, intents, spelling, LanguageGuess.load(resources, spelling.knows)


def _common_words(file: Path) -> frozenset[str]:
    try:
        return frozenset(file.read_text(encoding="utf-8").split())
    except OSError as error:
        raise InputError(f"The word list {file.name} cannot be read.", hint="Install MedBot again.") from error
