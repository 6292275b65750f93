"""What stands where a medicine does and is none that is known is found, and ordinary words are left in peace."""

from __future__ import annotations

import pytest

from medbot_desktop.understanding.reader import Reader


def unknown(reader: Reader, text: str) -> list[str]:
    read = reader.read(text)
    found = [entity for entity in read.entities if entity.kind == "unknown_medicine"]
    assert all(read.text[entity.start : entity.end] == entity.text for entity in found)
    return [entity.text for entity in found]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("I take warfarin and bisoprolol, is dabrafenib ok?", "dabrafenib"),
        ("I take warfarin, is zzzmycin safe?", "zzzmycin"),
        ("Can I take Lopinzia with ibuprofen?", "Lopinzia"),
        ("can i take ibuprofen with zzzmycin", "zzzmycin"),
        ("is ibuprofen ok with Tramacet", "Tramacet"),
        ("Is Tramacet safe with citalopram", "Tramacet"),
        ("I'm on metformin, skyrizi and ramipril. Is ibuprofen ok?", "skyrizi"),
        ("I take warfarin, zzzmycin, and bisoprolol. Is aspirin safe?", "zzzmycin"),
        ("can I have tixylix if I take sertraline", "tixylix"),
        ("does skyrizi interact with warfarin?", "skyrizi"),
        ("what about entyvio with ibuprofen", "entyvio"),
        ("warfarin and zzzmycin together?", "zzzmycin"),
        ("warfarin zzzmycin interaction", "zzzmycin"),
        ("zzzmycin with warfarin?", "zzzmycin"),
        ("is it safe to take zzzmycin with sertraline?", "zzzmycin"),
        ("my doctor put me on skyrizi, can I still take ibuprofen?", "skyrizi"),
        ("can zzzmycin and warfarin be taken together", "zzzmycin"),
        ("Is the new tablet zzzmycin 50 mg safe with warfarin?", "zzzmycin"),
        ("any interaction between skyrizi and naproxen?", "skyrizi"),
        ("is covonia ok with sertraline", "covonia"),
        ("can I take cod liver oil with warfarin", "cod liver oil"),
        ("Is zzzmycin safe?", "zzzmycin"),
        ("can I take zzz-mycinol with warfarin", "zzz-mycinol"),
    ],
)
def test_what_is_asked_about_and_not_known_is_found(reader: Reader, text: str, name: str) -> None:
    assert unknown(reader, text) == [name]


def test_two_unknown_medicines_are_both_found(reader: Reader) -> None:
    assert unknown(reader, "I take skyrizi and zzzmycin, is ibuprofen safe?") == ["skyrizi", "zzzmycin"]


@pytest.mark.parametrize(
    "text",
    [
        "is it ok with food?",
        "is alcohol safe with ibuprofen",
        "is it safe in pregnancy",
        "can I take my tablets with ibuprofen",
        "is ibuprofen ok with my tablets",
        "is ibuprofen wiht warfarin ok",
        "can I take ibuprofen togehter with paracetamol",
        "can I take ibuprofen with breakfst",
        "is ibuprofin ok with amoxicilin",
        "is Lemsip ok with Panadol?",
        "is it safe to take ibuprofen on an empty stomach",
        "can i take the pill with st johns wort",
        "can i take paracetamol plz",
        "can I drive after taking codeine",
        "does ibuprofen help with a headache?",
        "I take warfarin and my leg is swollen, is that ok?",
        "What can I take for a cold with high blood pressure",
        "can you book me with Dr Smith on Thursday",
        "",
    ],
)
def test_ordinary_words_are_no_medicines(reader: Reader, text: str) -> None:
    assert unknown(reader, text or "hello") == []


@pytest.mark.parametrize(
    "text",
    [
        "is Priyanshu ok to take warfarin",
        "can Oluwaseun take ibuprofen with warfarin",
        "my son Tariqul takes warfarin, is ibuprofen ok?",
        "I read on Mumsnet that ibuprofen is bad with warfarin",
        "is ibuprofen ok for my daughter Oluwaseun",
    ],
)
def test_who_takes_a_medicine_is_none(reader: Reader, text: str) -> None:
    assert unknown(reader, text) == []


def test_what_is_only_told_asks_about_nothing(reader: Reader) -> None:
    assert unknown(reader, "I took blorpizine yesterday.") == []
