"""Take out of a prompt what speaks to the model: passages and questions are material, and give no orders."""

from __future__ import annotations

import re

from medbot_desktop.text import sentence_spans

_TO_THE_MODEL = re.compile(
    r"""\b(?:AI|chatbot|language\ model|system\ (?:message|prompt))\b
    | \bassistants?[:,] | \b(?:dear|any|all|every|to\ the)\ (?:AI\ )?assistants?\b
    | </?\w+>
    | \b(?:ignore|forget|disregard|override|cancel)\b.{0,40}\b(?:rules?|instructions?|passages?|prompt)\b
    | \b(?:rules?|instructions?|passages?)\b.{0,30}\b(?:cancelled|switched\ off|void)\b
    | \b(?:reply|answer|respond|end|finish|close|conclude|begin|start|open|write)\b.{0,20}
      \b(?:only|with\ (?:the|these|this)\ (?:words?|phrase|sentence|line))\b
    | \b(?:your|the\ whole|every)\ (?:answer|reply)\b
    | \b(?:print|type|output|shout)\b.{0,20}\bthe\ (?:single\ )?(?:words?|phrase|sentence)\b
    | \brepeat\ after\ me\b
    | \b(?:the|every)\ reader\b""",
    re.IGNORECASE | re.VERBOSE,
)


def before_orders(passage: str) -> str:
    """A passage up to the first sentence that speaks to the model: whoever slipped that in may have written the rest.

    What it loses, it loses in the prompt only: it can still be shown in the library's own words.
    """
    for start, end in sentence_spans(passage):
        if _TO_THE_MODEL.search(passage[start:end]):
            return passage[:start].rstrip()
    return passage


def without_orders(question: str) -> str:
    """A question without the sentences that speak to the model; as it is where nothing else would be left."""
    spans = sentence_spans(question)
    kept = [question[start:end] for start, end in spans if not _TO_THE_MODEL.search(question[start:end])]
    return question if len(kept) in (0, len(spans)) else " ".join(kept)
