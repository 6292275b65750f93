"""What is said of how and since when a complaint has been there is found, and not what began without being one."""

from __future__ import annotations

from datetime import datetime

import pytest

from medbot_desktop.domain import Assertion, Context, Entity
from medbot_desktop.understanding.reader import Reader

NOW = datetime(2026, 3, 10, 10, 30)


def onsets(reader: Reader, text: str) -> list[Entity]:
    return [entity for entity in reader.read(text, Context(NOW)).entities if entity.kind == "onset"]


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        ("headache since this morning", "since this morning", "2026-03-10T06:00/2026-03-10T12:00"),
        ("my ear has hurt since last Friday", "since last Friday", "2026-03-06"),
        ("the pain started 3 days ago", "started 3 days ago", "2026-03-07"),
        ("the rash first appeared on Sunday", "first appeared on Sunday", "2026-03-08"),
        ("yesterday the cough started", "yesterday the cough started", "2026-03-09"),
        ("I've been sick from about 2 weeks ago", "from about 2 weeks ago", "2026-02-24"),
        ("it came on suddenly", "came on suddenly", "sudden"),
        ("all of a sudden I could not see", "all of a sudden", "sudden"),
        ("the pain hit me out of the blue", "out of the blue", "sudden"),
        ("she suddenly went pale", "suddenly", "sudden"),
        ("the weakness came on slowly", "came on slowly", "gradual"),
        ("gradual onset of numbness", "gradual onset", "gradual"),
        ("the ache crept up on me", "crept up", "gradual"),
    ],
)
def test_an_onset_has_its_day_or_its_manner(reader: Reader, text: str, words: str, value: str) -> None:
    [found] = onsets(reader, text)
    assert words in found.text or found.text in words
    assert found.value == value


@pytest.mark.parametrize(
    "text",
    [
        "I started amoxicillin 2 days ago",
        "on carbimazole for my thyroid, started 6 weeks ago",
        "he started school on Monday",
        "can I start on Monday",
        "can I stop sertraline suddenly or gradually",
        "the clinic moved from Monday",
        "I have had a cough for 3 days",
        "since then I am fine",
    ],
)
def test_what_begins_without_being_a_complaint_is_no_onset(reader: Reader, text: str) -> None:
    assert onsets(reader, text) == []


@pytest.mark.parametrize("text", ["it did not come on suddenly", "I had no sudden pain", "it wasn't sudden"])
def test_an_onset_that_is_denied_says_so(reader: Reader, text: str) -> None:
    assert [found.assertion for found in onsets(reader, text)] == [Assertion.NEGATED]


def test_a_day_that_cannot_be_begins_nothing(reader: Reader) -> None:
    assert onsets(reader, "it started on 31 February 2026") == []
