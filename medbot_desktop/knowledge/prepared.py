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


class PreparedVectors:
    """Vectors of one embedder by the hash of their text, in half precision.

    Args:
        embed: the embedder's function, for texts without a vector.
        embedder: the embedder's identity; vectors of another one are not used.
    """

    def __init__(self, embed: EmbedTexts, embedder: str) -> None:
        self._embed = embed
        self._embedder = embedder
        self._vectors: dict[bytes, NDArray[np.float16]] = {}
        self._used: set[bytes] = set()

    def load(self, file: Path) -> None:
        """Use the vectors of a file; one that is missing, damaged or of another embedder is passed over."""
        try:
            with np.load(file, allow_pickle=False) as stored:
                if str(stored["embedder"]) == self._embedder:
                    digests = (digest.tobytes() for digest in stored["digests"])
                    self._vectors = dict(zip(digests, stored["vectors"], strict=True))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            self._vectors = {}

    def save(self, file: Path) -> None:
        """Write the vectors, whole or not at all."""
        digests = np.frombuffer(b"".join(self._vectors), dtype=np.uint8).reshape(-1, hashlib.sha256().digest_size)
        vectors = np.stack(list(self._vectors.values()))
        handle, name = tempfile.mkstemp(dir=file.parent, suffix=".npz")
        try:
            with os.fdopen(handle, "wb") as stream:
                np.savez(stream, embedder=np.array(self._embedder), digests=digests, vectors=vectors)
            Path(name).chmod(0o644)
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink()
            raise

    def forget_unused(self) -> None:
        """Forget every vector that was not asked for since this was made."""
        self._vectors = {digest: vector for digest, vector in self._vectors.items() if digest in self._used}

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of texts, shape (len(texts), dimensions); those not held are embedded and held.

        Half precision moves a cosine by less than 0.001.
        """
        digests = [_digest(text) for text in texts]
        self._used.update(digests)
        missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in self._vectors}
        if missing:
            vectors = self._embed(list(missing.values())).astype(np.float16)
            self._vectors.update(zip(missing, vectors, strict=True))
        return np.stack([self._vectors[digest] for digest in digests]).astype(np.float32)

    def __len__(self) -> int:
        return len(self._vectors)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
