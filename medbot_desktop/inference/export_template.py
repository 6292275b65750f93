"""Lay a chat out by the template that lies in a model's export, which a stranger wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from medbot_desktop.errors import ModelError
from medbot_desktop.inference.chat_template import TemplateError, bounded
from medbot_desktop.inference.llama_messages import ChatMessage

_LONGEST_TEMPLATE = 100_000
_LONGEST_FRAME = 20_000
"""Characters that a template may add to what the messages hold."""
_HINT = "Bring another export of the model."

ENDLESS = ModelError("The model's chat template computes or writes without end.", _HINT)

PLAIN = (
    "{% for message in messages %}{{ message.role | capitalize }}: {{ message.content }}\n\n{% endfor %}"
    "{% if add_generation_prompt %}Assistant:{% endif %}"
)
"""How a chat is laid out for a model that brings no template."""


class ExportTemplate:
    """A chat template in Jinja's sandbox and within bounds, tried once before it is used.

    Args:
        source: the template.
        marks: what the template may name, e.g. ``bos_token`` and ``eos_token``.
        on_time_out: tells that the template takes too long, as in ``chat_template.bounded``; the process ends then.

    Raises:
        ModelError: it is no template, does something that the sandbox forbids, or wants too much.
    """

    def __init__(self, source: str, marks: Mapping[str, str], on_time_out: Callable[[], None]) -> None:
        if len(source) > _LONGEST_TEMPLATE:
            raise ModelError(f"The model's chat template is longer than {_LONGEST_TEMPLATE:,} characters.", _HINT)
        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        environment.globals["raise_exception"] = _raise
        self._marks = dict(marks)
        self._on_time_out = on_time_out
        self._has_system_role = True
        chat = [ChatMessage("system", "Be kind."), ChatMessage("user", "Hello")]
        try:
            with _guarded(on_time_out):
                self._template = environment.from_string(source)
            try:
                self.render(chat)
            except TemplateError:
                self._has_system_role = False
                self.render(chat)
        except _EndlessError as error:
            raise ENDLESS from error
        except TemplateError as error:
            raise ModelError("The model's chat template is damaged or does what it may not.", _HINT) from error

    def render(self, messages: Sequence[ChatMessage]) -> str:
        """Lay out messages, up to where the model's answer begins.

        A template that knows no system message gets its text at the head of the first message instead.

        Raises:
            TemplateError: the template does not lay these messages out, or wants too much.
        """
        if not self._has_system_role:
            messages = _without_system(messages)
        most = sum(len(message.content) for message in messages) * 2 + _LONGEST_FRAME
        parts, length = [], 0
        with _guarded(self._on_time_out):
            for part in self._template.generate(
                messages=[{"role": message.role, "content": message.content} for message in messages],
                add_generation_prompt=True,
                **self._marks,
            ):
                parts.append(part)
                length += len(part)
                if length > most:
                    raise MemoryError
        return "".join(parts)


class _EndlessError(TemplateError):
    """The template wants more than it may have."""


def _raise(message: object) -> None:
    raise jinja2.TemplateError(str(message)[:200])


def _without_system(messages: Sequence[ChatMessage]) -> list[ChatMessage]:
    said = "\n\n".join(message.content for message in messages if message.role == "system")
    rest = [message for message in messages if message.role != "system"]
    if said and rest:
        rest[0] = ChatMessage(rest[0].role, f"{said}\n\n{rest[0].content}")
    return rest


@contextmanager
def _guarded(on_time_out: Callable[[], None]) -> Iterator[None]:
    try:
        with bounded(on_time_out):
            yield
    except (MemoryError, RecursionError):
        raise _EndlessError("endless") from None
    except (jinja2.TemplateError, ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
        raise TemplateError(type(error).__name__) from None
