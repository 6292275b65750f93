"""Find the page in an MHTML file: the form in which browsers save a page with its pictures, a mail of many parts."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path

from medbot_desktop.knowledge.readers.reader import damaged, web_address

_HEAD = 8192
_MOST_HEADER = 65536
_MOST_PARTS = 10_000
_DEEPEST = 4
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"(?:[\w-]+:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n)+")
_WRAPPERS = ("multipart/related", "multipart/mixed", "multipart/alternative")


@dataclass(frozen=True, slots=True)
class _Part:
    header: Message
    body: bytes


def is_mhtml(data: bytes) -> bool:
    """Whether a file is a mail of several parts, or its beginning is that of one."""
    head = data[:_HEAD].lstrip()
    fields = _FIELD.match(head)
    return bool(
        fields
        and re.search(rb"^MIME-Version:", fields[0], re.I | re.M)
        and re.search(rb"^Content-Type:", fields[0], re.I | re.M)
    )


def page_of_mhtml(data: bytes, path: Path) -> tuple[bytes, str, str]:
    """The page, the encoding that its part names and the address that it was saved from; empty where it names none.

    Raises:
        LibraryError: no part is a page.
    """
    try:
        whole = _part(data.lstrip())
        page = next(_pages(whole, 0), None)
        if page is None:
            raise damaged(path, "saved web page")
        charset = str(page.header.get_param("charset") or "")
        url = str(whole.header.get("Snapshot-Content-Location") or page.header.get("Content-Location") or "")
        return _content(page), charset, web_address(url)
    except (MessageError, binascii.Error, ValueError, LookupError, TypeError, AttributeError) as error:
        # The header parser of the standard library fails in many ways on a header that is no header.
        raise damaged(path, "saved web page") from error


def _part(data: bytes) -> _Part:
    end = _HEADER_END.search(data[:_MOST_HEADER])
    if end is None:
        return _Part(Message(), data)
    return _Part(BytesHeaderParser().parsebytes(data[: end.end()]), data[end.end() :])


def _pages(part: _Part, depth: int) -> Iterator[_Part]:
    kind = part.header.get_content_type()
    if kind in ("text/html", "application/xhtml+xml"):
        yield part
    elif kind in _WRAPPERS and depth < _DEEPEST:
        boundary = part.header.get_boundary()
        if boundary:
            pieces = re.split(
                rb"(?:^|\r?\n)--" + re.escape(boundary.encode("latin-1", "replace")), part.body, maxsplit=_MOST_PARTS
            )
            for piece in pieces[1:]:
                if not piece.startswith(b"--"):
                    yield from _pages(_part(piece.lstrip(b" \t\r\n")), depth + 1)


def _content(part: _Part) -> bytes:
    coding = str(part.header.get("Content-Transfer-Encoding") or "").strip().lower()
    if coding == "quoted-printable":
        return quopri.decodestring(part.body)
    if coding == "base64":
        return base64.b64decode(b"".join(part.body.split()) + b"==")
    return part.body
