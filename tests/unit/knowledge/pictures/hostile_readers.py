"""Processes that do what a picture that has taken over its reader would do."""

from __future__ import annotations

import ctypes
import os
import time
from multiprocessing.connection import Connection

from medbot_desktop.knowledge.pictures.messages import Read
from medbot_desktop.knowledge.reading.child import send_some
from medbot_desktop.knowledge.reading.confinement import confine
from medbot_desktop.knowledge.reading.messages import OUT_OF_MEMORY, Limits, frame


def crash(requests: Connection, replies: Connection, limits: Limits) -> None:
    requests.recv_bytes()
    ctypes.string_at(0)


def starve(requests: Connection, replies: Connection, limits: Limits) -> None:
    requests.recv_bytes()
    os._exit(OUT_OF_MEMORY)


def hang(requests: Connection, replies: Connection, limits: Limits) -> None:
    """Never even takes the picture."""
    time.sleep(600)


def babble(requests: Connection, replies: Connection, limits: Limits) -> None:
    requests.recv_bytes()
    send_some(replies, memoryview(frame(b'{"kind": "picture", "lines": "all of them"}')))


def shortchange(requests: Connection, replies: Connection, limits: Limits) -> None:
    """Sends fewer pixels than it says."""
    requests.recv_bytes()
    read = Read(lines=(("METFORMIN", 0.9),), turned=False, frames=1, width=500, height=500)
    send_some(replies, memoryview(frame(read.model_dump_json().encode()) + frame(b"\x00" * 12)))


def smuggle(requests: Connection, replies: Connection, limits: Limits) -> None:
    """Sends what a terminal or a window would act on."""
    requests.recv_bytes()
    read = Read(lines=(("\x1b[2JMETFORMIN\x00\u202e", 0.9),), turned=False, frames=1, width=1, height=1)
    send_some(replies, memoryview(frame(read.model_dump_json().encode()) + frame(b"\x00" * 3)))


def priority(requests: Connection, replies: Connection, limits: Limits) -> None:
    """Tells its own priority."""
    confine(limits)
    requests.recv_bytes()
    told = str(os.getpriority(os.PRIO_PROCESS, 0))
    read = Read(lines=((told, 0.9),), turned=False, frames=1, width=1, height=1)
    send_some(replies, memoryview(frame(read.model_dump_json().encode()) + frame(b"\x00" * 3)))


def write(requests: Connection, replies: Connection, limits: Limits) -> None:
    """Tries to keep the picture in a file whose name it was handed."""
    confine(limits)
    try:
        with open(os.fsdecode(requests.recv_bytes()), "wb") as file:  # noqa: PTH123
            file.write(b"kept")
        told = "written"
    except OSError as error:
        told = type(error).__name__
    read = Read(lines=((told, 0.9),), turned=False, frames=1, width=1, height=1)
    send_some(replies, memoryview(frame(read.model_dump_json().encode()) + frame(b"\x00" * 3)))
