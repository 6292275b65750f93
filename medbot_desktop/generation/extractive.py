"""Answer in the library's own sentences: the answer that needs no language model and is always there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.domain import Hit, Passage
from medbot_desktop.generation.question_kind import QuestionKinds
from medbot_desktop.generation.sentence import SupportedSentence
from medbot_desktop.text import STEP, content_stems, sentence_spans

SAFETY_SECTIONS = ("When to get help now", "When to see someone soon")
"""Sections that say what to do if it gets worse, most urgent first."""

_BODY_SENTENCES = 6
_BESIDE_PROCEDURE = 3
"""How many sentences stand beside the steps of a procedure."""
_SAFETY_SENTENCES = 2
_SECTION_BONUS = (0.35, 0.15)
"""Added to a sentence of the first and of the second preferred section; the rest weighs up to about 1.5."""
_KEEP_SHARE = 0.6
"""Sentences that score less than this share of the best one are left out."""
_MOST_CANDIDATES = 90
_SAME = 0.7
"""Two sentences that share more than this part of their words (Jaccard) say the same."""

EmbedTexts = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class _Candidate:
    hit: Hit
    order: int
    span: tuple[int, int]
    text: str
    stems: frozenset[str]
    is_step: bool
    header: _Candidate | None = None
    """The header row of the table that it is a row of, without which nobody knows what its cells mean."""


class ExtractiveComposer:
    """Chooses sentences of the best document.

    Args:
        embed: the embedder's function.
        embed_sentences: the same for sentences of the library, whose vectors may be kept.
        kinds: which sections answer which kind of question.

    Attributes:
        embed: the embedder's function.
    """

    def __init__(self, embed: EmbedTexts, embed_sentences: EmbedTexts, kinds: QuestionKinds) -> None:
        self.embed = embed
        self._embed_sentences = embed_sentences
        self._kinds = kinds

    def compose(self, question: str, hits: Sequence[Hit]) -> list[SupportedSentence]:
        """Choose, order and deduplicate the sentences that answer a question.

        Args:
            question: the question as cleaned.
            hits: passages, best first; those of the first hit's document are used.

        Returns:
            The body in the document's order, then what to do if it gets worse. Empty only where there are no hits.
        """
        if not hits:
            return []
        best = hits[0].passage
        candidates = _candidates([hit for hit in hits if _same_document(hit, best)])
        scores = self._scores(question, candidates)
        procedure = self._procedure(question, candidates)
        body = _with_whole_procedures(_choose(candidates, scores, beside=procedure), candidates)
        safety = _safety_net(candidates, scores, body)
        return [
            *(_sentence(candidate, "body") for candidate in _with_headers(body)),
            *(_sentence(candidate, "safety_net") for candidate in _with_headers(safety)),
        ]

    def _procedure(self, question: str, candidates: list[_Candidate]) -> list[_Candidate]:
        """The numbered steps of the section that the question asks for first, if it has any: they are the answer."""
        wanted = self._kinds.preferred_sections(question)[:1]
        return [candidate for candidate in candidates if candidate.is_step and candidate.hit.passage.section in wanted]

    def _scores(self, question: str, candidates: list[_Candidate]) -> list[float]:
        """How well each sentence answers: by meaning, shared words, and the section asked for."""
        asked = set(content_stems(question))
        wanted = self._kinds.preferred_sections(question)
        scores = []
        for candidate in candidates:
            shared = len(asked & candidate.stems) / len(asked) if asked else 0.0
            section = candidate.hit.passage.section
            bonus = _SECTION_BONUS[wanted.index(section)] if section in wanted else 0.0
            scores.append(0.5 * shared + bonus)
        vectors = self._embed_sentences([candidate.text for candidate in candidates])
        for i, cosine in enumerate(vectors @ self.embed([question])[0]):
            scores[i] += float(cosine)
        return scores


def _candidates(hits: list[Hit]) -> list[_Candidate]:
    """The sentences of a document in its order, each once, though two passages may share it.

    Of a long document only those of the best passages are looked at: every new one has to be embedded.
    """
    candidates: list[_Candidate] = []
    taken: set[int] = set()
    for hit in hits:
        if len(candidates) >= _MOST_CANDIDATES and hit.passage.section not in SAFETY_SECTIONS:
            continue
        text = hit.passage.text
        # The header of a table stands before the text that the offsets tell.
        begin = len(text) - (hit.passage.end - hit.passage.start)
        header = _candidate(hit, 0, len(text[:begin].rstrip())) if begin > 0 else None
        for start, end in sentence_spans(text):
            order = hit.passage.start + start - begin
            if start >= begin and order not in taken:
                taken.add(order)
                candidates.append(_candidate(hit, start, end, header, order))
    return sorted(candidates, key=lambda candidate: candidate.order)


def _candidate(hit: Hit, start: int, end: int, header: _Candidate | None = None, order: int = 0) -> _Candidate:
    sentence = hit.passage.text[start:end]
    stems = frozenset(content_stems(sentence))
    return _Candidate(hit, order, (start, end), sentence, stems, bool(STEP.match(sentence)), header)


def _with_headers(chosen: list[_Candidate]) -> Iterator[_Candidate]:
    """The sentences, each run of rows of one table below its header."""
    above = ""
    for candidate in chosen:
        header = candidate.header
        if header is not None and header.text != above:
            yield header
        above = header.text if header is not None else ""
        yield candidate


def _choose(candidates: list[_Candidate], scores: list[float], beside: list[_Candidate]) -> list[_Candidate]:
    """The best sentences that do not repeat one another nor those they stand beside, all in the document's order."""
    floor = _KEEP_SHARE * max(scores)
    chosen: list[_Candidate] = list(beside)
    most = len(beside) + (_BESIDE_PROCEDURE if beside else _BODY_SENTENCES)
    for score, candidate in sorted(zip(scores, candidates, strict=True), key=lambda pair: -pair[0]):
        if len(chosen) == most or score < floor:
            break
        if not any(_alike(candidate, other) for other in chosen):
            chosen.append(candidate)
    return sorted(chosen, key=lambda candidate: candidate.order)


def _with_whole_procedures(body: list[_Candidate], candidates: list[_Candidate]) -> list[_Candidate]:
    """Show every step of a section where one is shown: half a procedure is worse than none."""
    stepwise = {candidate.hit.passage.section for candidate in body if candidate.is_step}
    return [c for c in candidates if c in body or (c.is_step and c.hit.passage.section in stepwise)]


def _safety_net(candidates: list[_Candidate], scores: list[float], body: list[_Candidate]) -> list[_Candidate]:
    """The sentences nearest to the question of the most urgent section that the body does not already hold in full."""
    for section in SAFETY_SECTIONS:
        rest = [
            (score, candidate)
            for score, candidate in zip(scores, candidates, strict=True)
            if candidate.hit.passage.section == section and not any(_alike(candidate, other) for other in body)
        ]
        if rest:
            rest.sort(key=lambda pair: -pair[0])
            return sorted(
                (candidate for _, candidate in rest[:_SAFETY_SENTENCES]), key=lambda candidate: candidate.order
            )
    return []


def _alike(one: _Candidate, other: _Candidate) -> bool:
    both = len(one.stems & other.stems)
    either = len(one.stems | other.stems)
    return either == 0 or both / either > _SAME


def _sentence(candidate: _Candidate, part: str) -> SupportedSentence:
    return SupportedSentence(candidate.text, candidate.hit, candidate.span, part)


def _same_document(hit: Hit, best: Passage) -> bool:
    return (hit.passage.library, hit.passage.document_id) == (best.library, best.document_id)
