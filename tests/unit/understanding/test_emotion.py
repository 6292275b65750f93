"""Feelings: told from words, with their strength, and none that is denied."""

from __future__ import annotations

import pytest

from medbot_desktop.understanding.reader import Reader


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("I cry every day since my wife died", "sad"),
        ("I have been crying every day", "sad"),
        ("I haven't stopped crying", "sad"),
        ("after my dad died I can't sleep", "sad"),
        ("my chest hurts", "in_pain"),
        ("I can't walk because my foot hurts", "in_pain"),
        ("nothing helps, I am in agony", "in_pain"),
        ("my head doesn't hurt but I am so scared", "anxious"),
        ("I have never been so scared", "anxious"),
        ("no, I am terrified", "anxious"),
        ("nobody listens, I am fed up", "frustrated"),
    ],
)
def test_a_feeling_is_told_by_its_words(reader: Reader, text: str, emotion: str) -> None:
    read = reader.read(text)
    assert read.emotion == emotion
    assert 0.3 <= read.emotion_strength <= 1.0


@pytest.mark.parametrize(
    "text",
    [
        "denies chest pain",
        "denies chest pain, SOB or fever",
        "no agony",
        "the pain isn't unbearable",
        "Is chest pain a sign of a heart attack?",
        "it hurt last year",
        "I'm not worried",
        "I don't feel depressed",
        "my baby cries every night",
        "my mum died of a stroke, am I at risk?",
    ],
)
def test_what_is_denied_asked_about_or_long_past_is_not_felt(reader: Reader, text: str) -> None:
    read = reader.read(text)
    assert (read.emotion, read.emotion_strength) == ("neutral", 0.0)


def test_emphasis_and_marks_make_a_feeling_stronger(reader: Reader) -> None:
    strengths = [reader.read(text).emotion_strength for text in ("I am scared", "I am so scared", "I am SO SCARED!!")]
    assert strengths == sorted(set(strengths))
