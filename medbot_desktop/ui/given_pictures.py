"""Tell what was pasted, dropped or chosen as a picture, and bring it into bytes that the reader of pictures takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt
from PySide6.QtGui import QImage, QImageWriter
from PySide6.QtWidgets import QFileDialog, QWidget

from medbot_desktop.ui.drop_hint import paths_of

if TYPE_CHECKING:
    from medbot_desktop.knowledge.pictures.picture_text import PictureText

Given = Path | bytes | QImage
"""A picture: a file, the bytes of one, or what another program has drawn."""

_RAW = ("image/png", "image/jpeg", "image/webp", "image/tiff", "image/bmp")
_ENOUGH = 2_400  # pixels of the longer side: no more is read
_KINDS = "Pictures (*.png *.jpg *.jpeg *.webp *.tif *.tiff *.gif *.bmp *.avif);;All files (*)"


def ask_picture(parent: QWidget) -> Path | None:
    """Ask with the system's own dialog; None where the person thinks better of it."""
    chosen, _ = QFileDialog.getOpenFileName(parent, "Read the text of a picture", "", _KINDS)
    return Path(chosen) if chosen else None


def holds_picture(data: QMimeData | None) -> bool:
    """Whether something dragged or copied is a file or a picture; a picture that comes with its text is text."""
    return data is not None and (bool(paths_of(data)) or (data.hasImage() and not data.text().strip()))


def given_in(data: QMimeData) -> list[Given]:
    """The pictures of something dragged or copied; they are not opened here."""
    paths = list(paths_of(data))
    if paths:
        return list(paths)
    for kind in _RAW:
        if data.hasFormat(kind):
            return [bytes(data.data(kind).data())]
    image = data.imageData()
    return [image] if isinstance(image, QImage) else []


def read_given(given: Given, is_stopped: Callable[[], bool]) -> PictureText:
    """The text of a picture, on whichever thread; raises what ``read_picture`` raises."""
    from medbot_desktop.knowledge.pictures.reading import read_picture, read_picture_file

    if isinstance(given, Path):
        return read_picture_file(given, is_stopped)
    return read_picture(given if isinstance(given, bytes) else _bytes_of(given), is_stopped)


def _bytes_of(image: QImage) -> bytes:
    """An image as a PNG file in memory, no larger than it has to be."""
    if max(image.width(), image.height()) > _ENOUGH:
        smooth = Qt.TransformationMode.SmoothTransformation
        image = image.scaled(_ENOUGH, _ENOUGH, Qt.AspectRatioMode.KeepAspectRatio, smooth)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())
