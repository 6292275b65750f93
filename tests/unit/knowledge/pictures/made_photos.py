"""Labels and letters as a person photographs them: drawn by PDFium in typefaces that it brings, then made worse."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageFilter

from tests.unit.knowledge.readers.made_pdfs import file_of, stream, text_at

LABEL = (
    "Oakfield Pharmacy", "Mrs Ann Example   12/03/2026", "METFORMIN 500 mg", "28 tablets",
    "Take ONE tablet TWICE a day with food.", "Do not stop taking this medicine", "unless your doctor tells you to.",
    "Call a doctor at once if you have chest pain.", "Keep out of the reach of children.",
)  # fmt: skip
LETTER = (
    "Riverside Hospital, Heart Clinic", "Dear Doctor Brown,", "thank you for sending Mr Tom Sample, born 4 May 1958.",
    "His blood pressure was 152/94 mmHg.", "Please start amlodipine 5 mg once a day",
    "and check his kidneys in two weeks.",
)  # fmt: skip
FACES = ("Helvetica", "Helvetica-Bold", "Times-Roman", "Courier")
_WIDTH, _ROW, _LETTERS = 420, 26, 15  # points
_SCALE = 4.0  # pixels to the point


def sheet(lines: Sequence[str] = LABEL, face: str = "Helvetica", scale: float = _SCALE) -> Image.Image:
    """A sheet of paper with lines on it."""
    height = _ROW * (len(lines) + 1)
    content = b"".join(text_at(line, 20, height - _ROW * (number + 1), _LETTERS) for number, line in enumerate(lines))
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
    )
    data = file_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            page % (_WIDTH, height),
            stream(content),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /%s >>" % face.encode(),
        ]
    )
    with pdfium.PdfDocument(data) as document:
        return document[0].render(scale=scale).to_pil().convert("RGB")


def photo(paper: Image.Image, size: tuple[int, int] = (2000, 1500), turn: float = 7.0) -> Image.Image:
    """The paper on a table: crooked, seen from one side, a little blurred, unevenly lit, with the grain of a sensor."""
    width, height = size
    table = Image.new("RGB", size, (120, 96, 70))
    wide = int(width * 0.72)
    laid = paper.resize((wide, wide * paper.height // paper.width), Image.Resampling.LANCZOS).convert("RGBA")
    laid = laid.rotate(turn, expand=True, resample=Image.Resampling.BICUBIC)
    table.paste(laid, ((width - laid.width) // 2, (height - laid.height) // 2), laid)
    corners = (width * 0.03, 0, 0, height, width * 0.97, height * 0.97, width, height * 0.04)
    table = table.transform(size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)
    table = table.filter(ImageFilter.GaussianBlur(width / 1500))
    light = np.asarray(table).astype(np.float32) * np.linspace(0.6, 1.05, width)[None, :, None]
    grain = np.random.default_rng(7).normal(0, 9, light.shape)
    return Image.fromarray((light + grain).clip(0, 255).astype(np.uint8))


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """A picture as a file."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def share_right(expected: Sequence[str], text: str) -> float:
    """The share of the expected words that were read, letter by letter, whatever the case."""
    wanted, found = (Counter(re.findall(r"[\w/]+", one.casefold())) for one in (" ".join(expected), text))
    return sum((wanted & found).values()) / sum(wanted.values())
