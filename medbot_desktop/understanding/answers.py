"""Tell what is done with a sign beside naming it: it is answered yes or no, asked about in general, or taken back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from medbot_desktop.understanding.reach import item_ends
from medbot_desktop.understanding.tokens import Token

_NOES = frozenset("no none nil nope nah negative neg absent denied never zero".split())
_EMPHATIC_NOES = (
    "not at",
    "none at",
    "none of",
    "none seen",
    "none noted",
    "none so",
    "none now",
    "none today",
    "no not",
    "no never",
    "no none",
)
_YESES = frozenset("yes yeah yep yup positive present".split())
_ASKING = frozenset(
    """what whats which who whos how hows why when where is are does do did can could would will should
    any""".split()
)
_BEFORE_A_QUESTION = frozenset(
    """hi hello hey so and also but please ok okay um right doctor doc just well sorry""".split()
)
# A question with one of these is about somebody, or about what is there now.
_PERSONAL = frozenset(
    """i im ive id my me mine he hes she shes him his her our we weve us they theyre them this these that
    those it its
    there theres now today tonight since patient pt here help think say to""".split()
)
_ON_SECOND_THOUGHT = frozenset("actually well wait sorry oh hang".split())
_DO = frozenset("do does did am is are have has yes".split())
_SOME = frozenset({("a", "little"), ("a", "bit"), ("a", "touch"), ("a", "twinge"), ("there", "was"), ("maybe", "some")})
_SHORTEST_QUESTION = 4


class Answers:
    """What one message does with the signs in it."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._general: dict[int, int | None] = {}

    def answer(self, sign: tuple[int, ...]) -> str:
        """The yes or no behind a sign that stands as a question or in a form, "Rigors: nil"; else empty."""
        after = sign[-1] + 1
        if after >= len(self._tokens):
            return ""
        is_apart = self._tokens[after].pause or self._starts_after(after, sign)
        if not is_apart and self._tokens[after].sentence != self._tokens[sign[-1]].sentence:
            return ""
        word = self._tokens[after].word
        if item_ends(self._tokens, after) and (word in _YESES or word in _NOES):
            return "yes" if word in _YESES else "no"
        said = " ".join(token.word for token in self._tokens[after : after + 2])
        return "no" if is_apart and said in _EMPHATIC_NOES else ""

    def asks_in_general(self, sign: tuple[int, ...]) -> bool:
        """Whether the sign's sentence is a question that speaks of nobody: "is scarlet fever catching?"."""
        sentence = self._tokens[sign[0]].sentence
        if sentence not in self._general:
            places = [at for at, token in enumerate(self._tokens) if token.sentence == sentence]
            words = [self._tokens[at].word for at in places]
            begin = next((n for n, word in enumerate(words) if word not in _BEFORE_A_QUESTION), 0)
            asks = len(words) - begin >= _SHORTEST_QUESTION and words[begin] in _ASKING and words[begin + 1] != "be"
            self._general[sentence] = places[begin] if asks and not _PERSONAL.intersection(words) else None
        asked = self._general[sentence]
        return asked is not None and asked not in sign  # "what's the point in living" is a sign itself

    def is_taken_back(self, sign: tuple[int, ...]) -> bool:
        """Whether the next sentence takes a denial back: "I have no chest pain. Actually I do"."""
        after = next((at for at in range(sign[-1], len(self._tokens)) if self._starts_after(at, sign)), None)
        if after is None or self._tokens[after].word not in _ON_SECOND_THOUGHT:
            return False
        begin = [token for token in self._tokens[after : after + 5] if token.sentence == self._tokens[after].sentence]
        is_some = any((one.word, other.word) in _SOME for one, other in pairwise(begin))
        return is_some or any(token.word in _DO for token in begin)

    def _starts_after(self, at: int, sign: tuple[int, ...]) -> bool:
        return self._tokens[at].sentence == self._tokens[sign[-1]].sentence + 1
