"""Say which texts are embedded for a document, and know each of them again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.knowledge.chunking import Chunk
from medbot_desktop.knowledge.document import CUT_TITLE, Document

EmbedTexts = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit vectors, shape (number of texts, dimensions)."""

# The first synonyms are the commonest names; more of them would drown the passage's own words.
_SYNONYMS_BEFORE_PASSAGE = 6
_LONGEST_ABOUT = 160
_DIGEST_BYTES = 16


def names_of(document: Document) -> tuple[str, ...]:
    """The names by which a document is found; a title that is made of its text or of its id is none."""
    return document.names[1:] if _names_nothing(document) else document.names


def embedded_texts(document: Document, pieces: Sequence[Chunk]) -> list[str]:
    """The texts that are embedded for the passages of a document: each with the title and the headings before it."""
    title = "" if _names_nothing(document) else document.title
    synonyms = ", ".join(document.synonyms[:_SYNONYMS_BEFORE_PASSAGE])
    about = f"{title} ({synonyms})" if synonyms else title
    return [_with_headings(about, piece, document.title) for piece in pieces]


def digest(text: str) -> bytes:
    """What tells an embedded text from every other one (BLAKE2b, 128 bits)."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()


def _with_headings(about: str, piece: Chunk, title: str) -> str:
    headings = "" if piece.section == title else piece.section
    before = [f"{part[:_LONGEST_ABOUT]}." for part in (about, headings) if part]
    return " ".join([*before, piece.text])


def _names_nothing(document: Document) -> bool:
    return document.title.endswith(CUT_TITLE) or document.title == document.id
