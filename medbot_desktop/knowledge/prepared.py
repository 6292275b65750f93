"""Keep the vectors of the library that ships, so that opening the program need not embed it again.

The file is made when the models are synced and is part of a bundle. It holds public text's vectors only, each under the
SHA-256 of its text, so it can never be stale: what it does not hold is embedded.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.knowledge.embedding import EmbedTexts
from medbot_desktop.knowledge.vector_file import DIGEST, VectorFile


class PreparedVectors:
    """Vectors of one embedder by the hash of their text, in half precision.

    Args:
        embed: the embedder's function, for texts without a vector.
        embedder: the embedder's identity; vectors of another one are not used.
    """

    def __init__(self, embed: EmbedTexts, embedder: str) -> None:
        self._embed = embed
        self._embedder = embedder
        self._stored: VectorFile | None = None
        self._asked = np.zeros(0, dtype=np.bool_)
        self._made: dict[bytes, NDArray[np.float16]] = {}

    def load(self, file: Path) -> None:
        """Use the vectors of a file; one that is missing, damaged or of another embedder is passed over."""
        self._made = {}
        try:
            self._stored = VectorFile.open(file, self._embedder)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            self._stored = None
        self._asked = np.zeros(len(self._stored or ()), dtype=np.bool_)

    def save(self, file: Path) -> None:
        """Write the vectors, whole or not at all."""
        digests, vectors = list(self._made), list(self._made.values())
        if self._stored is not None:
            digests += [digest.tobytes() for digest in self._stored.digests]
            vectors += list(self._stored.read(np.arange(len(self._stored))))
        handle, name = tempfile.mkstemp(dir=file.parent, suffix=".npz")
        try:
            with os.fdopen(handle, "wb") as stream:
                np.savez(
                    stream,
                    embedder=np.array(self._embedder),
                    digests=np.frombuffer(b"".join(digests), dtype=np.uint8).reshape(-1, DIGEST),
                    vectors=np.stack(vectors),
                )
            Path(name).chmod(0o644)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink()
            raise

    def forget_unused(self) -> None:
        """Forget every vector that was not asked for since this was made."""
        if self._stored is not None:
            self._stored, self._asked = self._stored.only(self._asked), self._asked[self._asked]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of texts, shape (len(texts), dimensions); those not held are embedded and held.

        Half precision moves a cosine by less than 0.001.
        """
        digests = [_digest(text) for text in texts]
        known = self._read(digests)
        missing = {
            digest: text
            for digest, text in zip(digests, texts, strict=True)
            if digest not in known and digest not in self._made
        }
        if missing:
            vectors = self._embed(list(missing.values())).astype(np.float16)
            self._made.update(zip(missing, vectors, strict=True))
        return np.stack([known[d] if d in known else self._made[d] for d in digests]).astype(np.float32)

    def _read(self, digests: Sequence[bytes]) -> dict[bytes, NDArray[np.float16]]:
        """The vectors of those hashes that the file has."""
        if self._stored is None:
            return {}
        places = self._stored.find(digests)
        there = places[places >= 0]
        try:
            vectors = self._stored.read(there)
        except OSError:
            self._stored = None
            return {}
        self._asked[there] = True
        return {digests[n]: vector for n, vector in zip(np.flatnonzero(places >= 0).tolist(), vectors, strict=True)}

    def __len__(self) -> int:
        return len(self._stored or ()) + len(self._made)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
