"""What was read in a picture, as it goes back to the person who took it."""

from __future__ import annotations

from dataclasses import dataclass

MOST_BYTES = 50_000_000
"""Of a picture: more than any telephone takes at its best."""

READS_ONLY = "MedBot reads the text of a picture; it does not look at skin, wounds or scans."
"""What stands wherever a picture can be given."""

NO_TEXT = ("No text could be read in this picture.", "Take it again from nearer, in good light, sharp and straight.")
"""What is said of a picture of nothing, and what to do."""

_UNSURE = 0.85


@dataclass(frozen=True, slots=True)
class PictureLine:
    """A line of the text, and how sure it is, 0 to 1."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Preview:
    """A small copy of the picture, upright as it was read, to be shown beside the text.

    Attributes:
        width: in pixels.
        height: in pixels.
        pixels: red, green and blue of each pixel, row by row, a byte each.
    """

    width: int
    height: int
    pixels: bytes


@dataclass(frozen=True, slots=True)
class PictureText:
    """The text of a picture. Nothing else is known of it: not where, when or with what it was taken.

    Attributes:
        lines: from top to bottom; empty where no text was found.
        turned: whether the picture lay on its side or upside down and was turned.
        frames: how many pictures the file holds; the first one was read.
        preview: a small copy.
    """

    lines: tuple[PictureLine, ...]
    turned: bool
    frames: int
    preview: Preview

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(line.text for line in self.lines)

    @property
    def unsure(self) -> tuple[str, ...]:
        """The lines that should be compared with the picture."""
        return tuple(line.text for line in self.lines if line.score < _UNSURE)
