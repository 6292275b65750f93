"""Search the vault's full text for the words of a question, and for what else its subject is called."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session
from Stemmer import Stemmer

from medbot_desktop.knowledge.search.asking import Asking, Wording
from medbot_desktop.knowledge.search.features import squash
from medbot_desktop.knowledge.search.holdings import Holdings
from medbot_desktop.knowledge.search.terms import TermIndex, term
from medbot_desktop.text import STOP_WORDS, stem
from medbot_desktop.vault.vault import Vault

_BROUGHT = 300
"""Passages that the search by words brings."""
_FEW = 20
_COMMON = 0.03
"""The share of units from which a word is too common to be searched for, if the subject has a rarer one."""
_TOGETHER = 3
"""So many common words have to stand in one passage: more of them are hardly ever, and each costs as much as it is
common."""
_MOST_WEIGHED = 2_000
"""FTS5 weighs this many passages in some 4 ms. What more of them use tells little of any, so it is looked for in the
names of documents alone, unless too little is found then."""

_PLAIN = re.compile(r"[^\W_]+")
# What FTS5's tokenizer makes of words; without a cache, as in text.py.
_porter_stem = Stemmer("porter", 0).stemWord
_LITTLE = frozenset(map(_porter_stem, STOP_WORDS))

_MATCHES = text(
    "SELECT json_group_array(rowid), json_group_array(score) FROM ("
    "SELECT rowid, -bm25(passages_fts, 4.0, 0.5, 1.0) AS score FROM passages_fts"
    " WHERE passages_fts MATCH :query ORDER BY score DESC LIMIT :limit)"
)
"""A match in a name of the document weighs more than one in the text. All come as one row: between two rows this thread
would wait for the others."""
_COUNT = text("SELECT count(*) FROM (SELECT 1 FROM passages_fts WHERE passages_fts MATCH :query LIMIT :limit)")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is searched for: words next to each other, or words that all have to be there.

    Attributes:
        query: it in FTS5's language.
        words: its words.
    """

    query: str
    words: tuple[str, ...]

    @classmethod
    def phrase(cls, words_of_it: str) -> Part:
        """Words next to each other."""
        words = tuple(_PLAIN.findall(words_of_it.lower().removesuffix("'s")))
        return cls('"' + " ".join(words) + '"', words)


@dataclass(frozen=True, slots=True)
class FoundByWords:
    """What the search by words brought.

    Attributes:
        units: best first.
        lexical: the best BM25 score of each document, squashed.
    """

    units: list[int]
    lexical: dict[int, float]


def search_by_words(
    holdings: Holdings, vault: Vault, asking: Asking, wordings: Sequence[Wording], allowed: NDArray[np.bool_] | None
) -> FoundByWords:
    """Find the passages that use the words of a question.

    Args:
        holdings: what may be found at all.
        vault: where the full text is.
        asking: the question.
        wordings: other ways to write its subject.
        allowed: which documents may be found, shape (documents,); None: all.
    """
    parts = parts_of(asking, wordings, holdings.terms)
    if not parts:
        return FoundByWords([], {})
    with vault.reading() as session:
        narrow, whole = queries_of(parts, _rows_of_parts(session, holdings, parts))
        found = _matches(session, holdings, narrow, allowed)
        if narrow != whole and len(found.units) < _FEW:
            found = _matches(session, holdings, whole, allowed)
    return found


def parts_of(asking: Asking, wordings: Sequence[Wording], terms: TermIndex) -> list[Part]:
    """What is searched for: the subject's rarer words, or some together where all are common, and its other names."""
    # "Making" is for FTS5 the same word as "make", of which every text is full.
    surface = list(dict.fromkeys(word for word in asking.subject if not _is_little([word])) or asking.subject)
    share = terms.count(np.array([term(stem(word)) for word in surface], dtype=np.int64)) / max(1, len(terms))
    rare = [word for word, part in zip(surface, share, strict=True) if part <= _COMMON and _PLAIN.search(word)]
    # For FTS5 "ALL", "AR" and "TOS" are "all", "are" and "to": only their neighbours tell them from little words.
    also = [
        Part.phrase(" ".join(whole if _is_little(part) else part))
        for whole, part in wordings
        if not (_is_little(part) and _is_little(whole))
    ]
    also = [part for part in also if part.words]
    if rare:
        return [*map(Part.phrase, rare), *also]
    rarest = sorted(range(len(surface)), key=lambda place: share[place])[:_TOGETHER]
    together = [Part.phrase(surface[place]) for place in sorted(rarest) if _PLAIN.search(surface[place])]
    if not together:
        return also
    query = "(" + " AND ".join(part.query for part in together) + ")"
    return [Part(query, tuple(word for part in together for word in part.words)), *also]


def queries_of(parts: Sequence[Part], rows: Sequence[float]) -> tuple[str, str]:
    """The query that costs little, and the whole one, in FTS5's language; the same where the whole one costs little.

    Args:
        parts: what is searched for.
        rows: how many passages have each.
    """
    order = sorted(range(len(parts)), key=lambda number: rows[number])
    within = np.cumsum([rows[number] for number in order]) <= _MOST_WEIGHED
    anywhere = [number for number, fits in zip(order, within, strict=True) if fits]
    in_names = [part.query for number, part in enumerate(parts) if number not in anywhere]
    whole = " OR ".join(part.query for part in parts)
    if not in_names:
        return whole, whole
    limited = f"{{names}} : ({' OR '.join(in_names)})"
    return " OR ".join([*(parts[number].query for number in sorted(anywhere)), limited]), whole


def _rows_of_parts(session: Session, holdings: Holdings, parts: Sequence[Part]) -> list[float]:
    """How many passages have each part: what is known of its rarest word, counted where that may be wrong."""
    in_a_unit = len(holdings.passages) / max(1, len(holdings.terms))
    rows = []
    for part in parts:
        stems = [stem(word) for word in part.words]
        counts = holdings.terms.count(np.array([term(word) for word in stems], dtype=np.int64))
        most = in_a_unit * float(counts.min(initial=len(holdings.terms)))
        is_told_apart = all(_porter_stem(word) == word_stem for word, word_stem in zip(part.words, stems, strict=True))
        if (len(part.words) > 1 and most > _MOST_WEIGHED) or not is_told_apart:
            most = float(session.scalar(_COUNT, {"query": part.query, "limit": _MOST_WEIGHED + 1}) or 0)
        rows.append(most)
    return rows


def _matches(session: Session, holdings: Holdings, query: str, allowed: NDArray[np.bool_] | None) -> FoundByWords:
    """The best matches; looks further where much may not be found."""
    limit = _BROUGHT
    while True:
        rows, scores = map(json.loads, session.execute(_MATCHES, {"query": query, "limit": limit}).one())
        units = holdings.units_with(np.array(rows, dtype=np.int64))
        may = units >= 0
        if allowed is not None:
            may[may] = allowed[holdings.document_of[units[may]]]
        if may.sum() >= _BROUGHT or len(rows) < limit:
            kept = np.nonzero(may)[0][:_BROUGHT]
            lexical: dict[int, float] = {}
            for place in kept:
                lexical.setdefault(int(holdings.document_of[units[place]]), squash(scores[place]))
            return FoundByWords(units[kept].tolist(), lexical)
        limit *= 8


def _is_little(part: Sequence[str]) -> bool:
    return all(_porter_stem(word) in _LITTLE for word in part)
