"""Keep the graph of the passages between two starts, encrypted, so that it need not be built at each.

Only the links are kept. The vectors stay in the database and are put back in at loading, so a snapshot is a tenth of
the index, and can never bring a vector that the database does not hold.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.errors import MedBotError, VaultError
from medbot_desktop.knowledge.vector_index import LAYOUT, Graph, VectorIndex
from medbot_desktop.vault.sealed import seal, unseal

_log = logging.getLogger(__name__)


class IndexSnapshot:
    """The one snapshot of a vault's index.

    Args:
        folder: where it lies; made when it is needed.
        key: 32 bytes, derived from the vault's data key for this purpose.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self._file = folder / "passages.hnsw"
        self._key = key

    def load(self, fingerprint: str, vectors: NDArray[np.float32], ids: NDArray[np.int64]) -> VectorIndex | None:
        """The index over these vectors as it was saved.

        Args:
            fingerprint: what `save` was given when the libraries were as they are now.
            vectors: the vectors of the database, shape (n, d), float32.
            ids: their identifiers, shape (n,).

        Returns:
            None where there is no snapshot, or it is stale, damaged, of another vault or of another way to build.
        """
        if not self._file.exists():
            return None
        try:
            header, content = unseal(self._file, self._key)
            kept = json.loads(header)
            entry, upper_rows = int(kept["entry"]), int(kept["upper_rows"])
            if kept != _header(fingerprint, vectors.shape[1], len(ids), entry, upper_rows):
                return None
            return VectorIndex.from_graph(Graph.from_bytes(content, entry, len(ids), upper_rows), vectors, ids)
        except (VaultError, ValueError, KeyError, TypeError) as error:
            _log.warning("The index snapshot cannot be used: %s", type(error).__name__)
            return None

    def save(self, index: VectorIndex, fingerprint: str) -> None:
        """Write the index in place of what was saved before.

        Where that fails, on a full disk for example, the index is simply built again at the next start.

        Args:
            index: what to save.
            fingerprint: what tells the libraries as they are now from any earlier and later state.
        """
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            graph = index.graph()
            header = _header(fingerprint, index.dimensions, len(index), graph.entry, len(graph.upper))
            seal(self._file, graph.to_bytes(), self._key, json.dumps(header).encode())
        except (OSError, MedBotError, ValueError) as error:
            _log.warning("The index snapshot could not be saved: %s", type(error).__name__)


def _header(fingerprint: str, dimensions: int, nodes: int, entry: int, upper_rows: int) -> dict[str, str | int]:
    return {
        "layout": LAYOUT,
        "fingerprint": fingerprint,
        "dimensions": dimensions,
        "nodes": nodes,
        "entry": entry,
        "upper_rows": upper_rows,
    }
