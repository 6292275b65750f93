"""What a model copies is looked up in the passages, and only their own sentences count."""

from __future__ import annotations

import pytest

from medbot_desktop.generation.evidence import evidence_in
from medbot_desktop.generation.task import Source

SOURCES = (
    Source("Honey", "Honey eases a cough. Never give it to a baby under one year, because it may hold germs."),
    Source("Elm Clinic: hours", "On Friday it closes at 4 pm. It opens at 8 am. Parking is free."),
)


def found(copied: str) -> list[tuple[int, str]]:
    return [(one.number, one.source.text) for one in evidence_in(copied, SOURCES)]


@pytest.mark.parametrize(
    ("copied", "expected"),
    [
        ("[1] Honey eases a cough.", [(1, "Honey eases a cough.")]),
        ("Asked: a cough\n[1] Honey eases a cough.\n[2] NONE", [(1, "Honey eases a cough.")]),
        ("[1] honey eases a cough\n[2] Parking is free", [(1, "Honey eases a cough."), (2, "Parking is free.")]),
        ("[2] It opens at 8 am.", [(2, "On Friday it closes at 4 pm. It opens at 8 am.")]),
        ("[2] Elm Clinic closes at 4 pm on Friday.", [(2, "On Friday it closes at 4 pm.")]),
        ("[1] Parking is free.", [(2, "Parking is free.")]),
        ("[7] Parking is free.", [(2, "Parking is free.")]),
        ("[2] Elm Clinic closes at 5 pm on Friday.", []),
        ("[1] Give a baby plenty of warm milk.", []),
        ("[1] NONE\n[2] NONE", []),
        ("[1]", []),
        ("", []),
        ("Honey eases a cough.", []),
    ],
)
def test_only_sentences_of_the_passages_count(copied: str, expected: list[tuple[int, str]]) -> None:
    assert found(copied) == expected


def test_a_sentence_that_refers_back_brings_the_one_before_it() -> None:
    sources = (Source("Honey", "Honey eases a cough. It is sweet. Keep it dry."),)
    assert evidence_in("[1] It is sweet.", sources)[0].source.text == "Honey eases a cough. It is sweet."


def test_passages_without_a_sentence_hold_nothing() -> None:
    assert evidence_in("[1] Anything.", (Source("Empty", ""),)) == ()
