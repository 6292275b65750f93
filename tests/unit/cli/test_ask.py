"""The command line is a contract: what it prints, in which order, and with which exit status."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from medbot_desktop import __version__
from medbot_desktop.cli.main import run
from medbot_desktop.inference.store import ModelStore

QUESTION = "how do I treat a sore throat"

ANSWER_KEYS = {
    "question", "answer", "language", "skill", "intent", "emotion", "entities", "triage", "sources", "grounding",
    "model", "escalated", "timings_ms",
}  # fmt: skip
ENTITY_KEYS = {"text", "kind", "start", "end", "assertion", "value"}
SOURCE_KEYS = {"n", "library", "document_id", "title", "section", "page", "passage_id", "quote", "score"}
TIMING_KEYS = {"understand", "triage", "retrieve", "first_text", "total"}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def objects(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Medbot = Callable[..., Ended]


@pytest.fixture
def medbot(
    models: ModelStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Medbot:
    """Runs the command line inside the test's process, in a home folder of its own."""
    monkeypatch.setenv("MEDBOT_HOME", str(tmp_path / "home"))

    def command(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["medbot", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            run(lambda profile: 0 if profile is None else 1)
        captured = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, captured.out, captured.err)

    return command


def cases_file(folder: Path, *lines: object) -> str:
    path = folder / "cases.jsonl"
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines), "utf-8")
    return str(path)


def test_an_answer_has_exactly_the_fields_of_the_contract(medbot: Medbot) -> None:
    ended = medbot("ask", f"{QUESTION}, I have no rash", "--json")
    assert (ended.status, ended.err) == (0, "")
    [answer] = ended.objects
    assert set(answer) == ANSWER_KEYS
    assert set(answer["intent"]) == {"name", "confidence"}
    assert set(answer["triage"]) == {"disposition", "red_flags", "reasons", "follow_up"}
    assert set(answer["grounding"]) == {"mode", "sentences", "supported", "removed"}
    assert answer["sources"]
    assert all(set(source) == SOURCE_KEYS for source in answer["sources"])
    assert answer["entities"]
    assert all(set(entity) >= ENTITY_KEYS for entity in answer["entities"])
    assert set(answer["timings_ms"]) >= TIMING_KEYS
    assert answer["model"] is None or set(answer["model"]) == {"name", "tier", "device"}


def test_the_values_of_an_answer_have_the_types_of_the_contract(medbot: Medbot) -> None:
    [answer] = medbot("ask", QUESTION, "--json").objects
    assert answer["question"] == QUESTION
    assert answer["language"] == "en"
    assert answer["escalated"] is False
    assert answer["grounding"]["mode"] == "extractive"
    assert answer["grounding"]["supported"] == answer["grounding"]["sentences"] > 0
    first = answer["sources"][0]
    assert (first["n"], first["library"], first["document_id"], first["page"]) == (1, "core", "sore-throat", None)
    assert f"{first['quote']} [1]" in answer["answer"]
    assert all(isinstance(value, int) for value in answer["timings_ms"].values())


def test_an_emergency_is_in_the_object(medbot: Medbot) -> None:
    [answer] = medbot("ask", "crushing chest pain and my left arm is numb", "--json").objects
    assert answer["triage"]["disposition"] == "emergency"
    assert answer["triage"]["red_flags"]


def test_an_answer_for_people_has_its_sources_below(medbot: Medbot) -> None:
    ended = medbot("ask", QUESTION)
    assert ended.status == 0
    assert ended.out.index("[1]") < ended.out.index("Sources")
    assert "Sore throat" in ended.out.partition("Sources")[2]


def test_an_alert_for_people_comes_first(medbot: Medbot) -> None:
    ended = medbot("ask", "crushing chest pain and my left arm is numb")
    assert ended.out.lstrip().splitlines()[0].count("EMERGENCY") == 1


def test_cases_are_answered_in_their_order_with_their_ids(medbot: Medbot, tmp_path: Path) -> None:
    file = cases_file(
        tmp_path,
        {"id": "b", "text": "hello", "more": [1]},
        {"id": 7, "text": QUESTION},
        "",
        {"id": None, "text": "what is the capital of Mongolia"},
        {"id": "empty", "text": " "},
        {"id": "half", "text": "\ud800 sore throat"},
        {"id": "last", "text": "thanks"},
    )
    ended = medbot("ask", "--cases", file)
    assert ended.status == 0
    assert [answer["id"] for answer in ended.objects] == ["b", 7, None, "empty", "half", "last"]
    kinds = [answer.get("skill", "error") for answer in ended.objects]
    assert kinds == ["greeting", "health_question", "not_found", "error", "symptom_report", "thanks"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("not json", "Line 2 of cases.jsonl is not JSON."),
        ("[]", "Line 2 of cases.jsonl has no id or no text."),
        ('{"text": "hello"}', "Line 2 of cases.jsonl has no id or no text."),
        ('{"id": 1, "text": 5}', "Line 2 of cases.jsonl has no id or no text."),
        ('{"id": 1}', "Line 2 of cases.jsonl has no id or no text."),
    ],
)
def test_a_bad_line_of_cases_is_named(medbot: Medbot, tmp_path: Path, line: str, said: str) -> None:
    ended = medbot("library", "search", "--cases", cases_file(tmp_path, {"id": 1, "text": "cough"}, line))
    assert ended.status == 1
    assert ended.err.startswith(said)
    assert ended.objects[0]["id"] == 1


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_of_cases_that_cannot_be_read_is_named(medbot: Medbot, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "cases.jsonl"
    if content is not None:
        file.write_bytes(content)
    ended = medbot("library", "search", "--cases", str(file))
    assert ended.status == 1
    assert "cannot be read as UTF-8 text" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", "one", "--cases", "x"],
        ["ask", "--nonsense", "x"],
        ["nonsense"],
        ["library"],
        ["library", "search"],
        ["library", "search", "x", "--limit", "0"],
        ["library", "search", "x", "--limit", "many"],
    ],
)
def test_bad_usage_ends_with_two(medbot: Medbot, arguments: list[str]) -> None:
    ended = medbot(*arguments)
    assert ended.status == 2
    assert "Traceback" not in ended.err
    assert "Usage: medbot" in ended.err + ended.out


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_a_question_of_nothing_ends_with_one_and_a_sentence(medbot: Medbot, text: str) -> None:
    ended = medbot("ask", text, "--json")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("Please type a question.")


def test_a_profile_that_is_not_there_is_named(medbot: Medbot) -> None:
    ended = medbot("ask", "hello", "--profile", "ward 7")
    assert ended.status == 1
    assert ended.err == "There is no profile ward 7. Use one of: clinic, demo.\n"


def test_without_a_command_the_window_opens_and_its_status_is_returned(medbot: Medbot) -> None:
    assert medbot().status == 0
    assert medbot("--profile", "other").status == 1


def test_the_version_can_be_asked_for(medbot: Medbot) -> None:
    assert medbot("--version").out == f"medbot {__version__}\n"


def test_a_search_has_the_fields_of_the_contract(medbot: Medbot) -> None:
    [found] = medbot("library", "search", "sore throat", "--limit", "3", "--json").objects
    assert set(found) == {"id", "hits"}
    assert len(found["hits"]) == 3
    assert all(set(hit) == {"document_id", "title", "passage_id", "score", "quote"} for hit in found["hits"])
    assert found["hits"][0]["document_id"] == "sore-throat"


def test_a_search_of_cases_keeps_order_and_ids(medbot: Medbot, tmp_path: Path) -> None:
    file = cases_file(tmp_path, {"id": 2, "text": "cough"}, {"id": 1, "text": "?!"})
    ended = medbot("library", "search", "--cases", file, "--limit", "2")
    assert [found["id"] for found in ended.objects] == [2, 1]
    assert ended.objects[0]["hits"][0]["document_id"] == "cough"


def test_a_search_for_people_names_titles(medbot: Medbot) -> None:
    assert medbot("library", "search", "sore throat").out.startswith("1. Sore throat")


def test_searching_a_library_that_is_not_there_is_named(medbot: Medbot) -> None:
    ended = medbot("library", "search", "cough", "--library", "none")
    assert ended.status == 1
    assert ended.err.startswith("There is no library none.")


def test_the_libraries_are_listed(medbot: Medbot) -> None:
    [core] = medbot("library", "list", "--json").objects
    assert set(core) == {"name", "documents", "passages", "readable_by", "pack"}
    assert core["documents"] >= 80
    assert "core" in medbot("library", "list").out


def test_the_doctor_looks_at_everything(medbot: Medbot) -> None:
    ended = medbot("doctor", "--json")
    names = [check["name"] for check in ended.objects]
    assert ended.status == 0
    assert {"Python", "Processor", "Memory", "Disk", "Audio", "Display"} <= set(names)
    assert sum(name.startswith("Model ") for name in names) >= 3
    assert all(check["ok"] or check["advice"] for check in ended.objects)
    assert "Python" in medbot("doctor").out


def test_a_talk_of_lines_ends_with_a_summary_and_tells_why_it_asks(
    medbot: Medbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["I have a sore throat", *["No"] * 8]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\n".join(lines).encode())))
    found = medbot("--profile", "demo", "chat", "--json").objects
    assert all(set(answer) == ANSWER_KEYS | {"asked", "summary"} for answer in found)
    first = found[0]
    assert set(first["asked"]) == {"text", "why", "options"}
    assert first["asked"]["text"] == first["triage"]["follow_up"]
    assert first["asked"]["why"].endswith(".")
    assert first["summary"] is None
    [last] = [answer for answer in found if answer["summary"]]
    assert last["asked"] is None
    assert last["summary"].startswith("Situation: Sore throat.")
    assert last["answer"] != first["answer"]
