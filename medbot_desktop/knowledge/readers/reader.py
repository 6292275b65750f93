"""What every reader of the library's documents promises, and what they all do the same way."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.building import DocumentBuilder
from medbot_desktop.knowledge.document import CUT_TITLE, Document

SAVE_AGAIN = "Open it in the program that it comes from, save it again and add it once more."
"""What to do about a file that is broken."""

MEGABYTE = 1_000_000

_LONGEST_SLUG = 80
_LONGEST_NAME = 80
_WORDS_OF_OPENING = 8
# What no text for people needs: control characters, lone surrogates, noncharacters, marks that are invisible in the
# middle of a word (and would hide it from a search), turned-round text, and the tag letters that no screen shows.
_NOT_TEXT = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u202d\u202e\u2060\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff"
    "\U000e0000-\U000e007f]"
)
_RAISED = str.maketrans("0123456789+-−n()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ⁽⁾")
_RAISABLE = re.compile(r"[0-9+\-−n()]+")
_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?=$|[-_])")
_WEB = re.compile(r"https?://[^\s\"'<>]{3,2000}")


class Reader(Protocol):
    """Reads one kind of file."""

    def read(self, path: Path) -> Iterator[Document]:
        """The file's documents, one by one.

        Args:
            path: the file.

        Raises:
            LibraryError: the file cannot be read; one sentence that names it, without any of its text.
        """
        ...


def read_whole(path: Path, most: int) -> bytes:
    """The bytes of an ordinary file.

    Args:
        path: the file.
        most: the most bytes that it may have.

    Raises:
        LibraryError: it is no ordinary file, cannot be read, is empty or is too large.
    """
    size = file_size(path)
    if size <= most:
        try:
            with path.open("rb") as file:
                data = file.read(most + 1)
        except OSError as error:
            raise unreadable(path) from error
        if len(data) <= most:
            return data
    raise LibraryError(
        f"{file_name(path)} is larger than the {most // MEGABYTE} MB that one document of its kind may have.",
        hint="Split it into smaller files and add those.",
    )


def file_size(path: Path) -> int:
    """The size of an ordinary file that is not empty, in bytes.

    Raises:
        LibraryError: it is no ordinary file, cannot be read or is empty.
    """
    try:
        facts = path.stat()
    except (OSError, ValueError) as error:
        raise unreadable(path) from error
    if not stat.S_ISREG(facts.st_mode):
        raise LibraryError(f"{file_name(path)} is not a file.", hint="Choose a document.")
    if not facts.st_size:
        raise empty(path)
    return facts.st_size


def too_long(path: Path, kind: str = "document") -> LibraryError:
    """The refusal of a file with more text than one document has."""
    return LibraryError(
        f"{file_name(path)} is too long to be one {kind}.", hint="Split it into smaller files and add those."
    )


def unreadable(path: Path) -> LibraryError:
    """The refusal of a file that the system does not let us read."""
    return LibraryError(
        f"{file_name(path)} cannot be read.", hint="Check that it is still there and that you may open it."
    )


def empty(path: Path) -> LibraryError:
    """The refusal of a file without text."""
    return LibraryError(f"{file_name(path)} has no text in it.", hint="Check that it is the right file.")


def damaged(path: Path, kind: str) -> LibraryError:
    """The refusal of a file that is not whole; ``kind`` names what it should be, e.g. ``Word document``."""
    return LibraryError(f"{file_name(path)} is damaged: it cannot be read as a {kind}.", hint=SAVE_AGAIN)


def file_name(path: Path) -> str:
    """A file's name as a person can read it, whatever characters the file system allows in it."""
    name = " ".join("".join(mark if mark.isprintable() else "\N{REPLACEMENT CHARACTER}" for mark in path.name).split())
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def name_title(path: Path) -> str:
    """The title of a document that names none: its file's name without the ending, underscores read as spaces."""
    return file_name(Path(path.stem or path.name)).replace("_", " ").strip() or "Document"


def opening(text: str) -> str:
    """A title for a record that names none: the first words of its text, marked as such."""
    words = clean(text).split()[:_WORDS_OF_OPENING]
    return " ".join(words)[:_LONGEST_NAME].rstrip(" .,;:") + CUT_TITLE


def slug(text: str) -> str:
    """An identifier made of a text: lower-case letters, digits and hyphens; letters of other scripts become a hash."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.lower())
    if not words or sum(map(len, words)) * 2 < sum(map(str.isalnum, text)):
        words.append(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8])
    return "-".join(words)[:_LONGEST_SLUG].strip("-")


def document_ids(path: Path) -> Iterator[str]:
    """Identifiers for the documents of one file: its name as a slug, then the same with -2, -3 and so on."""
    stem = slug(path.stem)
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1


def told_apart(identifier: str, seen: dict[str, int]) -> str:
    """An identifier that no earlier record of a file has: its own, else the same with -2, -3 and so on.

    Args:
        identifier: what the record calls itself.
        seen: the identifiers so far, each with the last number that was put behind it; the new one is noted in it.
    """
    number = seen.get(identifier, 0) + 1
    own = identifier if number == 1 else f"{identifier}-{number}"
    while number > 1 and own in seen:
        number += 1
        own = f"{identifier}-{number}"
    seen[identifier] = number
    seen.setdefault(own, 1)
    return own


def clean(text: str) -> str:
    """A text without the characters that no person reads: controls, lone surrogates, invisible marks inside words."""
    return _NOT_TEXT.sub("", text)


def raised(text: str) -> str:
    """A superscript in letters of its own, so that ten to the power of nine never reads as 109."""
    return text.translate(_RAISED) if _RAISABLE.fullmatch(text) else text


def language_code(stated: str) -> str:
    """The code of a language as a document states it (``en-GB``), without the region; empty where it is none."""
    match = _LANGUAGE.match(stated.strip())
    return match[0].lower() if match else ""


def web_address(stated: str) -> str:
    """An address of the web as a document states it; empty where it is none."""
    match = _WEB.fullmatch(clean(stated).strip())
    return match[0] if match else ""


def iso_day(stated: str) -> str:
    """The day that a date such as ``2026-01-31T10:00`` begins with; empty where it begins with none."""
    match = _DAY.match(stated.strip())
    return match[0] if match else ""


@dataclasses.dataclass(frozen=True, slots=True)
class Facts:
    """What a document says about itself; empty where it says nothing.

    Attributes:
        title: its title.
        url: where it was published.
        language: the code of its language.
        reviewed: ISO date of its last review.
        synonyms: other names of what it is about.
    """

    title: str = ""
    url: str = ""
    language: str = ""
    reviewed: str = ""
    synonyms: tuple[str, ...] = ()


def finished(builder: DocumentBuilder, document_id: str, facts: Facts, path: Path) -> Document:
    """The document that a reader has collected.

    Args:
        builder: its text.
        document_id: its identifier.
        facts: what it says about itself; without a title it has its file's name.
        path: its file.

    Raises:
        LibraryError: there is no text.
    """
    if builder.is_empty:
        raise empty(path)
    title = " ".join(clean(facts.title).split()) or name_title(path)
    document = builder.build(
        document_id,
        title,
        url=web_address(facts.url),
        language=language_code(facts.language),
        reviewed=iso_day(facts.reviewed),
    )
    return dataclasses.replace(document, synonyms=facts.synonyms) if facts.synonyms else document
