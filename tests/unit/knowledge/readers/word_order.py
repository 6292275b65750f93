"""How much of a document's true text a reader gives, in the order in which a person reads it."""

from __future__ import annotations

import re
from pathlib import Path

from medbot_desktop.knowledge.document import Document

FILES = Path(__file__).parent / "files"


def true_text(name: str) -> str:
    """What a document of the test files says."""
    return (FILES / f"{name}.txt").read_text(encoding="utf-8")


def share_in_order(document: Document, true: str) -> float:
    """The share of the true words that the document has in the same order: the longest common subsequence."""
    expected, found = (re.findall(r"\w+", text.casefold()) for text in (true, f"{document.title}\n{document.body}"))
    lengths = [0] * (len(found) + 1)
    for word in expected:
        diagonal = 0
        for at, other in enumerate(found, start=1):
            diagonal, lengths[at] = lengths[at], diagonal + 1 if word == other else max(lengths[at], lengths[at - 1])
    return lengths[-1] / len(expected)
