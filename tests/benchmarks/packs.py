"""Measure packs: how long it takes until a library from a stick can be searched, and how exact its vectors are."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select, text

from medbot_desktop.knowledge.document import Block, Document, Section
from medbot_desktop.knowledge.library import Libraries
from medbot_desktop.knowledge.packs.packs import Packs
from medbot_desktop.knowledge.search.vector_index import VectorIndex
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.data_key import DataKey
from medbot_desktop.vault.roles import DEMO_ACCOUNT
from medbot_desktop.vault.schema import PassageRow
from medbot_desktop.vault.vault import Vault, account_row
from tests.benchmarks.figures import Figure

PASSAGES = 10_000
_PASSAGES_IN_DOCUMENT = 8
_SENTENCES_IN_PASSAGE = 7
_DIMENSIONS = 384
# Real texts fill few of the dimensions; a graph over vectors that fill all of them would take several times as long.
_DEGREES = 48
_IDENTITY = "made up@1"
_QUESTIONS = 500
_NEAREST = 10


def measure_packs(sentences: Sequence[str], passages: int = PASSAGES) -> list[Figure]:
    """The figures of a pack that goes from one vault on the disk into another.

    Args:
        sentences: what its passages are made of.
        passages: how many it has.
    """
    chance = np.random.default_rng(5)

    axes = chance.standard_normal((_DEGREES, _DIMENSIONS))

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        return _unit(chance.standard_normal((len(texts), _DEGREES)) @ axes)

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "library.medpack"
        maker, other = (_vault(Path(folder) / name) for name in ("maker.db", "other.db"))
        libraries = _libraries(maker, embed)
        libraries.add("large", _documents(sentences, passages, chance))
        make = _seconds(Packs(maker, Access(maker, DEMO_ACCOUNT), embed, _IDENTITY).make("large", file))
        packs = Packs(other, Access(other, DEMO_ACCOUNT), embed, _IDENTITY)
        accept = packs.inspect(file).fingerprint
        install = _seconds(packs.install(file, accept=accept))
        begun = time.perf_counter()
        vectors = _searched(other)
        searchable = time.perf_counter() - begun
        update = _seconds(packs.install(file))
        size = file.stat().st_size
        for vault in (maker, other):
            vault.close()
    beside = f"{len(vectors):,} passages, {size / 1e6:,.0f} MB, vault on disk"
    return [
        Figure("making a pack", make, "s", beside=beside),
        Figure("installing a pack", install, "s", beside="signature, hashes, rows, full text"),
        Figure("pack installed and searchable", install + searchable, "s", most=10, beside=beside + ", graph built"),
        Figure("installing it over the older one", update, "s", beside="the older one's rows erased too"),
        *_exactness(vectors, chance),
    ]


def _searched(vault: Vault) -> NDArray[np.float32]:
    """Read the vectors, build the graph, and search once by meaning and once by words; returns the vectors."""
    words = text(
        'SELECT rowid FROM passages_fts WHERE passages_fts MATCH \'"water" OR "fever"\' ORDER BY rank LIMIT 60'
    )
    with vault.reading() as session:
        rows = session.execute(select(PassageRow.id, PassageRow.vector).order_by(PassageRow.id)).all()
        session.execute(words).all()
    vectors = np.stack([np.frombuffer(row.vector, dtype="<f4") for row in rows])
    VectorIndex.of(vectors, np.array([row.id for row in rows], dtype=np.int64)).search(vectors[0], 60)
    return vectors


def _exactness(vectors: NDArray[np.float32], chance: np.random.Generator) -> list[Figure]:
    """What half precision would cost; packs hold single precision, and so move nothing."""
    rounded = _unit(vectors.astype(np.float16))
    # Questions lie near a passage, as real ones do.
    near = vectors[chance.choice(len(vectors), _QUESTIONS)]
    asked = _unit(near + 0.05 * chance.standard_normal(near.shape))
    exact, halved = asked @ vectors.T, asked @ rounded.T
    ranks = [np.argsort(-cosines, axis=1)[:, :_NEAREST] for cosines in (exact, halved)]
    moved = 100 * float((ranks[0] != ranks[1]).any(axis=1).mean())
    error = float(np.abs(exact - halved).max())
    return [
        Figure("cosine error of half precision", error * 1e6, "millionths", beside="0 in a pack, as it is not used"),
        Figure("questions whose first ten it reorders", moved, "%", beside="0 in a pack"),
    ]


def _documents(sentences: Sequence[str], passages: int, chance: np.random.Generator) -> list[Document]:
    return [
        _document(f"document-{number}", sentences, chance) for number in range(-(-passages // _PASSAGES_IN_DOCUMENT))
    ]


def _document(key: str, sentences: Sequence[str], chance: np.random.Generator) -> Document:
    paragraphs = [" ".join(chance.choice(sentences, _SENTENCES_IN_PASSAGE)) for _ in range(_PASSAGES_IN_DOCUMENT)]
    starts = np.cumsum([0, *(len(paragraph) + 1 for paragraph in paragraphs)])
    sections = tuple(
        Section(f"Part {n}", (Block(words, int(start), int(start) + len(words)),))
        for n, (words, start) in enumerate(zip(paragraphs, starts, strict=False))
    )
    return Document(key, f"About {key}", (), (), "", "", (), sections, "\n".join(paragraphs))


def _vault(file: Path) -> Vault:
    vault = Vault.open(file, DataKey.random())
    vault.migrate()
    with vault.transaction() as session:
        session.add(account_row(DEMO_ACCOUNT))
    return vault


def _libraries(vault: Vault, embed: object) -> Libraries:
    # Every paragraph is one passage, however long.
    return Libraries(vault, Access(vault, DEMO_ACCOUNT), embed, _IDENTITY, lambda _words: 126)  # type: ignore[arg-type]


def _unit(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    single = vectors.astype(np.float32)
    return single / np.linalg.norm(single, axis=1, keepdims=True)


def _seconds(work: Iterable[object]) -> float:
    begun = time.perf_counter()
    for _ in work:
        pass
    return time.perf_counter() - begun
