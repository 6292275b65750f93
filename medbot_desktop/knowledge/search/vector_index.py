"""Find the nearest vectors: few of them by comparing with each, many with an HNSW graph (Malkov & Yashunin 2018)."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Self

import hnswlib
import numpy as np
from numpy.typing import NDArray

from medbot_desktop.knowledge.search.vector_graph import (
    DEAD,
    Graph,
    checks_of,
    empty_index,
    graph_of,
    index_from,
    twins,
)

FEW = 16_384
"""Up to so many vectors each is compared with: that takes less than a graph saves, and needs no building."""
_SMALL_SHARE = 0.1
"""Where fewer than this share may be found, those are compared with one by one."""
_GROWTH = 1.25
_COMPARED_AT_ONCE = 8_192
_ROWS_AT_ONCE = 16
"""A search waits for no more additions than these, which is some 20 ms."""
_PAUSE = 0.0005
_MOST_DEAD = 0.25
_SAME = 1.0 - 1e-6
"""The cosine from which two vectors are the same."""


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Numbers in order, and where each of them stood."""

    values: NDArray[np.int64]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, values: NDArray[np.int64]) -> Self:
        places = np.argsort(values, kind="stable")
        return cls(values[places], places)


class VectorIndex:
    """Unit vectors, searched by cosine; one thread may search while another one adds and removes.

    Vectors that are the same, as those of a sentence that stands in many documents, share a node of the graph: a search
    that comes among many nodes at one place finds no way out.

    Args:
        dimensions: the length of each vector.
        few: up to so many vectors each is compared with.
    """

    def __init__(self, dimensions: int, few: int = FEW) -> None:
        self._dimensions = dimensions
        self._most_few = few
        self._lock = threading.Lock()
        self._ids = np.zeros(0, dtype=np.int64)
        self._nodes = np.zeros(0, dtype=np.int64)
        self._by_id: _Sorted | None = None
        self._by_node: _Sorted | None = None
        self._living = 0
        self._few = np.zeros((0, dimensions), dtype=np.float32)
        self._graph: hnswlib.Index | None = None
        # hnswlib gives vectors back number by number, which takes longer than the search itself: so half precision of
        # them stands beside it, in the order of the identifiers, with room for more.
        self._halves = np.zeros((0, dimensions), dtype=np.float16)

    @classmethod
    def of(cls, vectors: NDArray[np.float32], ids: NDArray[np.int64], few: int = FEW) -> Self:
        """Make an index.

        Args:
            vectors: shape (n, d), float32, each of length one.
            ids: shape (n,), the identifiers that searches return, each once.
            few: up to so many vectors each is compared with.
        """
        made = cls(vectors.shape[1], few)
        made.add(vectors, ids)
        return made

    @classmethod
    def from_graph(cls, graph: Graph, vectors: NDArray[np.float32], ids: NDArray[np.int64], few: int = FEW) -> Self:
        """Put vectors back into a graph that was built over them, or over many of them; the others are added.

        Args:
            graph: what `graph` gave; it is checked before it is used.
            vectors: the vectors that there are now, in the order of ``ids``, shape (n, d), float32.
            ids: their identifiers, in any order.
            few: up to so many vectors each is compared with, and a graph is of no use.

        Raises:
            ValueError: the graph is damaged or too little of it is left, or hnswlib keeps graphs in another way.
        """
        if not graph.is_whole():
            raise ValueError("The graph is damaged.")
        checks = checks_of(vectors)
        graph = graph.without(ids, checks)
        if int((graph.ids == DEAD).sum()) > _MOST_DEAD * len(graph.ids) or len(ids) <= few:
            raise ValueError("Too little of the graph is left.")
        made = cls(vectors.shape[1], few)
        made._graph = index_from(graph, vectors, ids)
        nodes = _nodes_of(graph, vectors, ids, checks)
        known = nodes != DEAD
        made._halves = vectors[known].astype(np.float16)
        made._hold(np.array(ids[known], dtype=np.int64), nodes[known])
        made.add(vectors[~known], ids[~known])
        return made

    @property
    def dimensions(self) -> int:
        """The length of each vector."""
        return self._dimensions

    @property
    def is_worn(self) -> bool:
        """Whether so many vectors were removed that the index should be made anew."""
        with self._lock:
            return self._graph is not None and self._dead > _MOST_DEAD * (self._living + self._dead)

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, vectors: NDArray[np.float32], ids: NDArray[np.int64]) -> None:
        """Add vectors, a few at a time, so that a search need not wait long.

        Args:
            vectors: shape (n, d), float32, each of length one.
            ids: their identifiers, none of which is in the index.
        """
        if self._graph is None:
            self._add_to_few(np.concatenate([self._few, vectors]), np.concatenate([self._ids, ids]))
            return
        for start in range(0, len(ids), _ROWS_AT_ONCE):
            some = slice(start, start + _ROWS_AT_ONCE)
            with self._lock:
                nodes = self._add_to_graph(vectors[some])
                self._halves = _with_rows(self._halves, len(self._ids), vectors[some])
                self._hold(np.concatenate([self._ids, ids[some]]), np.concatenate([self._nodes, nodes]))
            time.sleep(_PAUSE)

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Take vectors out; identifiers that are not in the index are passed over."""
        with self._lock:
            gone = np.isin(self._ids, ids)
            nodes = self._nodes
            if self._graph is None:
                self._few = self._few[~gone]
            else:
                nodes = nodes[~gone]
                for number in np.setdiff1d(self._nodes[gone], nodes):
                    self._graph.mark_deleted(int(number))
                self._halves = self._halves[: len(gone)][~gone]
            self._hold(self._ids[~gone], nodes)

    def search(
        self, vector: NDArray[np.float32], limit: int, allowed: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the identifiers and cosines of the nearest vectors, nearest first.

        Args:
            vector: shape (d,), float32, of length one.
            limit: how many to return; fewer where the index holds fewer.
            allowed: only these are searched for; None: all.
        """
        with self._lock:
            if self._graph is not None and allowed is None:
                return self._neighbours(vector, limit)
            if allowed is None:
                return _nearest(vector, self._ids, self._few, limit)
            places = self._places(allowed)
            places = places[places >= 0]
            if self._graph is None or len(places) <= max(self._most_few, _SMALL_SHARE * len(self._ids)):
                return _nearest(vector, self._ids[places], self._at(places), limit)
            return self._allowed_neighbours(vector, limit, self._ids[places])

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of some identifiers, to half precision, shape (len(ids), d); zeros where there is none."""
        found = np.zeros((len(ids), self._dimensions), dtype=np.float32)
        with self._lock:
            places = self._places(ids)
            found[places >= 0] = self._at(places[places >= 0])
        return found

    def nearest_cosines(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """For each of some vectors the cosine with the nearest one here, shape (n,); -1 where there is none.

        Each is compared with each: for hundreds at once that takes a tenth of what the graph would.
        """
        with self._lock:
            # What is added meanwhile stands behind these rows; what is removed leaves them as they are.
            held = self._few if self._graph is None else self._halves[: len(self._ids)]
        nearest = np.full(len(vectors), -1.0, dtype=np.float32)
        for start in range(0, len(held), _COMPARED_AT_ONCE):
            some = held[start : start + _COMPARED_AT_ONCE].astype(np.float32)
            np.maximum(nearest, (vectors @ some.T).max(axis=1, initial=-1.0), out=nearest)
        return nearest

    def made_anew(self) -> VectorIndex:
        """The same vectors in an index of their own, without what was removed; this one can be searched meanwhile."""
        with self._lock:
            exact = self._few if self._graph is None else self._graph.get_items(self._nodes, return_type="numpy")
            ids = self._ids
        return VectorIndex.of(exact, ids, self._most_few)

    def graph(self) -> Graph | None:
        """The links, to be kept without the vectors; None where the vectors are few and have none.

        Raises:
            ValueError: this version of hnswlib keeps graphs in another way.
        """
        with self._lock:
            if self._graph is None:
                return None
            ids = np.full(self._graph.get_current_count(), DEAD, dtype=np.int64)
            ids[self._nodes] = self._ids
            return graph_of(self._graph, self._dimensions, ids)

    @property
    def _dead(self) -> int:
        return int(self._graph.get_current_count()) - self._living if self._graph is not None else 0

    def _hold(self, ids: NDArray[np.int64], nodes: NDArray[np.int64]) -> None:
        self._ids, self._nodes, self._living = ids, nodes, len(np.unique(nodes))
        self._by_id = self._by_node = None

    def _add_to_few(self, vectors: NDArray[np.float32], ids: NDArray[np.int64]) -> None:
        if len(ids) <= self._most_few:
            with self._lock:
                self._few = vectors
                self._hold(ids, self._nodes)
            return
        twin = twins(vectors, checks_of(vectors))
        first = np.unique(twin)
        graph = empty_index(len(first), self._dimensions)
        graph.add_items(vectors[first], np.arange(len(first)))
        with self._lock:
            self._graph, self._few, self._halves = graph, vectors[:0].copy(), vectors.astype(np.float16)
            self._hold(ids, np.searchsorted(first, twin))

    def _add_to_graph(self, vectors: NDArray[np.float32]) -> NDArray[np.int64]:
        """Add a few vectors; returns the node of each, for one that is there already the same node."""
        assert self._graph is not None
        nodes = np.full(len(vectors), DEAD, dtype=np.int64)
        if self._living:
            nearest, distances = self._graph.knn_query(vectors, k=1, num_threads=1)
            nodes = np.where(1.0 - distances[:, 0] >= _SAME, nearest[:, 0].astype(np.int64), DEAD)
        new = np.nonzero(nodes == DEAD)[0]
        twin = twins(vectors[new], checks_of(vectors[new]))
        first = np.unique(twin)
        count = int(self._graph.get_current_count())
        if len(first):
            _make_room(self._graph, len(first))
            self._graph.add_items(vectors[new[first]], count + np.arange(len(first)))
        nodes[new] = count + np.searchsorted(first, twin)
        return nodes

    def _neighbours(self, vector: NDArray[np.float32], limit: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        if not self._living:
            return self._ids[:0], np.zeros(0, np.float32)
        assert self._graph is not None
        nodes, distances = self._graph.knn_query(vector, k=min(limit, self._living), num_threads=1)
        if self._by_node is None:
            self._by_node = _Sorted.of(self._nodes)
        found = nodes[0].astype(np.int64)
        start = np.searchsorted(self._by_node.values, found)
        many = np.searchsorted(self._by_node.values, found, side="right") - start
        within = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
        ids = self._ids[self._by_node.places[np.repeat(start, many) + within]]
        return ids[:limit], np.repeat(1.0 - distances[0], many)[:limit]

    def _allowed_neighbours(
        self, vector: NDArray[np.float32], limit: int, allowed: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """More neighbours than are wanted, until there are enough among them that may be found."""
        reach = limit
        while True:
            reach = min(len(self._ids), int(1.5 * reach * len(self._ids) / len(allowed)))
            ids, cosines = self._neighbours(vector, reach)
            may = np.isin(ids, allowed)
            if may.sum() >= limit or reach == len(self._ids):
                return ids[may][:limit], cosines[may][:limit]

    def _places(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where each identifier stands in ``_ids``; -1 for one that is not there."""
        if not len(self._ids):
            return np.full(len(ids), -1, dtype=np.int64)
        if self._by_id is None:
            self._by_id = _Sorted.of(self._ids)
        at = np.minimum(np.searchsorted(self._by_id.values, ids), len(self._ids) - 1)
        return np.where(self._by_id.values[at] == ids, self._by_id.places[at], -1)

    def _at(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._few[places] if self._graph is None else self._halves[places].astype(np.float32)


def _with_rows(halves: NDArray[np.float16], count: int, more: NDArray[np.float32]) -> NDArray[np.float16]:
    """The array with more rows behind the first ``count``, in the room that there is, or in a larger one."""
    if count + len(more) > len(halves):
        larger = np.empty((int(_GROWTH * (count + len(more))), halves.shape[1]), dtype=np.float16)
        larger[:count] = halves[:count]
        halves = larger
    halves[count : count + len(more)] = more
    return halves


def _nearest(
    vector: NDArray[np.float32], ids: NDArray[np.int64], vectors: NDArray[np.float32], limit: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """By comparing with each, on one thread: others would spin on for a while, and the text model comes next."""
    cosines = np.einsum("nd,d->n", vectors, vector)
    among = np.argpartition(-cosines, limit)[:limit] if limit < len(cosines) else np.arange(len(cosines))
    best = among[np.lexsort((among, -cosines[among]))]
    return ids[best], cosines[best]


def _nodes_of(
    graph: Graph, vectors: NDArray[np.float32], ids: NDArray[np.int64], checks: NDArray[np.uint32]
) -> NDArray[np.int64]:
    """The node of each vector: its own, or that of one that is the same; `DEAD` for one that is not in the graph."""
    nodes = np.full(len(ids), DEAD, dtype=np.int64)
    live = np.nonzero(graph.ids != DEAD)[0]
    by_id = np.argsort(ids)
    nodes[by_id[np.searchsorted(ids, graph.ids[live], sorter=by_id)]] = live
    # Those that have a node come first, so that the others are found to be the same as one of them.
    order = np.argsort(nodes == DEAD, kind="stable")
    twin = np.empty(len(ids), dtype=np.int64)
    twin[order] = order[twins(vectors[order], checks[order])]
    return np.where(nodes == DEAD, nodes[twin], nodes)


def _make_room(index: hnswlib.Index, more: int) -> None:
    needed = index.get_current_count() + more
    if needed > index.get_max_elements():
        index.resize_index(int(_GROWTH * needed))
