"""`medbot ask` and `medbot chat`: questions in the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import typer

from medbot_desktop.assistant.skills import SUMMARY
from medbot_desktop.cli.answers import answer_object, triage_object
from medbot_desktop.cli.notices import tell_of_model
from medbot_desktop.cli.opening import SignIn, opened_workspace
from medbot_desktop.cli.options import AccountOption, PassphraseFileOption, ProfileOption
from medbot_desktop.cli.output import JsonOption, error_object, print_cases, print_json
from medbot_desktop.cli.picture import ImageOption, picture_of, tell_medicines
from medbot_desktop.cli.prompts import tell
from medbot_desktop.cli.terminal import Terminal
from medbot_desktop.domain import Alert, Conversation, Failed, Finished, Question, ToolUsed
from medbot_desktop.errors import InputError, MedBotError, TooLongError
from medbot_desktop.understanding.cleaning import clean
from medbot_desktop.workspace import Workspace

_MODEL_WAIT_S = 3.0
"""How long one question waits for the language model, which loads while the library is opened."""


PersonOption = typer.Option(None, "--person", metavar="NAME", help="Whom it is about: their record counts.")


def ask(
    text: str = typer.Argument(None, help="The question."),
    cases: Path = typer.Option(None, "--cases", help="Ask every line of a JSON-lines file of id and text instead."),
    person: str = PersonOption,
    image: Path = ImageOption,
    profile: str = ProfileOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Ask one question, or many, and print the answer with its sources."""
    if (text is None and image is None) == (cases is None):
        raise typer.BadParameter("Give either a question, with --image FILE or without, or --cases FILE.")
    picture = picture_of(image, as_json) if image is not None else None
    if picture is not None:
        text = picture.message(text)
    if text is not None:
        with suppress(TooLongError):  # it is looked through for red flags before it is refused
            clean(text)  # what is no message is refused before everything is opened
    with opened_workspace(profile, SignIn(account, passphrase_file)) as workspace:
        about = _about(workspace, person)
        _wait_for_model(workspace)
        if cases is not None:
            print_cases(cases, lambda case: _answer(workspace, case, workspace.conversations.start(about)))
        elif as_json:
            found = _answer(workspace, text, workspace.conversations.start(about))
            if picture is not None:
                found["image"] = picture.as_object(workspace)
            if "error" not in found or "triage" in found:
                print_json(found)
            if "error" in found:
                raise MedBotError(found["error"]["message"], found["error"]["hint"])
        else:
            if picture is not None:
                tell_medicines(workspace, picture)
            Terminal(workspace).turn(workspace.conversations.start(about), text, raise_failed=True)


def chat(
    resume: str = typer.Option(None, "--resume", metavar="ID", help="Go on with a conversation that was kept."),
    person: str = PersonOption,
    profile: str = ProfileOption,
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Talk in the terminal; an empty line or Ctrl-D ends it."""
    with opened_workspace(profile, SignIn(account, passphrase_file)) as workspace:
        if resume:
            _require_kept(workspace)
        conversation = _conversation(workspace, resume, person)
        if not workspace.keeps and not as_json:
            tell(["Nothing of this is kept. `medbot vault create` makes an encrypted vault that keeps conversations."])
        if as_json:
            for line in _lines():
                if line.strip():
                    print_json(_answer_to_line(workspace, line, conversation))
        else:
            _talk(workspace, conversation)
        if workspace.keeps:
            tell([f"This conversation is kept; `medbot chat --resume {conversation.id}` goes on with it."])


def _conversation(workspace: Workspace, resume: str | None, person: str | None) -> Conversation:
    """The conversation to go on with, or a new one."""
    about = _about(workspace, person)
    if not resume:
        return workspace.conversations.start(about)
    conversation = workspace.conversations.get(resume)
    if about is not None:
        workspace.conversations.link(conversation.id, about)
        return workspace.conversations.get(resume)
    return conversation


def _about(workspace: Workspace, person: str | None) -> str | None:
    """The identifier of whom ``--person`` names.

    Raises:
        MedBotError: nobody is kept here, or nobody, or more than one, has that name.
    """
    if not person:
        return None
    _require_kept(workspace)
    return workspace.people.find(person).id


def _require_kept(workspace: Workspace) -> None:
    if not workspace.keeps:
        raise InputError(
            "The demo profile keeps no conversations and knows nobody.", hint="`medbot vault create` makes a vault."
        )


def _talk(workspace: Workspace, conversation: Conversation) -> None:
    terminal = Terminal(workspace)
    terminal.earlier(workspace.conversations.messages(conversation.id))
    terminal.talk(conversation)


def _answer(workspace: Workspace, text: str, conversation: Conversation) -> dict[str, Any]:
    """The answer as an object; where the turn failed, an object with ``error``, and with the alarm if there was one."""
    return _turn(workspace, text, conversation)[0]


def _turn(workspace: Workspace, text: str, conversation: Conversation) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answer as an object as `_answer` has it, and what a conversation tells beside it."""
    beside: dict[str, Any] = {"asked": None, "summary": None}
    alarm: dict[str, Any] = {}
    with closing(workspace.assistant.respond(conversation, text)) as events:
        for event in events:
            match event:
                case Alert(triage):
                    alarm = {"triage": triage_object(triage)}
                case Question(asked, options, why):
                    beside["asked"] = {"text": asked, "why": why, "options": list(options)}
                case ToolUsed(name, detail) if name == SUMMARY:
                    beside["summary"] = detail
                case Finished(answer, _):
                    tell_of_model(workspace)
                    return answer_object(answer), beside
                case Failed(message, hint):
                    return {"question": text, **alarm, "error": {"message": message, "hint": hint}}, {}
    raise MedBotError("The turn ended without an answer.", hint="Ask again.")


def _lines() -> Iterator[str]:
    """The lines of the standard input; bytes that are no UTF-8 become question marks, and the talk goes on."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace")


def _answer_to_line(workspace: Workspace, line: str, conversation: Conversation) -> dict[str, Any]:
    try:
        text = _message(line)
    except InputError as error:
        return {"question": line.strip(), "error": error_object(error)}
    answer, beside = _turn(workspace, text, conversation)
    return {**answer, **beside}


def _message(line: str) -> str:
    """A line of ``chat --json``: plain text (a number, too), a JSON string, or an object with ``text``."""
    try:
        value = json.loads(line)
    except json.JSONDecodeError:
        return line.rstrip("\n")
    if value is None or isinstance(value, int | float):
        return line.rstrip("\n")
    if isinstance(value, dict):
        value = value.get("text")
    if not isinstance(value, str):
        raise InputError("A line of the chat has no text.", hint='Write a message, or {"text": "..."}, on each line.')
    return value


def _wait_for_model(workspace: Workspace) -> None:
    if workspace.text_model is not None:
        workspace.text_model.wait_ready(_MODEL_WAIT_S)
