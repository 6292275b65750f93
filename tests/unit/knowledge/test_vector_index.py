"""The graph over the vectors: as good as exact search, and safe to take apart and put together again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from medbot_desktop.knowledge.vector_index import Graph, VectorIndex

Vectors = NDArray[np.float32]


def unit_vectors(count: int, dimensions: int = 32) -> Vectors:
    vectors = np.random.default_rng(7).normal(size=(count, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


VECTORS = unit_vectors(2_000)
IDS = np.random.default_rng(8).permutation(9_000)[:2_000].astype(np.int64)


@pytest.fixture(scope="module")
def index() -> VectorIndex:
    return VectorIndex(VECTORS, IDS)


@pytest.fixture(scope="module")
def graph(index: VectorIndex) -> Graph:
    return index.graph()


def read_again(graph: Graph, content: bytes | bytearray) -> Graph:
    return Graph.from_bytes(bytearray(content), graph.entry, len(graph.ids), len(graph.upper))


def test_the_graph_finds_the_same_nearest_vectors_as_an_exact_search(index: VectorIndex) -> None:
    found = 0
    for vector in VECTORS[:100]:
        exact = set(IDS[np.argsort(-(VECTORS @ vector))[:10]])
        found += len(exact & {i for i, _ in index.search(vector, 10)})
    assert found >= 990


def test_a_graph_over_nothing_finds_nothing() -> None:
    index = VectorIndex(np.zeros((0, 4), dtype=np.float32), np.zeros(0, dtype=np.int64))
    assert len(index) == 0
    assert index.search(np.ones(4, dtype=np.float32), 5) == []


@pytest.mark.parametrize("count", [0, 1, 2, 50, 2_000])
def test_a_graph_that_was_put_together_again_finds_the_same(count: int) -> None:
    vectors, ids = VECTORS[:count], IDS[:count]
    index = VectorIndex(vectors, ids)
    graph = index.graph()
    again = VectorIndex.from_graph(read_again(graph, b"".join(graph.to_bytes())), vectors, ids)
    assert len(again) == count
    for vector in VECTORS[:50]:
        assert again.search(vector, 10) == index.search(vector, 10)


def test_the_vectors_may_come_back_in_another_order(index: VectorIndex, graph: Graph) -> None:
    order = np.random.default_rng(9).permutation(len(IDS))
    again = VectorIndex.from_graph(graph, VECTORS[order], IDS[order])
    for vector in VECTORS[:50]:
        assert again.search(vector, 10) == index.search(vector, 10)


def test_a_graph_holds_no_vector(graph: Graph) -> None:
    kept = b"".join(graph.to_bytes())
    assert all(vector.tobytes()[:16] not in kept for vector in VECTORS)


@pytest.mark.parametrize("ids", [IDS[:-1], np.append(IDS[:-1], 9_999), np.append(IDS[:-1], IDS[0])])
def test_a_graph_over_other_passages_is_refused(graph: Graph, ids: NDArray[np.int64]) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        VectorIndex.from_graph(graph, VECTORS[: len(ids)], ids)


@pytest.mark.parametrize("change", [-1, 1, 8])
def test_a_graph_of_the_wrong_length_is_refused(graph: Graph, change: int) -> None:
    content = b"".join(graph.to_bytes())
    with pytest.raises(ValueError, match="longer or shorter"):
        read_again(graph, content[:change] if change < 0 else content + bytes(change))


def changed(array: NDArray[np.generic], place: int | tuple[int, int], value: int) -> NDArray[np.generic]:
    copied = array.copy()
    copied[place] = value
    return copied


def with_a_link_to_a_node_that_is_not_so_high(graph: Graph) -> Graph:
    return replace(graph, upper=changed(graph.upper, (0, 1), int(np.argmin(graph.levels))))


UNSOUND: dict[str, Callable[[Graph], Graph]] = {
    "an entry that is no node": lambda graph: replace(graph, entry=len(graph.ids)),
    "an entry before the first node": lambda graph: replace(graph, entry=-1),
    "an entry that is not on the highest level": lambda graph: replace(graph, entry=int(np.argmin(graph.levels))),
    "a level below the lowest": lambda graph: replace(graph, levels=changed(graph.levels, 5, -1)),
    "a level without its links": lambda graph: replace(graph, levels=changed(graph.levels, 5, 7)),
    "more links than there is room for": lambda graph: replace(graph, ground=changed(graph.ground, (5, 0), 49)),
    "a node marked as deleted": lambda graph: replace(graph, ground=changed(graph.ground, (5, 0), 1 << 16 | 3)),
    "a link to no node": lambda graph: replace(graph, ground=changed(graph.ground, (5, 1), len(graph.ids))),
    "a high link to no node": lambda graph: replace(graph, upper=changed(graph.upper, (0, 1), 1 << 31)),
    "a high link to a low node": with_a_link_to_a_node_that_is_not_so_high,
    "a row too few": lambda graph: replace(graph, ground=graph.ground[:-1]),
    "rows of another width": lambda graph: replace(graph, upper=graph.upper[:, :-1]),
}


@pytest.mark.parametrize("unsound", UNSOUND.values(), ids=UNSOUND)
def test_a_graph_that_would_crash_the_search_is_refused(graph: Graph, unsound: Callable[[Graph], Graph]) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        VectorIndex.from_graph(unsound(graph), VECTORS, IDS)


def test_no_change_of_a_graph_crashes_the_search(graph: Graph) -> None:
    whole, chance = b"".join(graph.to_bytes()), random.Random(5)
    for _ in range(100):
        content = bytearray(whole)
        for _ in range(chance.choice((1, 3, 30))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        try:
            index = VectorIndex.from_graph(read_again(graph, content), VECTORS, IDS)
        except ValueError:
            continue
        assert all(index.search(vector, 1) for vector in VECTORS[:20])
