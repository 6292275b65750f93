"""Show whatever was written as text: marks that would reorder or hide words are spelt out instead of obeyed."""

from __future__ import annotations

import re

# Controls but tab and new line; overrides, embeddings and isolates of the bidirectional algorithm; Qt's own
# paragraph, line and object separators. Plain left-to-right and right-to-left marks are harmless and stay.
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufdd0\ufdd1\ufffc]")
_BULLET = re.compile(r"^([ \t]*)[-*](?=[ \t])", re.MULTILINE)


def shown(text: str) -> str:
    """The text as it may be put on screen: a mark that cannot be seen is written as its code point."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSHOWN.sub(lambda match: f"‹U+{ord(match[0]):04X}›", unified)


def bulleted(text: str) -> str:
    """The text with list marks at the start of lines as bullets; every character keeps its offset."""
    return _BULLET.sub(r"\1•", text)


def is_blank(text: str) -> bool:
    """Whether nothing in the text can be read: white space and unseen marks only."""
    return not any(char.isprintable() and not char.isspace() for char in text)
