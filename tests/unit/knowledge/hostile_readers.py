"""Readers that do what a document that has taken over its reader would do; the first line of a file says what."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path

from medbot_desktop.knowledge.building import DocumentBuilder
from medbot_desktop.knowledge.document import Document
from medbot_desktop.knowledge.readers.reader import Reader
from medbot_desktop.knowledge.reading.child import serve
from medbot_desktop.knowledge.reading.messages import Limits
from medbot_desktop.knowledge.reading.page_marks import page_read

_C = ctypes.CDLL(None, use_errno=True)
_CLONE = {"x86_64": 56, "aarch64": 220}


def run(requests: Connection, replies: Connection, limits: Limits) -> None:
    """Serve with these readers."""
    serve(requests, replies, limits, reader_for)


def reader_for(path: Path) -> Reader:
    """The reader that the file names; one that gives its text where it names none."""
    return _Hostile()


class _Hostile:
    def read(self, path: Path) -> Iterator[Document]:
        verb, *_ = path.read_text(encoding="utf-8").splitlines()
        if verb in _DEEDS:
            yield from _DEEDS[verb](path)
        else:
            yield document(verb)


def document(text: str, number: int = 1) -> Document:
    """A document of one paragraph."""
    builder = DocumentBuilder()
    builder.paragraph(text)
    return builder.build(f"d{number}", "Title")


def _hang(_: Path) -> Iterator[Document]:
    while True:
        time.sleep(60)
    yield


def _loop(_: Path) -> Iterator[Document]:
    while True:
        pass
    yield


def _segfault(_: Path) -> Iterator[Document]:
    ctypes.string_at(0)
    yield document("not reached")


def _abort(_: Path) -> Iterator[Document]:
    os.abort()
    yield


def _leave(_: Path) -> Iterator[Document]:
    os._exit(0)
    yield


def _break(_: Path) -> Iterator[Document]:
    raise KeyError("a private word")
    yield


def _grow(_: Path) -> Iterator[Document]:
    held = []
    while True:
        held.append(bytearray(10_000_000))
    yield


def _grow_natively(_: Path) -> Iterator[Document]:
    _C.malloc.restype = ctypes.c_void_p
    while place := _C.malloc(10_000_000):
        ctypes.memset(place, 1, 10_000_000)
    time.sleep(1)
    os.abort()  # as native libraries do
    yield


def _recurse(path: Path) -> Iterator[Document]:
    yield from _recurse(path)


def _endless_documents(_: Path) -> Iterator[Document]:
    number = 0
    while True:
        number += 1
        yield document("word " * 10_000, number)


def _long_title(_: Path) -> Iterator[Document]:
    builder = DocumentBuilder()
    builder.paragraph("text")
    yield builder.build("d", "t" * 5_000_000)


def _print(_: Path) -> Iterator[Document]:
    for _step in range(100):
        print("a private word " * 1000)
        print("a private word " * 1000, file=sys.stderr)
        os.write(1, b"a private word\n")
        os.write(2, b"a private word\n")
    yield document("printed")


def _pages(_: Path) -> Iterator[Document]:
    for number in range(1, 5):
        page_read(number, 8)
        time.sleep(0.4)
    yield document("four pages")


def _pages_of_work(_: Path) -> Iterator[Document]:
    for number in range(1, 5):
        until = time.process_time() + 0.8
        while time.process_time() < until:
            pass
        page_read(number, 4)
    yield document("worked")


def _told(deed: Callable[[Path], object]) -> Callable[[Path], Iterator[Document]]:
    """A reader that gives back what came of a deed, in one word."""

    def read(path: Path) -> Iterator[Document]:
        try:
            outcome = deed(path)
        except OSError as error:
            outcome = type(error).__name__
        yield document(str(outcome))

    return read


def _natively(name: str, *arguments: object) -> Callable[[Path], object]:
    """A call of the C library."""

    def call(path: Path) -> object:
        filled = [os.fsencode(path.with_name("written")) if argument is Path else argument for argument in arguments]
        done = getattr(_C, name)(*filled)
        if name in ("fork", "vfork", "syscall") and done == 0:
            os._exit(0)
        return errno.errorcode.get(ctypes.get_errno(), "?") if done == -1 else "done"

    return call


def _write(path: Path) -> str:
    path.with_name("written").write_text("x", encoding="utf-8")
    return "done"


def _append(path: Path) -> str:
    with path.open("ab") as file:
        file.write(b"x")
    return "done"


def _environment(_: Path) -> str:
    shown = Path("/proc/self/environ").read_bytes().decode("utf-8", "replace") if sys.platform == "linux" else ""
    return f"{dict(os.environ)} {shown}".replace("\0", " ")


def _threads(_: Path) -> str:
    started: list[str] = []
    thread = threading.Thread(target=started.append, args=("started",))
    thread.start()
    thread.join()
    return started[0]


def _open_many(path: Path) -> None:
    with ExitStack() as held:
        while True:
            held.enter_context(path.open("rb"))


def _priority(_: Path) -> int:
    return os.getpriority(os.PRIO_PROCESS, 0)


def _kill_parent(_: Path) -> str:
    os.kill(os.getppid(), signal.SIGCONT)
    return "done"


_DEEDS: dict[str, Callable[[Path], Iterator[Document]]] = {
    "hang": _hang,
    "loop": _loop,
    "segfault": _segfault,
    "abort": _abort,
    "leave": _leave,
    "break": _break,
    "grow": _grow,
    "grow natively": _grow_natively,
    "recurse": _recurse,
    "endless documents": _endless_documents,
    "long title": _long_title,
    "print": _print,
    "pages": _pages,
    "pages of work": _pages_of_work,
    "socket": _told(lambda _: socket.socket()),
    "local socket": _told(lambda _: socket.socketpair()),
    "native socket": _told(_natively("socket", 2, 1, 0)),
    "native local socket": _told(_natively("socket", 1, 1, 0)),
    "write": _told(_write),
    "append": _told(_append),
    "remove": _told(lambda path: path.unlink()),
    "rename": _told(lambda path: path.rename(path.with_name("renamed"))),
    "make folder": _told(lambda path: path.with_name("folder").mkdir()),
    "link": _told(lambda path: path.with_name("link").symlink_to(path)),
    "native write": _told(_natively("open", Path, os.O_WRONLY | os.O_CREAT, 0o600)),
    "native folder": _told(_natively("mkdir", Path, 0o700)),
    "native memory file": _told(_natively("memfd_create", b"x", 0)),
    "program": _told(lambda _: subprocess.run(["true"], check=True)),
    "shell": _told(lambda _: os.system("true")),
    "fork": _told(lambda _: os.fork() or os._exit(0)),
    "become": _told(lambda _: os.execv("/bin/true", ["true"])),
    "native fork": _told(_natively("fork")),
    "native clone": _told(_natively("syscall", _CLONE.get(os.uname().machine, 56), signal.SIGCHLD, 0, 0, 0, 0)),
    "native become": _told(_natively("execv", b"/bin/true", None)),
    "native kill": _told(lambda path: _natively("kill", os.getppid(), 0)(path)),
    "kill": _told(_kill_parent),
    "native trace": _told(lambda path: _natively("ptrace", 16, os.getppid(), None, None)(path)),
    "environment": _told(_environment),
    "threads": _told(_threads),
    "open many": _told(_open_many),
    "priority": _told(_priority),
}


def _framed(payload: bytes) -> bytes:
    return len(payload).to_bytes(4, "big") + payload


_HEAD = (
    b'{"kind":"document","id":"d","title":"T","synonyms":[],"asked_as":[],"audience":"everyone","last_reviewed":"",'
    b'"sources":[],"url":"%s","language":""}'
)
_SECTIONS = (
    b'{"kind":"sections","headers":[],"sections":[{"heading":"H","above":[],"blocks":[%s]}],"continues":%s,'
    b'"last":true,"share":%s}'
)


def _document(
    url: bytes = b"", blocks: bytes = b"[0,4,null,-1]", continues: bytes = b"false", share: bytes = b"1.0"
) -> bytes:
    return _framed(_HEAD % url) + _framed(b"Ttext") + _framed(_SECTIONS % (blocks, continues, share))


LIES = {
    "no frame": _framed(b"hello"),
    "a frame of four gigabytes": b"\xff\xff\xff\xff" + b"x" * 100_000,
    "a pickle": _framed(b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00."),
    "an unknown message": _framed(b'{"kind":"run","command":"x"}'),
    "lists in lists without end": _framed(b"[" * 900_000),
    "text of no document": _framed(b"Ttext"),
    "text that is none": _framed(_HEAD % b"") + _framed(b"T\xff\xfe"),
    "a document in a document": _framed(_HEAD % b"") * 2,
    "an end in a document": _framed(_HEAD % b"") + _framed(b'{"kind":"ended"}'),
    "a block outside the body": _document(blocks=b"[0,5,null,-1]"),
    "a block that begins before it": _document(blocks=b"[-1,4,null,-1]"),
    "a block of nothing": _document(blocks=b"[2,2,null,-1]"),
    "blocks over one another": _document(blocks=b"[0,4,null,-1],[2,4,null,-1]"),
    "a header that is not there": _document(blocks=b"[0,4,null,0]"),
    "a page below the first": _document(blocks=b"[0,4,0,-1]"),
    "a section that continues nothing": _document(continues=b"true"),
    "a share above the whole": _document(share=b"2.0"),
    "a share that is no number": _document(share=b"NaN"),
    "an address that is no page": _document(url=b"javascript:alert(1)"),
    "a page too many to count": _framed(b'{"kind":"page","number":99999999999,"count":1}'),
    "a sentence too long": _framed(b'{"kind":"refused","message":"%s","hint":""}' % (b"x" * 5000)),
}


def lie(requests: Connection, replies: Connection, limits: Limits) -> None:
    """Say over the pipe what must not be said: the file's words tell which lie."""
    while True:
        path = Path(os.fsdecode(requests.recv_bytes()))
        os.write(replies.fileno(), _framed(b'{"kind":"began"}'))
        said = LIES.get(path.read_text(encoding="utf-8"))
        if said is None:
            said = _document() + _framed(b'{"kind":"ended"}')
        while said:
            said = said[os.write(replies.fileno(), said) :]


def begin_a_frame(requests: Connection, replies: Connection, limits: Limits) -> None:
    """Begin a frame and never end it, one byte at a time."""
    requests.recv_bytes()
    os.write(replies.fileno(), _framed(b'{"kind":"began"}') + b"\x00\x0f\x00\x00")
    while True:
        os.write(replies.fileno(), b"x")
        time.sleep(0.05)


def die_at_once(requests: Connection, replies: Connection, limits: Limits) -> None:
    """Never begin."""
    os._exit(3)
