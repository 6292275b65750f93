"""`medbot triage` and `medbot understand`: one object for one message, and one clear sentence for what is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.test_ask import Ended, cases_file
from tests.unit.cli.vault_commands import refused, said

Command = Callable[..., Ended]
HEART = "a 56-year-old woman presents with crushing central chest pain and sweating"
COUGH = "I have had a cough for 4 weeks"
STORY = "I went to the shop and then I walked home and made some tea for us. "
KEYS = {"id", "disposition", "red_flags", "reasons", "follow_up"}


@pytest.fixture
def triage(commands: Callable[[str], Command], monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    return commands("triage")


@pytest.fixture
def understand(commands: Callable[[str], Command], models: object) -> Command:
    return commands("understand")


def test_a_message_gets_one_object_with_the_fields_of_the_contract(triage: Command) -> None:
    found = json.loads(said(triage(HEART, "--json")))
    assert set(found) == KEYS
    assert found["disposition"] == "emergency"
    assert found["red_flags"][0] == "chest_pain_cardiac"
    assert found["follow_up"] is None


def test_with_why_every_rule_that_held_is_told(triage: Command) -> None:
    found = json.loads(said(triage(COUGH, "--json", "--why")))
    assert set(found) == KEYS | {"because", "kept_off", "follow_up_why", "summary"}
    assert found["because"]
    for reason in found["because"]:
        assert set(reason) == {"level", "rule", "why", "source", "words", "names", "detail"}
        assert all(word.lower() in COUGH.lower() for word in reason["words"])


def test_no_place_for_a_number_is_left_unfilled(triage: Command) -> None:
    for text in (HEART, COUGH, "I want to end my life"):
        assert "{" not in said(triage(text))
        assert "emergency_number" not in said(triage(text, "--json", "--why"))


def test_people_read_what_to_do_and_why(triage: Command) -> None:
    shown = said(triage(COUGH))
    assert shown.startswith("Routine: book an appointment\n")
    for heading in ("What to do", "Come back or call", "What decided"):
        assert heading in shown
    assert "“cough”" in shown


def test_an_emergency_begins_with_whom_to_call(triage: Command) -> None:
    assert said(triage(HEART)).startswith("Emergency: call ")


@pytest.mark.parametrize("text", ["hello", "he is not breeding", "blurgle fnord"])
def test_what_was_not_understood_is_not_called_harmless(triage: Command, text: str) -> None:
    shown = said(triage(text))
    assert "No help is called for" not in shown
    assert "No sign was found that MedBot knows." in shown
    assert json.loads(said(triage(text, "--json")))["follow_up"] in shown


def test_what_is_denied_calls_for_no_help_and_asks_nothing(triage: Command) -> None:
    assert said(triage("no chest pain")).startswith("No help is called for\n")
    assert json.loads(said(triage("no chest pain", "--json")))["follow_up"] is None


def test_another_tongue_is_said_not_to_be_understood_and_whom_to_ask_in_it(triage: Command) -> None:
    found = json.loads(said(triage("Tengo tos y mocos desde ayer", "--json")))
    assert set(found) == KEYS
    assert found["disposition"] == "none"
    assert found["reasons"][0] == "This is not in English, and it was not understood."
    assert found["reasons"][-1].startswith("Mi biblioteca está en inglés.")
    assert "in English" in found["follow_up"]


def test_a_sign_in_another_tongue_that_is_no_emergency_is_not_all_that_was_said(triage: Command) -> None:
    found = json.loads(said(triage("j'ai de la fièvre et ma grand-mère aussi", "--json")))
    assert "so not all of it was understood" in " ".join(found["reasons"])
    assert "in English" in found["follow_up"]


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("mi hijo bebió lejía", "llame ya al 999"),
        ("il a avalé de la javel", "appelez tout de suite le 999"),
        ("er hat eine Batterie verschluckt", "Rufen Sie sofort 999 an"),
        ("tomei 30 comprimidos", "ligue já para o 999"),
    ],
)
def test_an_emergency_in_another_tongue_says_in_it_whom_to_call(triage: Command, text: str, call: str) -> None:
    shown = said(triage(text))
    assert shown.splitlines()[0] == "Emergency: call 999 now"
    assert call in shown
    assert call in json.loads(said(triage(text, "--json")))["reasons"][0]


def test_each_line_of_a_file_is_judged_in_its_order(triage: Command, tmp_path: Path) -> None:
    file = cases_file(tmp_path, {"id": "b", "text": HEART}, {"id": "a", "text": "hello"})
    found = [json.loads(line) for line in said(triage("--cases", file)).splitlines()]
    assert [(case["id"], case["disposition"]) for case in found] == [("b", "emergency"), ("a", "none")]


def test_a_bad_line_of_a_file_gets_its_error_and_the_rest_is_judged(
    triage: Command, understand: Command, tmp_path: Path
) -> None:
    lines = ({"id": 1, "text": HEART}, {"id": 2, "text": ""}, "[]", "nope", {"id": 5}, {"id": 6, "text": "a" * 4_001})
    file = cases_file(tmp_path, *lines, {"id": 7, "text": COUGH})
    for command in (triage, understand):
        ended = command("--cases", file)
        assert ended.status == 0
        assert [case["id"] for case in ended.objects] == [1, 2, None, None, 5, 6, 7]
        assert ["error" in case for case in ended.objects] == [False, True, True, True, True, True, False]
        assert set(ended.objects[1]) == {"id", "error"}
        assert set(ended.objects[1]["error"]) == {"message", "hint"}
        assert ended.objects[2]["error"]["message"] == "Line 3 of cases.jsonl has no id or no text."
        assert ended.err.startswith("5 of 7 lines of cases.jsonl could not be used")


def test_a_file_without_one_good_line_ends_with_one(triage: Command, tmp_path: Path) -> None:
    ended = triage("--cases", cases_file(tmp_path, {"id": 1, "text": ""}, "nope"))
    assert ended.status == 1
    assert [case["id"] for case in ended.objects] == [1, None]
    assert ended.err.startswith("No line of cases.jsonl could be used.")


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_a_message_without_words_is_one_sentence(triage: Command, text: str) -> None:
    assert "Please type a question." in refused(triage(text, "--json"))


def test_a_message_that_is_too_long_is_one_sentence(triage: Command) -> None:
    assert "4,000" in refused(triage("a" * 4_001, "--json"))


@pytest.mark.parametrize("place", [0, 30, 60])
def test_an_emergency_in_a_message_that_is_too_long_is_told_with_the_refusal(triage: Command, place: int) -> None:
    text = f"{STORY * place} Then I got crushing chest pain and I am sweating. {STORY * (61 - place)}"
    shown = triage(text)
    assert shown.status == 1
    assert shown.out.startswith("Emergency: call ")
    assert "“crushing chest”" in shown.out
    assert "4,000 is the most" in shown.err
    told = triage(text, "--json")
    assert told.status == 1
    assert told.objects[0]["disposition"] == "emergency"
    assert "4,000 is the most" in told.objects[0]["error"]["message"]


def test_a_message_that_is_too_long_and_tells_of_no_emergency_is_only_refused(triage: Command) -> None:
    assert refused(triage(STORY * 61)).startswith("The message has ")


def test_a_line_that_is_too_long_is_told_with_its_alarm(triage: Command, tmp_path: Path) -> None:
    file = cases_file(tmp_path, {"id": 1, "text": STORY * 61 + HEART}, {"id": 2, "text": "hello"})
    [long, _] = triage("--cases", file).objects
    assert (long["id"], long["disposition"]) == (1, "emergency")
    assert long["error"]


def test_a_message_and_a_file_at_once_or_neither_is_bad_usage(triage: Command) -> None:
    assert triage().status == 2
    assert triage(HEART, "--cases", "/nowhere.jsonl").status == 2


def test_a_file_that_is_not_there_is_one_sentence(triage: Command) -> None:
    assert "cannot be read" in refused(triage("--cases", "/nowhere.jsonl"))


@pytest.mark.parametrize(
    "text",
    ["temperature 400", "age -3", "[bold]chest pain[/bold]", "💔 my chest hurts", "\ud800 sore throat", "%s %d {x}"],
)
def test_nothing_that_is_typed_breaks_it(triage: Command, text: str) -> None:
    assert triage(text).status == 0
    assert json.loads(said(triage(text, "--json")))["disposition"]


def test_understanding_tells_each_thing_with_its_assertion(understand: Command) -> None:
    found = json.loads(said(understand("I have a sore throat but no fever, and I take warfarin 5 mg", "--json")))
    assert set(found) == {"id", "language", "intent", "entities", "emotion", "emotion_strength"}
    assert (found["emotion"], found["emotion_strength"]) == ("neutral", 0.0)
    held = {entity["name"]: entity["assertion"] for entity in found["entities"]}
    assert held["sore_throat"] == "present"
    assert held["fever"] == "negated"
    [dose] = [entity["value"] for entity in found["entities"] if entity["kind"] == "medicine"]
    assert dose == "5 mg"
    assert 0.0 <= found["intent"]["confidence"] <= 1.0


def test_understanding_is_shown_as_a_table_for_people(understand: Command) -> None:
    shown = said(understand("no chest pain, temp 38.5"))
    assert shown.startswith("Language en, wants ")
    assert "negated" in shown
    assert "38.5 °C" in shown


def test_how_strongly_somebody_feels_is_told(understand: Command) -> None:
    found = json.loads(said(understand("I am so scared!!", "--json")))
    assert (found["emotion"], found["emotion_strength"]) == ("anxious", 0.9)
    assert said(understand("I am so scared!!")).partition("\n")[0].endswith("feels anxious (90%)")
    assert said(understand("hello")).partition("\n")[0].endswith("feels neutral")


def test_a_rule_over_a_number_shows_the_words_of_the_number(triage: Command) -> None:
    shown = said(triage("no fever. temp 40.1"))
    assert "fever_very_high: “temp 40.1”" in shown
    assert "what is not said" not in shown


def test_what_a_denial_kept_off_is_shown_below_what_decided(triage: Command) -> None:
    shown = said(triage("a headache and fever, but no stiff neck")).partition("What decided")[2]
    assert "meningitis_signs: “stiff neck”" in " ".join(shown.partition("had it not been denied")[2].split())


def test_a_question_is_shown_with_its_reason(triage: Command) -> None:
    assert "Why this is asked: " in said(triage("I have a sore throat")).partition("To be sure")[2]
    assert json.loads(said(triage("I have a sore throat", "--json", "--why")))["follow_up_why"].endswith(".")


def test_with_why_the_summary_for_the_clinician_is_told(triage: Command) -> None:
    assert said(triage(COUGH, "--why")).partition("Summary for the clinician\n")[2].startswith("Situation: Cough.")
    assert json.loads(said(triage(COUGH, "--json", "--why")))["summary"].startswith("Situation: Cough.")
    assert "Summary for the clinician" not in said(triage(COUGH))
    assert json.loads(said(triage("hello", "--json", "--why")))["summary"] is None


def test_circumstances_that_only_rules_ask_for_are_not_in_the_table(understand: Command) -> None:
    text = "I take ramipril, since Friday, and I am pregnant"
    shown = said(understand(text))
    assert "allergen" not in shown
    assert "weekend_drinking" not in shown
    assert "pregnant" in shown.partition("Because of")[2]
    assert "circumstances that only rules ask for" in shown
    assert "allergen" in said(understand(text, "--all"))
    assert "allergen" in {one["name"] for one in json.loads(said(understand(text, "--json")))["entities"]}


def test_a_circumstance_that_decided_is_in_the_table(understand: Command) -> None:
    assert "blood_thinner" in said(understand("I take warfarin and hit my head"))
