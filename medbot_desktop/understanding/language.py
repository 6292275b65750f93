"""Tell the language of a message, and never take short clinical English for another tongue."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from medbot_desktop.resources import load_resource
from medbot_desktop.text import words
from medbot_desktop.understanding.rulefiles import LanguageFile
from medbot_desktop.understanding.tokens import normal

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNDECIDED = "und"
ENGLISH = "en"
_LATIN = ("en", "es", "fr", "de", "pt", "it", "pl", "nl", "sv", "tr", "ro")
_OTHER_SCRIPTS = ("ar", "fa", "ur", "zh", "ja", "ko", "ru", "uk", "el", "he", "hi", "bn", "pa", "ta", "th")
# The share of another script's letters from which on the message is in that script, the share of words with which a
# language shows itself by its function words, and the classifier's probability that must agree with them.
_SCRIPT_SHARE = 0.3
_FUNCTION_SHARE = 0.2
_AGREEMENT = 0.2
# So many words may be a clinical term ("mal de debarquement", "cafe au lait").
_TERM = 3


class LanguageGuess:
    """Decides by function words first, and asks the classifier only to choose between languages that show some.

    Args:
        rules: function words for each language.
        knows: whether a word is an English or clinical one.
    """

    def __init__(self, rules: LanguageFile, knows: Callable[[str], bool]) -> None:
        self._knows = knows
        self._function = {entry.code: frozenset(entry.function_words) for entry in rules.language}
        self._telling: dict[str, list[str]] = {}
        for entry in rules.language:
            for word in entry.telling_words:
                self._telling.setdefault(word, []).append(entry.code)
        self._shared = {entry.code: frozenset(entry.shared_words) for entry in rules.language}

    @staticmethod
    def read(resources: Path) -> LanguageFile:
        """Read ``intents/languages.toml``.

        Raises:
            InputError: the file is missing or wrong.
        """
        return load_resource(resources / "intents" / "languages.toml", LanguageFile)

    def guess(self, text: str, spoken: Mapping[str, int] = MappingProxyType({})) -> str:
        """Return the ISO 639-1 code of the language of ``text``, or ``und`` where it has no words.

        Args:
            text: the message.
            spoken: how many signs it names in each tongue, with words that are no English ones.
        """
        letters = [c for c in text if c.isalpha()]
        if not letters:
            return UNDECIDED
        foreign = sum(not unicodedata.name(c, "").startswith("LATIN") for c in letters if not c.isascii())
        if foreign / len(letters) >= _SCRIPT_SHARE:
            return self._most_likely(text, _OTHER_SCRIPTS)[0]
        return self._guess_latin(text, spoken)

    def _guess_latin(self, text: str, spoken: Mapping[str, int]) -> str:
        tokens = words(text)
        if not tokens:
            return UNDECIDED
        told = self._told(text, tokens, spoken)
        if told:
            return told
        english = sum(word in self._function[ENGLISH] for word in tokens)
        counts = {code: sum(word in known for word in tokens) for code, known in self._function.items()}
        code, count = max(counts.items(), key=lambda item: item[1])
        strange = [word for word in tokens if normal(word).isalpha() and not self._knows(normal(word))]
        if code == ENGLISH or count <= english or count / len(tokens) < _FUNCTION_SHARE or not strange:
            return ENGLISH
        if (count < 2 or len(tokens) <= _TERM) and all(word.isascii() for word in strange):
            return ENGLISH
        rivals = [name for name, shown in counts.items() if shown >= count - 1 and name != ENGLISH]
        if len(rivals) == 1 and not english:
            return code
        likely, probability = self._most_likely(text, (*rivals, ENGLISH))
        return likely if likely != ENGLISH and probability >= _AGREEMENT else ENGLISH

    def _told(self, text: str, tokens: Sequence[str], spoken: Mapping[str, int]) -> str:
        """The language that shows itself by telling words or by signs, where no English function word is left."""
        telling = Counter(code for word in tokens for code in self._telling.get(word, ()))
        telling.update(spoken)
        fitting: dict[str, tuple[int, int]] = {}
        for code, count in telling.items():
            own = self._function[code] | self._shared[code]
            if all(word in own or word not in self._function[ENGLISH] for word in tokens):
                fitting[code] = count, sum(word in own for word in tokens)
        if not fitting:
            return ""
        best = max(fitting.values())
        likely = tuple(code for code, shown in fitting.items() if shown == best)
        return likely[0] if len(likely) == 1 else self._most_likely(text, likely)[0]

    @cached_property
    def _classifier(self) -> LanguageIdentifier:
        # Its model takes a second to load, and only a message in another tongue asks for it. From version 0.4 on it
        # weighs 75 MB instead of 11, and tells these languages no better.
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)

    def _most_likely(self, text: str, codes: tuple[str, ...]) -> tuple[str, float]:
        self._classifier.set_languages(codes)
        code, probability = self._classifier.classify(text)
        return str(code), float(probability)
