"""Exports: everything that was shown is in them, nothing that was said becomes markup, and the trail knows."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from medbot_desktop.domain import Conversation, Disposition, Message, Person, Triage
from medbot_desktop.errors import PermissionRefusedError, VaultError
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.memory.export import JSON_VERSION, Exporting, Record, export_json, export_markdown
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.vault import Vault
from tests.unit.memory.turns import RUTH, answer, said, store_of, trail_of

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ANN = Person("p1", "Ann *Lee*", date(1980, 5, 6), "R-7")
SHOWN = answer(
    "What is <b>asthma</b>?", text="Here it is:\n\n- Asthma is common. [1]\n- It is *real*. [2]\n\nAsk a doctor."
)


def record(question: str = SHOWN.question, title: str = "Asthma", person: Person | None = ANN) -> Record:
    """A conversation of one turn."""
    conversation = Conversation("c1", title, NOON, NOON, account="Ruth", person=person)
    asked = Message("m1", "c1", "person", question, NOON)
    answered = Message("m2", "c1", "medbot", SHOWN.text, NOON, SHOWN, rating=1)
    return Record(conversation, [asked, answered])


def rendered(markdown: str) -> tuple[list[str], set[str]]:
    """The lines that a reader of Markdown sees, and the kinds of markup in them."""
    lines: list[str] = [""]
    kinds: set[str] = set()
    for block in MarkdownIt("commonmark").parse(markdown):
        kinds.add(block.type)
        for piece in block.children or ():
            if piece.type in ("text", "text_special"):
                lines[-1] += piece.content
            elif piece.type in ("softbreak", "hardbreak"):
                lines.append("")
            else:
                kinds.add(piece.type)
        lines.append("")
    return [line.strip() for line in lines if line.strip()], kinds


def test_markdown_says_what_who_when_and_from_where() -> None:
    lines, _ = rendered(export_markdown(record()))
    when = f"{NOON.astimezone():%Y-%m-%d %H:%M}"
    assert lines == [
        "Asthma",
        f"Begun: {when}",
        "Held by: Ruth",
        "About: Ann *Lee*, born 1980-05-06, R-7",
        f"Question, {when}",
        "What is <b>asthma</b>?",
        f"MedBot, {when}",
        "EMERGENCY",
        "It may be sepsis.",
        "Call now.",
        "Here it is:",
        "Asthma is common. [1]",
        "It is *real*. [2]",
        "Ask a doctor.",
        "Sources:",
        "Asthma, What it is (core library): “Asthma is common.”",
        "Cough, What it is, page 3 (core library): “A cough.”",
    ]


def test_what_a_care_card_said_is_exported() -> None:
    triage = Triage(
        Disposition.SELF_CARE, reasons=("It is *mild*.",), do_now=("Rest.",), safety_net=("Call if it is worse.",)
    )
    whole = record()
    asked, answered = whole.messages
    answered = replace(answered, answer=replace(SHOWN, triage=triage))
    whole = replace(whole, messages=[asked, answered])
    lines, _ = rendered(export_markdown(whole))
    at = lines.index("SELF CARE")
    assert lines[at + 1 : at + 4] == ["It is *mild*.", "Rest.", "Call if it is worse."]
    told = json.loads(export_json(whole))["messages"][1]["triage"]
    assert (told["disposition"], told["safety_net"]) == ("self_care", ["Call if it is worse."])


def test_a_conversation_without_a_title_or_a_person_is_exported() -> None:
    lines, _ = rendered(export_markdown(record(title="", person=None)))
    assert lines[0] == "Conversation"
    assert not [line for line in lines if line.startswith("About")]


@pytest.mark.parametrize(
    "question",
    [
        "# <b>not a heading</b>",
        "    not code",
        "- not a list\n- nor this",
        "1. no\n2) no",
        "under\n===\n---",
        "```\nno fence\n```\n~~~",
        "> no quote",
        "[no](http://link.test) ![no](image.png)",
        "*no* _no_ **no** `no` ~~no~~",
        "&lt;script&gt; &copy;",
        "a \\ backslash \\\nand a line end\\",
        "| no | table |\n|---|---|",
        "<!-- no comment -->",
        "[x]: http://reference.test",
    ],
)
def test_nothing_that_a_person_types_becomes_markup(question: str) -> None:
    plain_lines, plain_kinds = rendered(export_markdown(record("plain")))
    lines, kinds = rendered(export_markdown(record(question)))
    assert kinds == plain_kinds
    at = plain_lines.index("plain")
    typed = [line.strip() for line in question.splitlines()]
    assert lines == [*plain_lines[:at], *typed, *plain_lines[at + 1 :]]


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zl", "Zp")) | st.just("\n")))
def test_any_text_stands_in_markdown_as_it_was_typed(question: str) -> None:
    lines, kinds = rendered(export_markdown(record(f"first{question}last")))
    assert kinds == rendered(export_markdown(record("plain")))[1]
    typed = [" ".join(line.split()) for line in f"first{question}last".splitlines()]
    at = next(number for number, line in enumerate(lines) if line.startswith("first"))
    said_so = [line for line in typed if line]
    assert [" ".join(line.split()) for line in lines[at : at + len(said_so)]] == said_so


def test_json_has_the_shape_that_it_promises() -> None:
    content = json.loads(export_json(record()))
    assert content["version"] == JSON_VERSION
    assert content["person"] == {"id": "p1", "name": "Ann *Lee*", "born": "1980-05-06", "reference": "R-7"}
    asked, answered = content["messages"]
    assert asked == {
        "id": "m1",
        "role": "person",
        "text": "What is <b>asthma</b>?",
        "created": "2026-03-10T12:00:00+00:00",
        "rating": None,
    }
    assert answered["triage"] == {
        "disposition": "emergency",
        "red_flags": ["sepsis"],
        "reasons": ["It may be sepsis."],
        "steps": ["Call now."],
        "safety_net": [],
    }
    assert answered["sources"][0] == {
        "n": 1,
        "library": "core",
        "document_id": "asthma",
        "title": "Asthma",
        "section": "What it is",
        "page": None,
        "quote": "Asthma is common.",
    }
    assert (answered["rating"], answered["timings_ms"]) == (1, {"total": 31})


def test_an_export_is_the_same_every_time(vault: Vault, store: ConversationStore, access: Access) -> None:
    talk = said(store, "first", "second")
    records = [Exporting(store, access).prepare(talk) for _ in range(2)]
    for export in (export_markdown, export_json):
        assert len({export(each) for each in records}) == 1


def test_an_export_stands_in_the_trail(vault: Vault, store: ConversationStore, access: Access) -> None:
    talk = said(store, "first")
    Exporting(store, access).prepare(talk)
    assert trail_of(vault) == [("demo", "exported", talk)]


def test_whoever_may_not_export_gets_nothing(vault: Vault) -> None:
    store = store_of(vault, RUTH)
    talk = said(store, "first")
    with pytest.raises(PermissionRefusedError, match="front desk may not export"):
        Exporting(store, Access(vault, RUTH)).prepare(talk)
    assert trail_of(vault) == [("Ruth", "refused", "export")]


def test_a_conversation_that_is_gone_is_a_clear_error(store: ConversationStore, access: Access) -> None:
    with pytest.raises(VaultError, match="not in the vault any more"):
        Exporting(store, access).prepare("nobody")


def test_a_deleted_conversation_can_still_be_handed_out(store: ConversationStore, access: Access) -> None:
    talk = said(store, "first")
    store.delete(talk)
    assert len(Exporting(store, access).prepare(talk).messages) == 2
