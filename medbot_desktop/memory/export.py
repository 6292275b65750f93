"""Write a conversation as text that people can read, or as data that programs can."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from medbot_desktop.domain import Citation, Conversation, Disposition, Message, Person, Triage
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import Permission
from medbot_desktop.vault.trail import Action

JSON_VERSION = 1
"""The version of the shape that `export_json` writes."""

_SPEAKERS = {"person": "Question", "medbot": "MedBot"}
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&])")
_LINE_MARKUP = re.compile(r"^([-+=]|\d+[.)])(?=\s|$|=|-)")
_ITEM = "- "


@dataclass(frozen=True, slots=True)
class Record:
    """A conversation with its messages, on its way out of the vault."""

    conversation: Conversation
    messages: Sequence[Message]


class Exporting:
    """Hands conversations out, to those who may export, and writes it into the audit trail.

    Args:
        conversations: what is exported.
        access: who exports.
    """

    def __init__(self, conversations: ConversationStore, access: Access) -> None:
        self._conversations = conversations
        self._access = access

    def prepare(self, conversation_id: str) -> Record:
        """Read a conversation for a file; the trail says that it left the vault.

        Raises:
            PermissionRefusedError: this account may not export, or not see that conversation.
            VaultError: it is not there any more.
        """
        self._access.require(Permission.EXPORT)
        record = Record(self._conversations.get(conversation_id), self._conversations.messages(conversation_id))
        self._access.note(Action.EXPORTED, "conversation", conversation_id, messages=len(record.messages))
        return record


def export_markdown(record: Record) -> str:
    """The conversation as Markdown (CommonMark); nothing that was said in it becomes markup."""
    conversation = record.conversation
    lines = [f"# {escaped(conversation.title or 'Conversation')}", ""]
    lines += [f"- Begun: {_moment(conversation.started)}"]
    if conversation.account:
        lines.append(f"- Held by: {escaped(conversation.account)}")
    if conversation.person is not None:
        lines.append(f"- About: {escaped(_about(conversation.person))}")
    for message in record.messages:
        lines += ["", f"## {_SPEAKERS.get(message.role, message.role)}, {_moment(message.created)}", ""]
        if message.answer is None:
            lines += _paragraphs(message.text)
            continue
        lines += _triage_lines(message.answer.triage)
        lines += _answer_lines(message.text)
        if message.answer.citations:
            lines += ["", "Sources:", ""]
            lines += [_source_line(citation) for citation in message.answer.citations]
    return "\n".join(lines) + "\n"


def export_json(record: Record) -> str:
    """The conversation as one JSON object.

    Its fields: ``version``, ``id``, ``title``, ``started``, ``account``, ``person`` (``id``, ``name``, ``born``,
    ``reference``; or null) and ``messages``, each with ``id``, ``role``, ``text``, ``created``, ``rating``, and for an
    answer ``triage`` (``disposition``, ``red_flags``, ``reasons``, ``steps``, ``safety_net``), ``sources`` (``n``,
    ``library``, ``document_id``, ``title``, ``section``, ``page``, ``quote``) and ``timings_ms``. Moments are ISO 8601
    in UTC. The disclaimer stands in the ``text``, as it was shown.
    """
    conversation, person = record.conversation, record.conversation.person
    content = {
        "version": JSON_VERSION,
        "id": conversation.id,
        "title": conversation.title,
        "started": conversation.started.isoformat(),
        "account": conversation.account,
        "person": person
        and {
            "id": person.id,
            "name": person.name,
            "born": person.born.isoformat() if person.born else None,
            "reference": person.reference,
        },
        "messages": [_message_object(message) for message in record.messages],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def escaped(text: str) -> str:
    """One line of text such that Markdown shows it as it stands, but for space around it and runs of spaces."""
    line = _MARKUP.sub(r"\\\1", " ".join(text.split()))
    return _LINE_MARKUP.sub(lambda match: f"{match[1][:-1]}\\{match[1][-1]}", line)


def _paragraphs(text: str) -> list[str]:
    """What a person said, with its line ends."""
    lines = [escaped(line) for line in text.splitlines()]
    return [f"{line}\\" if line and following else line for line, following in pairwise([*lines, ""])]


def _answer_lines(text: str) -> list[str]:
    """An answer, whose lists are MedBot's own and stay lists."""
    lines: list[str] = []
    for line in text.splitlines():
        is_item = line.startswith(_ITEM)
        if lines and lines[-1] and is_item != lines[-1].startswith(_ITEM):
            lines.append("")
        lines.append(_ITEM + escaped(line.removeprefix(_ITEM)) if is_item else escaped(line))
    return lines


def _message_object(message: Message) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": message.id,
        "role": message.role,
        "text": message.text,
        "created": message.created.isoformat(),
        "rating": message.rating,
    }
    if message.answer is not None:
        triage = message.answer.triage
        found |= {
            "triage": {
                "disposition": triage.disposition.value,
                "red_flags": [flag.name for flag in triage.red_flags],
                "reasons": list(triage.main_reasons),
                "steps": list(triage.steps),
                "safety_net": list(triage.safety_net),
            },
            "sources": [_source_object(citation) for citation in message.answer.citations],
            "timings_ms": message.answer.timings_ms,
        }
    return found


def _source_object(citation: Citation) -> dict[str, Any]:
    passage = citation.passage
    return {
        "n": citation.n,
        "library": passage.library,
        "document_id": passage.document_id,
        "title": passage.title,
        "section": passage.section,
        "page": passage.page,
        "quote": citation.quote,
    }


def _triage_lines(triage: Triage) -> list[str]:
    if triage.disposition is Disposition.NONE:
        return []
    words = [f"**{triage.disposition.value.upper().replace('_', ' ')}**"]
    lines = [*triage.main_reasons, *triage.steps]
    if triage.disposition is not Disposition.EMERGENCY:
        lines += triage.safety_net
    words += [escaped(line) for line in lines]
    return [*(f"> {line}  " for line in words), ""]


def _source_line(citation: Citation) -> str:
    passage = citation.passage
    page = f", page {passage.page}" if passage.page else ""
    where = escaped(f"{passage.title}, {passage.section}{page} ({passage.library} library)")
    return f"{citation.n}. {where}: “{escaped(citation.quote)}”"


def _about(person: Person) -> str:
    parts = [person.name, f"born {person.born.isoformat()}" if person.born else "", person.reference]
    return ", ".join(part for part in parts if part)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
