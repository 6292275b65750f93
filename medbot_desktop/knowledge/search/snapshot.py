"""Keep what takes long to make from the libraries between two starts, encrypted: the graphs, and the words they use.

Of the graphs only the links are kept. The vectors stay in the database and are put back in at loading, so a snapshot is
a tenth of the index, and can never bring a vector that the database does not hold.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medbot_desktop.errors import MedBotError, VaultError
from medbot_desktop.knowledge.search.vector_graph import LAYOUT, Graph
from medbot_desktop.vault.sealed import seal, unseal

_log = logging.getLogger(__name__)

_FORMAT = 2


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept.

    Attributes:
        graphs: by the name of the index; of one whose vectors are few there is none.
        documents: the signatures of the documents that were learnt from.
        words: the lower-case words of their texts and names.
        forms: short forms, long forms, and how often they stood together.
        capitals: words in capitals, and how often they were used.
    """

    graphs: dict[str, Graph] = field(repr=False)
    documents: frozenset[str] = field(repr=False)
    words: frozenset[str] = field(repr=False)
    forms: Sequence[Sequence[Any]] = field(repr=False)
    capitals: Sequence[Sequence[Any]] = field(repr=False)


class IndexSnapshot:
    """The one snapshot of a vault's libraries.

    Args:
        folder: where it lies; made when it is needed.
        key: 32 bytes, derived from the vault's data key for this purpose.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self._file = folder / "passages.hnsw"
        self._key = key

    @property
    def file(self) -> Path:
        """Where it lies; it need not be there."""
        return self._file

    def load(self) -> Kept | None:
        """What was saved.

        Returns:
            None where there is no snapshot, or it is damaged, of another vault or of another way to build.
        """
        if not self._file.exists():
            return None
        try:
            header, content = unseal(self._file, self._key)
            return _unpacked(json.loads(header), memoryview(content))
        except (VaultError, ValueError, KeyError, TypeError) as error:
            _log.warning("The index snapshot cannot be used: %s", type(error).__name__)
            return None

    def save(self, kept: Kept) -> None:
        """Write a snapshot in place of what was saved before.

        Where that fails, on a full disk for example, all is simply made again at the next start.
        """
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            header, content = _packed(kept)
            seal(self._file, content, self._key, json.dumps(header).encode())
        except (OSError, MedBotError, ValueError) as error:
            _log.warning("The index snapshot could not be saved: %s", type(error).__name__)


def _packed(kept: Kept) -> tuple[dict[str, Any], list[memoryview]]:
    words = json.dumps([sorted(kept.documents), sorted(kept.words), kept.forms, kept.capitals]).encode()
    content, sizes = [memoryview(words)], []
    for name, graph in kept.graphs.items():
        parts = graph.to_bytes()
        sizes.append([name, graph.entry, len(graph.ids), len(graph.upper), sum(part.nbytes for part in parts)])
        content += parts
    return {"format": _FORMAT, "layout": LAYOUT, "words": len(words), "graphs": sizes}, content


def _unpacked(header: dict[str, Any], content: memoryview) -> Kept | None:
    if (header["format"], header["layout"]) != (_FORMAT, LAYOUT):
        return None
    at = int(header["words"])
    documents, words, forms, capitals = json.loads(bytes(content[:at]))
    graphs = {}
    for name, entry, nodes, upper_rows, size in header["graphs"]:
        graphs[str(name)] = Graph.from_bytes(content[at : at + size], entry, nodes, upper_rows)
        at += size
    return Kept(graphs, frozenset(documents), frozenset(words), forms, capitals)
