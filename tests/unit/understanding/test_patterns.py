"""The pattern language does what its file's header promises a clinician."""

from __future__ import annotations

import pytest

from medbot_desktop.errors import InputError
from medbot_desktop.understanding.patterns import PatternSet
from medbot_desktop.understanding.tokens import tokenise

GROUPS = {"pain": ["pain", "hurts", "killing me"], "cannot": ["cant", "unable to"]}


def found(pattern: str, text: str) -> bool:
    return bool(PatternSet([("sign", pattern)], GROUPS).find(tokenise(text)))


@pytest.mark.parametrize(
    ("pattern", "text", "holds"),
    [
        ("chest + @pain", "my chest really hurts", True),
        ("chest + @pain", "pain in the chest", True),
        ("chest + @pain", "it's my chest that is killing me", True),
        ("chest + @pain", "My chest is fine. My leg hurts.", False),
        ("chest + @pain", "my chest is fine but my leg hurts", False),
        ("chest + @pain", "chest one two three four five six seven eight pain", False),
        ("chest + @pain /12", "chest one two three four five six seven eight pain", True),
        ("@cannot > breathe", "I can't really breathe", True),
        ("@cannot > breathe", "I breathe but can't sleep", False),
        ("bleed - nose", "bleeding from my arm", True),
        ("bleed - nose", "bleeding from my nose", False),
        ("=fitting", "she is fitting", True),
        ("=fitting", "she is fit", False),
        ("bleed", "bleeding", True),
        ("lost ~ control", "lost all of my control", True),
        ("lost ~ control", "lost one two three four control", False),
        ("lost ~ (all|my) control", "lost all my control", True),
        ("lost ~ control", "lost my bag, control is fine", False),
        ("@cannot ~ (@pain|sleep)", "unable to sleep", True),
        ("(he|she) ~ =fit", "she had a fit", True),
        ("(he|she) ~ =fit", "she was fitted", False),
        ("#=2 weeks", "two weeks", True),
        ("#=2 weeks", "three weeks", False),
        ("#<=3 (months|month) old", "my 2 month old", True),
        ("#<=3 (months|month) old", "my 8 month old", False),
        ("temp > #>=38", "temp is 38.5", True),
        ("temp > #>=38", "temp is 37.5", False),
        ("(left|right) arm|jaw", "right arm", True),
        ("(left|right) arm|jaw", "the jaw", True),
        ("(left|right) arm|jaw", "right leg", False),
    ],
)
def test_a_pattern_holds_where_it_says(pattern: str, text: str, holds: bool) -> None:
    assert found(pattern, text) is holds


@pytest.mark.parametrize("pattern", ["@missing", "", "pain + ", "a||b", "~ pain", "?!"])
def test_a_pattern_that_cannot_be_read_is_refused(pattern: str) -> None:
    with pytest.raises(InputError):
        PatternSet([("sign", pattern)], GROUPS)


def test_a_match_names_the_words_that_it_took() -> None:
    tokens = tokenise("my chest really hurts")
    (match,) = PatternSet([("sign", "chest + @pain")], GROUPS).find(tokens)
    assert [tokens[at].word for at in match.tokens] == ["chest", "hurts"]
