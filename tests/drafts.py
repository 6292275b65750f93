"""What a text model that copies everything writes, so that a test goes on to the answer."""

from __future__ import annotations

from collections.abc import Sequence

from medbot_desktop.generation.prompting import openings
from medbot_desktop.inference.runtime import ChatMessage


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
