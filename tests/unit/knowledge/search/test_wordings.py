"""A question is found in whichever words, spelling or trade name a document uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.search.wordings import Alternate, Wordings
from medbot_desktop.settings import resources_folder

RETRIEVAL = resources_folder() / "retrieval"


@pytest.fixture(scope="module")
def wordings() -> Wordings:
    return Wordings.load(RETRIEVAL / "wordings.toml", RETRIEVAL / "brands.toml")


def other_ways(wordings: Wordings, text: str, part: str) -> set[str]:
    """The other ways to write this part of a text."""
    return {found.wording for found in wordings.alternates(text) if text[found.start : found.end] == part}


@pytest.mark.parametrize(
    ("text", "part", "other"),
    [
        ("signs of a heart attack", "heart attack", "myocardial infarction"),
        ("myocardial infarction in women", "myocardial infarction", "heart attack"),
        ("is High Blood Pressure dangerous?", "High Blood Pressure", "hypertension"),
        ("pain after shingles", "pain after shingles", "postherpetic neuralgia"),
        ("shingles on my face", "shingles", "herpes zoster"),
        ("my BP today", "BP", "blood pressure"),
        ("COPD and flying", "COPD", "chronic obstructive pulmonary disease"),
        ("T2DM", "T2DM", "type 2 diabetes"),
        ("is GERD bad for me", "GERD", "gord"),
        ("I have kidney stones", "kidney stones", "nephrolithiasis"),
        ("my baby’s croup", "croup", "laryngotracheobronchitis"),
    ],
)
def test_a_lay_or_clinical_name_brings_the_other(wordings: Wordings, text: str, part: str, other: str) -> None:
    assert other in other_ways(wordings, text, part)


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("haemorrhoids", "hemorrhoids"),
        ("oedema", "edema"),
        ("lymphoedema", "lymphedema"),
        ("oesophagus", "esophagus"),
        ("diarrhoea", "diarrhea"),
        ("paediatric", "pediatric"),
        ("immunisation", "immunization"),
        ("sterilised", "sterilized"),
        ("tumour", "tumor"),
        ("foetus", "fetus"),
        ("anaesthetic", "anesthetic"),
        ("leucocytes", "leukocytes"),
        ("anaemia", "anemia"),
        ("hypoglycaemia", "hypoglycemia"),
        ("caesarean", "cesarean"),
        ("coeliac", "celiac"),
        ("gynaecologist", "gynecologist"),
        ("oestrogen", "estrogen"),
        ("dyspnoea", "dyspnea"),
        ("leukaemia", "leukemia"),
        ("ischaemic", "ischemic"),
    ],
)
def test_each_spelling_brings_the_other(wordings: Wordings, british: str, american: str) -> None:
    assert american in other_ways(wordings, f"about {british}", british)
    assert british in other_ways(wordings, f"about {american}", american)


@pytest.mark.parametrize(
    "word",
    "never fetch chemist them hemisphere managing measurement exercise disease surgeon advise surprise estrange redeem "
    "promise academic systemic anemone pedal specialist organism angioedema theme mathematics".split(),
)
def test_a_word_that_only_looks_like_another_spelling_stays(wordings: Wordings, word: str) -> None:
    assert [found for found in wordings.alternates(word) if found.kind == "spelling"] == []


def test_a_name_in_american_spelling_brings_the_synonyms_too(wordings: Wordings) -> None:
    assert {"piles", "haemorrhoids"} <= other_ways(wordings, "hemorrhoids", "hemorrhoids")


def test_synonyms_come_in_both_spellings(wordings: Wordings) -> None:
    assert {"oedema", "edema"} <= other_ways(wordings, "fluid retention", "fluid retention")


@pytest.mark.parametrize(
    ("brand", "substances"),
    [
        ("Tylenol", {"paracetamol", "acetaminophen"}),
        ("Panadol", {"paracetamol", "acetaminophen"}),
        ("Calpol", {"paracetamol", "acetaminophen"}),
        ("Advil", {"ibuprofen"}),
        ("Nurofen", {"ibuprofen"}),
        ("Ventolin", {"salbutamol", "albuterol"}),
        ("EpiPen", {"adrenaline", "epinephrine"}),
        ("Lantus", {"insulin glargine"}),
    ],
)
def test_a_brand_brings_what_it_holds_and_no_other_brand(wordings: Wordings, brand: str, substances: set[str]) -> None:
    assert other_ways(wordings, f"can I take {brand} today", brand) == substances


@pytest.mark.parametrize(
    ("brand", "together"),
    [
        ("Vicodin", {"hydrocodone and paracetamol", "hydrocodone and acetaminophen"}),
        ("co-codamol", {"codeine and paracetamol", "codeine and acetaminophen"}),
        ("Nurofen Plus", {"ibuprofen and codeine"}),
        ("Augmentin", {"amoxicillin and clavulanic acid"}),
        ("Trelegy", {"fluticasone furoate, umeclidinium and vilanterol"}),
    ],
)
def test_a_brand_of_several_substances_brings_all_of_them_together(
    wordings: Wordings, brand: str, together: set[str]
) -> None:
    assert {found for found in other_ways(wordings, f"my {brand} ran out", brand) if " and " in found} >= together
    assert all(" and " in found for found in other_ways(wordings, f"my {brand} ran out", brand))


def test_a_substance_brings_its_other_name_and_its_brands_apart(wordings: Wordings) -> None:
    kinds = {found.wording: found.kind for found in wordings.alternates("salbutamol")}
    assert kinds["albuterol"] == "substance"
    assert kinds["ventolin"] == "brand"


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("had a hypo at night", "hypoglycaemia"),
        ("prednisone for asthma", "prednisolone"),
        ("insulin aspart", "insulin lispro"),
        ("hydrocodone", "codeine"),
        ("type 1 diabetes", "type 2 diabetes"),
        ("hypothyroidism", "hyperthyroidism"),
        ("Benadryl at night", "diphenhydramine"),
        ("sulfasalazine", "sulfadiazine"),
    ],
)
def test_what_only_comes_near_is_not_the_same(wordings: Wordings, text: str, never: str) -> None:
    assert never not in {found.wording for found in wordings.alternates(text)}


def test_of_names_that_overlap_the_longest_counts(wordings: Wordings) -> None:
    text = "do blood pressure tablets tire you"
    assert "antihypertensives" in other_ways(wordings, text, "blood pressure tablets")
    assert other_ways(wordings, text, "blood pressure") == set()


def test_an_alternate_says_which_part_of_the_text_it_replaces(wordings: Wordings) -> None:
    assert Alternate(10, 17, "paracetamol", "substance") in wordings.alternates("Can I use Tylenol?")


@pytest.mark.parametrize("text", ["", "?!", "what can I do about it", "the boots that I wear"])
def test_ordinary_words_bring_nothing(wordings: Wordings, text: str) -> None:
    assert wordings.alternates(text) == ()


def test_a_name_is_known_in_either_spelling_and_case(wordings: Wordings) -> None:
    assert wordings.knows("Iron deficiency anemia")
    assert wordings.knows("Co-codamol")
    assert not wordings.knows("iron railings")


def test_a_missing_or_broken_list_is_told_in_a_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "wordings.toml"
    broken.write_text("[heart]\nsame = 3\n", encoding="utf-8")
    for path in (broken, tmp_path / "none.toml"):
        with pytest.raises(LibraryError, match="cannot be read"):
            Wordings.load(path, RETRIEVAL / "brands.toml")
