"""What the process that reads pictures says: the lines in JSON, then the pixels of the small copy as they are."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from medbot_desktop.knowledge.reading.messages import BrokenPromiseError, Refused, Spoken, Stopped

PREVIEW_SIDE = 560
"""Pixels of the longer side of the small copy; its pixels fit into one frame."""

_Side = Annotated[int, Field(ge=1, le=PREVIEW_SIDE)]


class Read(Spoken):
    """A picture has been read; a frame with the pixels of its small copy follows."""

    kind: Literal["picture"] = "picture"
    lines: Annotated[tuple[tuple[str, Annotated[float, Field(ge=0, le=1.001)]], ...], Field(max_length=600)]
    turned: bool
    frames: Annotated[int, Field(ge=1, le=10_000_000)]
    width: _Side
    height: _Side


Reply = Read | Refused | Stopped
_REPLY: TypeAdapter[Reply] = TypeAdapter(Annotated[Reply, Field(discriminator="kind")])


def reply_in(payload: bytes) -> Reply:
    """The message of a frame.

    Raises:
        BrokenPromiseError: it is none.
    """
    try:
        return _REPLY.validate_json(payload)
    except ValidationError:
        raise BrokenPromiseError from None  # what it says quotes what came
