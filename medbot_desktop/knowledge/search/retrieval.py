"""Find the passages that answer a question: by meaning, by words and by name, fused, looked at again and weighed."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.domain import Filters, Hit, Retrieved
from medbot_desktop.knowledge.embedding import EmbedTexts
from medbot_desktop.knowledge.search.asking import Asking, Wording, read_question, shortened, with_other_words
from medbot_desktop.knowledge.search.candidates import Candidates
from medbot_desktop.knowledge.search.features import Features
from medbot_desktop.knowledge.search.fit import Posed
from medbot_desktop.knowledge.search.hits import Shown, hits_of
from medbot_desktop.knowledge.search.ranker import Ranker
from medbot_desktop.knowledge.search.searching import (
    FirstSearches,
    SecondLook,
    leading_features,
    look_again,
    order_of,
    own_first,
    search,
)
from medbot_desktop.knowledge.search.stocktaking import Stock, Stocktaking
from medbot_desktop.knowledge.search.terms import term
from medbot_desktop.knowledge.search.wordings import Wordings
from medbot_desktop.text import STOP_WORDS, stem, word_spans, words
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.vault import Vault

_SAME_TEXT = 0.9
"""Two texts that share this part of their words (Jaccard) say the same; one of them is shown."""

_MOST_WORDINGS = 16

_ALL = Filters()
_LAST_WORD = re.compile(r"[A-Za-z]+$")

QuestionsIn = Callable[[str, Callable[[str], float]], Sequence[str]]
"""The questions of a message; the function tells how rare a word is in the libraries, 0 for one they do not use."""


@dataclass(frozen=True, slots=True)
class _Searched:
    """One question while it is answered.

    Attributes:
        mended: the question, its typing errors mended.
        posed: what was asked.
        first: what the first searches brought.
        look: the candidates; None where there is none.
    """

    mended: str
    posed: Posed
    first: FirstSearches
    look: SecondLook | None


@dataclass(frozen=True, slots=True)
class Explained:
    """How one question was searched for, for training and for explaining.

    Attributes:
        searches: what the first searches brought.
        look: the candidates; None where there is none.
        features: what tells whether the first document answers; None where there is no candidate.
    """

    searches: FirstSearches
    look: SecondLook | None
    features: Features | None


class Retriever:
    """Searches every library of a vault that the account may read.

    Args:
        vault: where the libraries are; used by whoever asks.
        access: who asks.
        embed: the embedder's function.
        ranker: weighs the features.
        stocktaking: reads what there is.
        wordings: knows what else things are called; None: nothing else.
        questions_in: finds the questions of a message; None: it is one question.
    """

    def __init__(
        self,
        vault: Vault,
        access: Access,
        embed: EmbedTexts,
        ranker: Ranker,
        stocktaking: Stocktaking,
        wordings: Wordings | None = None,
        questions_in: QuestionsIn | None = None,
    ) -> None:
        self._vault = vault
        self._access = access
        self._embed = embed
        self._ranker = ranker
        self._wordings = wordings
        self._questions_in = questions_in
        self._stocktaking = stocktaking
        self._renewing = threading.Lock()
        self._stock = stocktaking.take(vault)
        # They live on: to start a thread for each question would take as long as some of the searches.
        self._beside = ThreadPoolExecutor(2, "searching")

    @property
    def stock(self) -> Stock:
        """What is searched now."""
        return self._stock

    def refresh(self, vault: Vault | None = None) -> None:
        """Pick up what was added, changed and removed; searches go on meanwhile, in what there was before.

        Args:
            vault: another connection to the same database, for use on another thread; None: the retriever's own.
        """
        with self._renewing:
            self._stock = self._stocktaking.again(vault or self._vault, self._stock)

    def renew(self, vault: Vault | None = None) -> None:
        """Read all anew, where vectors or words of what is known already were mended; takes what `refresh` takes."""
        with self._renewing:
            self._stock = self._stocktaking.take(vault or self._vault)

    def close(self) -> None:
        """Save what was learnt since the snapshot was written, and end the threads, which keep words that were asked.

        To be called before the vault is closed; nothing is found afterwards.
        """
        self._stocktaking.keep()
        self._beside.shutdown()

    def retrieve(self, message: str, documents: int = 5, filters: Filters = _ALL) -> Retrieved:
        """Find what answers a message.

        Args:
            message: the message as cleaned; typing errors are mended here.
            documents: how many documents to return passages of.
            filters: which documents are searched.

        Returns:
            Passages of the best documents, ordered by document, the best part of each first. Where the message asks
            several questions, what answers each of them in turn.
        """
        return brought_together(self.retrieve_each(message, documents, filters), documents)

    def retrieve_each(self, message: str, documents: int = 5, filters: Filters = _ALL) -> tuple[Retrieved, ...]:
        """Find what answers each question of a message, in the order in which they are asked; at least one."""
        questions = self.questions_of(message)
        if questions == (message,):
            return (self._retrieve(message, documents, filters),)
        return tuple(replace(self._retrieve(question, documents, filters), question=question) for question in questions)

    def questions_of(self, message: str) -> tuple[str, ...]:
        """The questions of a message, each whole in itself; the message as it is where it is but one."""
        beginning = shortened(message)
        questions = tuple(self._questions_in(beginning, self._rarity)) if self._questions_in else ()
        is_one = len(questions) < 2 and " ".join(questions) in ("", " ".join(beginning.split()))
        return (message,) if is_one else questions

    def explain(self, question: str, filters: Filters = _ALL) -> Explained:
        """How one question is searched for."""
        stock = self._stock
        searched = self._searched(stock, question, filters)
        if searched.look is None:
            return Explained(searched.first, None, None)
        order = order_of(searched.look.documents, self._ranker.trees.score(searched.look.fits))
        return Explained(searched.first, searched.look, _features(stock, searched, searched.look, order[0][0]))

    def completed(self, typed: str) -> str:
        """Words that are being typed, the last one, where it is only half a word, made the commonest that it can be."""
        stock, begun = self._stock, _LAST_WORD.search(typed)
        possible = stock.speller.completions(begun.group().lower()) if begun else []
        if begun is None or not possible:
            return typed
        counts = stock.holdings.terms.count(np.array([term(stem(word)) for word in possible], dtype=np.int64))
        return typed[: begun.start()] + possible[int(counts.argmax())]

    def highlights(self, text: str, query: str) -> list[tuple[int, int]]:
        """The (start, end) of the words of a text that a query asks for, under whatever name."""
        stock = self._stock
        asking, wordings = self._in_words(stock.speller.mend(shortened(query)), stock)
        wanted = {*asking.every, *(word for whole, _ in wordings for word in whole)}
        return [(start, end) for start, end, word in word_spans(text) if stem(word) in wanted]

    def _retrieve(self, question: str, documents: int, filters: Filters) -> Retrieved:
        stock = self._stock
        searched = self._searched(stock, question, filters)
        look = searched.look
        if look is None:
            return Retrieved((), 0.0, answerable=False)
        scores = self._ranker.trees.score(look.fits)
        by_score = order_of(look.documents, scores)
        order = own_first(stock, searched.posed, look, by_score)
        leaders = {by_score[0][0], order[0][0]}
        confidence = max(self._ranker.answering.probability(_features(stock, searched, look, one)) for one in leaders)
        behind = np.minimum(0.0, scores - scores[order[0][1]])
        hits = hits_of(
            self._vault,
            stock,
            [
                Shown(document, int(look.found.units[place]), confidence * float(np.exp(behind[place])))
                for document, place in _different(look.found, order, documents)
            ],
            searched.posed.vector,
        )
        is_likely = bool(hits) and confidence >= self._ranker.threshold
        return Retrieved(tuple(hits), confidence, is_likely and not _is_gibberish(question, searched.mended, stock))

    def _searched(self, stock: Stock, question: str, filters: Filters) -> _Searched:
        mended = stock.speller.mend(shortened(question))
        asking, wordings = self._in_words(mended, stock)
        allowed = stock.holdings.allowed(filters, self._access.account.role)
        posed, first = search(
            stock, self._vault, asking, wordings, lambda: self._embed([mended])[0], allowed, self._beside
        )
        return _Searched(mended, posed, first, look_again(stock, posed, first))

    def _in_words(self, question: str, stock: Stock) -> tuple[Asking, list[Wording]]:
        asking = read_question(question, self._ranker.cues)
        known = self._wordings.alternates(question) if self._wordings else ()
        pairs = [(question[other.start : other.end], other.wording) for other in known]
        others = [*stock.learnt.abbreviations.wordings(asking), *with_other_words(asking, pairs)]
        return asking, list(dict.fromkeys(others))[:_MOST_WORDINGS]

    def _rarity(self, word: str) -> float:
        number, terms = np.array([term(stem(word))]), self._stock.holdings.terms
        return float(terms.rarity(number)[0]) if terms.count(number)[0] else 0.0


def brought_together(found: Sequence[Retrieved], documents: int) -> Retrieved:
    """One result from those of several questions: the best document of each, then the second of each, and so on."""
    if len(found) == 1:
        return found[0]
    by_question = [_by_document(retrieved.hits) for retrieved in found]
    order: dict[tuple[str, str], list[Hit]] = {}
    for rank in range(max(map(len, by_question))):
        for groups in by_question:
            if rank < len(groups):
                first = groups[rank][0].passage
                order.setdefault((first.library, first.document_id), groups[rank])
    hits = [hit for group in list(order.values())[:documents] for hit in group]
    return Retrieved(tuple(hits), max(item.confidence for item in found), any(item.answerable for item in found))


def _features(stock: Stock, searched: _Searched, look: SecondLook, leader: int) -> Features:
    strange = _strange_words(searched.mended, stock)
    return leading_features(stock, searched.posed, searched.first, look, leader, strange)


def _strange_words(mended: str, stock: Stock) -> int:
    """How many words of a question nobody knows."""
    strange = {word for word in _content_words(mended) if stock.speller.is_strange(word)}
    numbers = np.array([term(stem(word)) for word in strange], dtype=np.int64)
    return int((stock.holdings.terms.count(numbers) == 0).sum())


def _is_gibberish(question: str, mended: str, stock: Stock) -> bool:
    """Whether every word of a question was strange before it was mended: "gromp" is not "group"."""
    kept, content = set(words(mended)), _content_words(shortened(question))
    return len(content) > 2 and not any(word in kept and not stock.speller.is_strange(word) for word in content)


def _content_words(question: str) -> list[str]:
    return [word for word in words(question) if word.isalpha() and word not in STOP_WORDS]


def best_per_document(hits: Sequence[Hit]) -> list[Hit]:
    """The first hit of each document, in order."""
    return [group[0] for group in _by_document(hits)]


def _by_document(hits: Sequence[Hit]) -> list[list[Hit]]:
    groups: dict[tuple[str, str], list[Hit]] = {}
    for hit in hits:
        groups.setdefault((hit.passage.library, hit.passage.document_id), []).append(hit)
    return list(groups.values())


def _different(found: Candidates, order: Sequence[tuple[int, int]], documents: int) -> list[tuple[int, int]]:
    """The first documents of which no earlier one says the same."""
    chosen: list[tuple[int, int]] = []
    said: list[NDArray[np.uint32]] = []
    for document, place in order:
        if len(chosen) == documents:
            break
        own = np.unique(found.flat[found.unit_of == place])
        if not any(_share(own, other) >= _SAME_TEXT for other in said):
            chosen.append((document, place))
            said.append(own)
    return chosen


def _share(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / max(1, len(one) + len(other) - both)
