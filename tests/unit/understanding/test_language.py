"""Foreign sentences are called by their language; short clinical English never is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medbot_desktop.understanding.reader import Reader

EVALUATION = Path(__file__).parents[2] / "evaluation"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Me duele mucho el pecho desde ayer", "es"),
        ("Qué puedo tomar para la fiebre?", "es"),
        ("hola", "es"),
        ("J'ai mal à la tête depuis hier", "fr"),
        ("Comment soigner un rhume à la maison ?", "fr"),
        ("Ich habe seit gestern starke Kopfschmerzen", "de"),
        ("Was kann ich gegen Fieber tun?", "de"),
        ("Estou com dor de cabeça desde ontem", "pt"),
        ("Ho mal di testa da ieri e non passa", "it"),
        ("Boli mnie głowa od wczoraj", "pl"),
        ("jak leczyć przeziębienie", "pl"),
        ("Ik heb al drie dagen hoofdpijn", "nl"),
        ("Başım çok ağrıyor", "tr"),
        ("Tengo tos", "es"),
        ("J'ai pris trop de médicaments", "fr"),
        ("ich habe Schnupfen", "de"),
        ("Ich will sterben", "de"),
        ("infarto", "es"),
        ("У меня болит голова", "ru"),
        ("أعاني من صداع شديد منذ الأمس", "ar"),
        ("我从昨天开始头痛，应该怎么办", "zh"),
    ],
)
def test_a_foreign_sentence_is_called_by_its_language(reader: Reader, text: str, language: str) -> None:
    assert reader.read(text).language == language


@pytest.mark.parametrize(
    "text",
    ["chest pian", "covid rash", "ibuprofen dose", "per os", "diabetes mellitus", "status asthmaticus",
     "angina pectoris", "tinea pedis", "pruritus ani", "in vitro", "herpes zoster", "Maria Garcia", "Dr Patel",
     "Jean-Pierre Dubois", "no", "me", "die", "la grippe", "co-amoxiclav", "metoprolol", "SOB",
     "migraine", "asdf qwer", "a la carte diet", "hi",
     "petit mal", "grand mal seizure", "mal de debarquement", "café au lait spots",
     "chow mein", "ICH on CT", "alcohol intoxication", "overdose", "infant convulsion", "PAs", "temperature 400",
     "tack in foot", "pus in toe", "dose per kg", "BP 120/80"],
)  # fmt: skip
def test_short_clinical_english_is_never_called_foreign(reader: Reader, text: str) -> None:
    assert reader.read(text).language == "en"


@pytest.mark.parametrize("file", ["questions.jsonl", "uncovered.jsonl", "red_flags.jsonl"])
def test_no_english_question_of_the_evaluation_sets_is_called_foreign(reader: Reader, file: str) -> None:
    lines = (EVALUATION / file).read_text(encoding="utf-8").splitlines()
    foreign = {json.loads(line)["id"] for line in lines if reader.read(json.loads(line)["text"]).language != "en"}
    assert foreign <= {"uf006"}, "only that one is half Spanish"


@pytest.mark.parametrize("text", ["😀", "12345", "???"])
def test_a_text_without_words_is_undecided(reader: Reader, text: str) -> None:
    assert reader.read(text).language == "und"
