"""Turn bytes into text, whatever program wrote them and however it encoded them."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from charset_normalizer import from_bytes

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.readers.reader import clean, file_name

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: it begins with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 64 * 1024
_PIECE = 1024 * 1024
_MOST_CONTROLS = 0.02
# What is left where no byte order mark and no UTF tells: the code pages that offices, hospitals and the web have used.
_CANDIDATES = [
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874", "koi8_r",
    "koi8_u", "iso8859_2", "iso8859_7", "iso8859_15", "cp850", "cp437", "mac_roman", "shift_jis", "cp932", "euc_jp",
    "gb18030", "big5", "euc_kr", "cp949",
]  # fmt: skip
_WESTERN = "cp1252"
# Letters that Turkish writes (dotless i, s with cedilla, soft g) and vowels that it does not, as cp1254 has them.
_TURKISH = frozenset(b"\xfd\xfe\xf0\xdd\xde\xd0")
_NOT_TURKISH = frozenset(b"\xe1\xed\xf3\xfa\xe6")
_ORDINARY = re.compile(r"[ -~\n\r\u3000-\u3002\uff01-\uff1f]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_LABELS = {"iso8859_1": "cp1252", "ascii": "cp1252", "latin_1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
_SPOKEN = re.compile(r"utf_?8|cp125\d|cp874|iso8859_\d+|koi8_[ru]|shift_jis|cp932|euc_(jp|kr)|gb18030|big5|mac_roman")


def decoded(data: bytes, path: Path, stated: str = "") -> str:
    """The text of a file, without characters that no person reads.

    Args:
        data: its bytes.
        path: the file, for the refusal.
        stated: the encoding that the file names, where it names one; it is believed if it fits.

    Raises:
        LibraryError: it is no text in any encoding.
    """
    encoding = encoding_of(data, stated)
    text = data.decode(encoding, errors="replace") if encoding else ""
    if not encoding or _is_binary(text):
        raise no_text(path)
    return clean(text.replace("\r\n", "\n").replace("\r", "\n"))


def encoding_of(data: bytes, stated: str = "") -> str:
    """The name of the encoding of some text; empty where it is no text.

    Args:
        data: the text, or its beginning.
        stated: the encoding that it names, if any.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    wide = _wide(data[:_SAMPLE])
    if wide:
        return wide
    if _is_binary(data[:_SAMPLE].decode("latin-1")):
        return ""
    if not _utf8_errors([data]):
        return "utf-8"
    named = _named(stated)
    if named and _fits(data, named):
        return named
    return "utf-8" if _is_nearly_utf8(data) else _guessed(data)


def file_encoding(path: Path) -> str:
    """The encoding of a text file that is too long to be held whole.

    Raises:
        LibraryError: it is no text in any encoding.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
        file.seek(0)
        errors = _utf8_errors(iter(lambda: file.read(_PIECE), b""))
    encoding = encoding_of(sample)
    if not encoding or _is_binary(sample.decode(encoding, errors="replace")):
        raise no_text(path)
    # A character that the end of the sample cuts in two is no error of the file.
    return ("utf-8" if not errors else _guessed(sample)) if not encoding.startswith("utf") else encoding


def no_text(path: Path) -> LibraryError:
    """The refusal of a file that is neither text nor a kind of document that is known."""
    return LibraryError(
        f"{file_name(path)} is not a kind of document that can be read.",
        hint="Save it as PDF, Word (.docx) or plain text, and add that.",
    )


def _wide(sample: bytes) -> str:
    """UTF-16 or UTF-32 without a mark: the order of bytes in which the text has the most letters and spaces."""
    if len(sample) < 4 or not _CONTROLS.search(sample.decode("latin-1")):
        return ""
    scores = {}
    for encoding, width in (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2)):
        try:
            # A pair of surrogates that the end of the sample cuts in two is no error.
            text = codecs.getincrementaldecoder(encoding)().decode(sample[: len(sample) // width * width])
        except UnicodeDecodeError:
            continue
        if _is_plausible(text):
            scores[encoding] = len(_ORDINARY.findall(text)) / len(text)
    return max(scores, key=lambda encoding: scores[encoding]) if scores else ""


def _is_plausible(text: str) -> bool:
    return sum(unicodedata.category(mark)[0] in "LMNPSZ" or mark in "\t\n\r\f" for mark in text) > 0.98 * len(text)


def _utf8_errors(pieces: Iterable[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in pieces:
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return True
    return False


def _is_nearly_utf8(data: bytes) -> bool:
    """Whether a few bytes are wrong in what is UTF-8 everywhere else."""
    text = data[:_PIECE].decode("utf-8", errors="replace")
    wrong = text.count("\N{REPLACEMENT CHARACTER}")
    wide = sum(mark > "\x7f" for mark in text) - wrong
    return wrong * 4 < wide


def _named(stated: str) -> str:
    try:
        name = codecs.lookup(stated).name.replace("-", "_") if stated.isascii() and stated.isprintable() else ""
    except (LookupError, ValueError):
        return ""
    name = _LABELS.get(name, name)
    return name if _SPOKEN.fullmatch(name) else ""


def _fits(data: bytes, encoding: str) -> bool:
    text = data.decode(encoding, errors="replace")
    return text.count("\N{REPLACEMENT CHARACTER}") * 200 <= len(text)


def _guessed(data: bytes) -> str:
    """The likeliest code page; where nothing speaks against the West's own one, that."""
    found = list(from_bytes(data[:_SAMPLE], cp_isolation=_CANDIDATES))
    if not found:
        return _WESTERN
    best = found[0]
    alike = {name for match in found if match.chaos <= best.chaos for name in match.could_be_from_charset}
    marks = set(data)
    if "cp1254" in alike and len(marks & _TURKISH) > 1 and not marks & _NOT_TURKISH:
        return "cp1254"
    as_good = (match for match in found if match.chaos <= best.chaos and match.coherence >= best.coherence)
    likely = any(_WESTERN in match.could_be_from_charset for match in as_good)
    return _WESTERN if likely or (not best.coherence and _WESTERN in alike) else best.encoding


def _is_binary(text: str) -> bool:
    return len(_CONTROLS.findall(text[:_SAMPLE])) > _MOST_CONTROLS * min(len(text), _SAMPLE)
