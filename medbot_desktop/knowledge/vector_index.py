"""Find the nearest vectors with an HNSW graph (Malkov & Yashunin 2018), by hnswlib."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import hnswlib
import numpy as np
from numpy.typing import NDArray

# M, ef_construction and ef_search keep recall@10 against exact search at 0.99 or more at 100,000 passages.
_LINKS = 24
_EF_CONSTRUCTION = 200
_EF_SEARCH = 160
_SEED = 42

_SERIALISATION = 1
"""The version of hnswlib's own state that `VectorIndex.graph` and `VectorIndex.from_graph` know."""

LAYOUT = f"hnswlib {_SERIALISATION}, M {_LINKS}, ef_construction {_EF_CONSTRUCTION}"
"""What a kept graph depends on besides its vectors; one of another layout is made anew."""

_GROUND_WIDTH = 1 + 2 * _LINKS
_UPPER_WIDTH = 1 + _LINKS
_NODES_AT_ONCE = 4_096


@dataclass(frozen=True, slots=True)
class Graph:
    """The links of an index without its vectors; a node is known by its number, from 0.

    Attributes:
        entry: the node where every search begins.
        ids: shape (n,), int64, the identifier of each node.
        levels: shape (n,), int32, the highest level of each node.
        ground: shape (n, 1 + 2 M), uint32: how many links a node has on level 0, then the nodes that they lead to.
        upper: shape (sum of levels, 1 + M), uint32: the same for the levels from 1, node by node and upwards.
    """

    entry: int
    ids: NDArray[np.int64]
    levels: NDArray[np.int32]
    ground: NDArray[np.uint32]
    upper: NDArray[np.uint32]

    @classmethod
    def from_bytes(cls, content: bytearray, entry: int, nodes: int, upper_rows: int) -> Self:
        """Read a graph from what `to_bytes` gave; whether it is sound, `fits` must tell.

        Raises:
            ValueError: the content is not as long as such a graph.
        """
        kinds = [np.dtype(kind) for kind in ("<i8", "<i4", "<u4", "<u4")]
        counts = (nodes, nodes, nodes * _GROUND_WIDTH, upper_rows * _UPPER_WIDTH)
        starts = np.cumsum([0, *(kind.itemsize * count for kind, count in zip(kinds, counts, strict=True))])
        if len(content) != starts[-1]:
            raise ValueError("The graph is longer or shorter than it should be.")
        ids, levels, ground, upper = (
            np.frombuffer(content, kind, count, start)
            for kind, count, start in zip(kinds, counts, starts[:-1], strict=True)
        )
        return cls(entry, ids, levels, ground.reshape(nodes, _GROUND_WIDTH), upper.reshape(upper_rows, _UPPER_WIDTH))

    def to_bytes(self) -> list[memoryview]:
        """The arrays one after the other, as they lie in memory."""
        arrays = (self.ids, self.levels, self.ground, self.upper)
        return [array.reshape(-1).view(np.uint8).data for array in arrays]

    def fits(self, ids: NDArray[np.int64]) -> bool:
        """Whether this is a whole graph over these ids; hnswlib would crash on one that is not."""
        n = len(ids)
        shapes = [part.shape for part in (self.ids, self.levels, self.ground, self.upper)]
        if shapes != [(n,), (n,), (n, _GROUND_WIDTH), (len(self.upper), _UPPER_WIDTH)]:
            return False
        if not n:
            return not len(self.upper)
        return (
            np.array_equal(np.sort(self.ids), np.sort(ids))
            and int(self.levels.min()) >= 0
            and int(self.levels.sum(dtype=np.int64)) == len(self.upper)
            and 0 <= self.entry < n
            and self.levels[self.entry] == self.levels.max()
            and self._leads_somewhere(self.ground, np.zeros(n, dtype=np.int64))
            and self._leads_somewhere(self.upper, _levels_of_rows(self.levels))
        )

    def _leads_somewhere(self, links: NDArray[np.uint32], level: NDArray[np.int64]) -> bool:
        """Whether every link of a row leads to a node that is on the row's level."""
        counts, targets = links[:, 0].astype(np.int64), links[:, 1:]
        if (counts > targets.shape[1]).any():
            return False
        found = targets[np.arange(targets.shape[1]) < counts[:, None]]
        return bool((found < len(self.levels)).all() and (self.levels[found] >= np.repeat(level, counts)).all())


class VectorIndex:
    """A graph over unit vectors, searched by cosine.

    Args:
        vectors: shape (n, d), float32, each of length one.
        ids: shape (n,), the identifiers that searches return.
    """

    def __init__(self, vectors: NDArray[np.float32], ids: NDArray[np.int64]) -> None:
        self._size: int = vectors.shape[0]
        self._dimensions: int = vectors.shape[1]
        self._index = _empty_index(self._size, self._dimensions)
        if self._size:
            self._index.add_items(vectors, ids)

    @classmethod
    def from_graph(cls, graph: Graph, vectors: NDArray[np.float32], ids: NDArray[np.int64]) -> Self:
        """Put vectors back into the graph that was built over them.

        Args:
            graph: what `graph` gave; it is checked before it is used.
            vectors: the same vectors, in the order of ``ids``, shape (n, d), float32.
            ids: their identifiers, in any order.

        Raises:
            ValueError: the graph does not fit the ids, or this version of hnswlib keeps graphs in another way.
        """
        if not graph.fits(ids):
            raise ValueError("The graph does not fit the vectors.")
        if not len(ids):
            return cls(vectors, ids)
        made = cls.__new__(cls)
        made._size, made._dimensions = vectors.shape
        state = _state_of(_empty_index(1, made._dimensions), made._dimensions)
        state |= {
            "max_elements": made._size,
            "cur_element_count": made._size,
            "ep_added": True,
            "ef": _EF_SEARCH,
            "enterpoint_node": graph.entry,
            "max_level": int(graph.levels.max()),
            "element_levels": graph.levels,
            "label_lookup_external": graph.ids.astype(np.uint64),
            "label_lookup_internal": np.arange(made._size, dtype=np.uint32),
            "data_level0": _nodes(graph, vectors, ids).view(state["data_level0"].dtype),
            "link_lists": graph.upper.reshape(-1).view(state["link_lists"].dtype),
        }
        made._index = hnswlib.Index.__new__(hnswlib.Index)
        made._index.__setstate__((state,))
        return made

    @property
    def dimensions(self) -> int:
        """The length of each vector."""
        return self._dimensions

    def graph(self) -> Graph:
        """The links, to be kept without the vectors.

        Raises:
            ValueError: this version of hnswlib keeps graphs in another way.
        """
        state = _state_of(self._index, self._dimensions)
        nodes = state["data_level0"].view(_node_type(self._dimensions))
        return Graph(
            entry=int(state["enterpoint_node"]),
            ids=nodes["label"].astype("<i8"),
            levels=state["element_levels"][: self._size].astype("<i4"),
            ground=nodes["links"].copy(),
            upper=state["link_lists"].view("<u4").reshape(-1, _UPPER_WIDTH),
        )

    def __len__(self) -> int:
        return self._size

    def search(self, vector: NDArray[np.float32], limit: int) -> list[tuple[int, float]]:
        """Return the (id, cosine) of the ``limit`` nearest vectors, nearest first.

        Args:
            vector: shape (d,), float32, of length one.
            limit: how many to return; fewer where the index holds fewer.
        """
        limit = min(limit, self._size)
        if limit == 0:
            return []
        ids, distances = self._index.knn_query(vector, k=limit)
        return [(int(i), 1.0 - float(d)) for i, d in zip(ids[0], distances[0], strict=True)]


def _empty_index(size: int, dimensions: int) -> hnswlib.Index:
    index = hnswlib.Index(space="ip", dim=dimensions)
    index.init_index(max(1, size), M=_LINKS, ef_construction=_EF_CONSTRUCTION, random_seed=_SEED)
    index.set_ef(_EF_SEARCH)
    return index


def _state_of(index: hnswlib.Index, dimensions: int) -> dict[str, Any]:
    """What hnswlib would pickle of an index; only a layout that is known is let through."""
    [state] = index.__getstate__()
    node = _node_type(dimensions)
    # A dtype's fields are (type, offset) pairs.
    offsets = [node.fields[name][1] for name in ("vector", "label")] if node.fields else []
    if (
        state["ser_version"] != _SERIALISATION
        or state["size_data_per_element"] != node.itemsize
        or [state["offset_data"], state["label_offset"]] != offsets
    ):
        raise ValueError("This version of hnswlib keeps graphs in another way.")
    return dict(state)


def _node_type(dimensions: int) -> np.dtype[np.void]:
    """How hnswlib lays out a node on level 0: how many links, the links, the vector, the label."""
    return np.dtype([("links", "<u4", (_GROUND_WIDTH,)), ("vector", "<f4", (dimensions,)), ("label", "<u8")])


def _nodes(graph: Graph, vectors: NDArray[np.float32], ids: NDArray[np.int64]) -> NDArray[np.void]:
    nodes = np.empty(len(ids), dtype=_node_type(vectors.shape[1]))
    nodes["links"] = graph.ground
    nodes["label"] = graph.ids
    by_id = np.argsort(ids)
    rows = by_id[np.searchsorted(ids, graph.ids, sorter=by_id)]
    # Some at a time, so that there is never a second copy of all vectors.
    for start in range(0, len(ids), _NODES_AT_ONCE):
        some = slice(start, start + _NODES_AT_ONCE)
        nodes["vector"][some] = vectors[rows[some]]
    return nodes


def _levels_of_rows(levels: NDArray[np.int32]) -> NDArray[np.int64]:
    """The level of each row of `Graph.upper`: 1 to the node's highest one, node by node."""
    before = np.repeat(np.cumsum(levels) - levels, levels)
    return np.arange(len(before)) - before + 1
