"""What passes between MedBot and the process that reads documents: short frames, none of which is believed unseen.

A frame is its length in four bytes and as many bytes: a message in JSON, or ``T`` and a piece of a document's text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

MOST_FRAME = 1_000_000
"""Bytes of one frame."""

LENGTH_BYTES = 4
TEXT = b"T"

OUT_OF_MEMORY = 77
"""The exit status of a child that ran out of memory and so has no way left to say it."""

_MOST_DEPTH = 100


class BrokenPromiseError(Exception):
    """The child said what it must not say; nothing more of it is to be heard."""


class TooLongError(Exception):
    """A part of a document, such as its title, is longer than a frame."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the reading of a document may cost.

    Attributes:
        seconds: processor time that a document may take.
        page_seconds: how much more it may take for each of its pages that has been read.
        silent_seconds: how long nothing may be heard; longer, because other programs go before this one.
        silent_page_seconds: how much longer for each page that has been read: they are put together at the end.
        bytes_each_second: bytes of a file that come with one more second of both.
        memory_bytes: memory that the child may hold.
        document_bytes: bytes in which a document may come over the pipe.
        growth: how many times the size of its file all documents of it may have, where that is more.
        open_files: how many files may be open at once.
        files_each: how many files a child reads before a fresh one takes its place.
        is_awaited: somebody sits and waits for it, so it does not stand back behind everything else.
    """

    seconds: float = 30.0
    page_seconds: float = 10.0
    silent_seconds: float = 120.0
    silent_page_seconds: float = 0.2
    bytes_each_second: int = 20_000_000
    memory_bytes: int = 1_500_000_000
    document_bytes: int = 64_000_000
    growth: int = 50
    open_files: int = 64
    files_each: int = 500
    is_awaited: bool = False

    def work_seconds(self, size: int, pages: int) -> float:
        """Processor time that a document may take, of a file of ``size`` bytes and with ``pages`` read so far."""
        return self.seconds + size / self.bytes_each_second + pages * self.page_seconds

    def quiet_seconds(self, size: int, pages: int) -> float:
        """How long nothing may be heard while it is read."""
        return self.silent_seconds + size / self.bytes_each_second + pages * self.silent_page_seconds


class Spoken(BaseModel):
    """What is said over the pipe: nothing beside what is named, and nothing of another type."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Began(Spoken):
    """The child has turned to the file that it was asked for."""

    kind: Literal["began"] = "began"


class PageRead(Spoken):
    """A page of ``count`` has been read."""

    kind: Literal["page"] = "page"
    number: Annotated[int, Field(ge=1, le=10_000_000)]
    count: Annotated[int, Field(ge=1, le=10_000_000)]


class Head(Spoken):
    """A document begins; its attributes are those of ``Document``."""

    kind: Literal["document"] = "document"
    id: str
    title: Annotated[str, Field(min_length=1)]
    synonyms: tuple[str, ...]
    asked_as: tuple[str, ...]
    audience: str
    last_reviewed: str
    sources: tuple[tuple[str, str], ...]
    url: str
    language: str


class SectionPart(Spoken):
    """Blocks of a section: start, end, page and the place of the header in ``Sections.headers``, -1 for none."""

    heading: str
    above: Annotated[tuple[str, ...], Field(max_length=_MOST_DEPTH)]
    blocks: Annotated[tuple[tuple[int, int, int | None, int], ...], Field(min_length=1)]


class Sections(Spoken):
    """Some sections of a document.

    Attributes:
        continues: the first one goes on with the last one of the message before.
        last: the document is whole.
        share: how much of the file has been read, 0 to 1.
    """

    kind: Literal["sections"] = "sections"
    headers: tuple[str, ...]
    sections: tuple[SectionPart, ...]
    continues: bool
    last: bool
    share: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Ended(Spoken):
    """The file has been read to its end."""

    kind: Literal["ended"] = "ended"


class Refused(Spoken):
    """The reader refused the file, in a sentence for people."""

    kind: Literal["refused"] = "refused"
    message: Annotated[str, Field(min_length=1, max_length=500)]
    hint: Annotated[str, Field(max_length=500)]


class Stopped(Spoken):
    """The reader came to no end of its own; ``error`` is the kind of error, never anybody's words."""

    kind: Literal["stopped"] = "stopped"
    reason: Literal["too_long", "failed"]
    error: Annotated[str, Field(pattern=r"^\w{0,80}$")] = ""


Reply = Began | PageRead | Head | Sections | Ended | Refused | Stopped
_REPLY: TypeAdapter[Reply] = TypeAdapter(Annotated[Reply, Field(discriminator="kind")])


def frame(payload: bytes) -> bytes:
    """A payload as it goes over the pipe.

    Raises:
        TooLongError: it is longer than a frame may be.
    """
    if len(payload) > MOST_FRAME:
        raise TooLongError
    return len(payload).to_bytes(LENGTH_BYTES, "big") + payload


def message_frame(message: Reply) -> bytes:
    """The frame of a message."""
    return frame(message.model_dump_json().encode())


def reply_in(payload: bytes) -> Reply:
    """The message of a frame.

    Raises:
        BrokenPromiseError: it is none.
    """
    try:
        return _REPLY.validate_json(payload)
    except ValidationError:
        raise BrokenPromiseError from None  # what it says quotes what came
