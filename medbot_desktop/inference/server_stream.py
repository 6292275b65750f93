"""Read what an OpenAI-compatible server answers, and believe none of it before it was looked at."""

from __future__ import annotations

import hashlib
import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from medbot_desktop.errors import ModelError

_LONGEST_LINE = 64 * 1024
_LONGEST_REPLY = 4 * 2**20
_AT_ONCE = 8_192
_HINT = "Ask whoever looks after the server."
_FACTS = ("id", "owned_by", "root", "parent", "meta")
"""What tells one model from another in a server's list; the rest, such as ``created``, changes with every start."""


def pieces(response: http.client.HTTPResponse, model: str, count: Callable[[int], None]) -> Iterator[str]:
    """The text of a streamed answer.

    Args:
        response: the server's response, of which nothing was read.
        model: the model that was asked for; a server that names another one is not believed.
        count: told how many tokens the server says that it wrote, where it does.

    Yields:
        The answer's characters as they come.

    Raises:
        ModelError: the server refuses, sends what is no answer, stops in the middle, or writes with another model.
        OSError: the connection broke.
        http.client.HTTPException: the server speaks no HTTP.
    """
    require_success(response)
    if not response.headers.get_content_type() == "text/event-stream":
        raise garbage()
    has_ended = False
    for line in _lines(response):
        if not line.startswith("data:"):
            if line and line[0] != ":" and not line.startswith(("event:", "id:", "retry:")):
                raise garbage()
            continue
        data = line.removeprefix("data:").strip()
        if data == "[DONE]":
            return
        text, ends, tokens = _read(data, model)
        if tokens is not None:
            count(tokens)
        has_ended = has_ended or ends
        if text:
            yield text
    if not has_ended:
        raise ModelError("The model server stopped in the middle of its answer.", "Ask again in a moment.")


def entry_of(response: http.client.HTTPResponse, model: str) -> Mapping[str, Any]:
    """What a server's list of models says of one of them.

    Raises:
        ModelError: the server refuses, sends what is no list of models, or has not that one.
    """
    require_success(response)
    content = response.read(_LONGEST_REPLY)
    try:
        entries = {str(entry["id"]): dict(entry) for entry in json.loads(content)["data"]}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise garbage() from error
    if model not in entries:
        require_model(next(iter(entries), ""), model)
    return entries[model]


def facts_of(entry: Mapping[str, Any]) -> str:
    """A digest of what in a server's list tells the model from another one."""
    told = json.dumps({name: entry[name] for name in _FACTS if name in entry}, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def require_success(response: http.client.HTTPResponse) -> None:
    """Tell in words what a status means.

    Raises:
        ModelError: it is not the status of a success.
    """
    status = response.status
    if status == http.client.OK:
        return
    if 300 <= status < 400:
        raise ModelError("The model server sends MedBot to another address, which it does not follow.", _HINT)
    if status in (401, 403):
        raise ModelError("The model server does not accept the key.", "Correct the file that server_key_file names.")
    if status in (400, 413, 422):
        raise ModelError("The model server cannot take this request.", "Ask something shorter.")
    if status == 404:
        raise ModelError("The model server does not know this address or model.", "Correct server_url, server_model.")
    if status in (429, 503):
        raise ModelError("The model server is busy.", "Ask again in a moment.")
    raise ModelError(f"The model server failed (HTTP {status}).", _HINT)


def garbage() -> ModelError:
    """The error for what is no answer."""
    return ModelError("The model server sends what is no answer of a model.", _HINT)


def _lines(response: http.client.HTTPResponse) -> Iterator[str]:
    held, total = b"", 0
    while part := response.read1(_AT_ONCE):
        total += len(part)
        *lines, held = (held + part).split(b"\n")
        if len(held) > _LONGEST_LINE or total > _LONGEST_REPLY:
            raise ModelError("The model server writes without end.", _HINT)
        for line in lines:
            try:
                yield line.decode("utf-8").rstrip("\r")
            except UnicodeDecodeError as error:
                raise garbage() from error


def _read(data: str, model: str) -> tuple[str, bool, int | None]:
    """The text of one event, whether it says that the answer is over, and how many tokens that was."""
    try:
        event: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise garbage() from error
    if not isinstance(event, dict):
        raise garbage()
    if "error" in event:
        raise ModelError("The model server failed at this answer.", _HINT)
    require_model(event.get("model"), model)
    choices = event.get("choices")
    if not isinstance(choices, list) or not all(isinstance(choice, dict) for choice in choices):
        raise garbage()
    tokens = _tokens(event.get("usage"))
    if not choices:
        return "", False, tokens
    delta = choices[0].get("delta")
    text = delta.get("content") if isinstance(delta, dict) else None
    if text is not None and not isinstance(text, str):
        raise garbage()
    shown = (text or "").encode("utf-8", "replace").decode("utf-8")
    return shown, choices[0].get("finish_reason") is not None, tokens


def _tokens(usage: object) -> int | None:
    count = usage.get("completion_tokens") if isinstance(usage, dict) else None
    return count if type(count) is int and count > 0 else None


def require_model(named: object, model: str) -> None:
    """Believe a server only while it names the model that was asked for.

    Raises:
        ModelError: it names another one.
    """
    if named is not None and named != model:
        raise ModelError(
            f"The model server does not write with the model {model}, but with another one.",
            "Correct server_model, or have the server load that model.",
        )
