"""Take the links out of a graph of hnswlib and put vectors back into them, so that only the links need be kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self
from zlib import crc32

import hnswlib
import numpy as np
from numpy.typing import NDArray

# M, ef_construction and ef_search keep recall@10 against exact search at 0.99 or more at 100,000 passages, also where
# hundreds of them say nearly the same, which a narrower search does not get past.
_LINKS = 24
_EF_CONSTRUCTION = 200
_EF_SEARCH = 1_500
_SEED = 42

_SERIALISATION = 1
"""The version of hnswlib's own state that is known here."""

LAYOUT = f"hnswlib {_SERIALISATION}, M {_LINKS}, ef_construction {_EF_CONSTRUCTION}"
"""What a kept graph depends on besides its vectors; one of another layout is made anew."""

DEAD = -1
"""The identifier of a node whose vector was removed."""

_GROUND_WIDTH = 1 + 2 * _LINKS
_UPPER_WIDTH = 1 + _LINKS
_NODES_AT_ONCE = 4_096
_DELETED = np.uint32(0x1_0000)
"""Where hnswlib marks that a node was deleted: in the third byte of its number of links."""


@dataclass(frozen=True, slots=True)
class Graph:
    """The links of an index without its vectors; a node is known by its number, from 0.

    Attributes:
        entry: the node where every search begins.
        ids: shape (n,), int64, the identifier of each node's vector, or of one of those that are the same; -1: it was
            removed.
        checks: shape (n,), uint32, the CRC-32 of each node's vector.
        levels: shape (n,), int32, the highest level of each node.
        ground: shape (n, 1 + 2 M), uint32: how many links a node has on level 0, then the nodes that they lead to.
        upper: shape (sum of levels, 1 + M), uint32: the same for the levels from 1, node by node and upwards.
    """

    entry: int
    ids: NDArray[np.int64]
    checks: NDArray[np.uint32]
    levels: NDArray[np.int32]
    ground: NDArray[np.uint32]
    upper: NDArray[np.uint32]

    @classmethod
    def from_bytes(cls, content: memoryview, entry: int, nodes: int, upper_rows: int) -> Self:
        """Read a graph from what `to_bytes` gave; whether it is sound, `is_whole` must tell.

        Raises:
            ValueError: the content is not as long as such a graph.
        """
        kinds = [np.dtype(kind) for kind in ("<i8", "<u4", "<i4", "<u4", "<u4")]
        counts = (nodes, nodes, nodes, nodes * _GROUND_WIDTH, upper_rows * _UPPER_WIDTH)
        starts = np.cumsum([0, *(kind.itemsize * count for kind, count in zip(kinds, counts, strict=True))])
        if len(content) != starts[-1]:
            raise ValueError("The graph is longer or shorter than it should be.")
        ids, checks, levels, ground, upper = (
            np.frombuffer(content, kind, count, start)
            for kind, count, start in zip(kinds, counts, starts[:-1], strict=True)
        )
        ground = ground.reshape(nodes, _GROUND_WIDTH)
        return cls(entry, ids, checks, levels, ground, upper.reshape(upper_rows, _UPPER_WIDTH))

    def to_bytes(self) -> list[memoryview]:
        """The arrays one after the other, as they lie in memory."""
        arrays = (self.ids, self.checks, self.levels, self.ground, self.upper)
        return [array.reshape(-1).view(np.uint8).data for array in arrays]

    def is_whole(self) -> bool:
        """Whether this is a whole graph; hnswlib would crash on one that is not."""
        n = len(self.ids)
        shapes = [part.shape for part in (self.checks, self.levels, self.ground, self.upper)]
        if shapes != [(n,), (n,), (n, _GROUND_WIDTH), (len(self.upper), _UPPER_WIDTH)]:
            return False
        if not n:
            return not len(self.upper)
        live = self.ids[self.ids != DEAD]
        return (
            len(np.unique(live)) == len(live)
            and int(self.levels.min()) >= 0
            and int(self.levels.sum(dtype=np.int64)) == len(self.upper)
            and 0 <= self.entry < n
            and self.levels[self.entry] == self.levels.max()
            and self._leads_somewhere(self.ground, np.zeros(n, dtype=np.int64))
            and self._leads_somewhere(self.upper, _levels_of_rows(self.levels))
        )

    def without(self, ids: NDArray[np.int64], checks: NDArray[np.uint32]) -> Self:
        """The same graph, the nodes dead of which these vectors are not, or not with this check.

        Args:
            ids: the identifiers of the vectors that there are, shape (m,).
            checks: the CRC-32 of each, shape (m,).
        """
        if not len(ids):
            return replace(self, ids=np.full_like(self.ids, DEAD))
        by_id = np.argsort(ids)
        at = by_id[np.minimum(np.searchsorted(ids, self.ids, sorter=by_id), len(ids) - 1)]
        lives = (ids[at] == self.ids) & (checks[at] == self.checks)
        return replace(self, ids=np.where(lives, self.ids, DEAD))

    def _leads_somewhere(self, links: NDArray[np.uint32], level: NDArray[np.int64]) -> bool:
        """Whether every link of a row leads to a node that is on the row's level."""
        counts, targets = links[:, 0].astype(np.int64), links[:, 1:]
        if (counts > targets.shape[1]).any():
            return False
        found = targets[np.arange(targets.shape[1]) < counts[:, None]]
        return bool((found < len(self.levels)).all() and (self.levels[found] >= np.repeat(level, counts)).all())


def checks_of(vectors: NDArray[np.float32]) -> NDArray[np.uint32]:
    """The CRC-32 of each vector, by which a graph knows it again."""
    return np.array([crc32(vector.tobytes()) for vector in vectors], dtype="<u4")


def twins(vectors: NDArray[np.float32], checks: NDArray[np.uint32]) -> NDArray[np.int64]:
    """For each vector the number of the first one that is the same.

    Args:
        vectors: shape (n, d).
        checks: the CRC-32 of each, shape (n,).
    """
    _, first, which = np.unique(checks, return_index=True, return_inverse=True)
    twin = first[which].astype(np.int64)
    for start in range(0, len(vectors), _NODES_AT_ONCE):
        own = np.arange(start, min(start + _NODES_AT_ONCE, len(vectors)))
        other = own[twin[own] != own]
        differs = (vectors[other] != vectors[twin[other]]).any(axis=1)
        twin[other[differs]] = other[differs]
    return twin


def graph_of(index: hnswlib.Index, dimensions: int, ids: NDArray[np.int64]) -> Graph:
    """The links of an index.

    Args:
        index: the index.
        dimensions: the length of its vectors.
        ids: for each label an identifier of its vector.

    Raises:
        ValueError: this version of hnswlib keeps graphs in another way.
    """
    state = _state_of(index, dimensions)
    count = int(state["cur_element_count"])
    nodes = state["data_level0"].view(_node_type(dimensions))[:count]
    ground = nodes["links"].copy()
    is_dead = (ground[:, 0] & _DELETED) > 0
    ground[:, 0] &= ~_DELETED
    return Graph(
        entry=int(state["enterpoint_node"]),
        ids=np.where(is_dead, DEAD, ids[nodes["label"].astype(np.int64)]).astype("<i8"),
        checks=checks_of(nodes["vector"]),
        levels=state["element_levels"][:count].astype("<i4"),
        ground=ground,
        upper=state["link_lists"].view("<u4").reshape(-1, _UPPER_WIDTH),
    )


def index_from(graph: Graph, vectors: NDArray[np.float32], ids: NDArray[np.int64]) -> hnswlib.Index:
    """Put an index together from a graph and the vectors; the label of each node is its number.

    Args:
        graph: a whole one.
        vectors: shape (n, d), float32.
        ids: their identifiers; each of the graph is among them, or dead.
    """
    count, dimensions = len(graph.ids), vectors.shape[1]
    state = _state_of(empty_index(1, dimensions), dimensions)
    is_dead = graph.ids == DEAD
    labels = np.arange(count)
    state |= {
        "max_elements": count,
        "cur_element_count": count,
        "ep_added": True,
        "ef": _EF_SEARCH,
        "has_deletions": bool(is_dead.any()),
        "enterpoint_node": graph.entry,
        "max_level": int(graph.levels.max()),
        "element_levels": graph.levels,
        "label_lookup_external": labels.astype(np.uint64),
        "label_lookup_internal": np.arange(count, dtype=np.uint32),
        "data_level0": _nodes(graph, labels, vectors, ids).view(state["data_level0"].dtype),
        "link_lists": graph.upper.reshape(-1).view(state["link_lists"].dtype),
    }
    index = hnswlib.Index.__new__(hnswlib.Index)
    index.__setstate__((state,))
    return index


def empty_index(size: int, dimensions: int) -> hnswlib.Index:
    """An index with room for so many vectors."""
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


def _nodes(
    graph: Graph, labels: NDArray[np.int64], vectors: NDArray[np.float32], ids: NDArray[np.int64]
) -> NDArray[np.void]:
    """The nodes on level 0. A dead one stands where a neighbour of it is: it is never found, and still leads on."""
    nodes = np.empty(len(labels), dtype=_node_type(vectors.shape[1]))
    is_dead = graph.ids == DEAD
    nodes["links"] = graph.ground
    nodes["links"][is_dead, 0] |= _DELETED
    nodes["label"] = labels
    by_id = np.argsort(ids)
    rows = by_id[np.minimum(np.searchsorted(ids, graph.ids, sorter=by_id), len(ids) - 1)]
    for number in np.nonzero(is_dead)[0]:
        links = graph.ground[number]
        live = [neighbour for neighbour in links[1 : 1 + int(links[0])] if not is_dead[neighbour]]
        rows[number] = rows[live[0]] if live else 0
    # Some at a time, so that there is never a second copy of all vectors.
    for start in range(0, len(labels), _NODES_AT_ONCE):
        some = slice(start, start + _NODES_AT_ONCE)
        nodes["vector"][some] = vectors[rows[some]]
    return nodes


def _levels_of_rows(levels: NDArray[np.int32]) -> NDArray[np.int64]:
    """The level of each row of `Graph.upper`: 1 to the node's highest one, node by node."""
    before = np.repeat(np.cumsum(levels) - levels, levels)
    return np.arange(len(before)) - before + 1
