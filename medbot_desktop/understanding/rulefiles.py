"""Say what the files of ``resources/`` hold that tell how a message is understood."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SignEntry(_Strict):
    """One sign of ``signs.toml``: what it is called, and the words that people use for it."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    kind: Literal["symptom", "condition", "event", "context"] = "symptom"
    patterns: list[str] = Field(min_length=1)


class SignFile(_Strict):
    """``signs.toml``."""

    groups: dict[str, list[str]]
    figurative: list[str]
    sign: list[SignEntry]


class TriggerEntry(_Strict):
    """One set of ConText triggers of ``context.toml``."""

    category: Literal["negated", "uncertain", "past", "hypothetical", "other", "none", "present"]
    direction: Literal["forward", "backward", "both", "sentence", "message"] = "forward"
    scope: int = Field(default=8, ge=1, le=22)
    crosses_commas: bool = False
    stops_at: list[str] = []
    kinds: list[str] = []
    phrases: list[str] = Field(min_length=1)


class ContextFile(_Strict):
    """``context.toml``."""

    groups: dict[str, list[str]]
    terminators: list[str]
    openers: list[str]
    trigger: list[TriggerEntry]


class IntentEntry(_Strict):
    """One intent: found by a pattern, in a message of at most ``max_words`` words, made only of ``only_words``."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    patterns: list[str] = []
    signs: list[str] = []
    any_sign_of: list[str] = []
    only_words: list[str] = []
    max_words: int = Field(default=1000, ge=1)
    unless_signs: bool = False


class IntentFile(_Strict):
    """``intents.toml``: the first intent that fits is the message's."""

    groups: dict[str, list[str]]
    default: str
    intent: list[IntentEntry]


class LanguageEntry(_Strict):
    """A language's function words, and the words that alone show it."""

    code: str = Field(pattern=r"^[a-z]{2,3}$")
    function_words: list[str]
    telling_words: list[str] = []


class LanguageFile(_Strict):
    """``languages.toml``."""

    language: list[LanguageEntry]
