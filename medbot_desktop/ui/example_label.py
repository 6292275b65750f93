"""Draw a label of a medicine that does not exist, for the pictures of the window and for its tests."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

LINES = (
    "METFORMIN 500 mg", "28 tablets", "Take ONE tablet TWICE a day with food.", "Do not stop unless your doctor",
    "tells you to.", "Mrs Ann Example", "12/03/2026", "Oakfield Pharmacy",
)  # fmt: skip
_WIDTH, _HEIGHT, _LETTERS, _TURN = 1_500, 1_000, 50, 4.0


def example_label(lines: tuple[str, ...] = LINES, family: str = "DejaVu Sans") -> QImage:
    """A photo-like picture of the label, a little crooked on a table.

    Args:
        lines: what stands on it.
        family: the typeface.
    """
    image = QImage(_WIDTH, _HEIGHT, QImage.Format.Format_RGB32)
    image.fill(QColor.fromHsl(29, 66, 97))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(_WIDTH / 2, _HEIGHT / 2)
    painter.rotate(_TURN)
    sheet = QRectF(-0.42 * _WIDTH, -0.4 * _HEIGHT, 0.84 * _WIDTH, 0.8 * _HEIGHT)
    painter.fillRect(sheet, QColor.fromHsl(50, 96, 247))
    font = QFont(family)
    font.setPixelSize(_LETTERS)
    painter.setFont(font)
    painter.setPen(QColor.fromHsl(240, 21, 24))
    row = sheet.height() / (len(lines) + 1)
    for number, line in enumerate(lines):
        box = QRectF(sheet.left() + _LETTERS, sheet.top() + (number + 0.5) * row, sheet.width(), row)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, line)
    painter.end()
    return image
