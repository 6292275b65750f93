"""The index over the vectors: as good as exact search, changed while it is searched, taken apart and put together."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from medbot_desktop.knowledge.search.vector_graph import Graph
from medbot_desktop.knowledge.search.vector_index import VectorIndex

Vectors = NDArray[np.float32]


def unit_vectors(count: int, dimensions: int = 32) -> Vectors:
    vectors = np.random.default_rng(7).normal(size=(count, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


VECTORS = unit_vectors(2_000)
IDS = np.random.default_rng(8).permutation(9_000)[:2_000].astype(np.int64)


FEW = 100
"""Fewer than in the program, so that small sets of vectors have a graph."""


def index_of(vectors: Vectors, ids: NDArray[np.int64]) -> VectorIndex:
    return VectorIndex.of(vectors, ids, FEW)


def put_together(graph: Graph, vectors: Vectors = VECTORS, ids: NDArray[np.int64] = IDS) -> VectorIndex:
    return VectorIndex.from_graph(graph, vectors, ids, FEW)


def graph_in(index: VectorIndex) -> Graph:
    graph = index.graph()
    assert graph is not None
    return graph


def found(index: VectorIndex, vector: Vectors, limit: int = 10, allowed: NDArray[np.int64] | None = None) -> list[int]:
    return [int(number) for number in index.search(vector, limit, allowed)[0]]


def recall(index: VectorIndex, vectors: Vectors, ids: NDArray[np.int64]) -> float:
    """The share of the ten nearest vectors that is found."""
    right = 0
    for vector in vectors[:100]:
        right += len(set(ids[np.argsort(-(vectors @ vector))[:10]].tolist()) & set(found(index, vector)))
    return right / 1_000


@pytest.fixture(scope="module")
def index() -> VectorIndex:
    return index_of(VECTORS, IDS)


@pytest.fixture(scope="module")
def graph(index: VectorIndex) -> Graph:
    return graph_in(index)


def read_again(graph: Graph, content: bytes | bytearray) -> Graph:
    return Graph.from_bytes(memoryview(bytearray(content)), graph.entry, len(graph.ids), len(graph.upper))


def test_the_graph_finds_the_same_nearest_vectors_as_an_exact_search(index: VectorIndex) -> None:
    assert recall(index, VECTORS, IDS) >= 0.99


@pytest.mark.parametrize("few", [FEW, 10_000])
def test_the_cosines_come_with_the_vectors_and_the_nearest_is_first(few: int) -> None:
    ids, cosines = VectorIndex.of(VECTORS, IDS, few).search(VECTORS[7], 5)
    assert ids[0] == IDS[7]
    assert cosines == pytest.approx(np.sort(VECTORS @ VECTORS[7])[::-1][:5], abs=1e-5)


def test_few_vectors_have_no_graph() -> None:
    few = VectorIndex.of(VECTORS[:FEW], IDS[:FEW], FEW)
    assert few.graph() is None
    assert recall(few, VECTORS[:FEW], IDS[:FEW]) == 1.0


@pytest.mark.parametrize("few", [0, FEW])
def test_an_index_over_nothing_finds_nothing(few: int) -> None:
    index = VectorIndex(4, few)
    assert len(index) == 0
    assert found(index, np.ones(4, dtype=np.float32)) == []
    assert index.vectors(np.array([3])).tolist() == [[0.0] * 4]
    assert index.nearest_cosines(np.ones((2, 4), dtype=np.float32)).tolist() == [-1.0, -1.0]


@pytest.mark.parametrize("few", [FEW, 10_000])
def test_what_is_added_is_found_and_what_is_removed_is_not(few: int) -> None:
    index = VectorIndex.of(VECTORS[:500], IDS[:500], few)
    index.add(VECTORS[500:700], IDS[500:700])
    index.remove(np.append(IDS[:100], 9_999))
    assert len(index) == 600
    assert recall(index, VECTORS[100:700], IDS[100:700]) >= 0.99
    assert IDS[5] not in found(index, VECTORS[5], 600)


@pytest.mark.parametrize("is_added", [False, True])
def test_a_thousand_vectors_that_are_the_same_hide_no_other(is_added: bool) -> None:
    same = np.repeat(VECTORS[:1], 1_000, axis=0)
    vectors, ids = np.concatenate([VECTORS[:500], same]), np.arange(1_500)
    index = index_of(vectors[:500], ids[:500]) if is_added else index_of(vectors, ids)
    if is_added:
        index.add(vectors[500:], ids[500:])
    assert all(found(index, VECTORS[number], 1) == [number] for number in range(1, 500))
    assert len(found(index, VECTORS[0], 2_000)) == 1_500
    index.remove(ids[:1])
    assert len(found(index, VECTORS[0], 1_000)) == 1_000
    again = put_together(graph_in(index), vectors[1:], ids[1:])
    assert set(found(again, VECTORS[0], 1_000)) == set(range(500, 1_500))


@pytest.mark.parametrize("few", [FEW, 10_000])
def test_an_identifier_may_come_back_with_another_vector(few: int) -> None:
    index = VectorIndex.of(VECTORS[:500], IDS[:500], few)
    index.remove(IDS[:50])
    index.add(VECTORS[900:950], IDS[:50])
    assert found(index, VECTORS[900], 1) == [IDS[0]]
    assert index.vectors(IDS[:1]) == pytest.approx(VECTORS[900:901], abs=1e-3)


def test_many_vectors_that_are_added_to_few_get_a_graph() -> None:
    index = VectorIndex.of(VECTORS[:50], IDS[:50], FEW)
    index.add(VECTORS[50:300], IDS[50:300])
    assert index.graph() is not None
    assert recall(index, VECTORS[:300], IDS[:300]) >= 0.99


@pytest.mark.parametrize("few", [FEW, 10_000])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_where_only_some_may_be_found_the_nearest_of_those_are(few: int, share: float) -> None:
    index = VectorIndex.of(VECTORS, IDS, few)
    chosen = np.random.default_rng(3).random(len(IDS)) < share
    for vector in VECTORS[:30]:
        exact = IDS[chosen][np.argsort(-(VECTORS[chosen] @ vector))[:10]]
        assert len(set(found(index, vector, 10, IDS[chosen])) & set(exact.tolist())) >= 9


def test_where_none_may_be_found_none_is(index: VectorIndex) -> None:
    assert found(index, VECTORS[0], 10, np.zeros(0, dtype=np.int64)) == []


@pytest.mark.parametrize("few", [FEW, 10_000])
def test_vectors_are_given_back_and_zeros_where_there_is_none(few: int) -> None:
    index = VectorIndex.of(VECTORS, IDS, few)
    given = index.vectors(np.array([IDS[3], 9_999, IDS[1]]))
    assert given == pytest.approx(np.stack([VECTORS[3], np.zeros(32), VECTORS[1]]), abs=1e-3)


@pytest.mark.parametrize("few", [FEW, 10_000])
def test_the_cosine_with_the_nearest_vector_is_told_for_many_at_once(few: int) -> None:
    index = VectorIndex.of(VECTORS[:500], IDS[:500], few)
    assert index.nearest_cosines(VECTORS[490:510]) == pytest.approx(
        (VECTORS[490:510] @ VECTORS[:500].T).max(axis=1), abs=0.02
    )


def test_an_index_of_which_much_was_removed_is_worn_and_can_be_made_anew() -> None:
    index = VectorIndex.of(VECTORS[:500], IDS[:500], FEW)
    index.remove(IDS[:100])
    assert not index.is_worn
    index.remove(IDS[100:200])
    assert index.is_worn
    again = index.made_anew()
    assert not again.is_worn
    assert recall(again, VECTORS[200:500], IDS[200:500]) >= 0.99
    assert len(put_together(graph_in(again), VECTORS[200:500], IDS[200:500])) == 300, "they are the very same vectors"


def test_it_is_searched_while_vectors_are_added_and_removed() -> None:
    index = index_of(VECTORS[:600], IDS[:600])

    def change() -> None:
        for start in range(600, 1_800, 100):
            index.add(VECTORS[start : start + 100], IDS[start : start + 100])
            index.remove(IDS[start - 600 : start - 500])

    changing = threading.Thread(target=change)
    changing.start()
    while changing.is_alive():
        for vector in VECTORS[:50]:
            assert len(found(index, vector, 20)) == 20
            index.vectors(IDS[300:400])
    changing.join()
    assert recall(index, VECTORS[1_200:1_800], IDS[1_200:1_800]) >= 0.99


@pytest.mark.parametrize("count", [101, 150, 2_000])
def test_a_graph_that_was_put_together_again_finds_the_same(count: int) -> None:
    vectors, ids = VECTORS[:count], IDS[:count]
    index = index_of(vectors, ids)
    graph = graph_in(index)
    again = put_together(read_again(graph, b"".join(graph.to_bytes())), vectors, ids)
    assert len(again) == count
    for vector in VECTORS[:50]:
        assert found(again, vector) == found(index, vector)


def test_the_vectors_may_come_back_in_another_order(index: VectorIndex, graph: Graph) -> None:
    order = np.random.default_rng(9).permutation(len(IDS))
    again = put_together(graph, VECTORS[order], IDS[order])
    for vector in VECTORS[:50]:
        assert found(again, vector) == found(index, vector)


def test_a_graph_holds_no_vector(graph: Graph) -> None:
    kept = b"".join(graph.to_bytes())
    assert all(vector.tobytes()[:16] not in kept for vector in VECTORS)


def test_a_graph_serves_when_vectors_came_and_went_since(graph: Graph) -> None:
    more = unit_vectors(2_300)[2_000:]
    vectors, ids = np.concatenate([VECTORS[200:], more]), np.concatenate([IDS[200:], np.arange(10_000, 10_300)])
    again = put_together(graph, vectors, ids)
    assert len(again) == 2_100
    assert recall(again, vectors, ids) >= 0.99
    assert IDS[5] not in found(again, VECTORS[5], 2_100)


def test_a_graph_serves_where_a_vector_is_another_by_now(graph: Graph) -> None:
    vectors = np.concatenate([unit_vectors(2_100)[2_000:], VECTORS[100:]])
    again = put_together(graph, vectors, IDS)
    assert len(again) == len(IDS)
    assert recall(again, vectors, IDS) >= 0.99
    assert again.vectors(IDS[:1]) == pytest.approx(vectors[:1], abs=1e-3)


def test_a_graph_that_was_kept_with_removed_nodes_serves_without_them() -> None:
    index = index_of(VECTORS[:500], IDS[:500])
    index.remove(IDS[:100])
    graph = graph_in(index)
    again = put_together(read_again(graph, b"".join(graph.to_bytes())), VECTORS[100:500], IDS[100:500])
    assert recall(again, VECTORS[100:500], IDS[100:500]) >= 0.99
    assert recall(put_together(graph_in(again), VECTORS[100:500], IDS[100:500]), VECTORS[100:500], IDS[100:500]) >= 0.99


def test_a_graph_of_which_too_little_is_left_is_refused(graph: Graph) -> None:
    with pytest.raises(ValueError, match="Too little"):
        put_together(graph, VECTORS[1_000:], IDS[1_000:])


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
    "an identifier that two nodes have": lambda graph: replace(graph, ids=changed(graph.ids, 5, int(graph.ids[6]))),
    "a row too few": lambda graph: replace(graph, ground=graph.ground[:-1]),
    "rows of another width": lambda graph: replace(graph, upper=graph.upper[:, :-1]),
}


@pytest.mark.parametrize("unsound", UNSOUND.values(), ids=UNSOUND)
def test_a_graph_that_would_crash_the_search_is_refused(graph: Graph, unsound: Callable[[Graph], Graph]) -> None:
    with pytest.raises(ValueError, match="damaged"):
        put_together(unsound(graph))


def test_no_change_of_a_graph_crashes_the_search(graph: Graph) -> None:
    whole, chance = b"".join(graph.to_bytes()), random.Random(5)
    for _ in range(100):
        content = bytearray(whole)
        for _ in range(chance.choice((1, 3, 30))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        try:
            index = put_together(read_again(graph, content))
        except ValueError:
            continue
        assert all(found(index, vector, 1) for vector in VECTORS[:20])
