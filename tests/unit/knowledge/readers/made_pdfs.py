"""Small PDFs, valid and hostile, written byte by byte so that each part is in the open."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
SENTENCE = "The vaccine fridge stays between two and eight degrees."


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(data), data)


def file_of(objects: Sequence[bytes]) -> bytes:
    """A PDF file of objects, the first of which is the catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def one_page(
    content: bytes, resources: bytes = b"", box: str = "0 0 595 842", more: Sequence[bytes] = (), pages: int = 1
) -> bytes:
    """A PDF whose pages all have the same content.

    Args:
        content: what is drawn; the font is ``/F``.
        resources: entries of the page's resources.
        box: the page's size.
        more: further objects, numbered from 6.
        pages: how many pages there are.
    """
    return file_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, b"3 0 R " * pages),
            b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> %s >> >>"
            % (box.encode(), resources),
            stream(content),
            FONT,
            *more,
        ]
    )


def text_at(text: str, left: float, bottom: float, size: float = 11) -> bytes:
    """What draws a line of text."""
    return b"BT /F %g Tf %g %g Td (%s) Tj ET\n" % (size, left, bottom, text.encode("latin-1"))


def picture_object(width: int, height: int, data: bytes) -> bytes:
    """A picture in grey, one byte for each pixel."""
    entries = b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8" % (
        width,
        height,
    )
    return stream(zlib.compress(data), entries + b" /Filter /FlateDecode")


def form_object(content: bytes, resources: bytes) -> bytes:
    """A form that may draw other forms."""
    return stream(
        content,
        b"/Type /XObject /Subtype /Form /BBox [0 0 9999 9999] /Resources << /Font << /F 5 0 R >> %s >>" % resources,
    )
