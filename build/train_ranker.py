"""Train what orders the passages that were found.

Run by hand when the library, the question sets or the searches change:
``.venv/bin/python build/train_ranker.py --answers FILE``. FILE has a question with its own answer on each line, as
MedQuAD (Ben Abacha & Demner-Fushman 2019). It learns from one half of them and from the questions for learning in
``tests/evaluation/``, prints figures for the other half and cross-validated ones for the own questions, and writes
``trees.npz`` and ``kinds.npz`` in ``resources/retrieval/``; then ``train_answering.py`` writes ``ranker.toml``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from build import train_answering  # noqa: E402
from build.ranking_answers import Answer, documents_of, families, is_for_tuning, read_answers  # noqa: E402
from build.ranking_cases import NOT_FOUND, Cases, collect, print_figures  # noqa: E402
from build.ranking_models import (  # noqa: E402
    TREES,
    fit_kinds,
    fit_trees,
    save_kinds,
    save_trees,
)
from build.train_answering import learnt_from  # noqa: E402
from medbot_desktop.inference.embedder import Embedder  # noqa: E402
from medbot_desktop.inference.store import ModelStore  # noqa: E402
from medbot_desktop.knowledge.document import Document  # noqa: E402
from medbot_desktop.knowledge.library import Libraries, read_folder  # noqa: E402
from medbot_desktop.knowledge.opening import core_folder, open_embedder, open_wordings  # noqa: E402
from medbot_desktop.knowledge.prepared import PreparedVectors  # noqa: E402
from medbot_desktop.knowledge.search.answer_kinds import AnswerKinds, QuestionCues  # noqa: E402
from medbot_desktop.knowledge.search.asking import read_question  # noqa: E402
from medbot_desktop.knowledge.search.beyond import load_beyond  # noqa: E402
from medbot_desktop.knowledge.search.features import FEATURE_NAMES  # noqa: E402
from medbot_desktop.knowledge.search.fit import FIT_NAMES  # noqa: E402
from medbot_desktop.knowledge.search.ranker import Logistic, Ranker  # noqa: E402
from medbot_desktop.knowledge.search.retrieval import Retriever  # noqa: E402
from medbot_desktop.knowledge.search.stocktaking import Stocktaking  # noqa: E402
from medbot_desktop.knowledge.search.trees import Trees  # noqa: E402
from medbot_desktop.vault.access import Access  # noqa: E402
from medbot_desktop.vault.roles import DEMO_ACCOUNT  # noqa: E402
from medbot_desktop.vault.schema import DocumentRow  # noqa: E402
from medbot_desktop.vault.vault import Vault  # noqa: E402

RETRIEVAL = ROOT / "resources" / "retrieval"
_OWN_WEIGHT = 8.0
"""What one of the project's own questions counts as much as: there are few of them, and they are what people ask."""
_FOLDS = 5
_KIND_FOLDS = 4
_FOLD_TREES = 120
_FOLD_SHARE = 3
"""For the folds one in so many of the answers is learnt from."""
_EXACT = 10**9


@dataclass(frozen=True, slots=True)
class Searched:
    """A library in a vault of its own, with what searches it."""

    retriever: Retriever
    keys: list[str]


@dataclass(frozen=True, slots=True)
class Own:
    """The project's own questions, each with the documents that answer it."""

    questions: list[str]
    topics: list[frozenset[str]]


def main() -> None:
    """Train, report, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=Path, required=True, help="JSON lines of questions with their answers")
    parser.add_argument("--vectors", type=Path, help="where the vectors of the answers are kept between two runs")
    arguments = parser.parse_args()
    embedder = open_embedder(ModelStore.standard())
    prepared = PreparedVectors(embedder.embed, embedder.identity)
    if arguments.vectors:
        prepared.load(arguments.vectors)
    answers = read_answers(arguments.answers)
    family = families(answers)
    tuning = is_for_tuning(answers, family)
    cues = QuestionCues.load(RETRIEVAL / "answer_kinds.toml")
    print(f"{len(answers):,} answers, {int(tuning.sum()):,} to learn from", flush=True)
    untrained = Ranker(cues, _no_kinds(cues), _no_trees(), Logistic(0.0, (0.0,) * len(FEATURE_NAMES)), 0.5)
    library = _searched(list(documents_of(answers)), prepared, embedder, untrained)
    prepared.embed([answer.question for answer in answers])
    if arguments.vectors:
        prepared.save(arguments.vectors)
    kinds, of_units = _kinds(answers, family, tuning, library, cues)
    cases = collect(library.retriever, library.keys, [a.question for a in answers], [{a.id} for a in answers])
    cases = _with_kinds(cases, answers, of_units, cues)
    for name, ranks in cases.plain.items():
        print_figures(f"reporting half, {name}", ranks[~tuning])
    core = _searched(read_folder(core_folder()), prepared, embedder, replace(untrained, kinds=kinds))
    own = _own_questions()
    own_cases = collect(core.retriever, core.keys, own.questions, own.topics)
    trees = _joined(cases, tuning, own_cases, np.ones(len(own.questions), dtype=bool), TREES)
    ranks = cases.ranks(trees.score(cases.features))
    print_figures("tuning half (learnt from)", ranks[tuning])
    print_figures("reporting half, reordered", ranks[~tuning])
    _report_own(cases, tuning, own_cases)
    save_trees(RETRIEVAL / "trees.npz", trees)
    save_kinds(RETRIEVAL / "kinds.npz", kinds)
    train_answering.main()


def _searched(documents: Sequence[Document], prepared: PreparedVectors, embedder: Embedder, ranker: Ranker) -> Searched:
    vault = Vault.open_in_memory()
    access = Access(vault, DEMO_ACCOUNT)
    libraries = Libraries(vault, access, prepared.embed, embedder.identity, embedder.count_tokens)
    libraries.sync_core(documents)
    stocktaking = Stocktaking(
        embedder.identity,
        is_common=lambda word: embedder.count_tokens(word) == 1,
        kinds=ranker.kinds,
        beyond=prepared.embed(load_beyond(RETRIEVAL / "beyond.toml")),
        few=_EXACT,
    )

    retriever = Retriever(vault, access, prepared.embed, ranker, stocktaking, open_wordings())
    with vault.reading() as session:
        key_of = {row.id: row.key for row in session.execute(select(DocumentRow.id, DocumentRow.key))}
    return Searched(retriever, [key_of[item.row_id] for item in retriever.stock.holdings.documents])


def _kinds(
    answers: Sequence[Answer],
    family: NDArray[np.int64],
    tuning: NDArray[np.bool_],
    library: Searched,
    cues: QuestionCues,
) -> tuple[AnswerKinds, NDArray[np.float16]]:
    """The kinds of answers, and those of each unit by a model that did not learn from its family."""
    holdings = library.retriever.stock.holdings
    number = {answer.id: place for place, answer in enumerate(answers)}
    answer_of = np.array([number[library.keys[document]] for document in holdings.document_of.tolist()])
    labels = np.array([_label(answers[place].kind, cues) for place in answer_of.tolist()])
    first = np.r_[True, answer_of[1:] != answer_of[:-1]]
    learnt = tuning[answer_of] & first
    fold = family[answer_of] * 7919 % _KIND_FOLDS
    model = fit_kinds(holdings.terms, np.nonzero(learnt)[0], labels, len(cues.names))
    of_units = model.of_units(holdings.terms)
    for part in range(_KIND_FOLDS):
        others = fit_kinds(holdings.terms, np.nonzero(learnt & (fold != part))[0], labels, len(cues.names))
        own = tuning[answer_of] & (fold == part)
        of_units[own] = others.of_units(holdings.terms)[own]
    said = of_units.argmax(axis=1) == labels
    print(
        f"kinds of answers told rightly: {said[first & ~tuning[answer_of]].mean():.3f} of the reporting half",
        flush=True,
    )
    return model, of_units


def _with_kinds(cases: Cases, answers: Sequence[Answer], of_units: NDArray[np.float16], cues: QuestionCues) -> Cases:
    """The cases with the columns of the kinds, which were not known when they were collected."""
    asked = np.array([read_question(answer.question, cues).kind for answer in answers])
    values = of_units[cases.units, asked[cases.question]].astype(np.float32)
    best = np.full(len(answers), -np.inf, dtype=np.float32)
    np.maximum.at(best, cases.question, values)
    cases.features[:, FIT_NAMES.index("kind")] = values
    cases.features[:, FIT_NAMES.index("kind_behind")] = values - best[cases.question]
    return cases


def _joined(cases: Cases, chosen: NDArray[np.bool_], own: Cases, own_chosen: NDArray[np.bool_], trees: int) -> Trees:
    of_answers, of_own = chosen[cases.question], own_chosen[own.question]
    return fit_trees(
        np.concatenate([cases.features[of_answers], own.features[of_own]]),
        np.concatenate([cases.labels[of_answers], own.labels[of_own]]),
        np.concatenate([cases.groups[chosen], own.groups[own_chosen]]),
        np.concatenate([np.ones(int(of_answers.sum())), np.full(int(of_own.sum()), _OWN_WEIGHT)]),
        trees,
    )


def _report_own(cases: Cases, tuning: NDArray[np.bool_], own_cases: Cases) -> None:
    """Print how well the own questions are answered by trees that did not learn from them."""
    count = len(own_cases.groups)
    fold = np.random.default_rng(0).permutation(count) % _FOLDS
    some = tuning & (np.arange(len(tuning)) % _FOLD_SHARE == 0)
    ranks = np.full(count, NOT_FOUND)
    for part in range(_FOLDS):
        trees = _joined(cases, some, own_cases, fold != part, _FOLD_TREES)
        ranks[fold == part] = own_cases.ranks(trees.score(own_cases.features))[fold == part]
    print_figures("own questions, cross-validated", ranks)


def _own_questions() -> Own:
    """The questions that the library that ships answers, as far as they may be learnt from."""
    lines = learnt_from("questions")
    return Own([line["text"] for line in lines], [frozenset(line["topics"]) for line in lines])


def _label(kind: str, cues: QuestionCues) -> int:
    return cues.names.index(kind) if kind in cues.names else len(cues.names) - 1


def _no_kinds(cues: QuestionCues) -> AnswerKinds:
    count = len(cues.names)
    return AnswerKinds(np.zeros(0, np.uint32), np.zeros((0, count), np.float32), np.zeros(count, np.float32))


def _no_trees() -> Trees:
    return Trees(np.zeros((1, 1), np.intp), np.zeros((1, 1), np.float32), np.zeros((1, 2), np.float32))


if __name__ == "__main__":
    main()
