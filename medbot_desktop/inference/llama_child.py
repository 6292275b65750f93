"""Run llama.cpp in a process of its own, so that a crash in native code costs one sentence and not the program."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Literal

from medbot_desktop.inference.chat_template import TemplateError
from medbot_desktop.inference.child_channel import Replies, Requests
from medbot_desktop.inference.llama_messages import (
    Count,
    Counted,
    Ended,
    Generate,
    Load,
    Loaded,
    LoadFailed,
    Piece,
    Refused,
    Reply,
)
from medbot_desktop.inference.llama_model import (
    CardFailedError,
    ConstraintError,
    LlamaModel,
    PromptTooLongError,
    UnknownKindError,
)
from medbot_desktop.network import install_guard

CARD_FAILED, OUT_OF_MEMORY = 70, 71
"""Exit statuses of a process whose graphics card failed, and of one that got no more memory."""


def run(connection: Connection, load: Load) -> None:
    """Load a model and answer requests until the other end of the connection closes.

    Args:
        connection: requests come in here, replies go out.
        load: what to open.
    """
    shield()
    replies = Replies(connection)
    requests = _Requests(connection)
    try:
        model = LlamaModel(load, requests.abort_flag, replies.send, lambda: replies.send(requests.refusal("template")))
    except TemplateError:
        replies.send(LoadFailed("template"))
        return
    except UnknownKindError:
        replies.send(LoadFailed("architecture"))
        return
    except (ValueError, RuntimeError, OSError, AssertionError):
        replies.send(LoadFailed())
        return
    replies.send(Loaded(model.device))
    threading.Thread(target=_count, args=(model, requests, replies), name="counts", daemon=True).start()
    model.prime(load.primes, requests.waiting, lambda: requests.threads or model.threads)
    while True:
        request = requests.next()
        for reply in _answer(model, request, requests):
            replies.send(reply)


def shield() -> None:
    """Take from the process what it does not need: the network, the terminal, the traces that it could leave."""
    install_guard()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["GGML_NO_BACKTRACE"] = "1"
    # How long an OpenMP thread spins for the others before it sleeps. The library's own 300,000 rounds make the model
    # ten times slower as soon as another program wants a core; this few cost nothing on an idle computer.
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")
    if sys.platform != "win32":
        import resource

        # A core dump would write the conversation to the disk.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _answer(model: LlamaModel, request: Generate, requests: _Requests) -> Iterator[Reply]:
    """The replies to one request, as they come to be."""
    if not requests.begin(request.id):
        yield Ended(request.id, "cancelled")
        return
    reason: Literal["stop", "length"] = "stop"
    model.compute_with(requests.threads or model.threads)
    try:
        for text, finish in model.write(request):
            if requests.cancelled:
                break
            if text:
                yield Piece(request.id, text)
            reason = "length" if finish == "length" else reason
            model.compute_with(requests.threads or model.threads)
    except CardFailedError:
        os._exit(CARD_FAILED)
    except MemoryError:
        # Whatever is left half done, a new process begins without.
        os._exit(OUT_OF_MEMORY)
    except Exception as error:  # the outermost line of this worker
        if not requests.cancelled:
            yield _refused(request, error)
            return
    yield Ended(request.id, "cancelled" if requests.cancelled else reason)


def _refused(request: Generate | Count, error: Exception) -> Refused:
    match error:
        case PromptTooLongError():
            return Refused(request.id, "too_long")
        case ConstraintError(args=("grammar" | "schema" | "adapter" as kind,)):
            return Refused(request.id, kind)
        case TemplateError():
            return Refused(request.id, "template")
        case _:
            return Refused(request.id, "failed", type(error).__name__)


def _count(model: LlamaModel, requests: _Requests, replies: Replies) -> None:
    """Count tokens in a thread of its own, so that nobody waits for an answer to end."""
    while True:
        request = requests.counts.get()
        try:
            replies.send(Counted(request.id, model.count(request.messages)))
        except Exception as error:  # the outermost line of this worker
            replies.send(_refused(request, error))


class _Requests(Requests):
    """The requests to llama.cpp, which looks at a flag in memory while it computes."""

    def __init__(self, connection: Connection) -> None:
        self.abort_flag = ctypes.create_string_buffer(2)
        super().__init__(connection)

    def begin(self, request_id: int) -> bool:
        """Turn to a request; False where it was cancelled while it waited."""
        with self._lock:
            self._current = request_id
            self.abort_flag[0] = b"\0"
            return not self.cancelled

    def refusal(self, reason: Literal["template"]) -> Reply:
        """How to refuse what is being done, be it a request or the loading of the model."""
        return Refused(self._current, reason) if self._current else LoadFailed(reason)

    def _stop(self) -> None:
        self.abort_flag[0] = b"\1"
