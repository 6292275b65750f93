"""Draw the window's few icons from our own SVG files, in whatever colour the theme says."""

from __future__ import annotations

from functools import cache
from string import Template

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from medbot_desktop.ui.theme import Theme, theme_folder


@cache
def _drawing(name: str, colour: str, ground: str) -> QSvgRenderer:
    source = (theme_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(Template(source).substitute(colour=colour, ground=ground).encode()))


def draw_icon(painter: QPainter, name: str, colour: str, box: QRectF) -> None:
    """Paint the icon ``name`` in ``colour`` (``#rrggbb``) so that it fills ``box``."""
    _drawing(name, colour, colour).render(painter, box)


def picture(theme: Theme, name: str, colour: str, ground: str, pixels: int) -> QPixmap:
    """A picture of ``pixels`` by ``pixels`` for a label, sharp on a screen of twice the density."""
    return _pixmap(theme, name, colour, ground, pixels, 2)


def icon(theme: Theme, name: str, colour: str = "text", ground: str = "surface", disabled: str = "muted") -> QIcon:
    """An icon for a widget.

    Args:
        theme: whose colours to use.
        name: the file's name without its ending.
        colour: token of the icon's colour.
        ground: token of the second colour, where the icon has one.
        disabled: token of the colour while the widget is disabled.
    """
    result = QIcon()
    for mode, token in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, disabled)):
        for ratio in (1, 2):
            result.addPixmap(_pixmap(theme, name, token, ground, theme.sizes.icon, ratio), mode)
    return result


def _pixmap(theme: Theme, name: str, colour: str, ground: str, pixels: int, ratio: int) -> QPixmap:
    size = QSize(pixels, pixels) * ratio
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    colours = theme.colours
    _drawing(name, getattr(colours, colour), getattr(colours, ground)).render(painter, QRectF(image.rect()))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return QPixmap.fromImage(image)
