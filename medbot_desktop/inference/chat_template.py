"""Lay messages out as a model's own chat template says, though the template came with a file that nobody vouches for.

A template is a small program (Jinja). llama-cpp-python runs it in Jinja's sandbox, from which it cannot reach Python;
what the sandbox does not bound is time and memory. Both are bounded here, which needs a process that may be lost.
"""

from __future__ import annotations

import faulthandler
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from medbot_desktop.inference.llama_messages import ChatMessage

SECONDS = 5.0
_LONGER_S = 2.0
_BYTES = 512 * 2**20
_one_at_a_time = threading.Lock()


class TemplateError(ValueError):
    """The template is no template, or asks for what it may not have."""


@contextmanager
def bounded(on_time_out: Callable[[], None]) -> Iterator[None]:
    """Give the enclosed steps five seconds and half a gigabyte.

    Args:
        on_time_out: tells about it; runs in another thread, and the process ends when it returns.

    Raises:
        MemoryError: more memory was asked for; only Linux bounds it.
    """

    def leave() -> None:
        on_time_out()
        os._exit(1)

    # One long operation of Python holds the interpreter's lock, so that no thread of Python runs; the second timer
    # needs none.
    with _one_at_a_time:
        timer = threading.Timer(SECONDS, leave)
        timer.daemon = True
        timer.start()
        faulthandler.dump_traceback_later(SECONDS + _LONGER_S, exit=True, file=sys.__stderr__ or 2)
        try:
            with _little_memory():
                yield
        finally:
            faulthandler.cancel_dump_traceback_later()
            timer.cancel()


@contextmanager
def _little_memory() -> Iterator[None]:
    if sys.platform != "linux":
        yield
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = pages * resource.getpagesize() + _BYTES
    resource.setrlimit(resource.RLIMIT_AS, (wanted if soft == resource.RLIM_INFINITY else min(soft, wanted), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def bounded_formatter(on_time_out: Callable[[], None]) -> type[Any]:
    """llama-cpp-python's formatter of chats with those bounds, when it reads a template and when it follows it.

    Args:
        on_time_out: as in ``bounded``.

    Returns:
        A class to be put in the place of the library's own; it raises ``TemplateError``.
    """
    from jinja2 import TemplateError as JinjaError
    from llama_cpp.llama_chat_format import Jinja2ChatFormatter

    # Whatever a template makes Python raise is the template's fault.
    faults = (JinjaError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)

    @contextmanager
    def guarded() -> Iterator[None]:
        try:
            with bounded(on_time_out):
                yield
        except (*faults, MemoryError) as error:
            raise TemplateError(type(error).__name__) from None

    class BoundedFormatter(Jinja2ChatFormatter):
        def __init__(self, *args: Any, **options: Any) -> None:
            with guarded():
                super().__init__(*args, **options)

        def __call__(self, **options: Any) -> Any:
            with guarded():
                return super().__call__(**options)

    return BoundedFormatter


class ChatLayout:
    """From messages to the tokens of a prompt.

    Args:
        llama: the opened model.
        formatter: from ``bounded_formatter``.

    Raises:
        TemplateError: the model's template cannot be used.
    """

    def __init__(self, llama: Any, formatter: type[Any]) -> None:
        import llama_cpp
        from llama_cpp.llama_chat_format import CHATML_CHAT_TEMPLATE

        self._library: Any = llama_cpp
        self._llama = llama
        self.end = self._text(llama.token_eos())
        self._format = formatter(
            template=llama.metadata.get("tokenizer.chat_template") or CHATML_CHAT_TEMPLATE,
            eos_token=self.end,
            bos_token=self._text(llama.token_bos()),
        )
        self._control = self._control_tokens()

    def tokens(self, messages: Sequence[ChatMessage]) -> list[int]:
        """The prompt that asks for the next message.

        Raises:
            TemplateError: the template does not lay these messages out.
        """
        prompt: str = self._format(messages=[self._message(message) for message in messages]).prompt
        tokens: list[int] = self._llama.tokenize(prompt.encode("utf-8", "replace"), add_bos=False, special=True)
        return tokens

    def _message(self, message: ChatMessage) -> dict[str, str]:
        """A message as the chat template takes it; nobody can write the marks that part one role from another."""
        text = message.content.encode("utf-8", "replace").decode("utf-8")
        return {"role": message.role, "content": self._control.sub(" ", text)}

    def _text(self, token: int) -> str:
        if token < 0:
            return ""
        vocabulary = self._library.llama_model_get_vocab(self._llama.model)
        text: bytes = self._library.llama_vocab_get_text(vocabulary, token)
        return text.decode("utf-8", "ignore")

    def _control_tokens(self) -> re.Pattern[str]:
        vocabulary = self._library.llama_model_get_vocab(self._llama.model)
        texts = [
            self._text(token)
            for token in range(self._library.llama_vocab_n_tokens(vocabulary))
            if self._library.llama_vocab_is_control(vocabulary, token)
        ]
        longest_first = sorted(filter(None, texts), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
