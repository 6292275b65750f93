"""What a draft is made with: a text model that copies everything, and the real embedder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medbot_desktop.generation.prompting import openings
from medbot_desktop.inference.runtime import ChatMessage
from medbot_desktop.inference.store import ModelStore
from medbot_desktop.knowledge.opening import open_embedder


def everything_copied(messages: Sequence[ChatMessage]) -> str:
    """Every sentence of the passages of a prompt; "" where the prompt does not ask to copy."""
    if messages[0] != openings()[0][0]:
        return ""
    passages, _, _ = messages[-1].content.rpartition("\n\n")
    lines = []
    for n, passage in enumerate(passages.split("\n\n["), start=1):
        text = passage.partition(": ")[2].replace("\n", " ")
        lines.append(f"[{n}] {text}")
    return "\n".join(lines)


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """The vectors of texts, by the real embedder."""
    return open_embedder(ModelStore.standard()).embed(texts)
